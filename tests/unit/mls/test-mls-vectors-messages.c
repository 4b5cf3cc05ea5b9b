/* test-mls-vectors-messages.c: encodings and protection of messages against the working group's vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-mls-message.h"
#include "confab-mls-protection.h"
#include "confab-mls-ratchet-tree.h"

#include "vector-file.h"

static void
check_message (JsonObject          *vector,
               const char          *member,
               ConfabMlsWireFormat  wire_format)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, member);
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (bytes, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (message->wire_format, ==, wire_format);

  g_autoptr (GBytes) again = confab_mls_message_encode (message);
  vector_assert_bytes (vector, member, again);
}

static void
check_proposal (JsonObject            *vector,
                const char            *member,
                ConfabMlsProposalType  type)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, member);
  g_autoptr (GByteArray) again = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span_from_bytes (bytes));
  g_autoptr (ConfabMlsProposal) proposal = confab_mls_proposal_read_body (type, &reader);
  confab_mls_reader_finish (&reader, member, &error);
  g_assert_no_error (error);

  confab_mls_proposal_write_body (proposal, again);
  vector_assert_span (vector, member, confab_span_from_array (again));
}

static void
check_ratchet_tree (JsonObject *vector)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, "ratchet_tree");
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabMlsRatchetTree) tree =
    confab_mls_ratchet_tree_decode (confab_crypto_suite_lookup (1), confab_span_from_bytes (bytes), &error);

  g_assert_no_error (error);
  g_autoptr (GBytes) again = confab_mls_ratchet_tree_encode (tree);
  vector_assert_bytes (vector, "ratchet_tree", again);
}

static void
check_group_secrets (JsonObject *vector)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, "group_secrets");
  g_autoptr (GByteArray) again = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span_from_bytes (bytes));
  g_autoptr (ConfabMlsGroupSecrets) secrets = confab_mls_group_secrets_read (&reader);
  confab_mls_reader_finish (&reader, "group_secrets", &error);
  g_assert_no_error (error);

  confab_mls_group_secrets_write (secrets, again);
  vector_assert_span (vector, "group_secrets", confab_span_from_array (again));
}

static void
check_commit (JsonObject *vector)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, "commit");
  g_autoptr (GByteArray) again = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  ConfabMlsReader reader;

  confab_mls_reader_init (&reader, confab_span_from_bytes (bytes));
  g_autoptr (ConfabMlsCommit) commit = confab_mls_commit_read (&reader);
  confab_mls_reader_finish (&reader, "commit", &error);
  g_assert_no_error (error);

  confab_mls_commit_write (commit, again);
  vector_assert_span (vector, "commit", confab_span_from_array (again));
}

static gboolean
run_messages (JsonObject *vector)
{
  check_message (vector, "mls_welcome", CONFAB_MLS_WIRE_FORMAT_WELCOME);
  check_message (vector, "mls_group_info", CONFAB_MLS_WIRE_FORMAT_GROUP_INFO);
  check_message (vector, "mls_key_package", CONFAB_MLS_WIRE_FORMAT_KEY_PACKAGE);
  check_message (vector, "public_message_application", CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE);
  check_message (vector, "public_message_proposal", CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE);
  check_message (vector, "public_message_commit", CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE);
  check_message (vector, "private_message", CONFAB_MLS_WIRE_FORMAT_PRIVATE_MESSAGE);
  check_ratchet_tree (vector);
  check_group_secrets (vector);
  check_proposal (vector, "add_proposal", CONFAB_MLS_PROPOSAL_ADD);
  check_proposal (vector, "update_proposal", CONFAB_MLS_PROPOSAL_UPDATE);
  check_proposal (vector, "remove_proposal", CONFAB_MLS_PROPOSAL_REMOVE);
  check_proposal (vector, "pre_shared_key_proposal", CONFAB_MLS_PROPOSAL_PSK);
  check_proposal (vector, "re_init_proposal", CONFAB_MLS_PROPOSAL_REINIT);
  check_proposal (vector, "external_init_proposal", CONFAB_MLS_PROPOSAL_EXTERNAL_INIT);
  check_proposal (vector, "group_context_extensions_proposal", CONFAB_MLS_PROPOSAL_GROUP_CONTEXT_EXTENSIONS);
  check_commit (vector);

  return TRUE;
}

/* What the message protection of one vector works with. */
typedef struct
{
  const ConfabCryptoSuite *suite;
  ConfabMlsGroupContext   *context;
  GBytes                  *encoded_context;
  ConfabSecret            *signature_key;
  GBytes                  *signature_public;
  ConfabSecret            *encryption_secret;
  ConfabSecret            *sender_data_secret;
  ConfabSecret            *membership_key;
} Protection;

static void
protection_init (Protection *self,
                 JsonObject *vector)
{
  g_autoptr (GBytes) group_id = vector_get_bytes (vector, "group_id");
  g_autoptr (GBytes) tree_hash = vector_get_bytes (vector, "tree_hash");
  g_autoptr (GBytes) transcript_hash = vector_get_bytes (vector, "confirmed_transcript_hash");
  g_autoptr (GPtrArray) no_extensions = confab_mls_extensions_new ();

  self->suite = vector_get_suite (vector);
  self->context = confab_mls_group_context_new (confab_crypto_suite_get_id (self->suite), group_id,
                                                json_object_get_int_member (vector, "epoch"), tree_hash,
                                                transcript_hash, no_extensions);
  self->encoded_context = confab_mls_group_context_encode (self->context);
  self->signature_key = vector_get_secret (vector, "signature_priv");
  self->signature_public = vector_get_bytes (vector, "signature_pub");
  self->encryption_secret = vector_get_secret (vector, "encryption_secret");
  self->sender_data_secret = vector_get_secret (vector, "sender_data_secret");
  self->membership_key = vector_get_secret (vector, "membership_key");
}

