/* test-mls-joining.c: the other ways into a group: external commits, proposals from outside, successors, shared keys
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "mls-party.h"

static GBytes *
group_info (Party *party)
{
  g_autoptr (GError) error = NULL;
  GBytes *info = confab_mls_group_make_group_info (party->group, TRUE, &error);

  g_assert_no_error (error);

  return info;
}

static GBytes *
join_external (Party     *party,
               GBytes    *info,
               GPtrArray *psks,
               gint64     resync_leaf)
{
  g_autoptr (GError) error = NULL;
  GBytes *commit = NULL;

  g_clear_pointer (&party->group, confab_mls_group_unref);
  party->group = confab_mls_group_join_external (info, party->identity, NULL, psks, resync_leaf, party->policy, &commit,
                                                 &error);
  g_assert_no_error (error);

  return commit;
}

static void
test_external_commit (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) carol = party_new ("carol");
  Party *all[] = { alice, bob, carol };

  parties_found (all, 2, "external");
  g_autoptr (GBytes) info = group_info (alice);
  g_autoptr (GBytes) commit = join_external (carol, info, NULL, -1);
  g_autoptr (ConfabMlsEvent) event = party_process (alice, commit);
  g_assert_cmpint (event->sender_type, ==, CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT);
  g_assert_cmpuint (event->added->len, ==, 1);
  g_assert_cmpuint (event->sender->leaf_index, ==, 2);
  party_process_quietly (bob, commit);
  parties_assert_agree (all, 3);

  /* A group information is good for one join. */
  g_autoptr (Party) dave = party_new ("dave");
  g_autoptr (GBytes) late = join_external (dave, info, NULL, -1);
  party_refuse (alice, late, CONFAB_MLS_ERROR_OLD_EPOCH);

  g_autoptr (GBytes) message = party_say (carol, "from outside");
  party_hear (alice, message, "from outside");
}

/* A device that lost its state comes back and removes its old self. */
static void
test_resync (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) carol = party_new ("carol");
  Party *all[] = { alice, bob, carol };
  g_autoptr (GError) error = NULL;

  parties_found (all, 3, "resync");
  g_autoptr (GBytes) info = group_info (alice);

  GBytes *refused = NULL;
  g_autoptr (ConfabMlsGroup) without =
    confab_mls_group_join_external (info, bob->identity, NULL, NULL, -1, bob->policy, &refused, &error);
  g_assert_null (without);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_DUPLICATE_KEY);

  g_autoptr (GBytes) commit = join_external (bob, info, NULL, 1);
  g_autoptr (ConfabMlsEvent) event = party_process (alice, commit);
  g_assert_cmpuint (event->removed->len, ==, 1);
  g_assert_cmpuint (event->added->len, ==, 1);
  party_process_quietly (carol, commit);
  parties_assert_agree (all, 3);
  g_assert_cmpuint (confab_mls_group_get_n_members (alice->group), ==, 3);

  /* Where the policy says no, nobody gets in that way. */
  g_autoptr (GBytes) next = group_info (alice);
  g_autoptr (Party) stubborn = party_new ("stubborn");
  g_autoptr (GBytes) again = join_external (stubborn, next, NULL, 1);
  confab_mls_policy_set_allow_resync (carol->policy, FALSE);
  party_refuse (carol, again, CONFAB_MLS_ERROR_EXTERNAL_JOIN);
}

static gboolean
accept_same_person (const ConfabMlsMember  *presented,
                    const ConfabMlsMember  *replaced,
                    gpointer                user_data,
                    GError                **error)
{
  if (replaced == NULL || confab_mls_credential_equal (presented->credential, replaced->credential))
    return TRUE;

  g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CREDENTIAL, "another person");
  return FALSE;
}

static void
test_resync_by_a_stranger (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) mallory = party_new ("mallory");
  Party *all[] = { alice, bob };

  parties_found (all, 2, "stranger");
  confab_mls_policy_set_credential_func (alice->policy, accept_same_person, NULL, NULL);
  g_autoptr (GBytes) info = group_info (alice);
  g_autoptr (GBytes) commit = join_external (mallory, info, NULL, 1);
  party_refuse (alice, commit, CONFAB_MLS_ERROR_CREDENTIAL);
}

