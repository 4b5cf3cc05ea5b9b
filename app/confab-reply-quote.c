/* confab-reply-quote.c: the message that another one answers, in two lines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-reply-quote.h"

#include <glib/gi18n.h>

#include "confab-message-words.h"

struct _ConfabReplyQuote
{
  GtkButton parent_instance;

  GtkLabel *name_label;
  GtkLabel *text_label;

  char *message_id;
  ConfabMessage *message;
  GSignalGroup *message_signals;
};

G_DEFINE_FINAL_TYPE (ConfabReplyQuote, confab_reply_quote, GTK_TYPE_BUTTON)

typedef struct
{
  ConfabReplyQuote *self;
  char *message_id;
} Search;

static void
search_free (Search *search)
{
  g_clear_object (&search->self);
  g_clear_pointer (&search->message_id, g_free);
  g_free (search);
}

static void
show_words (ConfabReplyQuote *self,
            const char       *name,
            const char       *text)
{
  /* Translators: how a screen reader says the quote above a reply: who wrote the message quoted, and its text */
  g_autofree char *label = g_strdup_printf (_("In reply to %s: %s"), name, text);

  gtk_label_set_label (self->name_label, name);
  gtk_widget_set_visible (GTK_WIDGET (self->name_label), *name != '\0');
  gtk_label_set_label (self->text_label, text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
update (ConfabReplyQuote *self)
{
  g_autofree char *preview = confab_message_words_get_preview (self->message);

  show_words (self,
              confab_message_is_outgoing (self->message) ? _("You") : confab_message_words_get_sender (self->message),
              preview);
}

static DexFuture *
on_found (DexFuture *future,
          gpointer   user_data)
{
  Search *search = user_data;
  g_autoptr(ConfabMessage) message = dex_await_object (dex_ref (future), NULL);

  /* The row may show another message by now. */
  if (g_strcmp0 (search->self->message_id, search->message_id) != 0)
    return dex_future_new_true ();

  if (message == NULL)
    {
      show_words (search->self, "", _("A message that is not here"));
      return dex_future_new_true ();
    }
  g_set_object (&search->self->message, message);
  g_signal_group_set_target (search->self->message_signals, message);
  update (search->self);
  return dex_future_new_true ();
}

static void
confab_reply_quote_dispose (GObject *object)
{
  ConfabReplyQuote *self = CONFAB_REPLY_QUOTE (object);

  g_clear_object (&self->message_signals);
  g_clear_object (&self->message);
  g_clear_pointer (&self->message_id, g_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), CONFAB_TYPE_REPLY_QUOTE);

  G_OBJECT_CLASS (confab_reply_quote_parent_class)->dispose (object);
}

static void
confab_reply_quote_class_init (ConfabReplyQuoteClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = confab_reply_quote_dispose;

  gtk_widget_class_set_template_from_resource (widget_class, "/chat/confab/Confab/confab-reply-quote.ui");
  gtk_widget_class_bind_template_child (widget_class, ConfabReplyQuote, name_label);
  gtk_widget_class_bind_template_child (widget_class, ConfabReplyQuote, text_label);
}

static void
confab_reply_quote_init (ConfabReplyQuote *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));

  self->message_signals = g_signal_group_new (CONFAB_TYPE_MESSAGE);
  g_signal_group_connect_swapped (self->message_signals, "notify::content", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->message_signals, "notify::deleted", G_CALLBACK (update), self);
}

void
confab_reply_quote_set_reply_to (ConfabReplyQuote *self,
                                 ConfabRoom       *room,
                                 const char       *message_id)
{
  g_return_if_fail (CONFAB_IS_REPLY_QUOTE (self));

  gtk_widget_set_visible (GTK_WIDGET (self), message_id != NULL);
  if (!g_set_str (&self->message_id, message_id))
    return;
  g_signal_group_set_target (self->message_signals, NULL);
  g_clear_object (&self->message);
  if (message_id == NULL)
    return;

  show_words (self, "", "…");
  Search *search = g_new0 (Search, 1);
  search->self = g_object_ref (self);
  search->message_id = g_strdup (message_id);
  dex_future_disown (dex_future_finally (confab_room_find_message (room, message_id), on_found, search,
                                         (GDestroyNotify) search_free));
}
