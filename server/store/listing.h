/* listing.h: what the lists of every store have in common: pages, cursors, sets of people
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

/* seq has no gaps, so that a page is a range of numbers (empty when last is below first). Whether there are more. */
gboolean message_page_find_range (const MessagePage *page, gint64 last_seq, gint64 *first, gint64 *last);

/* Where a page of public rooms goes on: after that room, in the order of most members first. */
typedef struct
{
  gint64 member_count;
  const char *room_id;    /* borrowed from the cursor's text */
} RoomCursor;

/* NULL: the start of the list. FALSE with BAD_REQUEST for what is no cursor. */
gboolean room_cursor_parse (const char *text, RoomCursor *cursor, GError **error);
/* rooms: one more than limit when there is a next page; that one goes. next_cursor (nullable): NULL at the end. */
void room_cursor_cut (GPtrArray *rooms, guint limit, char **next_cursor);

/* Sorted and each once. Borrowed from ids. */
GPtrArray *store_sort_ids (const char *const *ids);
/* What a direct room of these people is known by. */
char *store_make_direct_key (GPtrArray *sorted_ids);

G_END_DECLS
