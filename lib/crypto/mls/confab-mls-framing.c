/* confab-mls-framing.c: the frames around handshake and application messages (RFC 9420, section 6)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-framing.h"

ConfabMlsContent *
confab_mls_content_new (guint16                      wire_format,
                        const ConfabMlsGroupContext *context,
                        ConfabMlsSender              sender,
                        GBytes                      *authenticated_data,
                        ConfabMlsContentType         content_type)
{
  ConfabMlsContent *self = g_new0 (ConfabMlsContent, 1);

  self->wire_format = wire_format;
  self->group_id = g_bytes_ref (context->group_id);
  self->epoch = context->epoch;
  self->sender = sender;
  self->authenticated_data = authenticated_data != NULL ? g_bytes_ref (authenticated_data) : g_bytes_new (NULL, 0);
  self->content_type = content_type;

  return self;
}

void
confab_mls_content_free (ConfabMlsContent *self)
{
  g_clear_pointer (&self->group_id, g_bytes_unref);
  g_clear_pointer (&self->authenticated_data, g_bytes_unref);
  g_clear_pointer (&self->application_data, g_bytes_unref);
  g_clear_pointer (&self->proposal, confab_mls_proposal_unref);
  g_clear_pointer (&self->commit, confab_mls_commit_free);
  g_clear_pointer (&self->signature, g_bytes_unref);
  g_clear_pointer (&self->confirmation_tag, g_bytes_unref);
  g_free (self);
}

static ConfabMlsSender
sender_read (ConfabMlsReader *reader)
{
  ConfabMlsSender sender = { .type = confab_mls_reader_u8 (reader) };

  if (sender.type == CONFAB_MLS_SENDER_MEMBER || sender.type == CONFAB_MLS_SENDER_EXTERNAL)
    sender.index = confab_mls_reader_u32 (reader);
  else if (sender.type != CONFAB_MLS_SENDER_NEW_MEMBER_PROPOSAL && sender.type != CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_MALFORMED, "a sender of an unknown type");

  return sender;
}

static void
sender_write (ConfabMlsSender  sender,
              GByteArray      *out)
{
  confab_mls_write_u8 (out, sender.type);
  if (sender.type == CONFAB_MLS_SENDER_MEMBER || sender.type == CONFAB_MLS_SENDER_EXTERNAL)
    confab_mls_write_u32 (out, sender.index);
}

/* The part that depends on the content type: what a PrivateMessage encrypts, too. */
void
confab_mls_content_read_body (ConfabMlsContent *self,
                              ConfabMlsReader  *reader)
{
  if (self->content_type == CONFAB_MLS_CONTENT_APPLICATION)
    self->application_data = confab_mls_reader_bytes (reader);
  else if (self->content_type == CONFAB_MLS_CONTENT_PROPOSAL)
    self->proposal = confab_mls_proposal_read (reader);
  else if (self->content_type == CONFAB_MLS_CONTENT_COMMIT)
    self->commit = confab_mls_commit_read (reader);
  else
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_MALFORMED, "content of an unknown type");
}

void
confab_mls_content_write_body (const ConfabMlsContent *self,
                               GByteArray             *out)
{
  if (self->content_type == CONFAB_MLS_CONTENT_APPLICATION)
    confab_mls_write_bytes (out, self->application_data);
  else if (self->content_type == CONFAB_MLS_CONTENT_PROPOSAL)
    confab_mls_proposal_write (self->proposal, out);
  else
    confab_mls_commit_write (self->commit, out);
}

void
confab_mls_content_read_auth (ConfabMlsContent *self,
                              ConfabMlsReader  *reader)
{
  self->signature = confab_mls_reader_bytes (reader);
  if (self->content_type == CONFAB_MLS_CONTENT_COMMIT)
    self->confirmation_tag = confab_mls_reader_bytes (reader);
}

void
confab_mls_content_write_auth (const ConfabMlsContent *self,
                               GByteArray             *out)
{
  confab_mls_write_bytes (out, self->signature);
  if (self->content_type == CONFAB_MLS_CONTENT_COMMIT)
    confab_mls_write_bytes (out, self->confirmation_tag);
}

static void
content_read_framed (ConfabMlsContent *self,
                     ConfabMlsReader  *reader)
{
  self->group_id = confab_mls_reader_bytes (reader);
  self->epoch = confab_mls_reader_u64 (reader);
  self->sender = sender_read (reader);
  self->authenticated_data = confab_mls_reader_bytes (reader);
  self->content_type = confab_mls_reader_u8 (reader);
  confab_mls_content_read_body (self, reader);
}

