/* test-mls-group.c: the life of a group among its own clients
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "mls-party.h"

static GPtrArray *
make_parties (gsize n_parties)
{
  GPtrArray *parties = g_ptr_array_new_with_free_func ((GDestroyNotify) party_free);

  for (gsize i = 0; i < n_parties; i++)
    {
      g_autofree char *name = g_strdup_printf ("party %" G_GSIZE_FORMAT, i);
      g_ptr_array_add (parties, party_new (name));
    }

  return parties;
}

#define PARTY(parties, i) ((Party *) g_ptr_array_index (parties, i))
#define PARTIES(parties) ((Party **) (parties)->pdata)

static void
test_two_members (gconstpointer data)
{
  guint16 suite = GPOINTER_TO_UINT (data);
  g_autoptr (Party) alice = party_new_with_suite ("alice", suite);
  g_autoptr (Party) bob = party_new_with_suite ("bob", suite);
  Party *both[] = { alice, bob };

  parties_found (both, 2, "group");
  g_assert_cmpuint (confab_mls_group_get_n_members (bob->group), ==, 2);
  g_assert_cmpuint (confab_mls_group_get_own_leaf (bob->group), ==, 1);
  g_assert_cmpuint (confab_mls_group_get_cipher_suite (bob->group), ==, suite);

  g_autoptr (GBytes) hello = party_say (alice, "hello");
  g_autoptr (GBytes) answer = party_say (bob, "answer");
  party_hear (bob, hello, "hello");
  party_hear (alice, answer, "answer");

  g_autoptr (ConfabMlsMember) member =
    confab_mls_group_find_member (alice->group, confab_mls_identity_get_public_key (bob->identity));
  g_assert_nonnull (member);
  g_assert_cmpuint (member->leaf_index, ==, 1);
}

/* A long random history, in which everybody commits, adds and removes, with restarts in between. */
static void
test_random_history (void)
{
  g_autoptr (GPtrArray) members = make_parties (3);
  guint n_made = 3;

  parties_found (PARTIES (members), members->len, "history");
  for (guint step = 0; step < 60; step++)
    {
      Party *actor = PARTY (members, g_test_rand_int_range (0, members->len));
      g_autoptr (ConfabMlsCommitResult) result = NULL;
      g_autoptr (GError) error = NULL;
      gint choice = g_test_rand_int_range (0, 10);

      if (choice < 4 && members->len < 20)
        {
          g_autofree char *name = g_strdup_printf ("newcomer %u", n_made++);
          Party *newcomer = party_new (name);

          result = party_add (actor, &newcomer, 1);
          parties_follow (PARTIES (members), members->len, actor, result->commit);
          party_join (newcomer, result->welcome);
          g_ptr_array_add (members, newcomer);
        }
      else if (choice < 6 && members->len > 2)
        {
          Party *victim = PARTY (members, g_test_rand_int_range (0, members->len));
          guint32 leaf = confab_mls_group_get_own_leaf (victim->group);

          if (victim == actor)
            continue;
          result = confab_mls_group_remove (actor->group, &leaf, 1, &error);
          g_assert_no_error (error);
          parties_follow (PARTIES (members), members->len, actor, result->commit);
          g_assert_false (confab_mls_group_is_active (victim->group));
          g_ptr_array_remove (members, victim);
        }
      else if (choice < 7)
        {
          Party *other = PARTY (members, g_test_rand_int_range (0, members->len));
          g_autoptr (GBytes) proposal = confab_mls_group_propose_update (other->group, &error);

          g_assert_no_error (error);
          parties_follow (PARTIES (members), members->len, other, proposal);
          result = confab_mls_group_update (actor->group, &error);
          g_assert_no_error (error);
          parties_follow (PARTIES (members), members->len, actor, result->commit);
        }
      else
        {
          result = confab_mls_group_update (actor->group, &error);
          g_assert_no_error (error);
          parties_follow (PARTIES (members), members->len, actor, result->commit);
        }

      party_merge (actor);
      party_restart (PARTY (members, g_test_rand_int_range (0, members->len)));
      parties_assert_agree (PARTIES (members), members->len);

      g_autoptr (GBytes) message = party_say (actor, "after the commit");
      for (guint i = 0; i < members->len; i++)
        {
          if (PARTY (members, i) != actor)
            party_hear (PARTY (members, i), message, "after the commit");
        }
    }
}

