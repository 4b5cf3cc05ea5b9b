/* test-mls-messages.c: messages that come late, twice, out of order, damaged or forged, and keys that must be gone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-mls-group-private.h"

#include "mls-party.h"

static void
test_out_of_order (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  Party *both[] = { alice, bob };
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  parties_found (both, 2, "order");
  for (guint i = 0; i < 20; i++)
    {
      g_autofree char *text = g_strdup_printf ("message %u", i);
      g_ptr_array_add (messages, party_say (alice, text));
    }

  for (guint i = 0; i < 20; i++)
    {
      guint place = (i * 7 + 5) % 20;
      g_autofree char *text = g_strdup_printf ("message %u", place);

      party_hear (bob, g_ptr_array_index (messages, place), text);
      party_refuse (bob, g_ptr_array_index (messages, place), CONFAB_MLS_ERROR_REPLAY);
    }

  g_assert_cmpuint (confab_mls_secret_tree_count_kept (bob->group->epoch->secret_tree), ==, 0);
}

static void
test_own_message (void)
{
  g_autoptr (Party) alice = party_new ("alice");

  party_create (alice, "own");
  g_autoptr (GBytes) message = party_say (alice, "to myself");
  party_refuse (alice, message, CONFAB_MLS_ERROR_OWN_MESSAGE);
}

static void
test_generation_window (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  Party *both[] = { alice, bob };
  g_autoptr (GBytes) first = NULL;
  g_autoptr (GBytes) kept = NULL;

  confab_mls_policy_set_generation_window (bob->policy, 50, 10);
  parties_found (both, 2, "window");
  first = party_say (alice, "first");
  for (guint i = 1; i < 45; i++)
    {
      g_autoptr (GBytes) lost = party_say (alice, "lost");
      if (i == 40)
        kept = g_bytes_ref (lost);
    }

  g_autoptr (GBytes) near = party_say (alice, "near");
  party_hear (bob, near, "near");
  party_hear (bob, kept, "lost");
  party_refuse (bob, first, CONFAB_MLS_ERROR_REPLAY);
  g_assert_cmpuint (confab_mls_secret_tree_count_kept (bob->group->epoch->secret_tree), <=, 10);

  for (guint i = 0; i < 60; i++)
    g_bytes_unref (party_say (alice, "lost"));
  g_autoptr (GBytes) far = party_say (alice, "far");
  party_refuse (bob, far, CONFAB_MLS_ERROR_GENERATION);
}

static void
test_late_messages (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  Party *both[] = { alice, bob };
  g_autoptr (GBytes) late = NULL;
  g_autoptr (GBytes) too_late = NULL;
  g_autoptr (GError) error = NULL;

  confab_mls_policy_set_retained_epochs (bob->policy, 2);
  parties_found (both, 2, "late");
  too_late = party_say (alice, "too late");
  late = party_say (alice, "late");

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (alice->group, &error);
      g_assert_no_error (error);
      party_process_quietly (bob, result->commit);
      party_merge (alice);
    }
  party_hear (bob, late, "late");

  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (alice->group, &error);
  g_autoptr (GBytes) ahead = NULL;
  party_merge (alice);
  ahead = party_say (alice, "ahead");
  party_refuse (bob, ahead, CONFAB_MLS_ERROR_FUTURE_EPOCH);
  party_process_quietly (bob, result->commit);
  party_hear (bob, ahead, "ahead");
  party_refuse (bob, too_late, CONFAB_MLS_ERROR_OLD_EPOCH);
}

/* Every byte of a message is covered by something: whatever is changed, it is refused and the group stays as it is. */
static void
assert_tamper_proof (Party  *party,
                     GBytes *message)
{
  g_autoptr (GBytes) before = confab_mls_group_get_epoch_authenticator (party->group);
  gsize length = g_bytes_get_size (message);

  for (gsize place = 0; place < length; place += length < 600 ? 1 : 1 + length / 500)
    {
      g_autoptr (GBytes) changed = bytes_flip (message, place);
      g_autoptr (GError) error = NULL;
      g_autoptr (ConfabMlsEvent) event = confab_mls_group_process (party->group, changed, &error);

      if (event != NULL)
        g_error ("A message with byte %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " changed was accepted", place, length);
      g_assert_cmpstr (g_quark_to_string (error->domain), ==, "confab-mls-error-quark");
    }

  for (gsize n = 0; n < length; n += 1 + length / 50)
    {
      g_autoptr (GBytes) cut = g_bytes_new_from_bytes (message, 0, n);
      g_autoptr (ConfabMlsEvent) event = confab_mls_group_process (party->group, cut, NULL);
      g_assert_null (event);
    }

  g_autoptr (GBytes) after = confab_mls_group_get_epoch_authenticator (party->group);
  g_assert_true (g_bytes_equal (before, after));
  g_assert_cmpuint (confab_mls_group_get_n_proposals (party->group), ==, 0);
}

static void
test_tampering (gconstpointer data)
{
  gboolean encrypt = GPOINTER_TO_INT (data);
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (Party) carol = party_new ("carol");
  Party *all[] = { alice, bob, carol };
  g_autoptr (GError) error = NULL;

  confab_mls_policy_set_encrypt_handshakes (alice->policy, encrypt);
  parties_found (all, 3, "tampering");

  g_autoptr (GBytes) application = party_say (alice, "application");
  assert_tamper_proof (bob, application);
  party_hear (bob, application, "application");

  g_autoptr (GBytes) proposal = confab_mls_group_propose_update (alice->group, &error);
  g_assert_no_error (error);
  assert_tamper_proof (bob, proposal);

  confab_mls_group_clear_proposals (alice->group);
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (alice->group, &error);
  g_assert_no_error (error);
  assert_tamper_proof (bob, result->commit);
  party_process_quietly (bob, result->commit);
  party_process_quietly (carol, result->commit);
  party_merge (alice);
  parties_assert_agree (all, 3);
}

static void
test_tampered_external_commit (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  Party *both[] = { alice, bob };
  g_autoptr (GBytes) commit = NULL;
  g_autoptr (GError) error = NULL;

  party_create (alice, "external");
  g_autoptr (GBytes) info = confab_mls_group_make_group_info (alice->group, TRUE, &error);
  for (gsize place = 0; place < g_bytes_get_size (info); place++)
    {
      g_autoptr (GBytes) changed = bytes_flip (info, place);
      g_autoptr (GBytes) unused = NULL;
      g_autoptr (ConfabMlsGroup) group =
        confab_mls_group_join_external (changed, bob->identity, NULL, NULL, -1, bob->policy, &unused, NULL);
      g_assert_null (group);
    }

  bob->group =
    confab_mls_group_join_external (info, bob->identity, NULL, NULL, -1, bob->policy, &commit, &error);
  g_assert_no_error (error);
  assert_tamper_proof (alice, commit);
  party_process_quietly (alice, commit);
  parties_assert_agree (both, 2);
}

static void
test_tampered_welcome (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");

  party_create (alice, "welcome");
  g_autoptr (ConfabMlsCommitResult) result = party_add (alice, &bob, 1);
  for (gsize place = 0; place < g_bytes_get_size (result->welcome); place++)
    {
      g_autoptr (GBytes) changed = bytes_flip (result->welcome, place);
      g_autoptr (ConfabMlsGroup) group =
        confab_mls_group_join (changed, bob->bundle, bob->identity, NULL, NULL, bob->policy, NULL);
      g_assert_null (group);
    }
  party_join (bob, result->welcome);
}

static void
test_tampered_key_package (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  g_autoptr (ConfabMlsKeyPackage) key_package = party_publish (bob);
  g_autoptr (GBytes) message = confab_mls_key_package_to_message (key_package);

  party_create (alice, "key package");
  for (gsize place = 0; place < g_bytes_get_size (message); place++)
    {
      g_autoptr (GBytes) changed = bytes_flip (message, place);
      g_autoptr (ConfabMlsKeyPackage) damaged = confab_mls_key_package_from_message (changed, NULL);
      g_autoptr (GPtrArray) list = g_ptr_array_new ();

      if (damaged == NULL)
        continue;
      g_ptr_array_add (list, damaged);
      g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_add (alice->group, list, NULL);
      g_assert_null (result);
    }
}

static void
test_wrong_group (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");

  party_create (alice, "one");
  party_create (bob, "other");
  g_autoptr (GBytes) message = party_say (alice, "x");
  party_refuse (bob, message, CONFAB_MLS_ERROR_WRONG_GROUP);
}

/* What RFC 9420, section 9.2, wants gone is gone. */
static void
test_erasure (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  Party *both[] = { alice, bob };
  g_autoptr (GError) error = NULL;

  parties_found (both, 2, "erasure");
  g_assert_null (bob->group->epoch->secrets->encryption);
  g_assert_true (confab_mls_secret_tree_holds_root (bob->group->epoch->secret_tree));

  g_autoptr (GBytes) message = party_say (alice, "x");
  party_hear (bob, message, "x");
  g_assert_false (confab_mls_secret_tree_holds_root (bob->group->epoch->secret_tree));
  g_assert_cmpuint (confab_mls_secret_tree_count_kept (bob->group->epoch->secret_tree), ==, 0);

  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (alice->group, &error);
  g_autoptr (ConfabSecret) old_key = confab_secret_ref (bob->group->epoch->keys->keys[1]);
  party_process_quietly (bob, result->commit);
  g_assert_false (confab_secret_equal (old_key, bob->group->epoch->keys->keys[1]));

  /* Of the past epoch there is nothing but what late messages need. */
  ConfabMlsPastEpoch *past = g_ptr_array_index (bob->group->past_epochs, bob->group->past_epochs->len - 1);
  g_assert_nonnull (past->secret_tree);
  g_assert_cmpuint (bob->group->past_epochs->len, ==, 1);
}

static void
test_padding (void)
{
  g_autoptr (Party) alice = party_new ("alice");

  party_create (alice, "padding");
  confab_mls_policy_set_padding (alice->policy, 256);
  g_autoptr (GBytes) brief = party_say (alice, "no");
  g_autoptr (GBytes) wordy = party_say (alice, "a much longer answer than the other one, but who can tell?");
  g_assert_cmpuint (g_bytes_get_size (brief), ==, g_bytes_get_size (wordy));
}

static void
test_authenticated_data (void)
{
  g_autoptr (Party) alice = party_new ("alice");
  g_autoptr (Party) bob = party_new ("bob");
  Party *both[] = { alice, bob };
  g_autoptr (GBytes) data = g_bytes_new_static ("data", 4);
  g_autoptr (GBytes) attached = g_bytes_new_static ("attached", 8);
  g_autoptr (GError) error = NULL;

  parties_found (both, 2, "attached");
  g_autoptr (GBytes) message = confab_mls_group_encrypt (alice->group, data, attached, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsEvent) event = party_process (bob, message);
  g_assert_true (g_bytes_equal (event->authenticated_data, attached));
  g_assert_cmpuint (event->sender->leaf_index, ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/mls/messages/out-of-order", test_out_of_order);
  g_test_add_func ("/mls/messages/own-message", test_own_message);
  g_test_add_func ("/mls/messages/generation-window", test_generation_window);
  g_test_add_func ("/mls/messages/late", test_late_messages);
  g_test_add_data_func ("/mls/messages/tampering-private", GINT_TO_POINTER (TRUE), test_tampering);
  g_test_add_data_func ("/mls/messages/tampering-public", GINT_TO_POINTER (FALSE), test_tampering);
  g_test_add_func ("/mls/messages/tampered-external-commit", test_tampered_external_commit);
  g_test_add_func ("/mls/messages/tampered-welcome", test_tampered_welcome);
  g_test_add_func ("/mls/messages/tampered-key-package", test_tampered_key_package);
  g_test_add_func ("/mls/messages/wrong-group", test_wrong_group);
  g_test_add_func ("/mls/messages/erasure", test_erasure);
  g_test_add_func ("/mls/messages/padding", test_padding);
  g_test_add_func ("/mls/messages/authenticated-data", test_authenticated_data);

  return g_test_run ();
}
