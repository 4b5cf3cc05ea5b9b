/* confab-mls-credential.c: what a member says it is (RFC 9420, section 5.3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-credential.h"

/**
 * ConfabMlsCredential:
 *
 * The claim of a member about itself. MLS carries it and signs it; whether it is true is for the application to decide,
 * which does so in the callback of its [struct@ConfabMlsPolicy].
 *
 * Since: 0.1
 */
struct _ConfabMlsCredential
{
  gatomicrefcount  ref_count;
  guint16          type;
  GBytes          *identity;     /* basic */
  GPtrArray       *certificates; /* x509: DER, the member's own first */
};

static ConfabMlsCredential *
credential_new (guint16 type)
{
  ConfabMlsCredential *self = g_new0 (ConfabMlsCredential, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->type = type;

  return self;
}

/**
 * confab_mls_credential_new_basic:
 * @identity: an identity, in a form that the application defines
 *
 * Returns: (transfer full): a credential that asserts @identity
 * Since: 0.1
 */
ConfabMlsCredential *
confab_mls_credential_new_basic (GBytes *identity)
{
  ConfabMlsCredential *self = credential_new (CONFAB_MLS_CREDENTIAL_BASIC);

  self->identity = g_bytes_ref (identity);

  return self;
}

/**
 * confab_mls_credential_new_x509:
 * @certificates: (element-type GBytes): a chain of DER certificates, the member's own first
 *
 * Returns: (transfer full): a credential with that chain
 * Since: 0.1
 */
ConfabMlsCredential *
confab_mls_credential_new_x509 (GPtrArray *certificates)
{
  ConfabMlsCredential *self = credential_new (CONFAB_MLS_CREDENTIAL_X509);

  self->certificates = g_ptr_array_ref (certificates);

  return self;
}

/**
 * confab_mls_credential_ref:
 * @self: a credential
 *
 * Returns: (transfer full): @self
 * Since: 0.1
 */
ConfabMlsCredential *
confab_mls_credential_ref (ConfabMlsCredential *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_mls_credential_unref:
 * @self: (transfer full): a credential
 *
 * Drops a reference.
 *
 * Since: 0.1
 */
void
confab_mls_credential_unref (ConfabMlsCredential *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->identity, g_bytes_unref);
  g_clear_pointer (&self->certificates, g_ptr_array_unref);
  g_free (self);
}

/**
 * confab_mls_credential_get_credential_type:
 * @self: a credential
 *
 * Returns: a #ConfabMlsCredentialType
 * Since: 0.1
 */
guint16
confab_mls_credential_get_credential_type (const ConfabMlsCredential *self)
{
  return self->type;
}

/**
 * confab_mls_credential_get_identity:
 * @self: a credential
 *
 * Returns: (transfer none) (nullable): the identity of a basic credential
 * Since: 0.1
 */
GBytes *
confab_mls_credential_get_identity (const ConfabMlsCredential *self)
{
  return self->identity;
}

/**
 * confab_mls_credential_get_certificates:
 * @self: a credential
 *
 * Returns: (transfer none) (nullable) (element-type GBytes): the certificates of an X.509 credential
 * Since: 0.1
 */
GPtrArray *
confab_mls_credential_get_certificates (const ConfabMlsCredential *self)
{
  return self->certificates;
}

/**
 * confab_mls_credential_equal:
 * @one: a credential
 * @other: another
 *
 * Returns: whether they claim the same
 * Since: 0.1
 */
gboolean
confab_mls_credential_equal (const ConfabMlsCredential *one,
                             const ConfabMlsCredential *other)
{
  g_autoptr (GByteArray) left = g_byte_array_new ();
  g_autoptr (GByteArray) right = g_byte_array_new ();

  confab_mls_credential_write (one, left);
  confab_mls_credential_write (other, right);

  return confab_span_equal (confab_span_from_array (left), confab_span_from_array (right));
}

static GPtrArray *
read_certificates (ConfabMlsReader *reader)
{
  GPtrArray *certificates = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  ConfabMlsReader vector;

  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    g_ptr_array_add (certificates, confab_mls_reader_bytes (&vector));
  confab_mls_reader_leave (reader, &vector);

  return certificates;
}

/**
 * confab_mls_credential_read: (skip)
 * @reader: a reader
 *
 * Reads a credential. The length of one of an unknown type is not known, so it cannot even be skipped.
 *
 * Returns: (transfer full): the credential
 * Since: 0.1
 */
ConfabMlsCredential *
confab_mls_credential_read (ConfabMlsReader *reader)
{
  ConfabMlsCredential *self = credential_new (confab_mls_reader_u16 (reader));

  if (self->type == CONFAB_MLS_CREDENTIAL_BASIC)
    self->identity = confab_mls_reader_bytes (reader);
  else if (self->type == CONFAB_MLS_CREDENTIAL_X509)
    self->certificates = read_certificates (reader);
  else
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_UNSUPPORTED, "a credential of an unknown type");

  return self;
}

void
confab_mls_credential_write (const ConfabMlsCredential *self,
                             GByteArray                *out)
{
  confab_mls_write_u16 (out, self->type);

  if (self->type == CONFAB_MLS_CREDENTIAL_BASIC)
    {
      confab_mls_write_bytes (out, self->identity);
      return;
    }

  guint begin = confab_mls_write_begin (out);
  for (guint i = 0; i < self->certificates->len; i++)
    confab_mls_write_bytes (out, g_ptr_array_index (self->certificates, i));
  confab_mls_write_end (out, begin);
}
