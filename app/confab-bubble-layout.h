/* confab-bubble-layout.h: a text with a small footer that shares its last line where there is room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CONFAB_TYPE_BUBBLE_LAYOUT (confab_bubble_layout_get_type ())
G_DECLARE_FINAL_TYPE (ConfabBubbleLayout, confab_bubble_layout, CONFAB, BUBBLE_LAYOUT, GtkLayoutManager)

G_END_DECLS
