/* make-corpus.c: writes the first inputs of the MLS fuzz targets, made of objects of the fixed group
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: make-corpus FOLDER. What is in tests/fuzz/mls/corpus comes from it; run it again when an encoding changes.
 */

#include "config.h"

#include <glib/gstdio.h>

#include "fuzz-group.h"

static const char *folder;

static void
save (const char *target,
      const char *name,
      GByteArray *prefix,
      ConfabSpan  content)
{
  g_autofree char *place = g_build_filename (folder, target, NULL);
  g_autofree char *path = g_build_filename (place, name, NULL);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  g_mkdir_with_parents (place, 0755);
  g_byte_array_append (bytes, prefix->data, prefix->len);
  confab_mls_write_raw (bytes, content);
  g_file_set_contents (path, (const char *) bytes->data, bytes->len, &error);
  g_assert_no_error (error);
  g_byte_array_unref (prefix);
}

static GByteArray *
one (guint8 first)
{
  GByteArray *prefix = g_byte_array_new ();

  confab_mls_write_u8 (prefix, first);

  return prefix;
}

static GByteArray *
two (guint8 first,
     guint8 second)
{
  GByteArray *prefix = one (first);

  confab_mls_write_u8 (prefix, second);

  return prefix;
}

static void
save_proposal (const char        *name,
               ConfabMlsProposal *proposal)
{
  g_autoptr (GByteArray) encoded = g_byte_array_new ();

  confab_mls_proposal_write (proposal, encoded);
  save ("commit", name, one (4), confab_span_from_array (encoded));
  confab_mls_proposal_unref (proposal);
}

static void
save_proposals (const FuzzGroup *fuzz)
{
  g_autoptr (GPtrArray) none = confab_mls_extensions_new ();
  g_autoptr (GPtrArray) some = confab_mls_extensions_new ();
  g_autoptr (GBytes) id = g_bytes_new_static ("id", 2);
  const guint16 credentials[] = { 1 };
  g_autoptr (GBytes) required = confab_mls_required_capabilities_encode (NULL, 0, NULL, 0, credentials, 1);
  g_autoptr (ConfabMlsPskId) psk = confab_mls_psk_id_new_external (fuzz->hostile->suite, id);
  g_autoptr (ConfabMlsPskId) resumption =
    confab_mls_psk_id_new_resumption (fuzz->hostile->suite, CONFAB_MLS_RESUMPTION_APPLICATION,
                                      confab_mls_group_get_id (fuzz->hostile), 1);

  confab_mls_extensions_add (some, CONFAB_MLS_EXTENSION_REQUIRED_CAPABILITIES, required);
  save_proposal ("proposal-add",
                 confab_mls_proposal_new_add (confab_mls_key_bundle_get_key_package (fuzz->newcomer_bundle)));
  save_proposal ("proposal-remove", confab_mls_proposal_new_remove (2));
  save_proposal ("proposal-psk", confab_mls_proposal_new_psk (psk));
  save_proposal ("proposal-resumption", confab_mls_proposal_new_psk (resumption));
  save_proposal ("proposal-reinit", confab_mls_proposal_new_reinit (id, 0x0001, none));
  save_proposal ("proposal-extensions", confab_mls_proposal_new_group_context_extensions (some));
  save_proposal ("proposal-external-init", confab_mls_proposal_new_external_init (id));
}

static void
save_commit (const char       *name,
             ConfabMlsContent *content)
{
  g_autoptr (GByteArray) encoded = g_byte_array_new ();
  g_autofree char *with_leaf = g_strconcat (name, "-with-leaf", NULL);
  g_autofree char *external = g_strconcat (name, "-external", NULL);

  confab_mls_commit_write (content->commit, encoded);
  save ("commit", name, one (1), confab_span_from_array (encoded));
  save ("commit", with_leaf, one (2), confab_span_from_array (encoded));
  save ("commit", external, one (3), confab_span_from_array (encoded));
  save ("decoder", name, one (3), confab_span_from_array (encoded));
}

