/* confab-mls-psk.c: pre-shared keys that are mixed into a group's key schedule (RFC 9420, section 8.4)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-psk.h"

/**
 * confab_mls_psk_id_new_external:
 * @suite: the cipher suite of the group
 * @id: the name of a key that all members have
 *
 * Names an external pre-shared key, with a fresh nonce.
 *
 * Returns: (transfer full): an identifier
 * Since: 0.1
 */
ConfabMlsPskId *
confab_mls_psk_id_new_external (const ConfabCryptoSuite *suite,
                                GBytes                  *id)
{
  ConfabMlsPskId *self = g_new0 (ConfabMlsPskId, 1);

  self->type = CONFAB_MLS_PSK_EXTERNAL;
  self->id = g_bytes_ref (id);
  self->nonce = confab_crypto_random_bytes (confab_crypto_suite_get_hash_length (suite));

  return self;
}

/**
 * confab_mls_psk_id_new_resumption:
 * @suite: the cipher suite of the group it is mixed into
 * @usage: what for
 * @group_id: the group that the key comes from
 * @epoch: the epoch of that group
 *
 * Names the resumption key of an epoch, with a fresh nonce.
 *
 * Returns: (transfer full): an identifier
 * Since: 0.1
 */
ConfabMlsPskId *
confab_mls_psk_id_new_resumption (const ConfabCryptoSuite  *suite,
                                  ConfabMlsResumptionUsage  usage,
                                  GBytes                   *group_id,
                                  guint64                   epoch)
{
  ConfabMlsPskId *self = g_new0 (ConfabMlsPskId, 1);

  self->type = CONFAB_MLS_PSK_RESUMPTION;
  self->usage = usage;
  self->group_id = g_bytes_ref (group_id);
  self->epoch = epoch;
  self->nonce = confab_crypto_random_bytes (confab_crypto_suite_get_hash_length (suite));

  return self;
}

/**
 * confab_mls_psk_id_copy:
 * @self: an identifier
 *
 * Returns: (transfer full): a copy
 * Since: 0.1
 */
ConfabMlsPskId *
confab_mls_psk_id_copy (const ConfabMlsPskId *self)
{
  ConfabMlsPskId *copy = g_memdup2 (self, sizeof *self);

  if (copy->id != NULL)
    g_bytes_ref (copy->id);
  if (copy->group_id != NULL)
    g_bytes_ref (copy->group_id);
  g_bytes_ref (copy->nonce);

  return copy;
}

/**
 * confab_mls_psk_id_free:
 * @self: (transfer full): an identifier
 *
 * Frees an identifier.
 *
 * Since: 0.1
 */
void
confab_mls_psk_id_free (ConfabMlsPskId *self)
{
  g_clear_pointer (&self->id, g_bytes_unref);
  g_clear_pointer (&self->group_id, g_bytes_unref);
  g_clear_pointer (&self->nonce, g_bytes_unref);
  g_free (self);
}

ConfabMlsPskId *
confab_mls_psk_id_read (ConfabMlsReader *reader)
{
  ConfabMlsPskId *self = g_new0 (ConfabMlsPskId, 1);

  self->type = confab_mls_reader_u8 (reader);
  if (self->type == CONFAB_MLS_PSK_EXTERNAL)
    {
      self->id = confab_mls_reader_bytes (reader);
    }
  else if (self->type == CONFAB_MLS_PSK_RESUMPTION)
    {
      self->usage = confab_mls_reader_u8 (reader);
      if (self->usage < CONFAB_MLS_RESUMPTION_APPLICATION || self->usage > CONFAB_MLS_RESUMPTION_BRANCH)
        confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_MALFORMED, "a resumption key for an unknown use");
      self->group_id = confab_mls_reader_bytes (reader);
      self->epoch = confab_mls_reader_u64 (reader);
    }
  else
    {
      confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_MALFORMED, "a pre-shared key of an unknown type");
    }
  self->nonce = confab_mls_reader_bytes (reader);

  return self;
}

void
confab_mls_psk_id_write (const ConfabMlsPskId *self,
                         GByteArray           *out)
{
  confab_mls_write_u8 (out, self->type);
  if (self->type == CONFAB_MLS_PSK_EXTERNAL)
    {
      confab_mls_write_bytes (out, self->id);
    }
  else
    {
      confab_mls_write_u8 (out, self->usage);
      confab_mls_write_bytes (out, self->group_id);
      confab_mls_write_u64 (out, self->epoch);
    }
  confab_mls_write_bytes (out, self->nonce);
}

/**
 * confab_mls_psk_id_equal:
 * @one: an identifier
 * @other: another
 *
 * Returns: whether they are the same, nonce included
 * Since: 0.1
 */
gboolean
confab_mls_psk_id_equal (const ConfabMlsPskId *one,
                         const ConfabMlsPskId *other)
{
  if (one->type != other->type || !g_bytes_equal (one->nonce, other->nonce))
    return FALSE;

  if (one->type == CONFAB_MLS_PSK_EXTERNAL)
    return g_bytes_equal (one->id, other->id);

  return one->usage == other->usage && one->epoch == other->epoch && g_bytes_equal (one->group_id, other->group_id);
}

/**
 * confab_mls_psk_combine: (skip)
 * @suite: a cipher suite
 * @ids: (element-type ConfabMlsPskId): what was injected, in order
 * @secrets: (element-type ConfabSecret): the keys, in the same order
 *
 * Computes the psk_secret of RFC 9420, section 8.4; all zeros when there are none.
 *
 * Returns: (transfer full): the combined secret
 * Since: 0.1
 */
ConfabSecret *
confab_mls_psk_combine (const ConfabCryptoSuite *suite,
                        GPtrArray               *ids,
                        GPtrArray               *secrets)
{
  gsize length = confab_crypto_suite_get_hash_length (suite);
  g_autoptr (GBytes) zeros = confab_mls_zero_bytes (suite);
  ConfabSecret *combined = confab_secret_new_copy (confab_span_from_bytes (zeros));

  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (GByteArray) label = g_byte_array_new ();
      confab_mls_psk_id_write (g_ptr_array_index (ids, i), label);
      confab_mls_write_u16 (label, i);
      confab_mls_write_u16 (label, ids->len);

      g_autoptr (ConfabSecret) extracted =
        confab_crypto_hkdf_extract (suite, confab_span_from_bytes (zeros),
                                    confab_secret_span (g_ptr_array_index (secrets, i)));
      g_autoptr (ConfabSecret) input =
        confab_mls_expand_with_label (suite, confab_secret_span (extracted), "derived psk",
                                      confab_span_from_array (label), length);
      g_autoptr (ConfabSecret) previous = combined;
      combined = confab_crypto_hkdf_extract (suite, confab_secret_span (input), confab_secret_span (previous));
    }

  return combined;
}
