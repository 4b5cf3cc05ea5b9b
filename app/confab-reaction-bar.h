/* confab-reaction-bar.h: the emoji that people put on a message, each with a count
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_REACTION_BAR (confab_reaction_bar_get_type ())
G_DECLARE_FINAL_TYPE (ConfabReactionBar, confab_reaction_bar, CONFAB, REACTION_BAR, GtkWidget)

/* Its buttons activate the action message.toggle-reaction with the emoji. message: nullable */
void confab_reaction_bar_set_message (ConfabReactionBar *self, ConfabSession *session, ConfabMessage *message);

G_END_DECLS
