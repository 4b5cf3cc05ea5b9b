/* bench-mls-group.c: what commits and messages cost in groups of 2 to 5,000 members
 *
 * The tree is populated, as in a group that has been used for some time: every member has committed once. Times are the
 * median processor time of several runs, in milliseconds, with the credential of everybody accepted at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <time.h>

#include "confab-mls-group-private.h"

#include "mls-party.h"

#define N_RUNS 7

/* A tree with @n members, of which the first and the last are parties with their keys. */
typedef struct
{
  Party                *first;
  Party                *last;
  ConfabMlsRatchetTree *tree;
  ConfabMlsTreeKeys    *first_keys;
  ConfabMlsTreeKeys    *last_keys;
} Crowd;

static ConfabMlsTreeKeys *
add_member (ConfabMlsRatchetTree *tree,
            Party                *party)
{
  g_autoptr (ConfabMlsKeyPackage) key_package = party_publish (party);
  g_autoptr (GError) error = NULL;

  confab_mls_ratchet_tree_add_leaf (tree, key_package->leaf_node, &error);
  g_assert_no_error (error);

  return confab_mls_tree_keys_new (confab_mls_key_bundle_get_encryption_key (party->bundle));
}

/* Gives a leaf a path; @other, at @other_leaf, learns what is above both. */
static void
take_path (Crowd             *crowd,
           ConfabMlsTreeKeys *keys,
           guint32            leaf,
           Party             *party,
           GBytes            *group_id,
           ConfabMlsTreeKeys *other,
           guint32            other_leaf)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabMlsTreePath) path =
    confab_mls_tree_kem_generate (crowd->tree, keys, leaf, party->identity, group_id, &error);

  g_assert_no_error (error);
  if (other == NULL)
    return;

  guint32 ancestor = confab_mls_tree_common_ancestor (2 * leaf, 2 * other_leaf);
  confab_mls_tree_kem_implant (crowd->tree, other, other_leaf, leaf, confab_mls_tree_path_find_secret (path, ancestor),
                               NULL, &error);
  g_assert_no_error (error);
}

static void
start_group (Crowd             *crowd,
             Party             *party,
             ConfabMlsTreeKeys *keys,
             guint32            leaf,
             GBytes            *group_id,
             ConfabSecret      *epoch_secret)
{
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (PARTY_SUITE);
  g_autoptr (GBytes) hash = confab_mls_ratchet_tree_get_hash (crowd->tree);
  g_autoptr (GPtrArray) none = confab_mls_extensions_new ();

  ConfabMlsGroupContext *context = confab_mls_group_context_new (PARTY_SUITE, group_id, 7, hash, hash, none);
  party->group = confab_mls_group_alloc (suite, party->policy, party->identity);
  confab_mls_group_start (party->group,
                          confab_mls_epoch_new (context, crowd->tree, keys, leaf,
                                                confab_mls_epoch_secrets_new_initial (suite, epoch_secret),
                                                party->policy));
}

static void
crowd_init (Crowd   *crowd,
            guint32  n_members)
{
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (PARTY_SUITE);
  g_autoptr (GPtrArray) others = g_ptr_array_new_with_free_func ((GDestroyNotify) party_free);
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autoptr (GBytes) group_id = g_bytes_new_static ("crowd", 5);
  g_autoptr (ConfabSecret) epoch_secret = confab_secret_new_random (32);

  crowd->tree = confab_mls_ratchet_tree_new (suite);
  crowd->first = party_new ("first");
  crowd->last = party_new ("last");
  crowd->first_keys = add_member (crowd->tree, crowd->first);
  for (guint32 i = 1; i + 1 < n_members; i++)
    {
      g_ptr_array_add (others, party_new ("member"));
      g_ptr_array_add (keys, add_member (crowd->tree, g_ptr_array_index (others, i - 1)));
    }
  crowd->last_keys = add_member (crowd->tree, crowd->last);

  for (guint32 i = 0; i < others->len; i++)
    {
      take_path (crowd, g_ptr_array_index (keys, i), i + 1, g_ptr_array_index (others, i), group_id, NULL, 0);
      confab_mls_tree_keys_free (g_ptr_array_index (keys, i));
    }
  take_path (crowd, crowd->first_keys, 0, crowd->first, group_id, crowd->last_keys, n_members - 1);
  take_path (crowd, crowd->last_keys, n_members - 1, crowd->last, group_id, crowd->first_keys, 0);

  start_group (crowd, crowd->first, crowd->first_keys, 0, group_id, epoch_secret);
  start_group (crowd, crowd->last, crowd->last_keys, n_members - 1, group_id, epoch_secret);
}

