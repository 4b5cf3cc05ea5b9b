/* test-mls-rules.c: every rule about proposals, leaves and paths, broken one at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-mls-commit-draft.h"
#include "confab-mls-group-private.h"

#include "mls-party.h"

#define N_PARTIES 4

/* A group of four in which the first one breaks rules and the others notice. */
typedef struct
{
  Party                    *parties[N_PARTIES];
  ConfabMlsProposalList    *list;
  ConfabMlsCommitSituation  situation;
} Fixture;

static ConfabMlsSender
member (guint32 leaf)
{
  return (ConfabMlsSender) { .type = CONFAB_MLS_SENDER_MEMBER, .index = leaf };
}

static void
set_up (Fixture       *fixture,
        gconstpointer  data)
{
  for (guint i = 0; i < N_PARTIES; i++)
    {
      g_autofree char *name = g_strdup_printf ("party %u", i);
      fixture->parties[i] = party_new (name);
    }

  parties_found (fixture->parties, N_PARTIES, "rules");
  fixture->list = confab_mls_proposal_list_new ();
  confab_mls_group_get_situation (fixture->parties[1]->group, 0, FALSE, &fixture->situation);
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  data)
{
  for (guint i = 0; i < N_PARTIES; i++)
    g_clear_pointer (&fixture->parties[i], party_free);
  g_clear_pointer (&fixture->list, confab_mls_proposal_list_free);
}

static void
append (Fixture           *fixture,
        ConfabMlsProposal *proposal,
        ConfabMlsSender    sender)
{
  confab_mls_proposal_list_append (fixture->list, proposal, sender, NULL);
  confab_mls_proposal_unref (proposal);
}

static void
assert_list (Fixture *fixture,
             gint     code)
{
  g_autoptr (GError) error = NULL;
  gboolean is_valid = confab_mls_proposal_list_check (fixture->list, &fixture->situation, &error);

  if (code < 0)
    {
      g_assert_no_error (error);
      g_assert_true (is_valid);
      return;
    }

  g_assert_false (is_valid);
  g_assert_error (error, CONFAB_MLS_ERROR, code);
}

static ConfabMlsProposal *
make_update (Fixture             *fixture,
             guint32              leaf,
             GBytes              *encryption_key,
             ConfabMlsLeafSource  source)
{
  Party *party = fixture->parties[leaf];
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (GBytes) fresh = NULL;

  confab_crypto_kem_generate (party->group->suite, &private_key, &fresh, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsLeafNode) leaf_node =
    confab_mls_identity_make_leaf (party->identity, encryption_key != NULL ? encryption_key : fresh, source);
  if (source == CONFAB_MLS_LEAF_SOURCE_COMMIT)
    leaf_node->parent_hash = g_bytes_new (NULL, 0);
  confab_mls_leaf_node_sign (leaf_node, party->group->suite,
                             confab_secret_span (confab_mls_identity_get_private_key (party->identity)),
                             confab_mls_group_get_id (party->group), leaf, &error);
  g_assert_no_error (error);

  return confab_mls_proposal_new_update (leaf_node);
}

static ConfabMlsProposal *
make_add (Party *party)
{
  g_autoptr (ConfabMlsKeyPackage) key_package = party_publish (party);

  return confab_mls_proposal_new_add (key_package);
}

static void
test_valid_list (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (Party) dave = party_new ("dave");

  append (fixture, make_update (fixture, 2, NULL, CONFAB_MLS_LEAF_SOURCE_UPDATE), member (2));
  append (fixture, confab_mls_proposal_new_remove (3), member (1));
  append (fixture, make_add (dave), member (0));
  assert_list (fixture, -1);
}

static void
test_update_by_committer (Fixture       *fixture,
                          gconstpointer  data)
{
  append (fixture, make_update (fixture, 0, NULL, CONFAB_MLS_LEAF_SOURCE_UPDATE), member (0));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL_LIST);
}

static void
test_removal_of_committer (Fixture       *fixture,
                           gconstpointer  data)
{
  append (fixture, confab_mls_proposal_new_remove (0), member (1));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL_LIST);
}

static void
test_leaf_twice (Fixture       *fixture,
                 gconstpointer  data)
{
  append (fixture, make_update (fixture, 2, NULL, CONFAB_MLS_LEAF_SOURCE_UPDATE), member (2));
  append (fixture, confab_mls_proposal_new_remove (2), member (1));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL_LIST);
}

