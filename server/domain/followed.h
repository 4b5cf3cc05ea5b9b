/* followed.h: which rooms and people this instance's connections follow, and up to which rev they were told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All calls from any thread; none blocks. What is kept of a room is the rev up to which its subscribers here have
 * everything, be it because they were told or because they read the store after that rev was there. Revs that were told
 * beyond it wait for those between to come.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Followed Followed;

/* A room and the rev up to which everything of it was told. */
typedef struct
{
  char *room_id;
  gint64 rev;
} FollowedRoom;

Followed *followed_new (void);
void followed_free (Followed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Followed, followed_free)

/* "room:ID" and "user:ID"; other topics are passed over. */
void followed_add (Followed *self, const char *topic);
void followed_remove (Followed *self, const char *topic);

gboolean followed_has_user (Followed *self, const char *user_id);
guint followed_count_users (Followed *self);
/* Of char*. */
GPtrArray *followed_list_users (Followed *self);
guint followed_count_rooms (Followed *self);

/* Of those rooms the ones whose first rev is not known: of char*. */
GPtrArray *followed_list_unknown (Followed *self, const char *const *room_ids);
/* A rev that the room had before those who now follow it read it. The first one counts; a lower one that comes later
 * too, until something was told: two connections may be the room's first at the same time. */
void followed_begin (Followed *self, const char *room_id, gint64 rev);
/* Somebody was told of the room as it is at rev, perhaps before this instance heard what happens in it: it is to be
 * looked at. */
void followed_join (Followed *self, const char *room_id, gint64 rev);
/* What happened at rev was told. TRUE: something before it was not, and the room is to be looked at. */
gboolean followed_note (Followed *self, const char *room_id, gint64 rev);
/* Was it told? */
gboolean followed_was_told (Followed *self, const char *room_id, gint64 rev);
/* Everything up to rev was told. */
void followed_reach (Followed *self, const char *room_id, gint64 rev);

/* -1: unknown, or not followed. */
gint64 followed_get_rev (Followed *self, const char *room_id);
/* Of FollowedRoom*, all whose rev is known. */
GPtrArray *followed_list_rooms (Followed *self);
/* The same, of those that are to be looked at; they no longer are. Where a rev is missing, only when that one has been
 * for so many microseconds: what was overtaken comes. next: out: when the first of those that are left is due, by the
 * monotonic clock; 0: none is left. */
GPtrArray *followed_take_suspects (Followed *self, gint64 patience, gint64 *next);

G_END_DECLS
