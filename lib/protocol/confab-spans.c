/* confab-spans.c: which parts of a message's text are bold, a link, a mention…
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-protocol"

#include "config.h"

#include "protocol/confab-spans.h"

#include <string.h>

/* A subset of Markdown, read in one pass: first what begins a line (fence, quote, list), then what stands in it. No
 * span but a code block crosses the end of a line. Time is linear in the length of the text, because every look
 * ahead is bounded: by MAX_OPEN (delimiters that wait for their other half), MAX_TICKS (lengths of backtick runs,
 * each of which is searched in vain once a line at most) and MAX_QUOTES. The web client has the same parser; both
 * read tests/vectors/spans.json. */

#define MAX_OPEN 16
#define MAX_TICKS 8
#define MAX_QUOTES 8
#define MENTION_MIN 2
#define MENTION_MAX 32
#define UNUSED ((ConfabSpanKind) -1)

/* Something that may turn out to begin a span; the span has its place in the array already, so that the array comes
 * out sorted. */
typedef struct
{
  char character;
  guint length;
  guint span;
} Opener;

typedef struct
{
  GArray *spans;
  const char *text;
  gsize at;
  gsize end;                          /* of the line */
  Opener open[MAX_OPEN];
  guint n_open;
  gboolean no_ticks[MAX_TICKS + 1];   /* n backticks do not come again in this line */
} Parser;

static guint
add_span (Parser *self, ConfabSpanKind kind, gsize outer_start, gsize start, gsize end, gsize outer_end, char *target)
{
  ConfabSpan span = { kind, start, end, outer_start, outer_end, target };

  g_array_append_val (self->spans, span);
  return self->spans->len - 1;
}

static ConfabSpan *
get_span (Parser *self, guint index)
{
  return &g_array_index (self->spans, ConfabSpan, index);
}

static void
span_clear (gpointer data)
{
  g_clear_pointer (&((ConfabSpan *) data)->target, g_free);
}

/* Characters around a place; ends of the line count as spaces. */

static gunichar
character_before (Parser *self, gsize line_start, gsize at)
{
  return at > line_start ? g_utf8_get_char (g_utf8_prev_char (self->text + at)) : ' ';
}

static gunichar
character_at (Parser *self, gsize at)
{
  return at < self->end ? g_utf8_get_char (self->text + at) : ' ';
}

static gsize
run_length (Parser *self, gsize at)
{
  gsize end = at;

  while (end < self->end && self->text[end] == self->text[at])
    end++;
  return end - at;
}

/* Code */

static gboolean
find_ticks (Parser *self, gsize from, gsize length, gsize *found)
{
  for (gsize at = from; at < self->end;)
    {
      const char *tick = memchr (self->text + at, '`', self->end - at);
      if (!tick)
        break;
      at = tick - self->text;
      gsize run = run_length (self, at);
      if (run == length)
        {
          *found = at;
          return TRUE;
        }
      at += run;
    }
  self->no_ticks[length] = TRUE;
  return FALSE;
}

static void
parse_code (Parser *self)
{
  gsize length = run_length (self, self->at), start = self->at + length, end;

  if (length > MAX_TICKS || self->no_ticks[length] || !find_ticks (self, start, length, &end))
    {
      self->at += length;
      return;
    }
  gsize outer_start = self->at, outer_end = end + length;
  /* A space on both sides sets off backticks that are part of the code. */
  if (end - start > 2 && self->text[start] == ' ' && self->text[end - 1] == ' ')
    {
      start++;
      end--;
    }
  add_span (self, CONFAB_SPAN_CODE, outer_start, start, end, outer_end, NULL);
  self->at = outer_end;
}

/* Links */

static gsize
scheme_length (const char *text, gsize length)
{
  static const char * const schemes[] = { "https://", "http://", "mailto:" };

  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      gsize n = strlen (schemes[i]);
      if (length > n && g_ascii_strncasecmp (text, schemes[i], n) == 0)
        return n;
    }
  return 0;
}

static gboolean
ends_address (gunichar c)
{
  return c < 0x21 || c == 0x7f || strchr ("<>\"`[]", c < 0x80 ? (int) c : 'a') || (c >= 0x80 && g_unichar_isspace (c));
}