static void
test_removal_ends_access (void)
{
  g_autoptr (GPtrArray) all = make_parties (4);
  Party *alice = PARTY (all, 0);
  Party *mallory = PARTY (all, 3);
  guint32 leaf = 0;
  g_autoptr (GError) error = NULL;

  parties_found (PARTIES (all), all->len, "removal");
  g_autoptr (GBytes) before = party_say (alice, "before");
  leaf = confab_mls_group_get_own_leaf (mallory->group);
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_remove (alice->group, &leaf, 1, &error);
  g_assert_no_error (error);

  g_autoptr (ConfabMlsEvent) seen = party_process (PARTY (all, 1), result->commit);
  g_assert_cmpuint (seen->removed->len, ==, 1);
  g_assert_cmpuint (((ConfabMlsMember *) g_ptr_array_index (seen->removed, 0))->leaf_index, ==, leaf);
  party_process_quietly (PARTY (all, 2), result->commit);

  g_autoptr (ConfabMlsEvent) event = party_process (mallory, result->commit);
  g_assert_true (event->was_removed);
  g_assert_false (confab_mls_group_is_active (mallory->group));
  party_merge (alice);
  parties_assert_agree (PARTIES (all), 3);

  /* What was sent before still arrives; nothing that comes after can be read or sent. */
  party_hear (mallory, before, "before");
  g_autoptr (GBytes) after = party_say (alice, "after");
  party_refuse (mallory, after, CONFAB_MLS_ERROR_FUTURE_EPOCH);
  g_autoptr (GBytes) data = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) sent = confab_mls_group_encrypt (mallory->group, data, NULL, &error);
  g_assert_null (sent);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_NOT_MEMBER);

  /* Being out survives a restart. */
  party_restart (mallory);
  g_assert_false (confab_mls_group_is_active (mallory->group));
}

static void
test_welcome_tells_no_history (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) carol = party_new ("carol");
  Party *both[] = { alice, bob };

  parties_found (both, 2, "history");
  g_autoptr (GBytes) secret = party_say (alice, "before carol");
  g_autoptr (ConfabMlsCommitResult) result = party_add (alice, &carol, 1);
  party_process_quietly (bob, result->commit);
  party_merge (alice);
  party_join (carol, result->welcome);
  party_refuse (carol, secret, CONFAB_MLS_ERROR_OLD_EPOCH);
  party_hear (bob, secret, "before carol");
}

static void
test_conflicting_commits (void)
{
  g_autoptr (GPtrArray) all = make_parties (3);
  g_autoptr (GError) error = NULL;

  parties_found (PARTIES (all), all->len, "conflict");
  g_autoptr (ConfabMlsCommitResult) winner = confab_mls_group_update (PARTY (all, 0)->group, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsCommitResult) loser = confab_mls_group_update (PARTY (all, 1)->group, &error);
  g_assert_no_error (error);
  g_assert_true (confab_mls_group_has_pending (PARTY (all, 1)->group));

  /* Making a commit changed nothing, and a second one is refused while one waits. */
  parties_assert_agree (PARTIES (all), all->len);
  g_autoptr (ConfabMlsCommitResult) second = confab_mls_group_update (PARTY (all, 1)->group, &error);
  g_assert_null (second);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_PENDING_COMMIT);
  g_clear_error (&error);

  party_process_quietly (PARTY (all, 1), winner->commit);
  party_process_quietly (PARTY (all, 2), winner->commit);
  g_assert_false (confab_mls_group_has_pending (PARTY (all, 1)->group));

  /* The winner learns of it by getting its own commit back. */
  g_autoptr (ConfabMlsEvent) own = party_process (PARTY (all, 0), winner->commit);
  g_assert_true (own->is_own_commit);
  g_assert_cmpuint (own->updated->len, ==, 1);
  parties_assert_agree (PARTIES (all), all->len);

  party_refuse (PARTY (all, 2), loser->commit, CONFAB_MLS_ERROR_OLD_EPOCH);
  party_refuse (PARTY (all, 2), winner->commit, CONFAB_MLS_ERROR_OLD_EPOCH);

  g_autoptr (ConfabMlsCommitResult) again = confab_mls_group_update (PARTY (all, 1)->group, &error);
  g_assert_no_error (error);
  parties_follow (PARTIES (all), all->len, PARTY (all, 1), again->commit);
  party_merge (PARTY (all, 1));
  parties_assert_agree (PARTIES (all), all->len);
}

static void
test_pending_survives_restart (void)
{
  g_autoptr (GPtrArray) all = make_parties (3);
  g_autoptr (GError) error = NULL;

  parties_found (PARTIES (all), all->len, "restart");
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (PARTY (all, 0)->group, &error);
  g_assert_no_error (error);
  party_restart (PARTY (all, 0));
  g_assert_true (confab_mls_group_has_pending (PARTY (all, 0)->group));
  parties_follow (PARTIES (all), all->len, NULL, result->commit);
  parties_assert_agree (PARTIES (all), all->len);
}

