/* confab-mls-group-info.c: the state of a group as its members agree on it, and as newcomers get it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-group-info.h"

#include "confab-mls-leaf-node.h"

#define SIGNATURE_LABEL "GroupInfoTBS"

ConfabMlsGroupContext *
confab_mls_group_context_new (guint16    cipher_suite,
                              GBytes    *group_id,
                              guint64    epoch,
                              GBytes    *tree_hash,
                              GBytes    *confirmed_transcript_hash,
                              GPtrArray *extensions)
{
  ConfabMlsGroupContext *self = g_new0 (ConfabMlsGroupContext, 1);

  self->cipher_suite = cipher_suite;
  self->group_id = g_bytes_ref (group_id);
  self->epoch = epoch;
  self->tree_hash = g_bytes_ref (tree_hash);
  self->confirmed_transcript_hash = g_bytes_ref (confirmed_transcript_hash);
  self->extensions = g_ptr_array_ref (extensions);

  return self;
}

ConfabMlsGroupContext *
confab_mls_group_context_copy (const ConfabMlsGroupContext *self)
{
  return confab_mls_group_context_new (self->cipher_suite, self->group_id, self->epoch, self->tree_hash,
                                       self->confirmed_transcript_hash, self->extensions);
}

void
confab_mls_group_context_free (ConfabMlsGroupContext *self)
{
  g_clear_pointer (&self->group_id, g_bytes_unref);
  g_clear_pointer (&self->tree_hash, g_bytes_unref);
  g_clear_pointer (&self->confirmed_transcript_hash, g_bytes_unref);
  g_clear_pointer (&self->extensions, g_ptr_array_unref);
  g_free (self);
}

ConfabMlsGroupContext *
confab_mls_group_context_read (ConfabMlsReader *reader)
{
  ConfabMlsGroupContext *self = g_new0 (ConfabMlsGroupContext, 1);

  if (confab_mls_reader_u16 (reader) != CONFAB_MLS_VERSION_10)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_UNSUPPORTED, "a group of an unknown protocol version");
  self->cipher_suite = confab_mls_reader_u16 (reader);
  self->group_id = confab_mls_reader_bytes (reader);
  self->epoch = confab_mls_reader_u64 (reader);
  self->tree_hash = confab_mls_reader_bytes (reader);
  self->confirmed_transcript_hash = confab_mls_reader_bytes (reader);
  self->extensions = confab_mls_extensions_read (reader);

  return self;
}

void
confab_mls_group_context_write (const ConfabMlsGroupContext *self,
                                GByteArray                  *out)
{
  confab_mls_write_u16 (out, CONFAB_MLS_VERSION_10);
  confab_mls_write_u16 (out, self->cipher_suite);
  confab_mls_write_bytes (out, self->group_id);
  confab_mls_write_u64 (out, self->epoch);
  confab_mls_write_bytes (out, self->tree_hash);
  confab_mls_write_bytes (out, self->confirmed_transcript_hash);
  confab_mls_extensions_write (self->extensions, out);
}

GBytes *
confab_mls_group_context_encode (const ConfabMlsGroupContext *self)
{
  GByteArray *out = g_byte_array_new ();

  confab_mls_group_context_write (self, out);

  return g_byte_array_free_to_bytes (out);
}

void
confab_mls_group_context_set_tree_hash (ConfabMlsGroupContext *self,
                                        GBytes                *tree_hash)
{
  g_bytes_ref (tree_hash);
  g_bytes_unref (self->tree_hash);
  self->tree_hash = tree_hash;
}

void
confab_mls_group_context_set_transcript_hash (ConfabMlsGroupContext *self,
                                              GBytes                *transcript_hash)
{
  g_bytes_ref (transcript_hash);
  g_bytes_unref (self->confirmed_transcript_hash);
  self->confirmed_transcript_hash = transcript_hash;
}

void
confab_mls_group_context_set_extensions (ConfabMlsGroupContext *self,
                                         GPtrArray             *extensions)
{
  g_ptr_array_ref (extensions);
  g_ptr_array_unref (self->extensions);
  self->extensions = extensions;
}

void
confab_mls_group_info_free (ConfabMlsGroupInfo *self)
{
  g_clear_pointer (&self->context, confab_mls_group_context_free);
  g_clear_pointer (&self->extensions, g_ptr_array_unref);
  g_clear_pointer (&self->confirmation_tag, g_bytes_unref);
  g_clear_pointer (&self->signature, g_bytes_unref);
  g_free (self);
}

ConfabMlsGroupInfo *
confab_mls_group_info_read (ConfabMlsReader *reader)
{
  ConfabMlsGroupInfo *self = g_new0 (ConfabMlsGroupInfo, 1);

  self->context = confab_mls_group_context_read (reader);
  self->extensions = confab_mls_extensions_read (reader);
  self->confirmation_tag = confab_mls_reader_bytes (reader);
  self->signer = confab_mls_reader_u32 (reader);
  self->signature = confab_mls_reader_bytes (reader);

  return self;
}

static void
write_unsigned (const ConfabMlsGroupInfo *self,
                GByteArray               *out)
{
  confab_mls_group_context_write (self->context, out);
  confab_mls_extensions_write (self->extensions, out);
  confab_mls_write_bytes (out, self->confirmation_tag);
  confab_mls_write_u32 (out, self->signer);
}

void
confab_mls_group_info_write (const ConfabMlsGroupInfo *self,
                             GByteArray               *out)
{
  write_unsigned (self, out);
  confab_mls_write_bytes (out, self->signature);
}

gboolean
confab_mls_group_info_sign (ConfabMlsGroupInfo       *self,
                            const ConfabCryptoSuite  *suite,
                            ConfabSpan                private_key,
                            GError                  **error)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();

  write_unsigned (self, content);
  g_clear_pointer (&self->signature, g_bytes_unref);
  self->signature = confab_mls_sign_with_label (suite, private_key, SIGNATURE_LABEL, confab_span_from_array (content),
                                                error);

  return self->signature != NULL;
}

gboolean
confab_mls_group_info_verify (const ConfabMlsGroupInfo  *self,
                              const ConfabCryptoSuite   *suite,
                              GBytes                    *signature_key,
                              GError                   **error)
{
  g_autoptr (GByteArray) content = g_byte_array_new ();

  write_unsigned (self, content);

  return confab_mls_verify_with_label (suite, confab_span_from_bytes (signature_key), SIGNATURE_LABEL,
                                       confab_span_from_array (content), confab_span_from_bytes (self->signature),
                                       error);
}
