/* confab-message-markup.h: a message's text as blocks of Pango markup
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  CONFAB_BLOCK_PARAGRAPH,
  CONFAB_BLOCK_QUOTE,
  CONFAB_BLOCK_CODE,
  CONFAB_BLOCK_EMOJI,      /* nothing but a few emoji: shown large */
} ConfabBlockKind;

typedef struct
{
  ConfabBlockKind kind;
  char *markup;
} ConfabBlock;

/* spans: of ConfabSpan, as confab_message_get_spans () gives them for text. Never empty; of ConfabBlock. */
GPtrArray *confab_message_markup_get_blocks (const char *text, GArray *spans, const char *own_username);
/* One line of plain text, for lists, quotes and notifications. */
char *confab_message_markup_get_line (const char *text, GArray *spans);

G_END_DECLS
