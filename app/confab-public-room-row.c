/* confab-public-room-row.c: a public room, with a button that joins or opens it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-public-room-row.h"

#include <adwaita.h>
#include <glib/gi18n.h>

struct _ConfabPublicRoomRow
{
  GtkWidget parent_instance;

  AdwAvatar *avatar;
  GtkLabel *title_label;
  GtkLabel *description_label;
  GtkLabel *members_label;
  GtkButton *button;

  ConfabRoom *room;
};

G_DEFINE_FINAL_TYPE (ConfabPublicRoomRow, confab_public_room_row, GTK_TYPE_WIDGET)

enum
{
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_clicked (ConfabPublicRoomRow *self,
            GtkButton           *button)
{
  if (self->room != NULL)
    g_signal_emit (self, signals[ACTIVATED], 0, self->room);
}

static void
update (ConfabPublicRoomRow *self)
{
  const char *title = confab_room_get_title (self->room);
  const char *description = confab_room_get_description (self->room);
  gint64 n_members = confab_room_get_member_count (self->room);
  gboolean joined = confab_room_is_joined (self->room);
  gboolean described = description != NULL && *description != '\0';
  g_autofree char *members = g_strdup_printf (ngettext ("%" G_GINT64_FORMAT " member", "%" G_GINT64_FORMAT " members",
                                                        n_members),
                                              n_members);

  adw_avatar_set_text (self->avatar, title);
  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->description_label, described ? description : "");
  gtk_widget_set_visible (GTK_WIDGET (self->description_label), described);
  gtk_label_set_label (self->members_label, members);
  gtk_button_set_label (self->button, joined ? _("Open") : _("Join"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, title, -1);
}

/* A template's children without a name are not removed with the template. */
static void
remove_children (GtkWidget *widget)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (widget)) != NULL)
    gtk_widget_unparent (child);
}

static void
confab_public_room_row_dispose (GObject *object)
{
  ConfabPublicRoomRow *self = CONFAB_PUBLIC_ROOM_ROW (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_PUBLIC_ROOM_ROW);
  remove_children (GTK_WIDGET (self));
  g_clear_object (&self->room);

  G_OBJECT_CLASS (confab_public_room_row_parent_class)->dispose (object);
}

static void
confab_public_room_row_class_init (ConfabPublicRoomRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_public_room_row_dispose;

  signals[ACTIVATED] = g_signal_new ("activated", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                     G_TYPE_NONE, 1, CONFAB_TYPE_ROOM);

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-public-room-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabPublicRoomRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, ConfabPublicRoomRow, title_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabPublicRoomRow, description_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabPublicRoomRow, members_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabPublicRoomRow, button);
  gtk_widget_class_bind_template_callback (widget_class, on_clicked);
}

static void
confab_public_room_row_init (ConfabPublicRoomRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

ConfabPublicRoomRow *
confab_public_room_row_new (void)
{
  return g_object_new (CONFAB_TYPE_PUBLIC_ROOM_ROW, NULL);
}

void
confab_public_room_row_set_room (ConfabPublicRoomRow *self,
                                 ConfabRoom          *room)
{
  g_return_if_fail (CONFAB_IS_PUBLIC_ROOM_ROW (self));

  g_set_object (&self->room, room);
  if (room != NULL)
    update (self);
}
