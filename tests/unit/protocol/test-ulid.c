/* test-ulid.c: that identifiers are ordered, of one form, and never the same
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-ulid.h"

#define PER_THREAD 20000

static void
test_ordered (void)
{
  char last[CONFAB_ULID_LENGTH + 1] = "", next[CONFAB_ULID_LENGTH + 1];

  for (guint i = 0; i < PER_THREAD; i++)
    {
      confab_ulid_generate (next);
      g_assert_true (confab_ulid_is_valid (next));
      g_assert_cmpstr (last, <, next);
      memcpy (last, next, sizeof last);
    }
}

static void
test_time (void)
{
  gint64 before = g_get_real_time () / 1000;
  g_autofree char *ulid = confab_ulid_new ();

  g_assert_cmpint (confab_ulid_get_time (ulid), >=, before);
  g_assert_cmpint (confab_ulid_get_time (ulid), <=, g_get_real_time () / 1000);
  g_assert_cmpint (confab_ulid_get_time ("01ARYZ6S41TSV4RRFFQ69G5FAV"), ==, 1469918176385);
}

static void
test_form (void)
{
  static const char *const wrong[] = {
    "",
    "01ARZ3NDEKTSV4RRFFQ69G5FA",
    "01ARZ3NDEKTSV4RRFFQ69G5FAVX",
    "01arz3ndektsv4rrffq69g5fav",
    "01ARZ3NDEKTSV4RRFFQ69G5FAI",
    "81ARZ3NDEKTSV4RRFFQ69G5FAV",
    "01ARZ3NDEKTSV4RRFFQ69G5FA\303",
    "01ARZ3NDEK-SV4RRFFQ69G5FAV",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (confab_ulid_is_valid (wrong[i]));
  g_assert_false (confab_ulid_is_valid (NULL));
  g_assert_true (confab_ulid_is_valid ("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
}

static gpointer
make_many (gpointer data)
{
  GPtrArray *made = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < PER_THREAD; i++)
    g_ptr_array_add (made, confab_ulid_new ());
  return made;
}

static void
test_threads (void)
{
  GThread *threads[4];
  GPtrArray *made[4];
  g_autoptr(GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < 4; i++)
    threads[i] = g_thread_new ("ulid", make_many, NULL);
  for (guint i = 0; i < 4; i++)
    {
      made[i] = g_thread_join (threads[i]);
      for (guint j = 0; j < made[i]->len; j++)
        g_assert_true (g_hash_table_add (seen, made[i]->pdata[j]));
    }
  for (guint i = 0; i < 4; i++)
    g_ptr_array_unref (made[i]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ulid/ordered", test_ordered);
  g_test_add_func ("/ulid/time", test_time);
  g_test_add_func ("/ulid/form", test_form);
  g_test_add_func ("/ulid/threads", test_threads);
  return g_test_run ();
}
