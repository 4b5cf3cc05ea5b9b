/* fuzz-spans.c: spans lie within the text, on whole characters, in order, and never across each other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-spans.h"

#include "fuzz.h"

static void
check_span (const char *text, gsize length, const ConfabSpan *span)
{
  g_assert_true (span->outer_start <= span->start && span->start <= span->end && span->end <= span->outer_end &&
                 span->outer_end <= length);
  g_assert_nonnull (confab_span_kind_to_string (span->kind));
  const gsize places[] = { span->outer_start, span->start, span->end, span->outer_end };
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    g_assert_true (((guchar) text[places[i]] & 0xc0) != 0x80);
  if (span->kind == CONFAB_SPAN_LINK)
    g_assert_true (g_ascii_strncasecmp (span->target, "http", 4) == 0 ||
                   g_ascii_strncasecmp (span->target, "mailto:", 7) == 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  gsize length = strlen (text);
  g_autoptr(GArray) open = g_array_new (FALSE, FALSE, sizeof (gsize));

  if (!g_utf8_validate (text, -1, NULL))
    return 0;
  g_autoptr(GArray) spans = confab_spans_parse (text);
  gsize last_start = 0;
  for (guint i = 0; i < spans->len; i++)
    {
      const ConfabSpan *span = &g_array_index (spans, ConfabSpan, i);
      check_span (text, length, span);
      g_assert_cmpuint (span->outer_start, >=, last_start);
      last_start = span->outer_start;
      while (open->len > 0 && g_array_index (open, gsize, open->len - 1) <= span->outer_start)
        g_array_set_size (open, open->len - 1);
      if (open->len > 0)
        g_assert_cmpuint (span->outer_end, <=, g_array_index (open, gsize, open->len - 1));
      g_array_append_val (open, span->end);
    }
  return 0;
}
