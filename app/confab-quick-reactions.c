/* confab-quick-reactions.c: the emoji that people put on messages most, in a row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-quick-reactions.h"

#include <glib/gi18n.h>

struct _ConfabQuickReactions
{
  GtkBox parent_instance;
};

G_DEFINE_FINAL_TYPE (ConfabQuickReactions, confab_quick_reactions, GTK_TYPE_BOX)

static const struct
{
  const char *emoji;
  const char *name;
} reactions[] = {
  { "👍", N_("Thumbs up") },
  { "❤️", N_("Heart") },
  { "😂", N_("Laughing") },
  { "😮", N_("Surprised") },
  { "😢", N_("Sad") },
  { "🎉", N_("Celebration") },
};

static void
on_clicked (GtkButton *button)
{
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (button), GTK_TYPE_POPOVER);

  if (popover != NULL)
    gtk_popover_popdown (GTK_POPOVER (popover));
}

static GtkWidget *
add_button (ConfabQuickReactions *self,
            GtkWidget            *button,
            const char           *name)
{
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "circular");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), NULL);
  gtk_box_append (GTK_BOX (self), button);
  return button;
}

static void
confab_quick_reactions_class_init (ConfabQuickReactionsClass *klass)
{
}

static void
confab_quick_reactions_init (ConfabQuickReactions *self)
{
  gtk_widget_add_css_class (GTK_WIDGET (self), "quick-reactions");
  for (gsize i = 0; i < G_N_ELEMENTS (reactions); i++)
    {
      GtkWidget *button = add_button (self, gtk_button_new (), _(reactions[i].name));

      gtk_button_set_child (GTK_BUTTON (button), gtk_label_new (reactions[i].emoji));
      gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "message.toggle-reaction");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", reactions[i].emoji);
    }

  GtkWidget *more = add_button (self, gtk_button_new_from_icon_name ("list-add-symbolic"), _("More Reactions"));
  gtk_actionable_set_action_name (GTK_ACTIONABLE (more), "message.choose-reaction");
}

ConfabQuickReactions *
confab_quick_reactions_new (void)
{
  return g_object_new (CONFAB_TYPE_QUICK_REACTIONS, NULL);
}