static void
test_removal_of_nobody (Fixture       *fixture,
                        gconstpointer  data)
{
  append (fixture, confab_mls_proposal_new_remove (77), member (1));
  assert_list (fixture, CONFAB_MLS_ERROR_NO_SUCH_MEMBER);
}

static void
test_client_twice (Fixture       *fixture,
                   gconstpointer  data)
{
  g_autoptr (Party) dave = party_new ("dave");

  append (fixture, make_add (dave), member (0));
  append (fixture, make_add (dave), member (1));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL_LIST);
}

static void
test_add_of_member (Fixture       *fixture,
                    gconstpointer  data)
{
  append (fixture, make_add (fixture->parties[3]), member (0));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL_LIST);

  /* With the old leaf removed in the same commit it is fine. */
  append (fixture, confab_mls_proposal_new_remove (3), member (0));
  assert_list (fixture, -1);
}

static void
test_psk_twice (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GBytes) id = g_bytes_new_static ("id", 2);
  g_autoptr (ConfabMlsPskId) psk = confab_mls_psk_id_new_external (fixture->parties[0]->group->suite, id);

  append (fixture, confab_mls_proposal_new_psk (psk), member (0));
  assert_list (fixture, -1);
  append (fixture, confab_mls_proposal_new_psk (psk), member (1));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL_LIST);
}

static void
test_psk_nonce (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GBytes) id = g_bytes_new_static ("id", 2);
  g_autoptr (ConfabMlsPskId) psk = confab_mls_psk_id_new_external (fixture->parties[0]->group->suite, id);

  g_bytes_unref (psk->nonce);
  psk->nonce = g_bytes_new_static ("short", 5);
  append (fixture, confab_mls_proposal_new_psk (psk), member (0));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL);
}

static void
test_psk_for_successors (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr (ConfabMlsPskId) psk =
    confab_mls_psk_id_new_resumption (fixture->parties[0]->group->suite, CONFAB_MLS_RESUMPTION_REINIT,
                                      confab_mls_group_get_id (fixture->parties[0]->group), 1);

  append (fixture, confab_mls_proposal_new_psk (psk), member (0));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL);
}

static void
test_extensions_twice (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (GPtrArray) none = confab_mls_extensions_new ();

  append (fixture, confab_mls_proposal_new_group_context_extensions (none), member (0));
  assert_list (fixture, -1);
  append (fixture, confab_mls_proposal_new_group_context_extensions (none), member (1));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL_LIST);
}

static void
test_reinit_with_others (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr (GPtrArray) none = confab_mls_extensions_new ();
  g_autoptr (GBytes) id = g_bytes_new_static ("next", 4);

  append (fixture, confab_mls_proposal_new_reinit (id, PARTY_SUITE, none), member (0));
  assert_list (fixture, -1);
  append (fixture, confab_mls_proposal_new_remove (3), member (1));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL_LIST);
}

static void
test_external_init_by_member (Fixture       *fixture,
                              gconstpointer  data)
{
  g_autoptr (GBytes) kem_output = g_bytes_new_static ("x", 1);

  append (fixture, confab_mls_proposal_new_external_init (kem_output), member (0));
  assert_list (fixture, CONFAB_MLS_ERROR_PROPOSAL_LIST);
}

static void
test_update_keeps_key (Fixture       *fixture,
                       gconstpointer  data)
{
  GBytes *old = confab_mls_ratchet_tree_get_leaf (fixture->situation.tree, 2)->encryption_key;

  append (fixture, make_update (fixture, 2, old, CONFAB_MLS_LEAF_SOURCE_UPDATE), member (2));
  assert_list (fixture, CONFAB_MLS_ERROR_LEAF_NODE);
}

static void
test_update_of_wrong_source (Fixture       *fixture,
                             gconstpointer  data)
{
  append (fixture, make_update (fixture, 2, NULL, CONFAB_MLS_LEAF_SOURCE_COMMIT), member (2));
  assert_list (fixture, CONFAB_MLS_ERROR_LEAF_NODE);
}

static void
test_update_for_another_leaf (Fixture       *fixture,
                              gconstpointer  data)
{
  append (fixture, make_update (fixture, 2, NULL, CONFAB_MLS_LEAF_SOURCE_UPDATE), member (3));
  assert_list (fixture, CONFAB_MLS_ERROR_SIGNATURE);
}