static void
test_external_commit_with_psk (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  Party *all[] = { alice, bob };
  g_autoptr (GPtrArray) psks = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_psk_id_free);
  g_autoptr (GBytes) id = g_bytes_new_static ("shared", 6);

  party_create (alice, "psk");
  party_add_psk (alice, "shared", "the value");
  party_add_psk (bob, "shared", "the value");
  g_ptr_array_add (psks, confab_mls_psk_id_new_external (confab_crypto_suite_lookup (PARTY_SUITE), id));
  g_autoptr (GBytes) info = group_info (alice);
  g_autoptr (GBytes) commit = join_external (bob, info, psks, -1);
  party_process_quietly (alice, commit);
  parties_assert_agree (all, 2);

  /* Another value of the key gives another epoch, which the tag tells. */
  g_autoptr (Party) carol = party_new ("carol");
  party_add_psk (carol, "shared", "a wrong value");
  g_autoptr (GBytes) next = group_info (alice);
  g_autoptr (GBytes) wrong = join_external (carol, next, psks, -1);
  party_refuse (alice, wrong, CONFAB_MLS_ERROR_CONFIRMATION_TAG);
}

static void
test_psk_in_commit (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) carol = party_new ("carol");
  Party *all[] = { alice, bob, carol };
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (PARTY_SUITE);
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);
  g_autoptr (GBytes) id = g_bytes_new_static ("shared", 6);
  g_autoptr (GError) error = NULL;

  parties_found (all, 2, "psk");
  party_add_psk (alice, "shared", "value");
  g_autoptr (ConfabMlsPskId) external = confab_mls_psk_id_new_external (suite, id);
  GBytes *group_id = confab_mls_group_get_id (alice->group);
  g_autoptr (ConfabMlsPskId) resumption =
    confab_mls_psk_id_new_resumption (suite, CONFAB_MLS_RESUMPTION_APPLICATION, group_id, 1);
  g_autoptr (ConfabMlsKeyPackage) key_package = party_publish (carol);
  g_ptr_array_add (proposals, confab_mls_proposal_new_psk (external));
  g_ptr_array_add (proposals, confab_mls_proposal_new_psk (resumption));
  g_ptr_array_add (proposals, confab_mls_proposal_new_add (key_package));

  g_autoptr (ConfabMlsCommitResult) result =
    confab_mls_group_commit (alice->group, proposals, CONFAB_MLS_COMMIT_DEFAULT, NULL, &error);
  g_assert_no_error (error);
  party_refuse (bob, result->commit, CONFAB_MLS_ERROR_PSK);

  /* It works when the key has come. */
  party_add_psk (bob, "shared", "value");
  party_process_quietly (bob, result->commit);
  party_merge (alice);
  parties_assert_agree (all, 2);

  /* The newcomer has the external key, but cannot have the resumption key of an epoch before it came. */
  party_add_psk (carol, "shared", "value");
  carol->group =
    confab_mls_group_join (result->welcome, carol->bundle, carol->identity, NULL, NULL, carol->policy, &error);
  g_assert_null (carol->group);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PSK);
}