/* Restarts between every two steps of an exchange out of order. */
static void
test_state_keeps_everything (void)
{
  g_autoptr (GPtrArray) all = make_parties (3);
  Party *alice = PARTY (all, 0);
  Party *bob = PARTY (all, 1);
  g_autoptr (GError) error = NULL;

  parties_found (PARTIES (all), all->len, "state");
  g_autoptr (GBytes) first = party_say (alice, "first");
  g_autoptr (GBytes) second = party_say (alice, "second");
  party_restart (alice);
  g_autoptr (GBytes) third = party_say (alice, "third");

  party_restart (bob);
  party_hear (bob, third, "third");
  party_restart (bob);
  party_hear (bob, first, "first");
  party_restart (bob);
  party_refuse (bob, first, CONFAB_MLS_ERROR_REPLAY);

  g_autoptr (GBytes) proposal = confab_mls_group_propose_update (alice->group, &error);
  g_assert_no_error (error);
  party_restart (alice);
  party_process_quietly (bob, proposal);
  party_process_quietly (PARTY (all, 2), proposal);
  party_restart (bob);
  g_assert_cmpuint (confab_mls_group_get_n_proposals (bob->group), ==, 1);
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (bob->group, &error);
  g_assert_no_error (error);
  party_merge (bob);
  party_restart (bob);
  party_process_quietly (alice, result->commit);
  party_process_quietly (PARTY (all, 2), result->commit);
  parties_assert_agree (PARTIES (all), all->len);

  /* A late message of the epoch before, after a restart. */
  party_hear (bob, second, "second");
}

static void
test_damaged_state_is_refused (void)
{
  g_autoptr (GPtrArray) all = make_parties (3);
  g_autoptr (GError) error = NULL;

  parties_found (PARTIES (all), all->len, "damage");
  g_autoptr (GBytes) message = party_say (PARTY (all, 1), "x");
  party_hear (PARTY (all, 0), message, "x");
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (PARTY (all, 0)->group, &error);
  g_autoptr (ConfabSecret) state = confab_mls_group_serialize (PARTY (all, 0)->group);
  ConfabSpan span = confab_secret_span (state);

  for (gsize length = 0; length < span.length; length += 1 + length / 64)
    {
      g_autoptr (ConfabMlsGroup) group =
        confab_mls_group_deserialize (confab_span (span.data, length), PARTY (all, 0)->policy, &error);
      g_assert_null (group);
      g_assert_nonnull (error);
      g_clear_error (&error);
    }

  /* A changed byte gives an error or a group, but never a crash. */
  for (gsize place = 0; place < span.length; place += 7)
    {
      g_autoptr (GBytes) bytes = confab_span_to_bytes (span);
      g_autoptr (GBytes) changed = bytes_flip (bytes, place);
      g_autoptr (ConfabMlsGroup) group =
        confab_mls_group_deserialize (confab_span_from_bytes (changed), PARTY (all, 0)->policy, NULL);
    }
}

static void
test_signature_key_rotation (void)
{
  g_autoptr (GPtrArray) all = make_parties (3);
  Party *alice = PARTY (all, 0);
  Party *bob = PARTY (all, 1);
  g_autoptr (GError) error = NULL;

  parties_found (PARTIES (all), all->len, "rotation");

  /* By a commit … */
  g_autoptr (ConfabMlsIdentity) fresh =
    confab_mls_identity_generate (PARTY_SUITE, confab_mls_identity_get_credential (alice->identity), NULL, &error);
  confab_mls_group_set_next_identity (alice->group, fresh);
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (alice->group, &error);
  g_assert_no_error (error);
  parties_follow (PARTIES (all), all->len, alice, result->commit);
  party_merge (alice);
  parties_assert_agree (PARTIES (all), all->len);
  g_autoptr (ConfabMlsMember) member =
    confab_mls_group_find_member (bob->group, confab_mls_identity_get_public_key (fresh));
  g_assert_nonnull (member);

  /* … and by an update that somebody else commits. */
  g_autoptr (ConfabMlsIdentity) other =
    confab_mls_identity_generate (PARTY_SUITE, confab_mls_identity_get_credential (bob->identity), NULL, &error);
  confab_mls_group_set_next_identity (bob->group, other);
  g_autoptr (GBytes) proposal = confab_mls_group_propose_update (bob->group, &error);
  g_assert_no_error (error);
  parties_follow (PARTIES (all), all->len, bob, proposal);
  g_autoptr (ConfabMlsCommitResult) second = confab_mls_group_update (alice->group, &error);
  g_assert_no_error (error);
  parties_follow (PARTIES (all), all->len, alice, second->commit);
  party_merge (alice);
  parties_assert_agree (PARTIES (all), all->len);

  g_autoptr (GBytes) message = party_say (bob, "with the new key");
  party_hear (alice, message, "with the new key");
}