static void
test_update_from_outside (Fixture       *fixture,
                          gconstpointer  data)
{
  ConfabMlsSender sender = { .type = CONFAB_MLS_SENDER_EXTERNAL, .index = 2 };

  append (fixture, make_update (fixture, 2, NULL, CONFAB_MLS_LEAF_SOURCE_UPDATE), sender);
  assert_list (fixture, CONFAB_MLS_ERROR_SENDER);
}

static void
test_lifetime (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (Party) dave = party_new ("dave");

  append (fixture, make_add (dave), member (0));
  assert_list (fixture, -1);

  fixture->parties[1]->now = PARTY_NOW + (guint64) 40 * 24 * 3600;
  assert_list (fixture, CONFAB_MLS_ERROR_LIFETIME);
  fixture->parties[1]->now = PARTY_NOW - 7200;
  assert_list (fixture, CONFAB_MLS_ERROR_LIFETIME);
  confab_mls_policy_set_check_received_lifetime (fixture->parties[1]->policy, FALSE);
  assert_list (fixture, -1);

  /* What is sent is checked always. */
  fixture->situation.is_sending = TRUE;
  assert_list (fixture, CONFAB_MLS_ERROR_LIFETIME);
  fixture->situation.is_sending = FALSE;

  fixture->parties[1]->now = PARTY_NOW;
  confab_mls_policy_set_check_received_lifetime (fixture->parties[1]->policy, TRUE);
  confab_mls_policy_set_maximum_lifetime (fixture->parties[1]->policy, 3600);
  assert_list (fixture, CONFAB_MLS_ERROR_LIFETIME);
}

static gboolean
refuse_dave (const ConfabMlsMember  *presented,
             const ConfabMlsMember  *replaced,
             gpointer                user_data,
             GError                **error)
{
  GBytes *identity = confab_mls_credential_get_identity (presented->credential);

  return identity == NULL || g_bytes_get_size (identity) != 4;
}

static void
test_credential (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (Party) dave = party_new ("dave");

  confab_mls_policy_set_credential_func (fixture->parties[1]->policy, refuse_dave, NULL, NULL);
  append (fixture, make_add (dave), member (0));
  assert_list (fixture, CONFAB_MLS_ERROR_CREDENTIAL);

  /* Without a callback nobody is believed. */
  confab_mls_policy_set_credential_func (fixture->parties[1]->policy, NULL, NULL, NULL);
  assert_list (fixture, CONFAB_MLS_ERROR_CREDENTIAL);
}

static void
test_other_suite (Fixture       *fixture,
                  gconstpointer  data)
{
  g_autoptr (Party) dave = party_new_with_suite ("dave", 0x0001);

  append (fixture, make_add (dave), member (0));
  assert_list (fixture, CONFAB_MLS_ERROR_KEY_PACKAGE);
}

static void
test_required_capabilities (Fixture       *fixture,
                            gconstpointer  data)
{
  const guint16 types[] = { 0xf001 };
  g_autoptr (GPtrArray) extensions = confab_mls_extensions_new ();
  g_autoptr (GBytes) required = confab_mls_required_capabilities_encode (types, 1, NULL, 0, NULL, 0);
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);
  g_autoptr (GError) error = NULL;

  confab_mls_extensions_add (extensions, CONFAB_MLS_EXTENSION_REQUIRED_CAPABILITIES, required);
  g_ptr_array_add (proposals, confab_mls_proposal_new_group_context_extensions (extensions));
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_commit (
    fixture->parties[0]->group, proposals, CONFAB_MLS_COMMIT_DEFAULT, NULL, &error);
  g_assert_null (result);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CAPABILITIES);
}

/* A group that uses an extension takes in only who supports it. */
static void
test_group_extension (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (Party) able = party_new ("able");
  g_autoptr (Party) other = party_new ("other");
  g_autoptr (Party) unable = party_new ("unable");
  g_autoptr (GPtrArray) extensions = confab_mls_extensions_new ();
  g_autoptr (GBytes) content = g_bytes_new_static ("content", 7);
  g_autoptr (GBytes) id = g_bytes_new_static ("extended", 8);
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_package_unref);
  g_autoptr (GError) error = NULL;

  confab_mls_extensions_add (extensions, 0xf001, content);
  able->group = confab_mls_group_create (id, able->identity, extensions, able->policy, &error);
  g_assert_null (able->group);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CAPABILITIES);
  g_clear_error (&error);

  confab_mls_identity_support_extension (able->identity, 0xf001);
  confab_mls_identity_support_extension (other->identity, 0xf001);
  able->group = confab_mls_group_create (id, able->identity, extensions, able->policy, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsCommitResult) good = party_add (able, &other, 1);
  party_merge (able);
  party_join (other, good->welcome);

  g_ptr_array_add (key_packages, party_publish (unable));
  g_autoptr (ConfabMlsCommitResult) bad = confab_mls_group_add (able->group, key_packages, &error);
  g_assert_null (bad);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_CAPABILITIES);
}

