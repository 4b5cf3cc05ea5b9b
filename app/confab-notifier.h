/* confab-notifier.h: tells the desktop about messages that nobody sees yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_NOTIFIER (confab_notifier_get_type ())
G_DECLARE_FINAL_TYPE (ConfabNotifier, confab_notifier, CONFAB, NOTIFIER, GObject)

/* One notification a room; a click activates app.open-room. Withdrawn when the room is read, here or elsewhere. */
ConfabNotifier *confab_notifier_new (GApplication *application, ConfabSession *session, GSettings *settings);

G_END_DECLS