static void
test_partial_commit (void)
{
  g_autoptr (GPtrArray) all = make_parties (3);
  Party *dave = party_new ("dave");
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);
  g_autoptr (GError) error = NULL;

  parties_found (PARTIES (all), all->len, "partial");
  g_autoptr (ConfabMlsKeyPackage) key_package = party_publish (dave);
  g_ptr_array_add (proposals, confab_mls_proposal_new_add (key_package));
  g_autoptr (ConfabMlsCommitResult) result =
    confab_mls_group_commit (PARTY (all, 0)->group, proposals, CONFAB_MLS_COMMIT_OMIT_PATH, NULL, &error);
  g_assert_no_error (error);
  parties_follow (PARTIES (all), all->len, PARTY (all, 0), result->commit);
  party_merge (PARTY (all, 0));
  party_join (dave, result->welcome);
  g_ptr_array_add (all, dave);
  parties_assert_agree (PARTIES (all), all->len);

  /* Everybody can commit in a tree that has an unmerged leaf. */
  for (guint i = 0; i < all->len; i++)
    {
      g_autoptr (ConfabMlsCommitResult) update = confab_mls_group_update (PARTY (all, i)->group, &error);
      g_assert_no_error (error);
      parties_follow (PARTIES (all), all->len, PARTY (all, i), update->commit);
      party_merge (PARTY (all, i));
      parties_assert_agree (PARTIES (all), all->len);
    }
}

static void
test_public_handshakes (void)
{
  g_autoptr (GPtrArray) all = make_parties (3);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < all->len; i++)
    confab_mls_policy_set_encrypt_handshakes (PARTY (all, i)->policy, FALSE);
  parties_found (PARTIES (all), all->len, "public");

  g_autoptr (GBytes) proposal = confab_mls_group_propose_update (PARTY (all, 1)->group, &error);
  g_assert_no_error (error);
  parties_follow (PARTIES (all), all->len, PARTY (all, 1), proposal);
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (PARTY (all, 0)->group, &error);
  g_assert_no_error (error);
  parties_follow (PARTIES (all), all->len, PARTY (all, 0), result->commit);
  party_merge (PARTY (all, 0));
  parties_assert_agree (PARTIES (all), all->len);
}

/* The tree goes separately, as a server that keeps it would hand it out. */
static void
test_tree_outside_of_welcome (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);
  g_autoptr (GError) error = NULL;
  Party *both[] = { alice, bob };

  party_create (alice, "tree");
  g_autoptr (ConfabMlsKeyPackage) key_package = party_publish (bob);
  g_ptr_array_add (proposals, confab_mls_proposal_new_add (key_package));
  g_autoptr (ConfabMlsCommitResult) result =
    confab_mls_group_commit (alice->group, proposals, CONFAB_MLS_COMMIT_OMIT_TREE, NULL, &error);
  g_autoptr (GBytes) old_tree = confab_mls_group_export_ratchet_tree (alice->group);
  party_merge (alice);
  g_autoptr (GBytes) tree = confab_mls_group_export_ratchet_tree (alice->group);

  bob->group = confab_mls_group_join (result->welcome, bob->bundle, bob->identity, NULL, NULL, bob->policy, &error);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_TREE);
  g_clear_error (&error);
  bob->group = confab_mls_group_join (result->welcome, bob->bundle, bob->identity, old_tree, NULL, bob->policy, &error);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_TREE_HASH);
  g_clear_error (&error);
  bob->group = confab_mls_group_join (result->welcome, bob->bundle, bob->identity, tree, NULL, bob->policy, &error);
  g_assert_no_error (error);
  parties_assert_agree (both, 2);
}