static void
test_maximum_members (Fixture       *fixture,
                      gconstpointer  data)
{
  g_autoptr (Party) dave = party_new ("dave");
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_package_unref);
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (key_packages, party_publish (dave));
  confab_mls_policy_set_maximum_members (fixture->parties[0]->policy, N_PARTIES);
  g_autoptr (ConfabMlsCommitResult) result =
    confab_mls_group_add (fixture->parties[0]->group, key_packages, &error);
  g_assert_null (result);
  g_assert_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_TOO_LARGE);
}

/* Commits that are signed by a member and wrong inside. The hostile member's state makes them; the others refuse. */
typedef void (*SpoilFunc) (ConfabMlsCommit *commit,
                           gpointer         data);

static GBytes *
spoil_commit (Party     *party,
              SpoilFunc  spoil,
              gpointer   data)
{
  ConfabMlsEpoch *old = party->group->epoch;
  g_autoptr (ConfabMlsCommitDraft) draft =
    confab_mls_commit_draft_new (old->tree, old->context, old->keys, old->own_leaf, party->policy);
  g_autoptr (ConfabMlsProposalList) none = confab_mls_proposal_list_new ();
  g_autoptr (GPtrArray) no_psks = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;

  confab_mls_commit_draft_apply (draft, none, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsContent) content =
    confab_mls_group_new_content (party->group, NULL, CONFAB_MLS_CONTENT_COMMIT);
  content->commit = confab_mls_commit_new ();
  content->commit->path = confab_mls_commit_draft_add_path (draft, party->identity, &error);
  g_assert_no_error (error);
  spoil (content->commit, data);
  confab_mls_group_sign_content (party->group, content, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsEpoch) epoch = confab_mls_commit_draft_finish (draft, content, old->interim_transcript_hash,
                                                                     old->secrets->init, no_psks, no_psks);
  GBytes *message = confab_mls_group_protect (party->group, g_steal_pointer (&content), &error);
  g_assert_no_error (error);

  return message;
}

static void
drop_path (ConfabMlsCommit *commit,
           gpointer         data)
{
  g_clear_pointer (&commit->path, confab_mls_update_path_free);
}

static void
drop_path_node (ConfabMlsCommit *commit,
                gpointer         data)
{
  g_ptr_array_remove_index (commit->path->nodes, 0);
}

static void
drop_ciphertext (ConfabMlsCommit *commit,
                 gpointer         data)
{
  ConfabMlsUpdatePathNode *node = g_ptr_array_index (commit->path->nodes, commit->path->nodes->len - 1);

  g_ptr_array_remove_index (node->encrypted_path_secrets, 0);
}

static void
swap_ciphertexts (ConfabMlsCommit *commit,
                  gpointer         data)
{
  ConfabMlsUpdatePathNode *first = g_ptr_array_index (commit->path->nodes, 0);
  ConfabMlsUpdatePathNode *last = g_ptr_array_index (commit->path->nodes, commit->path->nodes->len - 1);
  GPtrArray *swapped = first->encrypted_path_secrets;

  first->encrypted_path_secrets = last->encrypted_path_secrets;
  last->encrypted_path_secrets = swapped;
}

static void
replace_path_key (ConfabMlsCommit *commit,
                  gpointer         data)
{
  ConfabMlsUpdatePathNode *node = g_ptr_array_index (commit->path->nodes, 0);

  g_bytes_unref (node->encryption_key);
  node->encryption_key = g_bytes_ref (data);
}

static void
refer_to_nothing (ConfabMlsCommit *commit,
                  gpointer         data)
{
  g_autoptr (GBytes) reference = confab_crypto_random_bytes (32);

  confab_mls_commit_add_reference (commit, reference);
}

