/* test-mls-hostile-server.c: what a server that orders the messages can try, and what stops it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "mls-party.h"

/* Everybody is known by a name and the key that goes with it, as account keys and device certificates make it. */
typedef struct
{
  GHashTable *keys; /* name → GBytes */
} Directory;

static gboolean
is_known (const ConfabMlsMember  *presented,
          const ConfabMlsMember  *replaced,
          gpointer                user_data,
          GError                **error)
{
  Directory *directory = user_data;
  GBytes *identity = confab_mls_credential_get_identity (presented->credential);
  g_autofree char *name = g_strndup (g_bytes_get_data (identity, NULL), g_bytes_get_size (identity));
  GBytes *key = g_hash_table_lookup (directory->keys, name);

  if (key != NULL && g_bytes_equal (key, presented->signature_key))
    return TRUE;

  g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CREDENTIAL, "nobody vouches for a device of %s", name);
  return FALSE;
}

static Party *
make_party (Directory  *directory,
            const char *name)
{
  Party *party = party_new (name);

  g_hash_table_insert (directory->keys, g_strdup (name),
                       g_bytes_ref (confab_mls_identity_get_public_key (party->identity)));
  confab_mls_policy_set_credential_func (party->policy, is_known, directory, NULL);

  return party;
}

static Directory *
directory_new (void)
{
  Directory *directory = g_new0 (Directory, 1);

  directory->keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);

  return directory;
}

static void
directory_free (Directory *directory)
{
  g_hash_table_unref (directory->keys);
  g_free (directory);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Directory, directory_free)

/* The server answers a claim of Bob's key package with one of its own, in Bob's name. */
static void
test_swapped_key_package (void)
{
  g_autoptr (Directory) directory = directory_new ();
  g_autoptr (Party) alice = make_party (directory, "alice");
  g_autoptr (Party) impostor = party_new ("bob");
  g_autoptr (Party) bob = make_party (directory, "bob");
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_package_unref);
  g_autoptr (GError) error = NULL;

  party_create (alice, "swapped");
  g_ptr_array_add (key_packages, party_publish (impostor));
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_add (alice->group, key_packages, &error);
  g_assert_null (result);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CREDENTIAL);
}

/* The server has the group information and joins from outside, as a device of Alice that she does not have. */
static void
test_ghost_device (void)
{
  g_autoptr (Directory) directory = directory_new ();
  g_autoptr (Party) alice = make_party (directory, "alice");
  g_autoptr (Party) bob = make_party (directory, "bob");
  g_autoptr (Party) ghost = party_new ("alice");
  Party *both[] = { alice, bob };
  g_autoptr (GBytes) commit = NULL;
  g_autoptr (GError) error = NULL;

  parties_found (both, 2, "ghost");
  g_autoptr (GBytes) info = confab_mls_group_make_group_info (alice->group, TRUE, &error);
  ghost->group = confab_mls_group_join_external (info, ghost->identity, NULL, NULL, -1, ghost->policy, &commit, &error);
  g_assert_no_error (error);
  party_refuse (alice, commit, CONFAB_MLS_ERROR_CREDENTIAL);
  party_refuse (bob, commit, CONFAB_MLS_ERROR_CREDENTIAL);

  /* Nor can it propose itself. */
  g_autoptr (ConfabMlsKeyPackage) key_package = party_publish (ghost);
  g_autoptr (GBytes) proposal = confab_mls_new_member_proposal_new (confab_mls_group_get_id (alice->group), 1,
                                                                    ghost->identity, key_package, &error);
  party_refuse (alice, proposal, CONFAB_MLS_ERROR_CREDENTIAL);
}

/* The server makes a group that looks like Alice's, with a ghost in it, and welcomes Bob to that. */
static void
test_forged_group (void)
{
  g_autoptr (Directory) directory = directory_new ();
  g_autoptr (Party) bob = make_party (directory, "bob");
  g_autoptr (Party) forger = party_new ("alice");
  g_autoptr (GError) error = NULL;

  party_create (forger, "the real group's name");
  g_autoptr (ConfabMlsCommitResult) result = party_add (forger, &bob, 1);
  bob->group =
    confab_mls_group_join (result->welcome, bob->bundle, bob->identity, NULL, NULL, bob->policy, &error);
  g_assert_null (bob->group);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CREDENTIAL);
}

