/* confab-new-room-dialog.c: makes a public or a private room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-new-room-dialog.h"

#include <glib/gi18n.h>

struct _ConfabNewRoomDialog
{
  AdwDialog parent_instance;

  GtkWidget *create_button;
  GtkStack *create_stack;
  GtkEditable *name_row;
  GtkEditable *description_row;
  GtkCheckButton *public_check;
  GtkCheckButton *private_check;
  GtkLabel *error_label;

  ConfabSession *session;
  gboolean busy;
};

G_DEFINE_FINAL_TYPE (ConfabNewRoomDialog, confab_new_room_dialog, ADW_TYPE_DIALOG)

enum
{
  ROOM_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
update_button (ConfabNewRoomDialog *self)
{
  g_autofree char *name = g_strdup (gtk_editable_get_text (self->name_row));

  gtk_widget_set_sensitive (self->create_button, *g_strstrip (name) != '\0' && !self->busy);
  gtk_stack_set_visible_child_name (self->create_stack, self->busy ? "busy" : "label");
}

static void
on_name_changed (ConfabNewRoomDialog *self,
                 GtkEditable         *row)
{
  update_button (self);
}

static void
on_cancel_clicked (ConfabNewRoomDialog *self,
                   GtkWidget           *button)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static DexFuture *
on_created (DexFuture *future,
            gpointer   user_data)
{
  ConfabNewRoomDialog *self = user_data;
  g_autoptr(GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  self->busy = FALSE;
  update_button (self);
  if (value == NULL)
    {
      gtk_label_set_label (self->error_label, error->message);
      gtk_widget_set_visible (GTK_WIDGET (self->error_label), TRUE);
      return dex_future_new_true ();
    }
  g_signal_emit (self, signals[ROOM_CHOSEN], 0, g_value_get_object (value));
  adw_dialog_close (ADW_DIALOG (self));
  return dex_future_new_true ();
}

static void
on_create_clicked (ConfabNewRoomDialog *self,
                   GtkWidget           *widget)
{
  const char *description = gtk_editable_get_text (self->description_row);
  ConfabRoomType type = gtk_check_button_get_active (self->public_check) ? CONFAB_ROOM_TYPE_PUBLIC
                                                                         : CONFAB_ROOM_TYPE_PRIVATE;

  if (!gtk_widget_get_sensitive (self->create_button))
    return;
  gtk_widget_set_visible (GTK_WIDGET (self->error_label), FALSE);
  self->busy = TRUE;
  update_button (self);
  dex_future_disown (dex_future_finally (confab_session_create_room (self->session,
                                                                     gtk_editable_get_text (self->name_row),
                                                                     *description != '\0' ? description : NULL, type),
                                         on_created, g_object_ref (self), g_object_unref));
}

static void
confab_new_room_dialog_dispose (GObject *object)
{
  ConfabNewRoomDialog *self = CONFAB_NEW_ROOM_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_NEW_ROOM_DIALOG);
  g_clear_object (&self->session);

  G_OBJECT_CLASS (confab_new_room_dialog_parent_class)->dispose (object);
}

static void
confab_new_room_dialog_class_init (ConfabNewRoomDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_new_room_dialog_dispose;

  signals[ROOM_CHOSEN] = g_signal_new ("room-chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, CONFAB_TYPE_ROOM);

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-new-room-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabNewRoomDialog, create_button);
  gtk_widget_class_bind_template_child (widget_class, ConfabNewRoomDialog, create_stack);
  gtk_widget_class_bind_template_child (widget_class, ConfabNewRoomDialog, name_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabNewRoomDialog, description_row);
  gtk_widget_class_bind_template_child (widget_class, ConfabNewRoomDialog, public_check);
  gtk_widget_class_bind_template_child (widget_class, ConfabNewRoomDialog, private_check);
  gtk_widget_class_bind_template_child (widget_class, ConfabNewRoomDialog, error_label);
  gtk_widget_class_bind_template_callback (widget_class, on_name_changed);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_create_clicked);
}

static void
confab_new_room_dialog_init (ConfabNewRoomDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

ConfabNewRoomDialog *
confab_new_room_dialog_new (ConfabSession *session)
{
  ConfabNewRoomDialog *self = g_object_new (CONFAB_TYPE_NEW_ROOM_DIALOG, NULL);

  self->session = g_object_ref (session);
  return self;
}
