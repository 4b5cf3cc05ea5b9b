/* test-aead.c: known answers, the two ways to AES-256-GCM side by side, and misuse
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sodium.h>

#include "confab-aead.h"
#include "confab-crypto-error.h"
#include "confab-crypto-provider.h"
#include "hex.h"

typedef struct
{
  const char       *name;
  const ConfabAead *aead;
  const char       *key;
  const char       *nonce;
  const char       *additional_data;
  const char       *plaintext;
  const char       *ciphertext; /* with the tag */
} AeadCase;

#define GCM_PLAINTEXT \
  "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72" \
  "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
#define GCM_ADDITIONAL_DATA "feedfacedeadbeeffeedfacedeadbeefabaddad2"
#define GCM_KEY_128 "feffe9928665731c6d6a8f9467308308"
#define GCM_CIPHERTEXT_256 \
  "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa" \
  "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662" \
  "76fc6ece0f4e1768cddf8853bb2d551b"
#define ZERO_16 "00000000000000000000000000000000"
#define ZERO_12 "000000000000000000000000"

/* The GCM cases are those of McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B;
 * ChaCha20-Poly1305 is RFC 8439, section 2.8.2. */
static const AeadCase aead_cases[] = {
  { "aes-128/case-1", &confab_aead_aes128gcm, ZERO_16, ZERO_12, "", "", "58e2fccefa7e3061367f1d57a4e7455a" },
  { "aes-128/case-2", &confab_aead_aes128gcm, ZERO_16, ZERO_12, "", ZERO_16,
    "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf" },
  { "aes-128/case-4", &confab_aead_aes128gcm, GCM_KEY_128, "cafebabefacedbaddecaf888", GCM_ADDITIONAL_DATA,
    GCM_PLAINTEXT,
    "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
    "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
    "5bc94fbc3221a5db94fae95ae7121a47" },
  { "aes-256/sodium/case-13", &confab_aead_aes256gcm_sodium, ZERO_16 ZERO_16, ZERO_12, "", "",
    "530f8afbc74536b9a963b4f1c4cb738b" },
  { "aes-256/sodium/case-16", &confab_aead_aes256gcm_sodium, GCM_KEY_128 GCM_KEY_128, "cafebabefacedbaddecaf888",
    GCM_ADDITIONAL_DATA, GCM_PLAINTEXT, GCM_CIPHERTEXT_256 },
  { "aes-256/gnutls/case-13", &confab_aead_aes256gcm_gnutls, ZERO_16 ZERO_16, ZERO_12, "", "",
    "530f8afbc74536b9a963b4f1c4cb738b" },
  { "aes-256/gnutls/case-14", &confab_aead_aes256gcm_gnutls, ZERO_16 ZERO_16, ZERO_12, "", ZERO_16,
    "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919" },
  { "aes-256/gnutls/case-16", &confab_aead_aes256gcm_gnutls, GCM_KEY_128 GCM_KEY_128, "cafebabefacedbaddecaf888",
    GCM_ADDITIONAL_DATA, GCM_PLAINTEXT, GCM_CIPHERTEXT_256 },
  { "chacha20-poly1305", &confab_aead_chacha20poly1305,
    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", "070000004041424344454647",
    "50515253c0c1c2c3c4c5c6c7",
    "4c616469657320616e642047656e746c656d656e206f662074686520636c6173"
    "73206f66202739393a204966204920636f756c64206f6666657220796f75206f"
    "6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73"
    "637265656e20776f756c642062652069742e",
    "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
    "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
    "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
    "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691" },
};

static gboolean
skip_without_aes (const ConfabAead *aead)
{
  if (aead != &confab_aead_aes256gcm_sodium || crypto_aead_aes256gcm_is_available ())
    return FALSE;

  g_test_skip ("this CPU has no AES instructions, so libsodium has no AES-256-GCM");
  return TRUE;
}

static void
test_known_answer (gconstpointer data)
{
  const AeadCase *test = data;
  g_autoptr (GBytes) key = hex_decode (test->key);
  g_autoptr (GBytes) nonce = hex_decode (test->nonce);
  g_autoptr (GBytes) additional_data = hex_decode (test->additional_data);
  g_autoptr (GBytes) plaintext = hex_decode (test->plaintext);
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GError) error = NULL;

  if (skip_without_aes (test->aead))
    return;

  sealed = confab_aead_seal (test->aead, confab_span_from_bytes (key), confab_span_from_bytes (nonce),
                             confab_span_from_bytes (additional_data), confab_span_from_bytes (plaintext), &error);
  g_assert_no_error (error);
  assert_hex (confab_span_from_bytes (sealed), test->ciphertext);

  opened = confab_aead_open (test->aead, confab_span_from_bytes (key), confab_span_from_bytes (nonce),
                             confab_span_from_bytes (additional_data), confab_span_from_bytes (sealed), &error);
  g_assert_no_error (error);
  assert_hex (confab_span_from_bytes (opened), test->plaintext);
}