static void
test_reinit (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) new_alice = party_new_with_suite ("alice", 0x0001);
  g_autoptr (Party) new_bob = party_new_with_suite ("bob", 0x0001);
  Party *all[] = { alice, bob };
  Party *successors[] = { new_alice, new_bob };
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_package_unref);
  g_autoptr (GPtrArray) extensions = confab_mls_extensions_new ();
  g_autoptr (GBytes) id = g_bytes_new_static ("successor", 9);
  g_autoptr (GError) error = NULL;

  parties_found (all, 2, "old");
  g_ptr_array_add (proposals, confab_mls_proposal_new_reinit (id, 0x0001, extensions));
  g_autoptr (ConfabMlsCommitResult) result =
    confab_mls_group_commit (alice->group, proposals, CONFAB_MLS_COMMIT_DEFAULT, NULL, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsEvent) event = party_process (bob, result->commit);
  g_assert_nonnull (event->reinit);
  party_merge (alice);

  /* The old group is closed, also after a restart. */
  party_restart (bob);
  g_assert_false (confab_mls_group_is_active (bob->group));
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) sent = confab_mls_group_encrypt (bob->group, data, NULL, &error);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_REINIT);
  g_clear_error (&error);

  /* A successor without all members is refused where it is made. */
  g_autoptr (ConfabMlsCommitResult) partial = NULL;
  g_autoptr (GPtrArray) nobody = g_ptr_array_new ();
  g_autoptr (ConfabMlsGroup) incomplete =
    confab_mls_group_create_reinitialized (alice->group, new_alice->identity, nobody, &partial, &error);
  g_assert_null (incomplete);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_REINIT);
  g_clear_error (&error);

  g_autoptr (ConfabMlsCommitResult) successor = NULL;
  g_ptr_array_add (key_packages, party_publish (new_bob));
  new_alice->group = confab_mls_group_create_reinitialized (alice->group, new_alice->identity, key_packages, &successor,
                                                            &error);
  g_assert_no_error (error);

  /* Without the old group the successor cannot be joined. */
  new_bob->group = confab_mls_group_join (successor->welcome, new_bob->bundle, new_bob->identity, NULL, NULL,
                                          new_bob->policy, &error);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PSK);
  g_clear_error (&error);
  new_bob->group = confab_mls_group_join (successor->welcome, new_bob->bundle, new_bob->identity, NULL, bob->group,
                                          new_bob->policy, &error);
  g_assert_no_error (error);
  parties_assert_agree (successors, 2);
  g_assert_cmpuint (confab_mls_group_get_epoch (new_bob->group), ==, 1);
}

static void
test_branch (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) carol = party_new ("carol");
  g_autoptr (Party) branch_alice = party_new ("alice");
  g_autoptr (Party) branch_bob = party_new ("bob");
  g_autoptr (Party) stranger = party_new ("stranger");
  Party *all[] = { alice, bob, carol };
  Party *branch[] = { branch_alice, branch_bob };
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_package_unref);
  g_autoptr (ConfabMlsCommitResult) result = NULL;
  g_autoptr (GBytes) id = g_bytes_new_static ("branch", 6);
  g_autoptr (GError) error = NULL;

  parties_found (all, 3, "trunk");
  g_ptr_array_add (key_packages, party_publish (branch_bob));
  branch_alice->group =
    confab_mls_group_create_branch (alice->group, id, branch_alice->identity, key_packages, &result, &error);
  g_assert_no_error (error);
  branch_bob->group = confab_mls_group_join (result->welcome, branch_bob->bundle, branch_bob->identity, NULL,
                                             bob->group, branch_bob->policy, &error);
  g_assert_no_error (error);
  parties_assert_agree (branch, 2);

  /* Somebody who is not in the group cannot be in its branch. */
  g_autoptr (ConfabMlsCommitResult) other = NULL;
  g_ptr_array_add (key_packages, party_publish (stranger));
  g_autoptr (ConfabMlsGroup) wrong =
    confab_mls_group_create_branch (alice->group, id, branch_alice->identity, key_packages, &other, &error);
  g_assert_null (wrong);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_REINIT);
}

