/* confab-message-text.c: shows the text of a message: paragraphs, quotes and code
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-message-text.h"

#include <adwaita.h>

#include "confab-message-markup.h"
#include "confab-toast.h"

struct _ConfabMessageText
{
  GtkWidget parent_instance;

  /* The label of the last block, beside whose last line the time may stand; NULL when that is no paragraph. */
  GtkLabel *last_paragraph;
};

G_DEFINE_FINAL_TYPE (ConfabMessageText, confab_message_text, GTK_TYPE_WIDGET)

static void
on_uri_launched (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr(GtkWidget) self = user_data;
  g_autoptr(GError) error = NULL;

  if (!gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (object), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    confab_toast_show_error (self, error);
}

static gboolean
on_link_activated (GtkLabel          *label,
                   const char        *uri,
                   ConfabMessageText *self)
{
  g_autoptr(GtkUriLauncher) launcher = gtk_uri_launcher_new (uri);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_uri_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, on_uri_launched,
                           g_object_ref (self));
  return TRUE;
}

static GtkWidget *
create_label (ConfabMessageText *self,
              const char        *markup)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_markup (GTK_LABEL (label), markup);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  /* Tab goes from message to message; links inside are reached by the arrow keys of the label when it was clicked. */
  gtk_widget_set_focusable (label, strstr (markup, "<a ") != NULL);
  g_signal_connect_object (label, "activate-link", G_CALLBACK (on_link_activated), self, G_CONNECT_DEFAULT);
  return label;
}

static void
add_block (ConfabMessageText *self,
           const ConfabBlock *block)
{
  GtkWidget *label = create_label (self, block->markup);
  GtkWidget *child = label;

  self->last_paragraph = NULL;
  switch (block->kind)
    {
    case CONFAB_BLOCK_QUOTE:
      gtk_widget_add_css_class (label, "quote");
      break;

    case CONFAB_BLOCK_CODE:
      gtk_label_set_wrap (GTK_LABEL (label), FALSE);
      child = gtk_scrolled_window_new ();
      gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (child), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
      gtk_scrolled_window_set_propagate_natural_width (GTK_SCROLLED_WINDOW (child), TRUE);
      gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (child), label);
      gtk_widget_add_css_class (child, "code-block");
      gtk_widget_add_css_class (child, "monospace");
      break;

    case CONFAB_BLOCK_EMOJI:
      gtk_widget_add_css_class (label, "large-emoji");
      self->last_paragraph = GTK_LABEL (label);
      break;

    case CONFAB_BLOCK_PARAGRAPH:
      self->last_paragraph = GTK_LABEL (label);
      break;

    default:
      g_assert_not_reached ();
    }
  gtk_widget_set_parent (child, GTK_WIDGET (self));
}

static void
remove_blocks (ConfabMessageText *self)
{
  GtkWidget *child = NULL;

  self->last_paragraph = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
}

static void
confab_message_text_dispose (GObject *object)
{
  remove_blocks (CONFAB_MESSAGE_TEXT (object));

  G_OBJECT_CLASS (confab_message_text_parent_class)->dispose (object);
}

static void
confab_message_text_class_init (ConfabMessageTextClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_message_text_dispose;

  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "messagetext");
}

static void
confab_message_text_init (ConfabMessageText *self)
{
  GtkLayoutManager *layout = gtk_widget_get_layout_manager (GTK_WIDGET (self));

  gtk_orientable_set_orientation (GTK_ORIENTABLE (layout), GTK_ORIENTATION_VERTICAL);
  gtk_box_layout_set_spacing (GTK_BOX_LAYOUT (layout), 6);
}

void
confab_message_text_set_content (ConfabMessageText *self,
                                 const char        *text,
                                 GArray            *spans,
                                 const char        *own_username)
{
  g_return_if_fail (CONFAB_IS_MESSAGE_TEXT (self));

  g_autoptr(GPtrArray) blocks = confab_message_markup_get_blocks (text, spans, own_username);

  remove_blocks (self);
  for (guint i = 0; i < blocks->len; i++)
    add_block (self, g_ptr_array_index (blocks, i));
}

void
confab_message_text_set_notice (ConfabMessageText *self,
                                const char        *notice)
{
  g_return_if_fail (CONFAB_IS_MESSAGE_TEXT (self));

  g_autofree char *markup = g_markup_printf_escaped ("<i>%s</i>", notice);

  remove_blocks (self);
  add_block (self, &(ConfabBlock) { CONFAB_BLOCK_PARAGRAPH, markup });
}

int
confab_message_text_get_last_line_width (ConfabMessageText *self,
                                         int                width)
{
  g_return_val_if_fail (CONFAB_IS_MESSAGE_TEXT (self), -1);

  if (self->last_paragraph == NULL || width <= 0)
    return -1;

  g_autoptr(PangoLayout) layout = pango_layout_copy (gtk_label_get_layout (self->last_paragraph));
  PangoRectangle extents = { 0, };

  pango_layout_set_width (layout, width * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_NONE);
  PangoLayoutLine *line = pango_layout_get_line_readonly (layout, pango_layout_get_line_count (layout) - 1);
  /* A line that runs from right to left ends where the time stands. */
  if (line->resolved_dir != (gtk_widget_get_direction (GTK_WIDGET (self)) == GTK_TEXT_DIR_RTL ? PANGO_DIRECTION_RTL
                                                                                             : PANGO_DIRECTION_LTR))
    return -1;
  pango_layout_line_get_pixel_extents (line, NULL, &extents);
  return extents.width;
}
