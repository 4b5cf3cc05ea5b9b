/* confab-reaction-bar.c: the emoji that people put on a message, each with a count
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-reaction-bar.h"

#include <glib/gi18n.h>

#include "confab-wrap-layout.h"

/* A tooltip names so many people and counts the others. */
#define NAMES_MAX 12

struct _ConfabReactionBar
{
  GtkWidget parent_instance;
};

G_DEFINE_FINAL_TYPE (ConfabReactionBar, confab_reaction_bar, GTK_TYPE_WIDGET)

static char *
name_people (ConfabSession        *session,
             const ConfabReaction *reaction)
{
  g_autoptr(GPtrArray) names = g_ptr_array_new ();
  guint n_unnamed = 0;

  for (guint i = 0; i < reaction->n_users; i++)
    {
      ConfabUser *user = confab_session_find_user (session, reaction->user_ids[i]);

      if (user == confab_session_get_user (session))
        g_ptr_array_insert (names, 0, (gpointer) _("You"));
      else if (user != NULL && names->len < NAMES_MAX)
        g_ptr_array_add (names, (gpointer) confab_user_get_display_name (user));
      else
        n_unnamed++;
    }
  g_ptr_array_add (names, NULL);

  g_autofree char *named = g_strjoinv (", ", (char **) names->pdata);
  if (n_unnamed == 0)
    return g_steal_pointer (&named);
  if (*named == '\0')
    return g_strdup_printf (ngettext ("%u person", "%u people", n_unnamed), n_unnamed);
  /* Translators: some people by name and the number of the others */
  return g_strdup_printf (ngettext ("%s and %u other", "%s and %u others", n_unnamed), named, n_unnamed);
}

static GtkWidget *
create_button (ConfabSession        *session,
               const ConfabReaction *reaction)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 4);
  g_autofree char *count = g_strdup_printf ("%u", reaction->n_users);
  g_autofree char *people = name_people (session, reaction);
  g_autofree char *label = g_strdup_printf ("%s %s: %s", reaction->emoji, count, people);
  GtkWidget *count_label = gtk_label_new (count);

  gtk_widget_add_css_class (count_label, "numeric");
  gtk_box_append (GTK_BOX (box), gtk_label_new (reaction->emoji));
  gtk_box_append (GTK_BOX (box), count_label);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "reaction");
  if (reaction->mine)
    gtk_widget_add_css_class (button, "mine");
  gtk_widget_set_tooltip_text (button, people);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "message.toggle-reaction");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", reaction->emoji);
  return button;
}

static void
remove_buttons (ConfabReactionBar *self)
{
  GtkWidget *child = NULL;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}

static void
confab_reaction_bar_dispose (GObject *object)
{
  remove_buttons (CONFAB_REACTION_BAR (object));

  G_OBJECT_CLASS (confab_reaction_bar_parent_class)->dispose (object);
}

static void
confab_reaction_bar_class_init (ConfabReactionBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_reaction_bar_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, CONFAB_TYPE_WRAP_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "reactionbar");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
confab_reaction_bar_init (ConfabReactionBar *self)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _("Reactions"), -1);
}

void
confab_reaction_bar_set_message (ConfabReactionBar *self,
                                 ConfabSession     *session,
                                 ConfabMessage     *message)
{
  g_return_if_fail (CONFAB_IS_REACTION_BAR (self));

  GPtrArray *reactions = message != NULL ? confab_message_get_reactions (message) : NULL;

  remove_buttons (self);
  for (guint i = 0; reactions != NULL && i < reactions->len; i++)
    gtk_widget_set_parent (create_button (session, g_ptr_array_index (reactions, i)), GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), reactions != NULL && reactions->len > 0);
}
