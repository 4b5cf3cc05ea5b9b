/* confab-toast.c: tells about things that went wrong, at the bottom of the window or dialog
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-toast.h"

#include <adwaita.h>

void
confab_toast_show (GtkWidget  *widget,
                   const char *text)
{
  g_return_if_fail (GTK_IS_WIDGET (widget));

  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  AdwToast *toast = NULL;

  /* The dialog that asked may be gone by the time of the answer. */
  if (overlay == NULL)
    return;
  toast = adw_toast_new (text);
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
}

void
confab_toast_show_error (GtkWidget    *widget,
                         const GError *error)
{
  confab_toast_show (widget, error->message);
}

static DexFuture *
on_failed (DexFuture *future,
           gpointer   user_data)
{
  g_autoptr(GError) error = NULL;

  dex_future_get_value (future, &error);
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    confab_toast_show_error (user_data, error);
  return dex_future_new_true ();
}

void
confab_toast_watch (GtkWidget *widget,
                    DexFuture *future)
{
  dex_future_disown (dex_future_catch (future, on_failed, g_object_ref (widget), g_object_unref));
}
