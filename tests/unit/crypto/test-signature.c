/* test-signature.c: Ed25519 against RFC 8032, and what must be refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-crypto-provider.h"
#include "hex.h"

typedef struct
{
  const char *name;
  const char *seed;
  const char *public_key;
  const char *message;
  const char *signature;
} SignatureCase;

/* RFC 8032, section 7.1 */
static const SignatureCase signature_cases[] = {
  {
    .name = "test-1",
    .seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    .public_key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    .message = "",
    .signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                 "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    .name = "test-2",
    .seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    .public_key = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    .message = "72",
    .signature = "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                 "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    .name = "test-3",
    .seed = "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    .public_key = "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    .message = "af82",
    .signature = "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                 "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
};

static const ConfabCryptoSuite *
suite (void)
{
  return confab_crypto_suite_lookup (CONFAB_CRYPTO_SUITE_X25519_CHACHA20POLY1305_SHA256_ED25519);
}

static void
test_known_answer (gconstpointer data)
{
  const SignatureCase *test = data;
  g_autoptr (GBytes) seed = hex_decode (test->seed);
  g_autofree char *expanded_hex = g_strconcat (test->seed, test->public_key, NULL);
  g_autoptr (GBytes) expanded = hex_decode (expanded_hex);
  g_autoptr (GBytes) message = hex_decode (test->message);
  GBytes *forms[] = { seed, expanded };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++)
    {
      g_autoptr (GBytes) public_key = NULL;
      g_autoptr (GBytes) signature = NULL;
      g_autoptr (GError) error = NULL;

      public_key = confab_crypto_signature_get_public (suite (), confab_span_from_bytes (forms[i]), &error);
      g_assert_no_error (error);
      assert_hex (confab_span_from_bytes (public_key), test->public_key);

      signature = confab_crypto_signature_sign (suite (), confab_span_from_bytes (forms[i]),
                                                confab_span_from_bytes (message), &error);
      g_assert_no_error (error);
      assert_hex (confab_span_from_bytes (signature), test->signature);

      confab_crypto_signature_verify (suite (), confab_span_from_bytes (public_key),
                                      confab_span_from_bytes (message), confab_span_from_bytes (signature), &error);
      g_assert_no_error (error);
    }
}

static void
test_every_bit_counts (void)
{
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (GBytes) public_key = NULL;
  g_autoptr (GBytes) signature = NULL;
  g_autofree guint8 *changed = NULL;
  gsize length = 0;
  g_autoptr (GError) error = NULL;
  ConfabSpan message = confab_span_from_string ("message");

  confab_crypto_signature_generate (suite (), &private_key, &public_key, &error);
  g_assert_no_error (error);
  signature = confab_crypto_signature_sign (suite (), confab_secret_span (private_key), message, &error);
  g_assert_no_error (error);
  length = g_bytes_get_size (signature);
  changed = g_memdup2 (g_bytes_get_data (signature, NULL), length);

  for (gsize bit = 0; bit < 8 * length; bit++)
    {
      g_autoptr (GError) local_error = NULL;

      changed[bit / 8] ^= 1 << (bit % 8);
      g_assert_false (confab_crypto_signature_verify (suite (), confab_span_from_bytes (public_key), message,
                                                      confab_span (changed, length), &local_error));
      g_assert_error (local_error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_SIGNATURE);
      changed[bit / 8] ^= 1 << (bit % 8);
    }

  g_assert_false (confab_crypto_signature_verify (suite (), confab_span_from_bytes (public_key),
                                                  confab_span_from_string ("massage"),
                                                  confab_span_from_bytes (signature), NULL));
}

/* The neutral element as key and as R, with S = 0, "signs" every message where the check is only the equation. */
static void
test_small_order_key (void)
{
  g_autoptr (GBytes) public_key = hex_decode ("0100000000000000000000000000000000000000000000000000000000000000");
  g_autoptr (GBytes) signature = hex_decode ("0100000000000000000000000000000000000000000000000000000000000000"
                                             "0000000000000000000000000000000000000000000000000000000000000000");
  g_autoptr (GError) error = NULL;

  g_assert_false (confab_crypto_signature_verify (suite (), confab_span_from_bytes (public_key),
                                                  confab_span_from_string ("anything"),
                                                  confab_span_from_bytes (signature), &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_SIGNATURE);
}

static void
test_lengths (void)
{
  static const guint8 bytes[80] = { 1 };
  static const gsize wrong_keys[] = { 0, 31, 33, 63, 65 };

  for (guint i = 0; i < G_N_ELEMENTS (wrong_keys); i++)
    {
      ConfabSpan wrong = confab_span (bytes, wrong_keys[i]);
      g_autoptr (GError) error = NULL;

      g_assert_null (confab_crypto_signature_get_public (suite (), wrong, NULL));
      g_assert_null (confab_crypto_signature_sign (suite (), wrong, wrong, NULL));
      g_assert_false (confab_crypto_signature_verify (suite (), wrong, wrong, confab_span (bytes, 64), NULL));
      g_assert_false (confab_crypto_signature_verify (suite (), confab_span (bytes, 32), wrong, wrong, &error));
      g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (signature_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/crypto/signature/rfc8032/", signature_cases[i].name, NULL);

      g_test_add_data_func (path, &signature_cases[i], test_known_answer);
    }
  g_test_add_func ("/crypto/signature/every-bit-counts", test_every_bit_counts);
  g_test_add_func ("/crypto/signature/small-order-key", test_small_order_key);
  g_test_add_func ("/crypto/signature/lengths", test_lengths);

  return g_test_run ();
}
