/* confab-outbox.h: what was written here and is not yet with the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

#include "client/confab-message.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_OUTBOX (confab_outbox_get_type ())
G_DECLARE_FINAL_TYPE (ConfabOutbox, confab_outbox, CONFAB, OUTBOX, GObject)

/* Property, notified: n-waiting, the messages of all rooms still to be sent (failed ones excepted). */

guint confab_outbox_get_n_waiting (ConfabOutbox *self);

G_END_DECLS
