/* confab-wrap-layout.h: puts widgets side by side, and on as many lines as that takes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CONFAB_TYPE_WRAP_LAYOUT (confab_wrap_layout_get_type ())
G_DECLARE_FINAL_TYPE (ConfabWrapLayout, confab_wrap_layout, CONFAB, WRAP_LAYOUT, GtkLayoutManager)

G_END_DECLS
