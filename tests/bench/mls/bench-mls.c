/* bench-mls.c: how long Confab's MLS takes, one line of JSON for each measurement
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: bench-mls SUITE MEMBERS… bench-mls.mjs does the same with ts-mls; compare.py runs both.
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "confab-mls-group.h"

/* A measurement is repeated until it has taken this long. */
#define BENCH_ENOUGH_USEC (G_USEC_PER_SEC / 2)

typedef struct
{
  ConfabMlsIdentity  *identity;
  ConfabMlsKeyBundle *key_bundle;
  ConfabMlsGroup     *group;
} Member;

typedef struct
{
  guint16          suite;
  guint            n_members;
  ConfabMlsPolicy *policy;
  Member           creator;
  Member           other;
} Bench;

static void
print_result (const Bench *bench,
              const char  *what,
              gint64       usec,
              guint        n_times)
{
  printf ("{\"what\": \"%s\", \"members\": %u, \"ms\": %.6f, \"times\": %u}\n",
          what, bench->n_members, usec / 1000.0 / n_times, n_times);
  fflush (stdout);
}

static void
make_member (const Bench *bench,
             guint        number,
             Member      *member)
{
  guint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *name = g_strdup_printf ("member-%u", number);
  g_autoptr (GBytes) name_bytes = g_bytes_new (name, strlen (name));
  g_autoptr (ConfabMlsCredential) credential = confab_mls_credential_new_basic (name_bytes);
  g_autoptr (GError) error = NULL;

  member->identity = confab_mls_identity_generate (bench->suite, credential, NULL, &error);
  g_assert_no_error (error);
  member->key_bundle = confab_mls_key_bundle_new (member->identity, now - 3600, now + 14 * 86400, FALSE, &error);
  g_assert_no_error (error);
}

static void
member_clear (Member *member)
{
  g_clear_pointer (&member->group, confab_mls_group_unref);
  g_clear_pointer (&member->key_bundle, confab_mls_key_bundle_unref);
  g_clear_pointer (&member->identity, confab_mls_identity_unref);
}

/* All members but the creator are added by one commit; the last of them joins. */
static void
fill_group (Bench *bench)
{
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_package_unref);
  g_autoptr (GBytes) group_id = g_bytes_new_static ("bench", 5);
  g_autoptr (ConfabMlsCommitResult) result = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  make_member (bench, 0, &bench->creator);
  for (guint i = 1; i < bench->n_members; i++)
    {
      member_clear (&bench->other);
      make_member (bench, i, &bench->other);
      g_ptr_array_add (key_packages,
                       confab_mls_key_package_ref (confab_mls_key_bundle_get_key_package (bench->other.key_bundle)));
    }
  print_result (bench, "make key packages", g_get_monotonic_time () - start, 1);

  bench->creator.group = confab_mls_group_create (group_id, bench->creator.identity, NULL, bench->policy, &error);
  g_assert_no_error (error);

  start = g_get_monotonic_time ();
  result = confab_mls_group_add (bench->creator.group, key_packages, &error);
  g_assert_no_error (error);
  confab_mls_group_merge_pending (bench->creator.group, &error);
  g_assert_no_error (error);
  print_result (bench, "add all", g_get_monotonic_time () - start, 1);

  start = g_get_monotonic_time ();
  bench->other.group = confab_mls_group_join (result->welcome, bench->other.key_bundle, bench->other.identity,
                                              NULL, NULL, bench->policy, &error);
  g_assert_no_error (error);
  print_result (bench, "join", g_get_monotonic_time () - start, 1);
}

static gint64
commit_and_process (Bench      *bench,
                    Member     *committer,
                    Member     *receiver,
                    const char *commit_name,
                    const char *process_name)
{
  g_autoptr (ConfabMlsCommitResult) result = NULL;
  g_autoptr (ConfabMlsEvent) event = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();
  gint64 middle = 0;

  result = confab_mls_group_update (committer->group, &error);
  g_assert_no_error (error);
  confab_mls_group_merge_pending (committer->group, &error);
  g_assert_no_error (error);
  middle = g_get_monotonic_time ();
  event = confab_mls_group_process (receiver->group, result->commit, &error);
  g_assert_no_error (error);

  print_result (bench, commit_name, middle - start, 1);
  print_result (bench, process_name, g_get_monotonic_time () - middle, 1);

  return g_get_monotonic_time () - start;
}

/* The first commit meets a tree of unmerged leaves, the worst there is; the later ones, by both in turn, half of it. */
static void
run_commits (Bench *bench)
{
  gint64 spent = 0;

  commit_and_process (bench, &bench->creator, &bench->other, "first commit", "process first commit");
  for (guint i = 0; i < 20 && spent < BENCH_ENOUGH_USEC; i++)
    {
      spent += commit_and_process (bench, &bench->other, &bench->creator, "commit", "process commit");
      spent += commit_and_process (bench, &bench->creator, &bench->other, "commit", "process commit");
    }
}

static void
run_messages (Bench *bench,
              gsize  size,
              guint  n_messages)
{
  g_autoptr (GBytes) data = confab_crypto_random_bytes (size);
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autofree char *encrypt_name = g_strdup_printf ("encrypt %" G_GSIZE_FORMAT " bytes", size);
  g_autofree char *decrypt_name = g_strdup_printf ("decrypt %" G_GSIZE_FORMAT " bytes", size);
  g_autoptr (GError) error = NULL;
  gint64 start = g_get_monotonic_time ();

  for (guint i = 0; i < n_messages; i++)
    {
      g_ptr_array_add (messages, confab_mls_group_encrypt (bench->creator.group, data, NULL, &error));
      g_assert_no_error (error);
    }
  print_result (bench, encrypt_name, g_get_monotonic_time () - start, n_messages);

  start = g_get_monotonic_time ();
  for (guint i = 0; i < n_messages; i++)
    {
      g_autoptr (GBytes) opened = confab_mls_group_decrypt (bench->other.group, g_ptr_array_index (messages, i), NULL,
                                                            &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (opened), ==, size);
    }
  print_result (bench, decrypt_name, g_get_monotonic_time () - start, n_messages);
}

int
main (int   argc,
      char *argv[])
{
  for (int i = 2; i < argc; i++)
    {
      Bench bench = { .suite = atoi (argv[1]), .n_members = atoi (argv[i]), .policy = confab_mls_policy_new () };

      confab_mls_policy_set_credential_func (bench.policy, confab_mls_accept_any_credential, NULL, NULL);
      fill_group (&bench);
      run_commits (&bench);
      run_messages (&bench, 100, 1000);
      run_messages (&bench, 65536, 200);
      member_clear (&bench.creator);
      member_clear (&bench.other);
      confab_mls_policy_unref (bench.policy);
    }

  return 0;
}
