/* confab-composer.h: where messages are written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "client/confab-room.h"
#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_COMPOSER (confab_composer_get_type ())
G_DECLARE_FINAL_TYPE (ConfabComposer, confab_composer, CONFAB, COMPOSER, GtkWidget)

/* Properties: session, room, settings.
 *
 * Signals:
 *   sent ()                  something was handed to the room
 *   edit-last-requested ()   Up was pressed in an empty composer */

void confab_composer_reply (ConfabComposer *self, ConfabMessage *message);
void confab_composer_edit (ConfabComposer *self, ConfabMessage *message);
/* Ends a reply or an edit; FALSE when there was none. */
gboolean confab_composer_cancel (ConfabComposer *self);

G_END_DECLS