static void
save_message (const char *name,
              GBytes     *message)
{
  g_autoptr (ConfabMlsMessage) decoded = confab_mls_message_decode (message, NULL);

  save ("decoder", name, one (0), confab_span_from_bytes (message));
  if (decoded->public_message != NULL)
    {
      save ("commit", name, one (0), confab_span_from_bytes (message));
      if (decoded->public_message->content->commit != NULL)
        {
          g_autofree char *commit = g_strconcat (name, "-inside", NULL);
          save_commit (commit, decoded->public_message->content);
        }
    }
  if (decoded->private_message != NULL)
    save ("private-message", name, one (0), confab_span_from_bytes (message));
  if (decoded->welcome != NULL)
    save ("welcome", name, one (0), confab_span_from_bytes (message));
  if (decoded->group_info != NULL)
    {
      g_autoptr (GByteArray) encoded = g_byte_array_new ();

      confab_mls_group_info_write (decoded->group_info, encoded);
      save ("welcome", name, one (3), confab_span_from_array (encoded));
      save ("welcome", "group-info-inside", one (1), confab_span_from_array (encoded));
    }
}

static void
save_private_contents (const FuzzGroup *fuzz)
{
  g_autoptr (ConfabMlsContent) content =
    confab_mls_group_new_content (fuzz->hostile, NULL, CONFAB_MLS_CONTENT_APPLICATION);
  g_autoptr (GByteArray) plaintext = g_byte_array_new ();

  content->application_data = g_bytes_new_static ("hello", 5);
  confab_mls_group_sign_content (fuzz->hostile, content, NULL);
  confab_mls_content_write_body (content, plaintext);
  confab_mls_content_write_auth (content, plaintext);
  save ("private-message", "application-inside", two (1, 0), confab_span_from_array (plaintext));
  confab_mls_write_u64 (plaintext, 0);
  save ("private-message", "application-padded", two (1, 3), confab_span_from_array (plaintext));
  save ("private-message", "state", one (4), confab_secret_span (fuzz->victim_state));
}

static void
save_commits (const FuzzGroup *fuzz)
{
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new ();
  g_autoptr (ConfabMlsCommitResult) update = confab_mls_group_update (fuzz->hostile, NULL);
  guint32 leaf = 3;

  save_message ("commit-update", update->commit);
  confab_mls_group_clear_pending (fuzz->hostile);
  g_autoptr (ConfabMlsCommitResult) removal = confab_mls_group_remove (fuzz->hostile, &leaf, 1, NULL);
  save_message ("commit-remove", removal->commit);
  confab_mls_group_clear_pending (fuzz->hostile);
  g_ptr_array_add (key_packages, confab_mls_key_bundle_get_key_package (fuzz->newcomer_bundle));
  g_autoptr (ConfabMlsCommitResult) addition = confab_mls_group_add (fuzz->hostile, key_packages, NULL);
  save_message ("commit-add", addition->commit);
  confab_mls_group_clear_pending (fuzz->hostile);

  g_autoptr (GBytes) external = NULL;
  g_autoptr (ConfabMlsGroup) joined = confab_mls_group_join_external (fuzz->group_info, fuzz->newcomer, NULL, NULL, -1,
                                                                      fuzz->policy, &external, NULL);
  save_message ("commit-external", external);
}

static void
save_rest (const FuzzGroup *fuzz)
{
  g_autoptr (GBytes) key_package =
    confab_mls_key_package_to_message (confab_mls_key_bundle_get_key_package (fuzz->newcomer_bundle));
  g_autoptr (GBytes) tree = confab_mls_group_export_ratchet_tree (fuzz->hostile);
  g_autoptr (GBytes) data = g_bytes_new_static ("hello", 5);
  g_autoptr (GBytes) application = confab_mls_group_encrypt (fuzz->hostile, data, NULL, NULL);
  g_autoptr (ConfabMlsGroupSecrets) secrets = confab_mls_group_secrets_new ();
  g_autoptr (GByteArray) encoded = g_byte_array_new ();

  save_message ("key-package", key_package);
  save_message ("application", application);
  save_message ("welcome", fuzz->welcome);
  save_message ("group-info", fuzz->group_info);
  save ("decoder", "tree", one (1), confab_span_from_bytes (tree));

  secrets->joiner_secret = confab_secret_new (32);
  secrets->path_secret = confab_secret_new (32);
  confab_mls_group_secrets_write (secrets, encoded);
  save ("decoder", "group-secrets", one (2), confab_span_from_array (encoded));
  save ("welcome", "group-secrets", one (2), confab_span_from_array (encoded));
}

int
main (int   argc,
      char *argv[])
{
  const FuzzGroup *fuzz = fuzz_group_get ();

  g_assert_cmpint (argc, ==, 2);
  folder = argv[1];
  save_commits (fuzz);
  save_proposals (fuzz);
  save_private_contents (fuzz);
  save_rest (fuzz);

  return 0;
}
