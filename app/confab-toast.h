/* confab-toast.h: tells about things that went wrong, at the bottom of the window or dialog
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>
#include <libdex.h>

G_BEGIN_DECLS

/* widget: anything inside an AdwToastOverlay */
void confab_toast_show (GtkWidget *widget, const char *text);
void confab_toast_show_error (GtkWidget *widget, const GError *error);
/* Waits for the future (transfer full) and shows its error, if it ends with one. */
void confab_toast_watch (GtkWidget *widget, DexFuture *future);

G_END_DECLS
