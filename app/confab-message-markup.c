/* confab-message-markup.c: a message's text as blocks of Pango markup
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-message-markup.h"

#include <pango/pango.h>

#include "protocol/confab-spans.h"
#include "protocol/confab-text.h"

/* More emoji than these are a text like any other. */
#define LARGE_EMOJI_MAX 3

/* What a line is cut to in lists; nobody sees more of it. */
#define LINE_BYTES_MAX 400

typedef struct
{
  const char *text;
  GPtrArray *spans;          /* of ConfabSpan, outer ones before those inside */
  guint next;
  const char *own_username;
  gboolean plain;            /* text only, no markup */
  GString *markup;           /* of the paragraph that is being written */
  GPtrArray *blocks;
} Writer;

static void write_range (Writer *writer, gsize from, gsize to);

static void
block_free (ConfabBlock *block)
{
  g_free (block->markup);
  g_free (block);
}

static int
compare_spans (gconstpointer a,
               gconstpointer b)
{
  const ConfabSpan *one = *(const ConfabSpan * const *) a;
  const ConfabSpan *other = *(const ConfabSpan * const *) b;

  if (one->outer_start != other->outer_start)
    return one->outer_start < other->outer_start ? -1 : 1;
  if (one->outer_end != other->outer_end)
    return one->outer_end > other->outer_end ? -1 : 1;
  return 0;
}

static GPtrArray *
sort_spans (GArray *spans)
{
  GPtrArray *sorted = g_ptr_array_new ();

  for (guint i = 0; spans != NULL && i < spans->len; i++)
    g_ptr_array_add (sorted, &g_array_index (spans, ConfabSpan, i));
  g_ptr_array_sort (sorted, compare_spans);
  return sorted;
}

static void
write_text (Writer     *writer,
            const char *text,
            gsize       length)
{
  if (writer->plain)
    {
      g_string_append_len (writer->markup, text, length);
      return;
    }
  g_autofree char *escaped = g_markup_escape_text (text, length);
  g_string_append (writer->markup, escaped);
}

static char *
trim_newlines (const char *markup)
{
  gsize length;

  while (*markup == '\n')
    markup++;
  length = strlen (markup);
  while (length > 0 && g_ascii_isspace (markup[length - 1]))
    length--;
  return g_strndup (markup, length);
}

static void
end_block (Writer          *writer,
           ConfabBlockKind  kind)
{
  g_autofree char *markup = trim_newlines (writer->markup->str);
  ConfabBlock *last = writer->blocks->len > 0 ? g_ptr_array_index (writer->blocks, writer->blocks->len - 1) : NULL;

  g_string_truncate (writer->markup, 0);
  if (*markup == '\0')
    return;

  /* Each line of a quote is a span; together they are one quote. */
  if (kind == CONFAB_BLOCK_QUOTE && last != NULL && last->kind == CONFAB_BLOCK_QUOTE)
    {
      g_autofree char *before = g_steal_pointer (&last->markup);
      last->markup = g_strconcat (before, "\n", markup, NULL);
      return;
    }

  ConfabBlock *block = g_new0 (ConfabBlock, 1);
  block->kind = kind;
  block->markup = g_steal_pointer (&markup);
  g_ptr_array_add (writer->blocks, block);
}

static void
write_tagged (Writer           *writer,
              const ConfabSpan *span,
              const char       *open,
              const char       *close)
{
  if (!writer->plain)
    g_string_append (writer->markup, open);
  write_range (writer, span->start, span->end);
  if (!writer->plain)
    g_string_append (writer->markup, close);
}

static void
write_link (Writer           *writer,
            const ConfabSpan *span)
{
  g_autofree char *open = g_markup_printf_escaped ("<a href=\"%s\" title=\"%s\">", span->target, span->target);

  write_tagged (writer, span, open, "</a>");
}

static void
write_mention (Writer           *writer,
               const ConfabSpan *span)
{
  gboolean mine = g_strcmp0 (span->target, writer->own_username) == 0 || g_strcmp0 (span->target, "room") == 0;

  if (!writer->plain)
    g_string_append (writer->markup, mine ? "<span weight=\"bold\" background=\"#f5c211\" background_alpha=\"35%\">"
                                          : "<span weight=\"bold\">");
  write_text (writer, writer->text + span->outer_start, span->outer_end - span->outer_start);
  if (!writer->plain)
    g_string_append (writer->markup, "</span>");
}

static void
write_block (Writer           *writer,
             const ConfabSpan *span,
             ConfabBlockKind   kind)
{
  if (writer->plain)
    {
      write_range (writer, span->start, span->end);
      g_string_append_c (writer->markup, '\n');
      return;
    }
  end_block (writer, CONFAB_BLOCK_PARAGRAPH);
  write_range (writer, span->start, span->end);
  end_block (writer, kind);
}