/* What stands behind an address in a sentence is not part of it; a closing bracket is when it was opened within. */
static gsize
trim_address (const char *text, gsize start, gsize end)
{
  gssize opened = 0;

  for (gsize i = start; i < end; i++)
    opened += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
  for (; end > start; end--)
    {
      char last = text[end - 1];
      if (last == ')' && opened < 0)
        opened++;
      else if (!strchr (".,:;!?'*_~", last) || last == '\0')
        break;
    }
  return end;
}

static void
parse_address (Parser *self)
{
  gsize start = self->at, scheme = scheme_length (self->text + start, self->end - start), end = start + scheme;

  while (end < self->end && !ends_address (g_utf8_get_char (self->text + end)))
    end = g_utf8_next_char (self->text + end) - self->text;
  end = trim_address (self->text, start + scheme, end);
  self->at = MAX (end, start + scheme);
  if (end == start + scheme)
    return;
  add_span (self, CONFAB_SPAN_LINK, start, start, end, end, g_strndup (self->text + start, end - start));
}

/* From behind "](" to the ")" that closes it. Stops at "[", which begins the next attempt, so all attempts together
 * are linear. */
static gboolean
find_target_end (Parser *self, gsize start, gsize *end)
{
  guint depth = 0;

  for (gsize at = start; at < self->end; at = g_utf8_next_char (self->text + at) - self->text)
    {
      char c = self->text[at];
      if (ends_address (g_utf8_get_char (self->text + at)))
        return FALSE;
      if (c == '(')
        depth++;
      else if (c == ')' && depth-- == 0)
        {
          *end = at;
          return TRUE;
        }
    }
  return FALSE;
}

/* A link holds no other: what its text promises and where it leads must not be two addresses. */
static void
drop_links_behind (Parser *self, guint index)
{
  for (guint i = index + 1; i < self->spans->len; i++)
    {
      ConfabSpan *span = get_span (self, i);
      if (span->kind != CONFAB_SPAN_LINK && span->kind != CONFAB_SPAN_MENTION)
        continue;
      span->kind = UNUSED;
      g_clear_pointer (&span->target, g_free);
    }
}

static void
parse_bracket_end (Parser *self)
{
  gsize close = self->at++, end;

  guint place = self->n_open;
  while (place > 0 && self->open[place - 1].character != '[')
    place--;
  if (place-- == 0)
    return;
  guint index = self->open[place].span;
  ConfabSpan *span = get_span (self, index);
  if (self->at == self->end || self->text[self->at] != '(' || close == span->start
      || scheme_length (self->text + self->at + 1, self->end - self->at - 1) == 0
      || !find_target_end (self, self->at + 1, &end))
    {
      self->n_open--;
      memmove (&self->open[place], &self->open[place + 1], (self->n_open - place) * sizeof (Opener));
      return;
    }
  self->n_open = place;
  span->kind = CONFAB_SPAN_LINK;
  span->end = close;
  span->outer_end = end + 1;
  span->target = g_strndup (self->text + self->at + 1, end - self->at - 1);
  drop_links_behind (self, index);
  self->at = end + 1;
}

/* Emphasis */

static void
push_opener (Parser *self, char character, guint length)
{
  if (self->n_open < MAX_OPEN)
    self->open[self->n_open++] = (Opener) {
      character, length, add_span (self, UNUSED, self->at, self->at + length, 0, 0, NULL),
    };
  self->at += length;
}

static ConfabSpanKind
kind_of (char character, guint length)
{
  if (character == '~')
    return CONFAB_SPAN_STRIKE;
  return length == 2 ? CONFAB_SPAN_BOLD : CONFAB_SPAN_ITALIC;
}

/* The innermost opener of this character within the innermost bracket, as long as what is left of the run or no
 * longer. */
static int
find_opener (Parser *self, char character, gsize left, gboolean exact)
{
  for (int i = (int) self->n_open - 1; i >= 0 && self->open[i].character != '['; i--)
    {
      const Opener *opener = &self->open[i];
      if (opener->character == character && (exact ? opener->length == left : opener->length <= left)
          && get_span (self, opener->span)->start < self->at)
        return i;
    }
  return -1;
}

/* Those within the one that is closed stay as text. */
static gboolean
close_opener (Parser *self, char character, gsize left)
{
  int i = find_opener (self, character, left, TRUE);
  if (i < 0)
    i = find_opener (self, character, left, FALSE);
  if (i < 0)
    return FALSE;

  const Opener *opener = &self->open[i];
  ConfabSpan *span = get_span (self, opener->span);
  span->kind = kind_of (character, opener->length);
  span->end = self->at;
  span->outer_end = self->at + opener->length;
  self->at += opener->length;
  self->n_open = i;
  return TRUE;
}

