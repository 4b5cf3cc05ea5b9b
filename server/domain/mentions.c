/* mentions.c: whom a text mentions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/mentions.h"

#include <string.h>

#include "protocol/confab-spans.h"

char **
mentions_find (const RoomState *room, const char *text, gboolean *whole_room)
{
  g_autoptr(GStrvBuilder) builder = NULL;
  g_autoptr(GHashTable) seen = NULL;
  g_autoptr(GArray) spans = NULL;

  *whole_room = FALSE;
  /* Most messages mention nobody and need no parsing. */
  if (strchr (text, '@') == NULL)
    return NULL;
  builder = g_strv_builder_new ();
  seen = g_hash_table_new (g_str_hash, g_str_equal);
  spans = confab_spans_parse (text);
  for (guint i = 0; i < spans->len; i++)
    {
      const ConfabSpan *span = &g_array_index (spans, ConfabSpan, i);
      const Member *member = NULL;

      if (span->kind != CONFAB_SPAN_MENTION)
        continue;
      if (strcmp (span->target, "room") == 0)
        *whole_room = TRUE;
      member = g_hash_table_lookup (room->by_username, span->target);
      if (member != NULL && g_hash_table_add (seen, member->user_id))
        g_strv_builder_add (builder, member->user_id);
    }
  return g_hash_table_size (seen) > 0 ? g_strv_builder_end (builder) : NULL;
}
