/* confab-spans.h: which parts of a message's text are bold, a link, a mention…
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CONFAB_SPAN_BOLD,
  CONFAB_SPAN_ITALIC,
  CONFAB_SPAN_STRIKE,
  CONFAB_SPAN_CODE,
  CONFAB_SPAN_CODE_BLOCK,  /* target: the language, nullable */
  CONFAB_SPAN_QUOTE,
  CONFAB_SPAN_LIST_ITEM,   /* target: what stands before it: "•" or "1." */
  CONFAB_SPAN_LINK,        /* target: the address, http, https or mailto */
  CONFAB_SPAN_MENTION,     /* target: the name without @, in lower case */
  CONFAB_SPAN_ESCAPE,      /* a character that means itself: nothing to show but that its backslash is a marker */
} ConfabSpanKind;

/* Offsets are bytes of the source text. start to end is what is shown, outer_start to outer_end the same with its
 * markers: whoever hides the markers of every span has the text to show. */
typedef struct
{
  ConfabSpanKind kind;
  gsize start;
  gsize end;
  gsize outer_start;
  gsize outer_end;
  char *target;
} ConfabSpan;

GArray *confab_spans_parse (const char *text);
const char *confab_span_kind_to_string (ConfabSpanKind kind);

G_END_DECLS