static void
parse_emphasis (Parser *self, gsize line_start)
{
  char character = self->text[self->at];
  gsize run_end = self->at + run_length (self, self->at);
  gunichar before = character_before (self, line_start, self->at), after = character_at (self, run_end);
  gboolean opens = !g_unichar_isspace (after), closes = !g_unichar_isspace (before);

  /* snake_case is not emphasis */
  if (character == '_')
    {
      opens = opens && !g_unichar_isalnum (before);
      closes = closes && !g_unichar_isalnum (after);
    }
  while (self->at < run_end)
    {
      gsize left = run_end - self->at;
      guint length = left >= 2 ? 2 : 1;
      if (closes && close_opener (self, character, left))
        continue;
      if (opens && (character != '~' || length == 2))
        push_opener (self, character, length);
      else
        self->at += length;
    }
}

/* Mentions and escapes */

static void
parse_mention (Parser *self)
{
  gsize start = self->at + 1, end = start;

  while (end < self->end && (g_ascii_isalnum (self->text[end]) || strchr ("._-", self->text[end])))
    end++;
  while (end > start && strchr (".-", self->text[end - 1]))
    end--;
  if (end - start >= MENTION_MIN && end - start <= MENTION_MAX && !strchr (".-", self->text[start]))
    add_span (self, CONFAB_SPAN_MENTION, self->at, self->at, end, end,
              g_ascii_strdown (self->text + start, end - start));
  self->at = MAX (end, start);
}

static void
parse_escape (Parser *self)
{
  if (self->at + 1 < self->end && g_ascii_ispunct (self->text[self->at + 1]))
    {
      add_span (self, CONFAB_SPAN_ESCAPE, self->at, self->at + 1, self->at + 2, self->at + 2, NULL);
      self->at++;
    }
  self->at++;
}

static gboolean
begins_word (gunichar before)
{
  return !g_unichar_isalnum (before) && before != '_';
}

static void
parse_inline (Parser *self)
{
  gsize line_start = self->at;

  self->n_open = 0;
  memset (self->no_ticks, 0, sizeof self->no_ticks);
  while (self->at < self->end)
    {
      char c = self->text[self->at];
      if (c == '\\')
        parse_escape (self);
      else if (c == '`')
        parse_code (self);
      else if (c == '*' || c == '_' || c == '~')
        parse_emphasis (self, line_start);
      else if (c == '[')
        push_opener (self, '[', 1);
      else if (c == ']')
        parse_bracket_end (self);
      else if (c == '@' && begins_word (character_before (self, line_start, self->at)))
        parse_mention (self);
      else if ((c == 'h' || c == 'H' || c == 'm' || c == 'M')
               && scheme_length (self->text + self->at, self->end - self->at) > 0
               && begins_word (character_before (self, line_start, self->at)))
        parse_address (self);
      else
        self->at++;
    }
}

/* Lines */

static gsize
line_end (const char *text, gsize at)
{
  return at + strcspn (text + at, "\n");
}

/* Three backticks or more, and behind them at most the name of a language. */
static gsize
fence_length (const char *text, gsize at, gsize end)
{
  gsize ticks = strspn (text + at, "`");

  return ticks >= 3 && !memchr (text + at + ticks, '`', end - at - ticks) ? ticks : 0;
}

static gboolean
closes_fence (const char *text, gsize at, gsize end, gsize ticks)
{
  return strspn (text + at, "`") >= ticks && strspn (text + at, "` \t") >= end - at;
}

/* Up to the closing fence, or to the end of the text when there is none: somebody is still typing it. */
static gsize
parse_fence (Parser *self, gsize at, gsize ticks)
{
  gsize first_end = line_end (self->text, at), start = first_end + (self->text[first_end] == '\n'), line = start;
  g_autofree char *language = g_strstrip (g_strndup (self->text + at + ticks, first_end - at - ticks));

  while (self->text[line] != '\0')
    {
      gsize end = line_end (self->text, line);
      if (closes_fence (self->text, line, end, ticks))
        break;
      line = end + (self->text[end] == '\n');
    }
  gsize outer_end = line_end (self->text, line), end = line > start && self->text[line - 1] == '\n' ? line - 1 : line;
  add_span (self, CONFAB_SPAN_CODE_BLOCK, at, start, MAX (end, start), outer_end,
            *language ? g_steal_pointer (&language) : NULL);
  return outer_end;
}