static void
test_external_sender (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) service = party_new ("service");
  Party *all[] = { alice, bob };
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  g_autoptr (GPtrArray) credentials = g_ptr_array_new ();
  g_autoptr (GPtrArray) extensions = confab_mls_extensions_new ();
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);
  g_autoptr (ConfabMlsProposal) removal = confab_mls_proposal_new_remove (1);
  g_autoptr (GError) error = NULL;

  parties_found (all, 2, "served");
  GBytes *id = confab_mls_group_get_id (alice->group);
  ConfabSecret *private_key = confab_mls_identity_get_private_key (service->identity);

  /* Nobody from outside may propose until the group says so. */
  g_autoptr (GBytes) early = confab_mls_external_proposal_new (PARTY_SUITE, id, 1, 0, private_key, removal, &error);
  g_assert_no_error (error);
  party_refuse (alice, early, CONFAB_MLS_ERROR_SENDER);

  g_ptr_array_add (keys, confab_mls_identity_get_public_key (service->identity));
  g_ptr_array_add (credentials, confab_mls_identity_get_credential (service->identity));
  g_autoptr (GBytes) senders = confab_mls_external_senders_encode (keys, credentials);
  confab_mls_extensions_add (extensions, CONFAB_MLS_EXTENSION_EXTERNAL_SENDERS, senders);
  g_ptr_array_add (proposals, confab_mls_proposal_new_group_context_extensions (extensions));
  g_autoptr (ConfabMlsCommitResult) result =
    confab_mls_group_commit (alice->group, proposals, CONFAB_MLS_COMMIT_DEFAULT, NULL, &error);
  g_assert_no_error (error);
  party_process_quietly (bob, result->commit);
  party_merge (alice);
  parties_assert_agree (all, 2);

  g_autoptr (GBytes) proposal = confab_mls_external_proposal_new (PARTY_SUITE, id, 2, 0, private_key, removal, &error);
  g_autoptr (ConfabMlsEvent) event = party_process (alice, proposal);
  g_assert_cmpint (event->sender_type, ==, CONFAB_MLS_SENDER_EXTERNAL);
  party_process_quietly (bob, proposal);

  /* While it waits nothing is sent: the member might be about to be removed. */
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) sent = confab_mls_group_encrypt (alice->group, data, NULL, &error);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PENDING_PROPOSALS);
  g_clear_error (&error);

  g_autoptr (ConfabMlsCommitResult) commit = confab_mls_group_update (alice->group, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsEvent) gone = party_process (bob, commit->commit);
  g_assert_true (gone->was_removed);
}

static void
test_new_member_proposal (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) carol = party_new ("carol");
  Party *all[] = { alice, bob, carol };
  g_autoptr (GError) error = NULL;

  parties_found (all, 2, "open");
  g_autoptr (ConfabMlsKeyPackage) key_package = party_publish (carol);
  g_autoptr (GBytes) proposal = confab_mls_new_member_proposal_new (confab_mls_group_get_id (alice->group), 1,
                                                                    carol->identity, key_package, &error);
  g_assert_no_error (error);
  party_process_quietly (alice, proposal);
  party_process_quietly (bob, proposal);

  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (alice->group, &error);
  g_assert_no_error (error);
  party_process_quietly (bob, result->commit);
  party_merge (alice);
  party_join (carol, result->welcome);
  parties_assert_agree (all, 3);

  /* The proposal of somebody else for this key package is not its own. */
  g_autoptr (Party) dave = party_new ("dave");
  g_autoptr (ConfabMlsKeyPackage) other = party_publish (dave);
  g_autoptr (GBytes) forged = confab_mls_new_member_proposal_new (confab_mls_group_get_id (alice->group), 2,
                                                                  carol->identity, other, &error);
  party_refuse (alice, forged, CONFAB_MLS_ERROR_SIGNATURE);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mls/joining/external-commit", test_external_commit);
  g_test_add_func ("/mls/joining/resync", test_resync);
  g_test_add_func ("/mls/joining/resync-by-a-stranger", test_resync_by_a_stranger);
  g_test_add_func ("/mls/joining/external-commit-with-psk", test_external_commit_with_psk);
  g_test_add_func ("/mls/joining/psk-in-commit", test_psk_in_commit);
  g_test_add_func ("/mls/joining/reinit", test_reinit);
  g_test_add_func ("/mls/joining/branch", test_branch);
  g_test_add_func ("/mls/joining/external-sender", test_external_sender);
  g_test_add_func ("/mls/joining/new-member-proposal", test_new_member_proposal);

  return g_test_run ();
}
