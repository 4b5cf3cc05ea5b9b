/* confab-found-row.c: a room or a person among the results of a search
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-found-row.h"

#include <glib/gi18n.h>

#include "client/confab-room.h"
#include "client/confab-user.h"

#include "confab-person-avatar.h"

struct _ConfabFoundRow
{
  GtkWidget parent_instance;

  ConfabPersonAvatar *avatar;
  GtkLabel *title_label;
  GtkLabel *subtitle_label;
};

G_DEFINE_FINAL_TYPE (ConfabFoundRow, confab_found_row, GTK_TYPE_WIDGET)

static char *
describe_room (ConfabRoom *room)
{
  const char *description = confab_room_get_description (room);
  gint64 n_members = confab_room_get_member_count (room);
  ConfabUser *other = confab_room_get_other (room);

  if (other != NULL)
    return g_strdup_printf ("@%s", confab_user_get_username (other));
  if (description != NULL && *description != '\0')
    return g_strdup (description);
  return g_strdup_printf (ngettext ("%" G_GINT64_FORMAT " member", "%" G_GINT64_FORMAT " members", n_members),
                          n_members);
}

static void
show (ConfabFoundRow *self,
      const char     *title,
      const char     *subtitle,
      ConfabUser     *user)
{
  gtk_label_set_label (self->title_label, title);
  gtk_label_set_label (self->subtitle_label, subtitle);
  confab_person_avatar_set_text (self->avatar, title);
  confab_person_avatar_set_user (self->avatar, user);
}

static void
on_setup (GtkSignalListItemFactory *factory,
          GtkListItem              *item,
          gpointer                  user_data)
{
  gtk_list_item_set_child (item, g_object_new (CONFAB_TYPE_FOUND_ROW, NULL));
}

static void
on_bind (GtkSignalListItemFactory *factory,
         GtkListItem              *item,
         gpointer                  user_data)
{
  ConfabFoundRow *row = CONFAB_FOUND_ROW (gtk_list_item_get_child (item));

  confab_found_row_set_item (row, gtk_list_item_get_item (item));
  gtk_list_item_set_accessible_label (item, gtk_label_get_label (row->title_label));
}

static void
on_unbind (GtkSignalListItemFactory *factory,
           GtkListItem              *item,
           gpointer                  user_data)
{
  confab_found_row_set_item (CONFAB_FOUND_ROW (gtk_list_item_get_child (item)), NULL);
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
confab_found_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), CONFAB_TYPE_FOUND_ROW);
  remove_children (GTK_WIDGET (object));

  G_OBJECT_CLASS (confab_found_row_parent_class)->dispose (object);
}

static void
confab_found_row_class_init (ConfabFoundRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_found_row_dispose;

  g_type_ensure (CONFAB_TYPE_PERSON_AVATAR);
  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-found-row.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabFoundRow, avatar);
  gtk_widget_class_bind_template_child (widget_class, ConfabFoundRow, title_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabFoundRow, subtitle_label);
}

static void
confab_found_row_init (ConfabFoundRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
confab_found_row_set_item (ConfabFoundRow *self,
                           GObject        *item)
{
  g_return_if_fail (CONFAB_IS_FOUND_ROW (self));

  if (CONFAB_IS_ROOM (item))
    {
      g_autofree char *description = describe_room (CONFAB_ROOM (item));
      show (self, confab_room_get_title (CONFAB_ROOM (item)), description, confab_room_get_other (CONFAB_ROOM (item)));
    }
  else if (CONFAB_IS_USER (item))
    {
      g_autofree char *username = g_strdup_printf ("@%s", confab_user_get_username (CONFAB_USER (item)));
      show (self, confab_user_get_display_name (CONFAB_USER (item)), username, CONFAB_USER (item));
    }
  else
    show (self, "", "", NULL);
}

GtkListItemFactory *
confab_found_row_create_factory (void)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (on_bind), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (on_unbind), NULL);
  return factory;
}