static void
test_spoilt_commits (Fixture       *fixture,
                     gconstpointer  data)
{
  Party *hostile = fixture->parties[0];
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (GBytes) fresh = NULL;
  GBytes *taken = confab_mls_ratchet_tree_get_leaf (fixture->situation.tree, 2)->encryption_key;
  const struct
  {
    SpoilFunc      spoil;
    gpointer       data;
    ConfabMlsError near_code;
    ConfabMlsError far_code;
  } cases[] = {
    { drop_path, NULL, CONFAB_MLS_ERROR_PATH_REQUIRED, CONFAB_MLS_ERROR_PATH_REQUIRED },
    { drop_path_node, NULL, CONFAB_MLS_ERROR_UPDATE_PATH, CONFAB_MLS_ERROR_UPDATE_PATH },
    { drop_ciphertext, NULL, CONFAB_MLS_ERROR_UPDATE_PATH, CONFAB_MLS_ERROR_UPDATE_PATH },
    { swap_ciphertexts, NULL, CONFAB_MLS_ERROR_UPDATE_PATH, CONFAB_MLS_ERROR_UPDATE_PATH },
    { replace_path_key, taken, CONFAB_MLS_ERROR_DUPLICATE_KEY, CONFAB_MLS_ERROR_DUPLICATE_KEY },
    { refer_to_nothing, NULL, CONFAB_MLS_ERROR_UNKNOWN_PROPOSAL, CONFAB_MLS_ERROR_UNKNOWN_PROPOSAL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GBytes) commit = spoil_commit (hostile, cases[i].spoil, cases[i].data);

      party_refuse (fixture->parties[1], commit, cases[i].near_code);
      party_refuse (fixture->parties[3], commit, cases[i].far_code);
    }

  /* A key that is new but not the one that follows from the secrets: the parent hash does not fit. */
  confab_crypto_kem_generate (hostile->group->suite, &private_key, &fresh, NULL);
  g_autoptr (GBytes) commit = spoil_commit (hostile, replace_path_key, fresh);
  party_refuse (fixture->parties[3], commit, CONFAB_MLS_ERROR_PARENT_HASH);
}

/* A member says that it is another one. */
static void
test_impersonation (Fixture       *fixture,
                    gconstpointer  data)
{
  Party *hostile = fixture->parties[0];
  g_autoptr (ConfabMlsContent) content =
    confab_mls_group_new_content (hostile->group, NULL, CONFAB_MLS_CONTENT_APPLICATION);
  g_autoptr (GError) error = NULL;

  content->sender.index = 2;
  content->application_data = g_bytes_new_static ("I am another", 12);
  confab_mls_group_sign_content (hostile->group, content, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) message = confab_mls_group_protect (hostile->group, g_steal_pointer (&content), &error);
  g_assert_no_error (error);
  party_refuse (fixture->parties[1], message, CONFAB_MLS_ERROR_SIGNATURE);

  /* The real one's message of that generation still arrives. */
  g_autoptr (GBytes) real = party_say (fixture->parties[2], "real");
  party_hear (fixture->parties[1], real, "real");
}

static void
test_proposal_limit (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (ConfabMlsProposal) proposal = confab_mls_proposal_new_remove (3);
  g_autoptr (GBytes) none = g_bytes_new (NULL, 0);

  for (guint i = 0; i < CONFAB_MLS_MAXIMUM_PROPOSALS; i++)
    {
      g_autoptr (GBytes) reference = g_bytes_new (&i, sizeof i);
      g_ptr_array_add (fixture->parties[1]->group->proposals,
                       confab_mls_proposal_entry_new (proposal, member (0), reference));
    }

  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) message = confab_mls_group_propose (fixture->parties[0]->group, proposal, &error);
  g_assert_no_error (error);
  party_refuse (fixture->parties[1], message, CONFAB_MLS_ERROR_TOO_LARGE);
}

