/* confab-message-words.c: what is said about a message in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-message-words.h"

#include <glib/gi18n.h>

#include "confab-dates.h"
#include "confab-message-markup.h"

const char *
confab_message_words_get_sender (ConfabMessage *message)
{
  ConfabUser *sender = confab_message_get_sender (message);
  const char *name = sender != NULL ? confab_user_get_display_name (sender) : NULL;

  if (name == NULL || *name == '\0')
    name = confab_message_get_sender_name (message);
  return name != NULL ? name : "";
}

char *
confab_message_words_get_time (ConfabMessage *message)
{
  g_autoptr(GDateTime) when = g_date_time_new_from_unix_local (confab_message_get_timestamp (message) / 1000);

  return when != NULL ? confab_dates_format_time (when) : g_strdup ("");
}

char *
confab_message_words_get_state (ConfabMessage *message)
{
  guint n_read = confab_message_get_read_count (message);

  switch (confab_message_get_state (message))
    {
    case CONFAB_MESSAGE_STATE_SENDING:
      return g_strdup (_("Sending"));

    case CONFAB_MESSAGE_STATE_FAILED:
      return g_strdup (_("Not sent"));

    case CONFAB_MESSAGE_STATE_SENT:
      if (n_read > 0)
        return g_strdup_printf (ngettext ("Sent, read by %u person", "Sent, read by %u people", n_read), n_read);
      return g_strdup (_("Sent"));

    case CONFAB_MESSAGE_STATE_DELIVERED:
      if (n_read > 0)
        return g_strdup_printf (ngettext ("Delivered, read by %u person", "Delivered, read by %u people", n_read),
                                n_read);
      return g_strdup (_("Delivered"));

    case CONFAB_MESSAGE_STATE_READ:
      return g_strdup (_("Read"));

    case CONFAB_MESSAGE_STATE_RECEIVED:
    default:
      return NULL;
    }
}

char *
confab_message_words_get_preview (ConfabMessage *message)
{
  const char *content = confab_message_get_content (message);

  if (confab_message_get_deleted_at (message) > 0)
    return g_strdup (_("Message deleted"));
  if (content == NULL)
    return g_strdup ("");
  return confab_message_markup_get_line (content, confab_message_get_spans (message));
}

static void
append_sentence (GString    *description,
                 const char *sentence)
{
  if (sentence != NULL && *sentence != '\0')
    g_string_append_printf (description, " %s.", sentence);
}

static void
append_reactions (GString       *description,
                  ConfabMessage *message)
{
  GPtrArray *reactions = confab_message_get_reactions (message);

  for (guint i = 0; i < reactions->len; i++)
    {
      const ConfabReaction *reaction = g_ptr_array_index (reactions, i);
      /* Translators: an emoji and how many people put it on a message, for example "👍 from 3 people" */
      g_autofree char *words = g_strdup_printf (ngettext ("%s from %u person", "%s from %u people", reaction->n_users),
                                                reaction->emoji, reaction->n_users);
      append_sentence (description, words);
    }
}

char *
confab_message_words_get_description (ConfabMessage *message)
{
  g_autofree char *time = confab_message_words_get_time (message);
  g_autofree char *text = confab_message_words_get_preview (message);
  g_autofree char *state = confab_message_words_get_state (message);

  if (confab_message_get_message_type (message) == CONFAB_MESSAGE_TYPE_SYSTEM)
    return g_steal_pointer (&text);

  GString *description = g_string_new (NULL);
  /* Translators: how a screen reader says a message: who wrote it, when, and its text */
  g_string_append_printf (description, _("%s, %s: %s"),
                          confab_message_is_outgoing (message) ? _("You") : confab_message_words_get_sender (message),
                          time, text);
  if (!g_str_has_suffix (description->str, ".") && !g_str_has_suffix (description->str, "?") &&
      !g_str_has_suffix (description->str, "!"))
    g_string_append_c (description, '.');
  if (confab_message_get_reply_to (message) != NULL)
    append_sentence (description, _("A reply"));
  if (confab_message_get_edited_at (message) > 0)
    append_sentence (description, _("Edited"));
  append_sentence (description, state);
  append_reactions (description, message);
  return g_string_free (description, FALSE);
}