static void
protection_clear (Protection *self)
{
  g_clear_pointer (&self->context, confab_mls_group_context_free);
  g_clear_pointer (&self->encoded_context, g_bytes_unref);
  g_clear_pointer (&self->signature_key, confab_secret_unref);
  g_clear_pointer (&self->signature_public, g_bytes_unref);
  g_clear_pointer (&self->encryption_secret, confab_secret_unref);
  g_clear_pointer (&self->sender_data_secret, confab_secret_unref);
  g_clear_pointer (&self->membership_key, confab_secret_unref);
}

/* The vectors store what is inside without a length header for application data. */
static void
assert_body (JsonObject             *vector,
             const char             *member,
             const ConfabMlsContent *content)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();

  if (content->content_type == CONFAB_MLS_CONTENT_APPLICATION)
    confab_mls_write_raw (body, confab_span_from_bytes (content->application_data));
  else
    confab_mls_content_write_body (content, body);

  vector_assert_span (vector, member, confab_span_from_array (body));
}

static ConfabMlsContent *
open_private (const Protection    *self,
              ConfabMlsSecretTree *tree,
              GBytes              *bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (bytes, &error);
  guint32 generation = 0;

  g_assert_no_error (error);
  ConfabMlsContent *content = confab_mls_private_message_open (message->private_message, self->suite, tree,
                                                               self->sender_data_secret, 0, &generation, &error);
  g_assert_no_error (error);
  confab_mls_content_verify (content, self->suite, self->encoded_context, self->signature_public, &error);
  g_assert_no_error (error);

  return content;
}

static void
check_private (const Protection *self,
               JsonObject       *vector,
               const char       *member,
               const char       *body_member)
{
  g_autoptr (ConfabMlsSecretTree) tree =
    confab_mls_secret_tree_new (self->suite, 2, confab_secret_ref (self->encryption_secret));
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, member);
  g_autoptr (ConfabMlsContent) content = open_private (self, tree, bytes);
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (content->sender.index, ==, 1);
  assert_body (vector, body_member, content);

  /* Protect it again and read that. */
  g_autoptr (ConfabMlsSecretTree) own_tree =
    confab_mls_secret_tree_new (self->suite, 2, confab_secret_ref (self->encryption_secret));
  g_autoptr (ConfabMlsSecretTree) other_tree =
    confab_mls_secret_tree_new (self->suite, 2, confab_secret_ref (self->encryption_secret));
  confab_mls_content_sign (content, self->suite, self->encoded_context, confab_secret_span (self->signature_key),
                           &error);
  g_assert_no_error (error);
  ConfabMlsMessage again = { .wire_format = CONFAB_MLS_WIRE_FORMAT_PRIVATE_MESSAGE };
  again.private_message =
    confab_mls_content_seal (content, self->suite, own_tree, self->sender_data_secret, 64, &error);
  g_assert_no_error (error);
  g_autoptr (GBytes) again_bytes = confab_mls_message_encode (&again);
  g_autoptr (ConfabMlsContent) again_content = open_private (self, other_tree, again_bytes);
  assert_body (vector, body_member, again_content);
  confab_mls_private_message_free (again.private_message);
}

static void
check_public (const Protection *self,
              JsonObject       *vector,
              const char       *member,
              const char       *body_member)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (vector, member);
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabMlsMessage) message = confab_mls_message_decode (bytes, &error);

  g_assert_no_error (error);
  confab_mls_public_message_check (message->public_message, self->suite, self->encoded_context, self->membership_key,
                                   &error);
  g_assert_no_error (error);
  confab_mls_content_verify (message->public_message->content, self->suite, self->encoded_context,
                             self->signature_public, &error);
  g_assert_no_error (error);
  assert_body (vector, body_member, message->public_message->content);

  ConfabMlsContent *content = message->public_message->content;
  confab_mls_content_sign (content, self->suite, self->encoded_context, confab_secret_span (self->signature_key),
                           &error);
  g_assert_no_error (error);
  g_clear_pointer (&message->public_message->membership_tag, g_bytes_unref);
  message->public_message->membership_tag =
    confab_mls_membership_tag (content, self->suite, self->encoded_context, self->membership_key);
  g_autoptr (GBytes) again = confab_mls_message_encode (message);
  vector_assert_bytes (vector, member, again);
}

static gboolean
run_message_protection (JsonObject *vector)
{
  Protection protection = { NULL };

  if (vector_get_suite (vector) == NULL)
    return FALSE;

  protection_init (&protection, vector);
  check_private (&protection, vector, "proposal_priv", "proposal");
  check_private (&protection, vector, "commit_priv", "commit");
  check_private (&protection, vector, "application_priv", "application");
  check_public (&protection, vector, "proposal_pub", "proposal");
  check_public (&protection, vector, "commit_pub", "commit");
  protection_clear (&protection);

  return TRUE;
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  vector_file_add ("messages.json", run_messages);
  vector_file_add ("message-protection.json", run_message_protection);

  return g_test_run ();
}