/* FramedContent */
void
confab_mls_content_write_framed (const ConfabMlsContent *self,
                                 GByteArray             *out)
{
  confab_mls_write_bytes (out, self->group_id);
  confab_mls_write_u64 (out, self->epoch);
  sender_write (self->sender, out);
  confab_mls_write_bytes (out, self->authenticated_data);
  confab_mls_write_u8 (out, self->content_type);
  confab_mls_content_write_body (self, out);
}

/* AuthenticatedContent */
ConfabMlsContent *
confab_mls_content_read (ConfabMlsReader *reader)
{
  ConfabMlsContent *self = g_new0 (ConfabMlsContent, 1);

  self->wire_format = confab_mls_reader_u16 (reader);
  content_read_framed (self, reader);
  confab_mls_content_read_auth (self, reader);

  return self;
}

void
confab_mls_content_write (const ConfabMlsContent *self,
                          GByteArray             *out)
{
  confab_mls_write_u16 (out, self->wire_format);
  confab_mls_content_write_framed (self, out);
  confab_mls_content_write_auth (self, out);
}

/**
 * confab_mls_content_make_reference: (skip)
 * @self: a signed proposal
 * @suite: the cipher suite
 *
 * Computes the ProposalRef by which a commit refers to a proposal (RFC 9420, section 5.2).
 *
 * Returns: (transfer full): the reference
 * Since: 0.1
 */
GBytes *
confab_mls_content_make_reference (const ConfabMlsContent  *self,
                                   const ConfabCryptoSuite *suite)
{
  g_autoptr (GByteArray) encoded = g_byte_array_new ();

  confab_mls_content_write (self, encoded);

  return confab_mls_reference_hash (suite, "MLS 1.0 Proposal Reference", confab_span_from_array (encoded));
}

void
confab_mls_public_message_free (ConfabMlsPublicMessage *self)
{
  g_clear_pointer (&self->content, confab_mls_content_free);
  g_clear_pointer (&self->membership_tag, g_bytes_unref);
  g_free (self);
}

ConfabMlsPublicMessage *
confab_mls_public_message_read (ConfabMlsReader *reader)
{
  ConfabMlsPublicMessage *self = g_new0 (ConfabMlsPublicMessage, 1);

  self->content = g_new0 (ConfabMlsContent, 1);
  self->content->wire_format = CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE;
  content_read_framed (self->content, reader);
  confab_mls_content_read_auth (self->content, reader);
  if (self->content->sender.type == CONFAB_MLS_SENDER_MEMBER)
    self->membership_tag = confab_mls_reader_bytes (reader);

  return self;
}

void
confab_mls_public_message_write (const ConfabMlsPublicMessage *self,
                                 GByteArray                   *out)
{
  confab_mls_content_write_framed (self->content, out);
  confab_mls_content_write_auth (self->content, out);
  if (self->content->sender.type == CONFAB_MLS_SENDER_MEMBER)
    confab_mls_write_bytes (out, self->membership_tag);
}

void
confab_mls_private_message_free (ConfabMlsPrivateMessage *self)
{
  g_clear_pointer (&self->group_id, g_bytes_unref);
  g_clear_pointer (&self->authenticated_data, g_bytes_unref);
  g_clear_pointer (&self->encrypted_sender_data, g_bytes_unref);
  g_clear_pointer (&self->ciphertext, g_bytes_unref);
  g_free (self);
}

ConfabMlsPrivateMessage *
confab_mls_private_message_read (ConfabMlsReader *reader)
{
  ConfabMlsPrivateMessage *self = g_new0 (ConfabMlsPrivateMessage, 1);

  self->group_id = confab_mls_reader_bytes (reader);
  self->epoch = confab_mls_reader_u64 (reader);
  self->content_type = confab_mls_reader_u8 (reader);
  if (self->content_type < CONFAB_MLS_CONTENT_APPLICATION || self->content_type > CONFAB_MLS_CONTENT_COMMIT)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_MALFORMED, "content of an unknown type");
  self->authenticated_data = confab_mls_reader_bytes (reader);
  self->encrypted_sender_data = confab_mls_reader_bytes (reader);
  self->ciphertext = confab_mls_reader_bytes (reader);

  return self;
}

void
confab_mls_private_message_write (const ConfabMlsPrivateMessage *self,
                                  GByteArray                    *out)
{
  confab_mls_write_bytes (out, self->group_id);
  confab_mls_write_u64 (out, self->epoch);
  confab_mls_write_u8 (out, self->content_type);
  confab_mls_write_bytes (out, self->authenticated_data);
  confab_mls_write_bytes (out, self->encrypted_sender_data);
  confab_mls_write_bytes (out, self->ciphertext);
}
