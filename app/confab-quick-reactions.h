/* confab-quick-reactions.h: the emoji that people put on messages most, in a row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CONFAB_TYPE_QUICK_REACTIONS (confab_quick_reactions_get_type ())
G_DECLARE_FINAL_TYPE (ConfabQuickReactions, confab_quick_reactions, CONFAB, QUICK_REACTIONS, GtkBox)

/* Its buttons activate message.toggle-reaction with the emoji, the last one message.choose-reaction. */
ConfabQuickReactions *confab_quick_reactions_new (void);

G_END_DECLS