/* Sizes around blocks, and one that no cipher's inner loop ends on. */
static void
test_same_bytes (void)
{
  static const gsize sizes[] = { 0, 1, 15, 16, 17, 31, 32, 33, 127, 128, 129, 4096, 65537 };
  g_autoptr (GBytes) key = confab_crypto_random_bytes (32);
  g_autoptr (GBytes) nonce = confab_crypto_random_bytes (12);

  if (skip_without_aes (&confab_aead_aes256gcm_sodium))
    return;

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GBytes) plaintext = confab_crypto_random_bytes (sizes[i]);
      g_autoptr (GBytes) additional_data = confab_crypto_random_bytes (sizes[G_N_ELEMENTS (sizes) - 1 - i] % 300);
      g_autoptr (GBytes) one = NULL;
      g_autoptr (GBytes) other = NULL;
      g_autoptr (GBytes) crossed = NULL;
      g_autoptr (GBytes) chosen = NULL;
      g_autoptr (GError) error = NULL;

      one = confab_aead_seal (&confab_aead_aes256gcm_sodium, confab_span_from_bytes (key),
                              confab_span_from_bytes (nonce), confab_span_from_bytes (additional_data),
                              confab_span_from_bytes (plaintext), &error);
      g_assert_no_error (error);
      other = confab_aead_seal (&confab_aead_aes256gcm_gnutls, confab_span_from_bytes (key),
                                confab_span_from_bytes (nonce), confab_span_from_bytes (additional_data),
                                confab_span_from_bytes (plaintext), &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (one, other));

      chosen = confab_aead_open (&confab_aead_aes256gcm, confab_span_from_bytes (key), confab_span_from_bytes (nonce),
                                 confab_span_from_bytes (additional_data), confab_span_from_bytes (other), &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (chosen, plaintext));

      crossed = confab_aead_open (&confab_aead_aes256gcm_gnutls, confab_span_from_bytes (key),
                                  confab_span_from_bytes (nonce), confab_span_from_bytes (additional_data),
                                  confab_span_from_bytes (one), &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (crossed, plaintext));
    }
}

static void
test_every_bit_counts (gconstpointer data)
{
  const ConfabAead *aead = data;
  g_autoptr (GBytes) key = confab_crypto_random_bytes (aead->key_length);
  g_autoptr (GBytes) nonce = confab_crypto_random_bytes (aead->nonce_length);
  ConfabSpan additional_data = confab_span_from_string ("room, epoch");
  g_autoptr (GBytes) sealed = NULL;
  g_autofree guint8 *changed = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;

  if (skip_without_aes (aead))
    return;

  sealed = confab_aead_seal (aead, confab_span_from_bytes (key), confab_span_from_bytes (nonce), additional_data,
                             confab_span_from_string ("a message of some length"), &error);
  g_assert_no_error (error);
  length = g_bytes_get_size (sealed);
  changed = g_memdup2 (g_bytes_get_data (sealed, NULL), length);

  for (gsize bit = 0; bit < 8 * length; bit++)
    {
      g_autoptr (GBytes) opened = NULL;
      g_autoptr (GError) local_error = NULL;

      changed[bit / 8] ^= 1 << (bit % 8);
      opened = confab_aead_open (aead, confab_span_from_bytes (key), confab_span_from_bytes (nonce),
                                 additional_data, confab_span (changed, length), &local_error);
      g_assert_error (local_error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_AUTHENTICATION);
      g_assert_null (opened);
      changed[bit / 8] ^= 1 << (bit % 8);
    }
}

static void
test_lengths (gconstpointer data)
{
  const ConfabAead *aead = data;
  guint8 bytes[64] = { 0 };
  const struct { gsize key, nonce, ciphertext; } wrong[] = {
    { aead->key_length - 1, aead->nonce_length, 40 },
    { aead->key_length + 1, aead->nonce_length, 40 },
    { 0, aead->nonce_length, 40 },
    { aead->key_length, aead->nonce_length - 1, 40 },
    { aead->key_length, aead->nonce_length + 1, 40 },
    { aead->key_length, aead->nonce_length, aead->tag_length - 1 },
    { aead->key_length, aead->nonce_length, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GBytes) opened = NULL;
      g_autoptr (GError) error = NULL;

      opened = confab_aead_open (aead, confab_span (bytes, wrong[i].key), confab_span (bytes, wrong[i].nonce),
                                 confab_span_empty (), confab_span (bytes, wrong[i].ciphertext), &error);
      g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
      g_assert_null (opened);
    }
}

int
main (int   argc,
      char *argv[])
{
  static const struct { const char *name; const ConfabAead *aead; } rows[] = {
    { "aes-128", &confab_aead_aes128gcm },
    { "aes-256-sodium", &confab_aead_aes256gcm_sodium },
    { "aes-256-gnutls", &confab_aead_aes256gcm_gnutls },
    { "aes-256", &confab_aead_aes256gcm },
    { "chacha20-poly1305", &confab_aead_chacha20poly1305 },
  };

  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (sodium_init (), >=, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (aead_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/crypto/aead/known-answer/", aead_cases[i].name, NULL);

      g_test_add_data_func (path, &aead_cases[i], test_known_answer);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *bits = g_strconcat ("/crypto/aead/every-bit-counts/", rows[i].name, NULL);
      g_autofree char *lengths = g_strconcat ("/crypto/aead/lengths/", rows[i].name, NULL);

      g_test_add_data_func (bits, rows[i].aead, test_every_bit_counts);
      g_test_add_data_func (lengths, rows[i].aead, test_lengths);
    }
  g_test_add_func ("/crypto/aead/aes-256-same-bytes", test_same_bytes);

  return g_test_run ();
}
