/* confab-hpke.c: hybrid public key encryption, base mode (RFC 9180)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-hpke.h"

#include "confab-crypto-error.h"

#define HPKE_VERSION_LABEL "HPKE-v1"
#define HPKE_MODE_BASE 0x00

/*
 * confab_hpke_labeled_extract:
 *
 * LabeledExtract of RFC 9180, section 4.
 *
 * Returns: (transfer full): a pseudorandom key
 */
ConfabSecret *
confab_hpke_labeled_extract (const ConfabHash *hash,
                             ConfabSpan        suite_id,
                             ConfabSpan        salt,
                             const char       *label,
                             ConfabSpan        key_material)
{
  const ConfabSpan parts[] = {
    confab_span_from_string (HPKE_VERSION_LABEL),
    suite_id,
    confab_span_from_string (label),
    key_material,
  };

  return confab_hash_extract (hash, salt, parts, G_N_ELEMENTS (parts));
}

/*
 * confab_hpke_labeled_expand:
 *
 * LabeledExpand of RFC 9180, section 4.
 *
 * Returns: (transfer full): @length bytes, or %NULL when HKDF cannot give that many
 */
ConfabSecret *
confab_hpke_labeled_expand (const ConfabHash *hash,
                            ConfabSpan        suite_id,
                            ConfabSpan        pseudorandom_key,
                            const char       *label,
                            ConfabSpan        info,
                            gsize             length,
                            GError          **error)
{
  const guint8 length_field[2] = { (length >> 8) & 0xff, length & 0xff };
  const ConfabSpan parts[] = {
    confab_span (length_field, sizeof length_field),
    confab_span_from_string (HPKE_VERSION_LABEL),
    suite_id,
    confab_span_from_string (label),
    info,
  };

  return confab_hash_expand (hash, pseudorandom_key, parts, G_N_ELEMENTS (parts), length, error);
}

void
confab_hpke_context_clear (ConfabHpkeContext *context)
{
  g_clear_pointer (&context->key, confab_secret_unref);
  g_clear_pointer (&context->base_nonce, confab_secret_unref);
  g_clear_pointer (&context->exporter_secret, confab_secret_unref);
}

static ConfabSpan
hpke_suite_id (const ConfabHpke *hpke,
               guint8            buffer[10])
{
  const guint16 ids[] = { hpke->kem->hpke_id, hpke->hash->hpke_kdf_id, hpke->aead->hpke_id };

  memcpy (buffer, "HPKE", 4);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      buffer[4 + 2 * i] = ids[i] >> 8;
      buffer[5 + 2 * i] = ids[i] & 0xff;
    }

  return confab_span (buffer, 10);
}

/*
 * confab_hpke_hash_info:
 *
 * What the key schedule makes of the info, the same for every receiver. Apart from it because an MLS Welcome has a
 * megabyte of info in a group of 5,000: hashing that anew for each newcomer takes most of the time of adding them.
 *
 * Returns: (transfer full): the hash
 */
ConfabSecret *
confab_hpke_hash_info (const ConfabHpke *hpke,
                       ConfabSpan        info)
{
  guint8 id[10];

  return confab_hpke_labeled_extract (hpke->hash, hpke_suite_id (hpke, id), confab_span_empty (), "info_hash", info);
}

/* KeySchedule of RFC 9180, section 5.1, in base mode: no pre-shared key, and its identifier is empty. */
static gboolean
hpke_key_schedule (const ConfabHpke  *hpke,
                   ConfabSecret      *shared_secret,
                   ConfabSpan         info_hash,
                   ConfabHpkeContext *context,
                   GError           **error)
{
  guint8 id[10];
  guint8 schedule[1 + 2 * CONFAB_HASH_MAX_LENGTH] = { HPKE_MODE_BASE };
  ConfabSpan suite_id = hpke_suite_id (hpke, id);
  gsize hash_length = hpke->hash->length;
  ConfabSpan schedule_span = confab_span (schedule, 1 + 2 * hash_length);
  g_autoptr (ConfabSecret) psk_id_hash = NULL;
  g_autoptr (ConfabSecret) secret = NULL;

  psk_id_hash = confab_hpke_labeled_extract (hpke->hash, suite_id, confab_span_empty (), "psk_id_hash",
                                             confab_span_empty ());
  memcpy (schedule + 1, confab_secret_get_data (psk_id_hash, NULL), hash_length);
  memcpy (schedule + 1 + hash_length, info_hash.data, hash_length);

  secret = confab_hpke_labeled_extract (hpke->hash, suite_id, confab_secret_span (shared_secret), "secret",
                                        confab_span_empty ());

  context->key = confab_hpke_labeled_expand (hpke->hash, suite_id, confab_secret_span (secret), "key",
                                             schedule_span, hpke->aead->key_length, error);
  if (context->key == NULL)
    return FALSE;

  context->base_nonce = confab_hpke_labeled_expand (hpke->hash, suite_id, confab_secret_span (secret), "base_nonce",
                                                    schedule_span, hpke->aead->nonce_length, error);
  if (context->base_nonce == NULL)
    return FALSE;

  context->exporter_secret = confab_hpke_labeled_expand (hpke->hash, suite_id, confab_secret_span (secret), "exp",
                                                         schedule_span, hash_length, error);
  return context->exporter_secret != NULL;
}

