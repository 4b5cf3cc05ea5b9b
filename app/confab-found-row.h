/* confab-found-row.h: a room or a person among the results of a search
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CONFAB_TYPE_FOUND_ROW (confab_found_row_get_type ())
G_DECLARE_FINAL_TYPE (ConfabFoundRow, confab_found_row, CONFAB, FOUND_ROW, GtkWidget)

/* item: a ConfabRoom, a ConfabUser, or NULL */
void confab_found_row_set_item (ConfabFoundRow *self, GObject *item);
/* For a list view of such items. (transfer full) */
GtkListItemFactory *confab_found_row_create_factory (void);

G_END_DECLS