static void
parse_quotes (Parser *self)
{
  for (guint depth = 0; depth < MAX_QUOTES && self->at < self->end && self->text[self->at] == '>'; depth++)
    {
      gsize start = self->at + 1;
      if (start < self->end && self->text[start] == ' ')
        start++;
      add_span (self, CONFAB_SPAN_QUOTE, self->at, start, self->end, self->end, NULL);
      self->at = start;
    }
}

static void
parse_list_item (Parser *self)
{
  gsize marker = self->at + strspn (self->text + self->at, " "), at = marker,
        digits = strspn (self->text + at, "0123456789");
  g_autofree char *target = NULL;

  if (digits > 0 && digits <= 9 && strchr (".)", self->text[at + digits]) && self->text[at + digits] != '\0')
    {
      at += digits + 1;
      target = g_strdup_printf ("%.*s.", (int) digits, self->text + marker);
    }
  else if (at < self->end && strchr ("-*+", self->text[at]))
    {
      at++;
      target = g_strdup ("•");
    }
  if (!target || at >= self->end || self->text[at] != ' ')
    return;
  add_span (self, CONFAB_SPAN_LIST_ITEM, marker, at + 1, self->end, self->end, g_steal_pointer (&target));
  self->at = at + 1;
}

static void
drop_unused (GArray *spans)
{
  guint kept = 0;

  for (guint i = 0; i < spans->len; i++)
    {
      ConfabSpan *span = &g_array_index (spans, ConfabSpan, i);
      if (span->kind == UNUSED)
        continue;
      g_array_index (spans, ConfabSpan, kept++) = *span;
      if (kept - 1 < i)
        *span = (ConfabSpan) { .kind = UNUSED };
    }
  g_array_set_size (spans, kept);
}

/**
 * confab_spans_parse:
 * @text: the text of a message, UTF-8 with newlines, at most 4 GiB
 *
 * Finds **bold**, *italic* and _italic_, ~~strike~~, `code`, fenced code blocks, quotes, list items,
 * [links](https://…), bare addresses, @mentions and escaped punctuation. Spans lie side by side or in each other,
 * never across; they come sorted by where they begin, an outer one before those in it. What does not become a span
 * is text as it stands.
 *
 * Returns: (transfer full) (element-type ConfabSpan): the spans
 *
 * Since: 0.1
 */
GArray *
confab_spans_parse (const char *text)
{
  Parser parser = { .spans = g_array_new (FALSE, FALSE, sizeof (ConfabSpan)), .text = text };
  gsize at = 0;

  g_array_set_clear_func (parser.spans, span_clear);
  while (text[at] != '\0')
    {
      parser.at = at;
      parser.end = line_end (text, at);
      gsize ticks = fence_length (text, at, parser.end);
      if (ticks > 0)
        {
          at = parse_fence (&parser, at, ticks);
        }
      else
        {
          parse_quotes (&parser);
          parse_list_item (&parser);
          parse_inline (&parser);
          at = parser.end;
        }
      at += text[at] == '\n';
    }
  drop_unused (parser.spans);
  return parser.spans;
}

/**
 * confab_span_kind_to_string:
 * @kind: a kind of span
 *
 * Returns: (transfer none): its name, as the test vectors have it
 *
 * Since: 0.1
 */
const char *
confab_span_kind_to_string (ConfabSpanKind kind)
{
  static const char * const names[] = {
    [CONFAB_SPAN_BOLD] = "bold",
    [CONFAB_SPAN_ITALIC] = "italic",
    [CONFAB_SPAN_STRIKE] = "strike",
    [CONFAB_SPAN_CODE] = "code",
    [CONFAB_SPAN_CODE_BLOCK] = "code-block",
    [CONFAB_SPAN_QUOTE] = "quote",
    [CONFAB_SPAN_LIST_ITEM] = "list-item",
    [CONFAB_SPAN_LINK] = "link",
    [CONFAB_SPAN_MENTION] = "mention",
    [CONFAB_SPAN_ESCAPE] = "escape",
  };

  g_return_val_if_fail ((guint) kind < G_N_ELEMENTS (names), NULL);

  return names[kind];
}