/* The server hands out an old group information: a newcomer joins an epoch in which a removed member still is. */
static void
test_rolled_back_epoch (void)
{
  g_autoptr (Directory) directory = directory_new ();
  g_autoptr (Party) alice = make_party (directory, "alice");
  g_autoptr (Party) bob = make_party (directory, "bob");
  g_autoptr (Party) carol = make_party (directory, "carol");
  Party *both[] = { alice, bob };
  g_autoptr (GBytes) commit = NULL;
  guint32 leaf = 1;
  g_autoptr (GError) error = NULL;

  parties_found (both, 2, "rollback");
  g_autoptr (GBytes) old_info = confab_mls_group_make_group_info (alice->group, TRUE, &error);
  g_autoptr (ConfabMlsCommitResult) removal = confab_mls_group_remove (alice->group, &leaf, 1, &error);
  g_assert_no_error (error);
  party_merge (alice);

  carol->group =
    confab_mls_group_join_external (old_info, carol->identity, NULL, NULL, -1, carol->policy, &commit, &error);
  g_assert_no_error (error);
  party_refuse (alice, commit, CONFAB_MLS_ERROR_OLD_EPOCH);

  /* Carol finds out as soon as anything arrives: she and Alice do not agree. */
  g_autoptr (GBytes) mine = confab_mls_group_get_epoch_authenticator (alice->group);
  g_autoptr (GBytes) hers = confab_mls_group_get_epoch_authenticator (carol->group);
  g_assert_false (g_bytes_equal (mine, hers));
  g_autoptr (GBytes) message = party_say (alice, "x");
  party_refuse (carol, message, CONFAB_MLS_ERROR_DECRYPTION);
}

/* The server lets two commits of one epoch win, each with another part of the group. */
static void
test_split_group (void)
{
  g_autoptr (Directory) directory = directory_new ();
  g_autoptr (Party) alice = make_party (directory, "alice");
  g_autoptr (Party) bob = make_party (directory, "bob");
  g_autoptr (Party) carol = make_party (directory, "carol");
  Party *all[] = { alice, bob, carol };
  g_autoptr (GError) error = NULL;

  parties_found (all, 3, "split");
  g_autoptr (ConfabMlsCommitResult) one = confab_mls_group_update (alice->group, &error);
  g_autoptr (ConfabMlsCommitResult) other = confab_mls_group_update (bob->group, &error);
  party_merge (alice);
  party_process_quietly (carol, one->commit);
  party_merge (bob);

  /* From then on the halves cannot talk, and each notices at the first message. */
  g_autoptr (GBytes) message = party_say (alice, "x");
  party_hear (carol, message, "x");
  party_refuse (bob, message, CONFAB_MLS_ERROR_DECRYPTION);
  g_autoptr (ConfabMlsCommitResult) next = confab_mls_group_update (alice->group, &error);
  party_refuse (bob, next->commit, CONFAB_MLS_ERROR_DECRYPTION);
}

static void
test_dropped_commit (void)
{
  g_autoptr (Directory) directory = directory_new ();
  g_autoptr (Party) alice = make_party (directory, "alice");
  g_autoptr (Party) bob = make_party (directory, "bob");
  Party *both[] = { alice, bob };
  g_autoptr (GError) error = NULL;

  parties_found (both, 2, "dropped");
  g_autoptr (ConfabMlsCommitResult) first = confab_mls_group_update (alice->group, &error);
  party_merge (alice);
  g_autoptr (ConfabMlsCommitResult) second = confab_mls_group_update (alice->group, &error);
  party_merge (alice);

  /* Out of order is noticed, told apart from damage, and healed when the missing one comes. */
  party_refuse (bob, second->commit, CONFAB_MLS_ERROR_FUTURE_EPOCH);
  party_process_quietly (bob, first->commit);
  party_process_quietly (bob, second->commit);
  party_refuse (bob, second->commit, CONFAB_MLS_ERROR_OLD_EPOCH);
  parties_assert_agree (both, 2);
}

/* The server gives the Welcome of a commit that it did not accept to the newcomer. */
static void
test_welcome_of_a_lost_commit (void)
{
  g_autoptr (Directory) directory = directory_new ();
  g_autoptr (Party) alice = make_party (directory, "alice");
  g_autoptr (Party) bob = make_party (directory, "bob");
  g_autoptr (Party) carol = make_party (directory, "carol");
  Party *both[] = { alice, bob };
  g_autoptr (GError) error = NULL;

  parties_found (both, 2, "lost");
  g_autoptr (ConfabMlsCommitResult) lost = party_add (alice, &carol, 1);
  g_autoptr (ConfabMlsCommitResult) won = confab_mls_group_update (bob->group, &error);
  party_process_quietly (alice, won->commit);
  party_merge (bob);
  parties_assert_agree (both, 2);

  party_join (carol, lost->welcome);
  g_autoptr (GBytes) message = party_say (alice, "not for carol");
  party_refuse (carol, message, CONFAB_MLS_ERROR_DECRYPTION);
  g_autoptr (GBytes) answer = party_say (carol, "from nowhere");
  party_refuse (alice, answer, CONFAB_MLS_ERROR_DECRYPTION);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mls/hostile-server/swapped-key-package", test_swapped_key_package);
  g_test_add_func ("/mls/hostile-server/ghost-device", test_ghost_device);
  g_test_add_func ("/mls/hostile-server/forged-group", test_forged_group);
  g_test_add_func ("/mls/hostile-server/rolled-back-epoch", test_rolled_back_epoch);
  g_test_add_func ("/mls/hostile-server/split-group", test_split_group);
  g_test_add_func ("/mls/hostile-server/dropped-commit", test_dropped_commit);
  g_test_add_func ("/mls/hostile-server/welcome-of-a-lost-commit", test_welcome_of_a_lost_commit);

  return g_test_run ();
}
