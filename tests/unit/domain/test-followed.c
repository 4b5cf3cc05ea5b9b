/* test-followed.c: up to which rev the connections of an instance were told of a room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/followed.h"

static Followed *
follow (gint64 rev)
{
  Followed *followed = followed_new ();

  followed_add (followed, "room:a");
  if (rev >= 0)
    followed_begin (followed, "a", rev);
  return followed;
}

static guint
count_suspects (Followed *followed)
{
  gint64 next = 0;
  g_autoptr(GPtrArray) suspects = followed_take_suspects (followed, 0, &next);

  return suspects->len;
}

static void
test_topics (void)
{
  g_autoptr(Followed) followed = follow (3);
  g_autoptr(GPtrArray) users = NULL;

  followed_add (followed, "user:ada");
  followed_add (followed, "live:a");
  followed_add (followed, "instances");
  g_assert_true (followed_has_user (followed, "ada"));
  g_assert_false (followed_has_user (followed, "a"));
  users = followed_list_users (followed);
  g_assert_cmpuint (users->len, ==, 1);
  g_assert_cmpuint (followed_count_rooms (followed), ==, 1);
  followed_remove (followed, "room:a");
  followed_remove (followed, "user:ada");
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, -1);
  g_assert_false (followed_note (followed, "a", 9));
  g_assert_cmpuint (followed_count_users (followed), ==, 0);
  g_assert_cmpuint (count_suspects (followed), ==, 0);
}

static void
test_in_order (void)
{
  g_autoptr(Followed) followed = follow (3);

  g_assert_false (followed_note (followed, "a", 4));
  /* Two events of one change. */
  g_assert_false (followed_note (followed, "a", 4));
  g_assert_false (followed_note (followed, "a", 5));
  g_assert_false (followed_note (followed, "a", 2));
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 5);
  g_assert_cmpuint (count_suspects (followed), ==, 0);
}

static void
test_overtaking (void)
{
  g_autoptr(Followed) followed = follow (3);

  g_assert_true (followed_note (followed, "a", 6));
  g_assert_true (followed_note (followed, "a", 5));
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 3);
  g_assert_true (followed_was_told (followed, "a", 6));
  g_assert_true (followed_was_told (followed, "a", 3));
  g_assert_false (followed_was_told (followed, "a", 4));
  g_assert_cmpuint (count_suspects (followed), ==, 1);
  g_assert_cmpuint (count_suspects (followed), ==, 0);
  g_assert_false (followed_note (followed, "a", 4));
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 6);
}

/* A busy room has always something that was overtaken. Only what stays away is looked for in the store. */
static void
test_patience (void)
{
  g_autoptr(Followed) followed = follow (3);
  g_autoptr(GPtrArray) none = NULL;
  gint64 next = 0;

  followed_note (followed, "a", 5);
  none = followed_take_suspects (followed, G_TIME_SPAN_HOUR, &next);
  g_assert_cmpuint (none->len, ==, 0);
  g_assert_cmpint (next, >, g_get_monotonic_time ());

  followed_note (followed, "a", 4);
  g_assert_cmpuint (count_suspects (followed), ==, 0);

  followed_note (followed, "a", 7);
  followed_note (followed, "a", 6);
  followed_note (followed, "a", 9);
  /* Another one is missing now, and not for long. */
  g_assert_cmpuint (count_suspects (followed), ==, 0);
  g_assert_cmpuint (count_suspects (followed), ==, 1);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 7);
}

static void
test_reaching (void)
{
  g_autoptr(Followed) followed = follow (3);

  followed_note (followed, "a", 7);
  followed_note (followed, "a", 9);
  followed_reach (followed, "a", 6);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 7);
  followed_reach (followed, "a", 5);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 7);
  followed_reach (followed, "a", 8);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 9);
}

/* Until the rev before the first connection's snapshot is known, nothing can be missing; then all that is told
 * counts. */
static void
test_beginning (void)
{
  g_autoptr(Followed) followed = follow (-1);
  const char *ids[] = { "a", "b", NULL };
  g_autoptr(GPtrArray) unknown = followed_list_unknown (followed, ids);
  g_autoptr(GPtrArray) later = NULL;

  g_assert_cmpuint (unknown->len, ==, 1);
  g_assert_cmpstr (unknown->pdata[0], ==, "a");
  g_assert_false (followed_note (followed, "a", 6));
  g_assert_false (followed_note (followed, "a", 8));
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, -1);
  followed_begin (followed, "a", 5);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 6);
  g_assert_cmpuint (count_suspects (followed), ==, 1);
  later = followed_list_unknown (followed, ids);
  g_assert_cmpuint (later->len, ==, 0);
}

/* Of two connections that are the first together the lower rev counts; one that comes when things were told changes
 * nothing. */
static void
test_two_beginnings (void)
{
  g_autoptr(Followed) followed = follow (7);

  followed_begin (followed, "a", 9);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 7);
  followed_begin (followed, "a", 6);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 6);
  followed_note (followed, "a", 7);
  followed_begin (followed, "a", 4);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 7);
}

/* Who was told of the room as it was before the others' last events lacks those. */
static void
test_joining (void)
{
  g_autoptr(Followed) followed = follow (7);

  followed_note (followed, "a", 8);
  followed_join (followed, "a", 7);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 7);
  g_assert_cmpuint (count_suspects (followed), ==, 1);
  followed_join (followed, "a", 9);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 7);
  g_assert_cmpuint (count_suspects (followed), ==, 1);
  followed_join (followed, "nowhere", 9);
  g_assert_cmpuint (count_suspects (followed), ==, 0);
}

static void
test_bound (void)
{
  g_autoptr(Followed) followed = follow (0);

  for (gint64 rev = 10000; rev > 1; rev--)
    g_assert_true (followed_note (followed, "a", rev));
  g_assert_false (followed_was_told (followed, "a", 2));
  followed_note (followed, "a", 1);
  g_assert_cmpint (followed_get_rev (followed, "a"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/followed/topics", test_topics);
  g_test_add_func ("/followed/in-order", test_in_order);
  g_test_add_func ("/followed/overtaking", test_overtaking);
  g_test_add_func ("/followed/patience", test_patience);
  g_test_add_func ("/followed/reaching", test_reaching);
  g_test_add_func ("/followed/beginning", test_beginning);
  g_test_add_func ("/followed/two-beginnings", test_two_beginnings);
  g_test_add_func ("/followed/joining", test_joining);
  g_test_add_func ("/followed/bound", test_bound);
  return g_test_run ();
}