static void
test_thousand_members (void)
{
  g_autoptr (GPtrArray) all = make_parties (1000);
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_package_unref);
  g_autoptr (GError) error = NULL;
  Party *first = PARTY (all, 0);
  Party *last = PARTY (all, 999);

  party_create (first, "crowd");
  for (guint i = 1; i < all->len; i++)
    g_ptr_array_add (key_packages, party_publish (PARTY (all, i)));
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_add (first->group, key_packages, &error);
  g_assert_no_error (error);
  party_merge (first);
  party_join (last, result->welcome);
  party_join (PARTY (all, 500), result->welcome);
  g_assert_cmpuint (confab_mls_group_get_n_members (last->group), ==, 1000);

  Party *some[] = { first, last, PARTY (all, 500) };
  parties_assert_agree (some, 3);
  g_autoptr (ConfabMlsCommitResult) update = confab_mls_group_update (last->group, &error);
  g_assert_no_error (error);
  party_process_quietly (first, update->commit);
  party_process_quietly (PARTY (all, 500), update->commit);
  party_merge (last);
  parties_assert_agree (some, 3);

  guint32 leaves[] = { 3, 700, 998 };
  g_autoptr (ConfabMlsCommitResult) removal =
    confab_mls_group_remove (first->group, leaves, G_N_ELEMENTS (leaves), &error);
  g_assert_no_error (error);
  party_process_quietly (last, removal->commit);
  party_process_quietly (PARTY (all, 500), removal->commit);
  party_merge (first);
  parties_assert_agree (some, 3);
  g_assert_cmpuint (confab_mls_group_get_n_members (first->group), ==, 997);
}

/* What a client asks before it knows which group or key package a message is for. */
static void
test_routing (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (GBytes) group_id = NULL;
  guint64 epoch = 0;
  g_autoptr (GError) error = NULL;

  party_create (alice, "routing");
  g_autoptr (ConfabMlsCommitResult) result = party_add (alice, &bob, 1);
  g_autoptr (GPtrArray) invited = confab_mls_message_list_invited (result->welcome, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (invited->len, ==, 1);
  g_assert_true (g_bytes_equal (g_ptr_array_index (invited, 0), confab_mls_key_bundle_get_reference (bob->bundle)));

  g_assert_true (confab_mls_message_get_place (result->commit, &group_id, &epoch, &error));
  g_assert_true (g_bytes_equal (group_id, confab_mls_group_get_id (alice->group)));
  g_assert_cmpuint (epoch, ==, 0);
  g_assert_true (confab_mls_message_get_place (result->group_info, NULL, &epoch, &error));
  g_assert_cmpuint (epoch, ==, 1);

  g_assert_false (confab_mls_message_get_place (result->welcome, NULL, NULL, &error));
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_ARGUMENT);
  g_clear_error (&error);
  g_autoptr (GPtrArray) none = confab_mls_message_list_invited (result->commit, &error);
  g_assert_null (none);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_ARGUMENT);
}

static void
test_export_bounds (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (GError) error = NULL;

  party_create (alice, "export");
  g_autoptr (ConfabSecret) longest =
    confab_mls_group_export (alice->group, "l", confab_span_empty (), 255 * 32, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (confab_secret_get_length (longest), ==, 255 * 32);
  g_autoptr (ConfabSecret) longer =
    confab_mls_group_export (alice->group, "l", confab_span_empty (), 255 * 32 + 1, &error);
  g_assert_null (longer);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_ARGUMENT);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/mls/group/two-members-chacha", GUINT_TO_POINTER (0x0003), test_two_members);
  g_test_add_data_func ("/mls/group/two-members-aes", GUINT_TO_POINTER (0x0001), test_two_members);
  g_test_add_func ("/mls/group/random-history", test_random_history);
  g_test_add_func ("/mls/group/removal-ends-access", test_removal_ends_access);
  g_test_add_func ("/mls/group/welcome-tells-no-history", test_welcome_tells_no_history);
  g_test_add_func ("/mls/group/conflicting-commits", test_conflicting_commits);
  g_test_add_func ("/mls/group/pending-survives-restart", test_pending_survives_restart);
  g_test_add_func ("/mls/group/state-keeps-everything", test_state_keeps_everything);
  g_test_add_func ("/mls/group/damaged-state-is-refused", test_damaged_state_is_refused);
  g_test_add_func ("/mls/group/signature-key-rotation", test_signature_key_rotation);
  g_test_add_func ("/mls/group/partial-commit", test_partial_commit);
  g_test_add_func ("/mls/group/public-handshakes", test_public_handshakes);
  g_test_add_func ("/mls/group/tree-outside-of-welcome", test_tree_outside_of_welcome);
  g_test_add_func ("/mls/group/thousand-members", test_thousand_members);
  g_test_add_func ("/mls/group/routing", test_routing);
  g_test_add_func ("/mls/group/export-bounds", test_export_bounds);

  return g_test_run ();
}
