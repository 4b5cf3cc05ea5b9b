/* listing.c: what the lists of every store have in common: pages, cursors, sets of people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/listing.h"

#include "protocol/confab-error.h"

gboolean
message_page_find_range (const MessagePage *page, gint64 last_seq, gint64 *first, gint64 *last)
{
  gint64 limit = MAX (page->limit, 1);

  if (page->around > 0)
    {
      *first = MAX (MIN (page->around - limit / 2, last_seq - limit + 1), 1);
      *last = MIN (*first + limit - 1, last_seq);
      return *first > 1 || *last < last_seq;
    }
  if (page->before <= 0 && page->after >= 0)
    {
      *first = MIN (page->after, last_seq) + 1;
      *last = MIN (*first + limit - 1, last_seq);
      return *last < last_seq;
    }
  *last = page->before > 0 ? MIN (page->before - 1, last_seq) : last_seq;
  *first = MAX (*last - limit + 1, 1);
  return *first > 1;
}

/* A cursor is "MEMBERS ID" of the last room of the page before. */
gboolean
room_cursor_parse (const char *text, RoomCursor *cursor, GError **error)
{
  char *end = NULL;

  *cursor = (RoomCursor) { .member_count = G_MAXINT64, .room_id = "" };
  if (text == NULL)
    return TRUE;
  cursor->member_count = g_ascii_strtoll (text, &end, 10);
  if (end != text && *end == ' ')
    {
      cursor->room_id = end + 1;
      return TRUE;
    }
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "This is not a cursor of this list");
  return FALSE;
}

void
room_cursor_cut (GPtrArray *rooms, guint limit, char **next_cursor)
{
  const Room *last = NULL;

  if (rooms->len > limit)
    {
      g_ptr_array_set_size (rooms, limit);
      last = limit > 0 ? rooms->pdata[limit - 1] : NULL;
    }
  if (next_cursor != NULL)
    *next_cursor = last != NULL ? g_strdup_printf ("%" G_GINT64_FORMAT " %s", last->member_count, last->id) : NULL;
}

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *) a, *(char *const *) b);
}

GPtrArray *
store_sort_ids (const char *const *ids)
{
  GPtrArray *sorted = g_ptr_array_new ();

  for (gsize i = 0; ids[i] != NULL; i++)
    g_ptr_array_add (sorted, (gpointer) ids[i]);
  g_ptr_array_sort (sorted, compare_ids);
  for (guint i = 1; i < sorted->len;)
    if (g_str_equal (sorted->pdata[i - 1], sorted->pdata[i]))
      g_ptr_array_remove_index (sorted, i);
    else
      i++;
  return sorted;
}

char *
store_make_direct_key (GPtrArray *sorted_ids)
{
  GString *key = g_string_new (NULL);

  for (guint i = 0; i < sorted_ids->len; i++)
    g_string_append_printf (key, "%s%s", i > 0 ? " " : "", (char *) sorted_ids->pdata[i]);
  return g_string_free (key, FALSE);
}