/* What others proposed and is stale or in conflict is left out rather than making every commit fail. */
static void
test_selection (Fixture       *fixture,
                gconstpointer  data)
{
  Party *alice = fixture->parties[0];
  g_autoptr (ConfabMlsProposal) removal = confab_mls_proposal_new_remove (3);
  g_autoptr (ConfabMlsProposal) suicide = confab_mls_proposal_new_remove (0);
  g_autoptr (ConfabMlsProposal) member_add = make_add (fixture->parties[2]);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);

  g_ptr_array_add (messages, confab_mls_group_propose (fixture->parties[1]->group, removal, &error));
  g_ptr_array_add (messages, confab_mls_group_propose (fixture->parties[1]->group, removal, &error));
  g_ptr_array_add (messages, confab_mls_group_propose (fixture->parties[1]->group, suicide, &error));
  g_ptr_array_add (messages, confab_mls_group_propose (fixture->parties[1]->group, member_add, &error));
  g_assert_no_error (error);
  for (guint i = 0; i < messages->len; i++)
    {
      party_process_quietly (fixture->parties[0], g_ptr_array_index (messages, i));
      party_process_quietly (fixture->parties[2], g_ptr_array_index (messages, i));
    }
  g_autoptr (GBytes) update = confab_mls_group_propose_update (fixture->parties[3]->group, &error);
  g_assert_no_error (error);
  for (guint j = 0; j < 3; j++)
    party_process_quietly (fixture->parties[j], update);

  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (alice->group, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsEvent) event = party_process (fixture->parties[1], result->commit);
  g_assert_cmpuint (event->removed->len, ==, 1);
  g_assert_cmpuint (event->added->len, ==, 0);
  party_process_quietly (fixture->parties[2], result->commit);
  party_merge (alice);
  parties_assert_agree (fixture->parties, 3);
}

static void
share (Fixture          *fixture,
       ConfabMlsContent *content)
{
  g_autoptr (GError) error = NULL;

  confab_mls_group_sign_content (fixture->parties[1]->group, content, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) message = confab_mls_group_protect (fixture->parties[1]->group, content, &error);
  g_assert_no_error (error);
  party_process_quietly (fixture->parties[0], message);
  party_process_quietly (fixture->parties[2], message);
}

/* A member proposes what nobody can commit, to keep everybody from committing its removal. */
static void
test_sabotage (Fixture       *fixture,
               gconstpointer  data)
{
  Party *hostile = fixture->parties[1];
  const ConfabCryptoSuite *suite = hostile->group->suite;
  g_autoptr (GBytes) id = g_bytes_new_static ("unknown", 7);
  g_autoptr (ConfabMlsPskId) psk = confab_mls_psk_id_new_external (suite, id);
  g_autoptr (GError) error = NULL;

  /* A key that nobody has … */
  ConfabMlsContent *content = confab_mls_group_new_content (hostile->group, NULL, CONFAB_MLS_CONTENT_PROPOSAL);
  content->proposal = confab_mls_proposal_new_psk (psk);
  share (fixture, content);

  /* … and an encryption key that somebody else has. */
  content = confab_mls_group_new_content (hostile->group, NULL, CONFAB_MLS_CONTENT_PROPOSAL);
  content->proposal =
    make_update (fixture, 1, confab_mls_ratchet_tree_get_leaf (fixture->situation.tree, 2)->encryption_key,
                 CONFAB_MLS_LEAF_SOURCE_UPDATE);
  share (fixture, content);

  g_autoptr (ConfabMlsProposal) removal = confab_mls_proposal_new_remove (3);
  g_autoptr (GBytes) honest = confab_mls_group_propose (fixture->parties[2]->group, removal, &error);
  party_process_quietly (fixture->parties[0], honest);

  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_update (fixture->parties[0]->group, &error);
  g_assert_no_error (error);
  g_autoptr (ConfabMlsEvent) event = party_process (fixture->parties[2], result->commit);
  g_assert_cmpuint (event->removed->len, ==, 1);
  g_assert_cmpuint (event->updated->len, ==, 1);
}

#define RULE(name) \
  g_test_add ("/mls/rules/" #name, Fixture, NULL, set_up, test_##name, tear_down)

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  RULE (valid_list);
  RULE (update_by_committer);
  RULE (removal_of_committer);
  RULE (leaf_twice);
  RULE (removal_of_nobody);
  RULE (client_twice);
  RULE (add_of_member);
  RULE (psk_twice);
  RULE (psk_nonce);
  RULE (psk_for_successors);
  RULE (extensions_twice);
  RULE (reinit_with_others);
  RULE (external_init_by_member);
  RULE (update_keeps_key);
  RULE (update_of_wrong_source);
  RULE (update_for_another_leaf);
  RULE (update_from_outside);
  RULE (lifetime);
  RULE (credential);
  RULE (other_suite);
  RULE (required_capabilities);
  RULE (group_extension);
  RULE (maximum_members);
  RULE (spoilt_commits);
  RULE (impersonation);
  RULE (proposal_limit);
  RULE (selection);
  RULE (sabotage);

  return g_test_run ();
}