static void
crowd_clear (Crowd *crowd)
{
  g_clear_pointer (&crowd->first, party_free);
  g_clear_pointer (&crowd->last, party_free);
  g_clear_pointer (&crowd->tree, confab_mls_ratchet_tree_unref);
}

/* Processor time in microseconds: other programs on the machine do not count. */
static gint64
cpu_time (void)
{
  return clock () * G_USEC_PER_SEC / CLOCKS_PER_SEC;
}

static gint
compare_times (gconstpointer one,
               gconstpointer other)
{
  return *(const gint64 *) one < *(const gint64 *) other ? -1 : 1;
}

static double
median (gint64 *times)
{
  qsort (times, N_RUNS, sizeof *times, compare_times);

  return times[N_RUNS / 2] / 1000.0;
}

static void
bench_commits (guint32 n_members)
{
  Crowd crowd = { NULL };
  gint64 commit[N_RUNS];
  gint64 process[N_RUNS];
  gint64 store[N_RUNS];
  gsize size = 0;
  g_autoptr (GError) error = NULL;

  crowd_init (&crowd, n_members);
  for (guint i = 0; i < N_RUNS; i++)
    {
      gint64 start = cpu_time ();
      g_autoptr (ConfabMlsCommitResult) result =
        confab_mls_group_commit (crowd.first->group, NULL, CONFAB_MLS_COMMIT_OMIT_TREE, NULL, &error);
      g_assert_no_error (error);
      commit[i] = cpu_time () - start;
      party_merge (crowd.first);
      size = g_bytes_get_size (result->commit);

      start = cpu_time ();
      party_process_quietly (crowd.last, result->commit);
      process[i] = cpu_time () - start;

      start = cpu_time ();
      g_autoptr (ConfabSecret) state = confab_mls_group_serialize (crowd.last->group);
      store[i] = cpu_time () - start;
    }

  g_print ("%5u members: commit %7.2f ms, process %7.2f ms, store %7.2f ms, %" G_GSIZE_FORMAT " bytes\n", n_members,
           median (commit), median (process), median (store), size);
  crowd_clear (&crowd);
}

static void
bench_messages (gsize length)
{
  Crowd crowd = { NULL };
  g_autofree guint8 *bytes = g_malloc0 (length);
  g_autoptr (GBytes) data = g_bytes_new (bytes, length);
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  const guint n_messages = 500;

  crowd_init (&crowd, 100);
  gint64 start = cpu_time ();
  for (guint i = 0; i < n_messages; i++)
    g_ptr_array_add (messages, confab_mls_group_encrypt (crowd.first->group, data, NULL, NULL));
  gint64 middle = cpu_time ();
  for (guint i = 0; i < n_messages; i++)
    party_process_quietly (crowd.last, g_ptr_array_index (messages, i));
  gint64 end = cpu_time ();

  g_print ("%" G_GSIZE_FORMAT "-byte messages: encrypt %.0f/s, decrypt %.0f/s\n", length,
           n_messages * 1e6 / (middle - start), n_messages * 1e6 / (end - middle));
  crowd_clear (&crowd);
}

int
main (int   argc,
      char *argv[])
{
  static const guint32 sizes[] = { 2, 100, 1000, 5000 };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    bench_commits (sizes[i]);
  bench_messages (100);
  bench_messages (65536);

  return 0;
}