static gboolean
check_length (const ConfabKem *kem,
              const char      *what,
              gsize            wanted,
              gsize            length,
              GError         **error)
{
  if (length == wanted)
    return TRUE;

  g_set_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH,
               "A %s of %s has %" G_GSIZE_FORMAT " bytes, not %" G_GSIZE_FORMAT, what, kem->name, wanted, length);
  return FALSE;
}

/*
 * confab_hpke_setup_sender:
 * @info_hash: from confab_hpke_hash_info()
 * @randomness: random bytes, as many as the KEM's row says
 * @kem_output: (out): what the receiver needs
 * @context: (out): zeroed memory for the keys
 *
 * SetupBaseS of RFC 9180, section 5.1.1.
 */
gboolean
confab_hpke_setup_sender (const ConfabHpke  *hpke,
                          ConfabSpan         public_key,
                          ConfabSpan         info_hash,
                          ConfabSpan         randomness,
                          GBytes           **kem_output,
                          ConfabHpkeContext *context,
                          GError           **error)
{
  const ConfabKem *kem = hpke->kem;
  g_autofree guint8 *output = g_malloc (kem->output_length);
  g_autoptr (ConfabSecret) shared_secret = NULL;

  g_assert (randomness.length == kem->randomness_length);

  if (!check_length (kem, "public key", kem->public_length, public_key.length, error))
    return FALSE;

  if (!kem->encapsulate (kem, public_key, randomness, output, &shared_secret, error))
    return FALSE;

  if (!hpke_key_schedule (hpke, shared_secret, info_hash, context, error))
    return FALSE;

  *kem_output = g_bytes_new_take (g_steal_pointer (&output), kem->output_length);

  return TRUE;
}

/*
 * confab_hpke_setup_receiver:
 * @info_hash: from confab_hpke_hash_info()
 * @context: (out): zeroed memory for the keys
 *
 * SetupBaseR of RFC 9180, section 5.1.1.
 */
gboolean
confab_hpke_setup_receiver (const ConfabHpke  *hpke,
                            ConfabSpan         private_key,
                            ConfabSpan         kem_output,
                            ConfabSpan         info_hash,
                            ConfabHpkeContext *context,
                            GError           **error)
{
  const ConfabKem *kem = hpke->kem;
  g_autoptr (ConfabSecret) shared_secret = NULL;

  if (!check_length (kem, "private key", kem->private_length, private_key.length, error) ||
      !check_length (kem, "encapsulated key", kem->output_length, kem_output.length, error))
    return FALSE;

  if (!kem->decapsulate (kem, private_key, kem_output, &shared_secret, error))
    return FALSE;

  return hpke_key_schedule (hpke, shared_secret, info_hash, context, error);
}

/*
 * confab_hpke_export:
 *
 * Context.Export of RFC 9180, section 5.3.
 *
 * Returns: (transfer full): @length bytes, or %NULL when HKDF cannot give that many
 */
ConfabSecret *
confab_hpke_export (const ConfabHpke        *hpke,
                    const ConfabHpkeContext *context,
                    ConfabSpan               exporter_context,
                    gsize                    length,
                    GError                 **error)
{
  guint8 id[10];

  return confab_hpke_labeled_expand (hpke->hash, hpke_suite_id (hpke, id),
                                     confab_secret_span (context->exporter_secret), "sec",
                                     exporter_context, length, error);
}