static void
write_span (Writer           *writer,
            const ConfabSpan *span)
{
  switch (span->kind)
    {
    case CONFAB_SPAN_BOLD:
      write_tagged (writer, span, "<b>", "</b>");
      break;

    case CONFAB_SPAN_ITALIC:
      write_tagged (writer, span, "<i>", "</i>");
      break;

    case CONFAB_SPAN_STRIKE:
      write_tagged (writer, span, "<s>", "</s>");
      break;

    case CONFAB_SPAN_CODE:
      write_tagged (writer, span, "<span face=\"monospace\" background=\"#888888\" background_alpha=\"20%\">",
                    "</span>");
      break;

    case CONFAB_SPAN_CODE_BLOCK:
      write_block (writer, span, CONFAB_BLOCK_CODE);
      break;

    case CONFAB_SPAN_QUOTE:
      write_block (writer, span, CONFAB_BLOCK_QUOTE);
      break;

    case CONFAB_SPAN_LIST_ITEM:
      g_string_append_printf (writer->markup, " %s ", span->target != NULL ? span->target : "•");
      write_range (writer, span->start, span->end);
      if (span->outer_end > span->end && writer->text[span->outer_end - 1] == '\n')
        g_string_append_c (writer->markup, '\n');
      break;

    case CONFAB_SPAN_LINK:
      write_link (writer, span);
      break;

    case CONFAB_SPAN_MENTION:
      write_mention (writer, span);
      break;

    default:
      write_range (writer, span->start, span->end);
      break;
    }
}

static void
write_range (Writer *writer,
             gsize   from,
             gsize   to)
{
  while (writer->next < writer->spans->len)
    {
      const ConfabSpan *span = g_ptr_array_index (writer->spans, writer->next);

      if (span->outer_start >= to)
        break;
      writer->next++;
      if (span->outer_start < from)
        continue;
      write_text (writer, writer->text + from, span->outer_start - from);
      write_span (writer, span);
      from = span->outer_end;
    }
  if (from < to)
    write_text (writer, writer->text + from, to - from);
}

/* Whether text is one to three emoji and nothing else but spaces between them. */
static gboolean
is_emoji_only (const char *text)
{
  gsize length = strlen (text);
  glong n_characters = g_utf8_strlen (text, -1);
  guint n_emoji = 0;

  if (length == 0 || length > 128)
    return FALSE;

  g_autofree PangoLogAttr *attributes = g_new0 (PangoLogAttr, n_characters + 1);
  pango_get_log_attrs (text, length, -1, pango_language_get_default (), attributes, n_characters + 1);

  const char *start = text;
  const char *end = text;
  for (glong i = 1; i <= n_characters; i++)
    {
      end = g_utf8_next_char (end);
      if (i < n_characters && !attributes[i].is_cursor_position)
        continue;

      g_autofree char *cluster = g_strndup (start, end - start);
      start = end;
      if (g_unichar_isspace (g_utf8_get_char (cluster)))
        continue;
      if (++n_emoji > LARGE_EMOJI_MAX || !confab_emoji_is_valid (cluster))
        return FALSE;
    }
  return n_emoji > 0;
}

GPtrArray *
confab_message_markup_get_blocks (const char *text,
                                  GArray     *spans,
                                  const char *own_username)
{
  g_return_val_if_fail (text != NULL, NULL);

  g_autoptr(GPtrArray) sorted = sort_spans (spans);
  g_autoptr(GString) markup = g_string_new (NULL);
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) block_free);
  Writer writer = { .text = text, .spans = sorted, .own_username = own_username, .markup = markup, .blocks = blocks };

  write_range (&writer, 0, strlen (text));
  end_block (&writer, is_emoji_only (text) ? CONFAB_BLOCK_EMOJI : CONFAB_BLOCK_PARAGRAPH);
  if (blocks->len == 0)
    {
      ConfabBlock *empty = g_new0 (ConfabBlock, 1);
      empty->markup = g_strdup ("");
      g_ptr_array_add (blocks, empty);
    }
  return blocks;
}

char *
confab_message_markup_get_line (const char *text,
                                GArray     *spans)
{
  g_return_val_if_fail (text != NULL, NULL);

  g_autoptr(GPtrArray) sorted = sort_spans (spans);
  g_autoptr(GString) line = g_string_new (NULL);
  Writer writer = { .text = text, .spans = sorted, .plain = TRUE, .markup = line };

  write_range (&writer, 0, strlen (text));
  g_strdelimit (line->str, "\n\t\r", ' ');
  if (line->len > LINE_BYTES_MAX)
    *g_utf8_find_prev_char (line->str, line->str + LINE_BYTES_MAX) = '\0';
  g_strstrip (line->str);
  return g_strdup (line->str);
}
