/* test-kem-xwing.c: X-Wing's answers, and keys that are none
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <sodium.h>

#include "confab-crypto-provider.h"
#include "confab-kem.h"
#include "hex.h"

typedef struct
{
  guint8      seed_byte;
  guint8      randomness_byte;
  const char *shared_secret;
} XwingCase;

/* As libsodium's own tests have them, checked against another implementation there. */
static const XwingCase xwing_cases[] = {
  { 0x00, 0x64, "e5ba94031ea6efd69c09c254f6d9783136ba6037e2d4c43bcccf19d6f3f4343a" },
  { 0x01, 0x65, "750300db25bff9620e893c2c6fcab9bf04d7f2e543b5b39420485626fa274908" },
  { 0x02, 0x66, "87292f18b2e7af74bb8839ddee15e832d2f4bfac14dc84f824906d951436aafa" },
};

static void
test_known_answer (void)
{
  const ConfabKem *kem = &confab_kem_xwing;

  for (gsize i = 0; i < G_N_ELEMENTS (xwing_cases); i++)
    {
      guint8 private_key[32];
      guint8 randomness[64];
      g_autofree guint8 *public_key = g_malloc (kem->public_length);
      g_autofree guint8 *output = g_malloc (kem->output_length);
      g_autoptr (ConfabSecret) sent = NULL;
      g_autoptr (ConfabSecret) received = NULL;
      g_autoptr (GError) error = NULL;

      memset (private_key, xwing_cases[i].seed_byte, sizeof private_key);
      memset (randomness, xwing_cases[i].randomness_byte, sizeof randomness);

      kem->get_public (kem, confab_span (private_key, sizeof private_key), public_key, &error);
      g_assert_no_error (error);
      kem->encapsulate (kem, confab_span (public_key, kem->public_length), confab_span (randomness, sizeof randomness),
                        output, &sent, &error);
      g_assert_no_error (error);
      assert_hex (confab_secret_span (sent), xwing_cases[i].shared_secret);

      kem->decapsulate (kem, confab_span (private_key, sizeof private_key), confab_span (output, kem->output_length),
                        &received, &error);
      g_assert_no_error (error);
      g_assert_true (confab_secret_equal (sent, received));
    }
}

/* DeriveKeyPair is SHAKE256 of the key material, as the draft has it. */
static void
test_derive (void)
{
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (CONFAB_CRYPTO_SUITE_XWING_AES256GCM_SHA512_ED25519);
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (GBytes) public_key = NULL;
  g_autoptr (GError) error = NULL;

  confab_crypto_kem_derive (suite, confab_span_from_string (""), &private_key, &public_key, &error);
  g_assert_no_error (error);
  /* The first 32 bytes of SHAKE256 of nothing: FIPS 202's example. */
  assert_hex (confab_secret_span (private_key), "46b9dd2b0ba88d13233b3feb743eeb243fcd52ea62b81b82b50c27646ed5762f");
  g_assert_cmpuint (g_bytes_get_size (public_key), ==, confab_crypto_suite_get_kem_public_length (suite));
}

/* ML-KEM's public key is refused when its numbers are not reduced (FIPS 203, section 7.2). */
static void
test_public_key_out_of_range (void)
{
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (CONFAB_CRYPTO_SUITE_XWING_AES256GCM_SHA512_ED25519);
  gsize length = confab_crypto_suite_get_kem_public_length (suite);
  g_autofree guint8 *public_key = g_malloc (length);
  g_autoptr (GBytes) kem_output = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GError) error = NULL;

  memset (public_key, 0xff, length);
  sealed = confab_crypto_hpke_seal (suite, confab_span (public_key, length), confab_span_empty (),
                                    confab_span_empty (), confab_span_empty (), &kem_output, &error);
  g_assert_null (sealed);
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_KEY);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/crypto/kem-xwing/known-answer", test_known_answer);
  g_test_add_func ("/crypto/kem-xwing/derive", test_derive);
  g_test_add_func ("/crypto/kem-xwing/public-key-out-of-range", test_public_key_out_of_range);

  return g_test_run ();
}
