/* test-hpke.c: RFC 9180's answers in base mode, and what must be refused
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-crypto-provider.h"
#include "confab-hpke.h"
#include "hex.h"

#define INFO "4f6465206f6e2061204772656369616e2055726e"
#define PLAINTEXT "4265617574792069732074727574682c20747275746820626561757479"
#define ADDITIONAL_DATA "436f756e742d30"

typedef struct
{
  const char *name;
  guint16     suite;
  ConfabHpke  hpke;
  const char *ephemeral_material;
  const char *kem_output;
  const char *receiver_material;
  const char *receiver_public;
  const char *receiver_private;
  const char *key;
  const char *base_nonce;
  const char *exporter_secret;
  const char *ciphertext; /* of sequence number 0 */
  const char *exported[3];
} HpkeCase;

static const char *const exporter_contexts[] = { "", "00", "54657374436f6e74657874" };

/* RFC 9180, appendix A.1.1 and A.2.1 */
static const HpkeCase hpke_cases[] = {
  {
    .name = "aes-128-gcm",
    .suite = CONFAB_CRYPTO_SUITE_X25519_AES128GCM_SHA256_ED25519,
    .hpke = { &confab_kem_x25519, &confab_hash_sha256, &confab_aead_aes128gcm },
    .ephemeral_material = "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
    .kem_output = "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
    .receiver_material = "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
    .receiver_public = "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
    .receiver_private = "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
    .key = "4531685d41d65f03dc48f6b8302c05b0",
    .base_nonce = "56d890e5accaaf011cff4b7d",
    .exporter_secret = "45ff1c2e220db587171952c0592d5f5ebe103f1561a2614e38f2ffd47e99e3f8",
    .ciphertext = "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
    .exported = {
      "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
      "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5",
      "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931",
    },
  },
  {
    .name = "chacha20-poly1305",
    .suite = CONFAB_CRYPTO_SUITE_X25519_CHACHA20POLY1305_SHA256_ED25519,
    .hpke = { &confab_kem_x25519, &confab_hash_sha256, &confab_aead_chacha20poly1305 },
    .ephemeral_material = "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
    .kem_output = "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
    .receiver_material = "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
    .receiver_public = "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
    .receiver_private = "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
    .key = "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91",
    .base_nonce = "5c4d98150661b848853b547f",
    .exporter_secret = "a3b010d4994890e2c6968a36f64470d3c824c8f5029942feb11e7a74b2921922",
    .ciphertext = "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
    .exported = {
      "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
      "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69",
      "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53",
    },
  },
};

static void
test_sender (gconstpointer data)
{
  const HpkeCase *test = data;
  g_autoptr (GBytes) material = hex_decode (test->ephemeral_material);
  g_autoptr (GBytes) receiver = hex_decode (test->receiver_public);
  g_autoptr (GBytes) info = hex_decode (INFO);
  g_autoptr (GBytes) plaintext = hex_decode (PLAINTEXT);
  g_autoptr (GBytes) additional_data = hex_decode (ADDITIONAL_DATA);
  g_autoptr (GBytes) kem_output = NULL;
  g_autoptr (GBytes) ciphertext = NULL;
  g_autoptr (ConfabSecret) info_hash = confab_hpke_hash_info (&test->hpke, confab_span_from_bytes (info));
  g_auto (ConfabHpkeContext) context = { 0 };
  g_autoptr (GError) error = NULL;

  confab_hpke_setup_sender (&test->hpke, confab_span_from_bytes (receiver), confab_secret_span (info_hash),
                            confab_span_from_bytes (material), &kem_output, &context, &error);
  g_assert_no_error (error);
  assert_hex (confab_span_from_bytes (kem_output), test->kem_output);
  assert_hex (confab_secret_span (context.key), test->key);
  assert_hex (confab_secret_span (context.base_nonce), test->base_nonce);
  assert_hex (confab_secret_span (context.exporter_secret), test->exporter_secret);

  ciphertext = confab_aead_seal (test->hpke.aead, confab_secret_span (context.key),
                                 confab_secret_span (context.base_nonce), confab_span_from_bytes (additional_data),
                                 confab_span_from_bytes (plaintext), &error);
  g_assert_no_error (error);
  assert_hex (confab_span_from_bytes (ciphertext), test->ciphertext);
}

static void
test_receiver (gconstpointer data)
{
  const HpkeCase *test = data;
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (test->suite);
  g_autoptr (GBytes) material = hex_decode (test->receiver_material);
  g_autoptr (GBytes) kem_output = hex_decode (test->kem_output);
  g_autoptr (GBytes) info = hex_decode (INFO);
  g_autoptr (GBytes) additional_data = hex_decode (ADDITIONAL_DATA);
  g_autoptr (GBytes) ciphertext = hex_decode (test->ciphertext);
  g_autoptr (GBytes) public_key = NULL;
  g_autoptr (GBytes) plaintext = NULL;
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (GError) error = NULL;

  confab_crypto_kem_derive (suite, confab_span_from_bytes (material), &private_key, &public_key, &error);
  g_assert_no_error (error);
  assert_hex (confab_span_from_bytes (public_key), test->receiver_public);
  assert_hex (confab_secret_span (private_key), test->receiver_private);

  plaintext = confab_crypto_hpke_open (suite, confab_secret_span (private_key), confab_span_from_bytes (kem_output),
                                       confab_span_from_bytes (info), confab_span_from_bytes (additional_data),
                                       confab_span_from_bytes (ciphertext), &error);
  g_assert_no_error (error);
  assert_hex (confab_span_from_bytes (plaintext), PLAINTEXT);

  for (guint i = 0; i < G_N_ELEMENTS (exporter_contexts); i++)
    {
      g_autoptr (GBytes) exporter_context = hex_decode (exporter_contexts[i]);
      g_autoptr (ConfabSecret) exported = NULL;

      exported = confab_crypto_hpke_receive_export (suite, confab_secret_span (private_key),
                                                    confab_span_from_bytes (kem_output),
                                                    confab_span_from_bytes (info),
                                                    confab_span_from_bytes (exporter_context), 32, &error);
      g_assert_no_error (error);
      assert_hex (confab_secret_span (exported), test->exported[i]);
    }
}

static void
test_round_trip (gconstpointer data)
{
  const ConfabCryptoSuite *suite = data;
  g_autoptr (ConfabSecret) private_key = NULL;
  g_autoptr (ConfabSecret) sent = NULL;
  g_autoptr (ConfabSecret) received = NULL;
  g_autoptr (GBytes) public_key = NULL;
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GBytes) kem_output = NULL;
  g_autoptr (GBytes) export_output = NULL;
  g_autoptr (GBytes) sealed = NULL;
  g_autoptr (GBytes) opened = NULL;
  g_autoptr (GError) error = NULL;
  ConfabSpan info = confab_span_from_string ("info");

  confab_crypto_kem_generate (suite, &private_key, &public_key, &error);
  g_assert_no_error (error);
  again = confab_crypto_kem_get_public (suite, confab_secret_span (private_key), &error);
  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (public_key, again));

  sealed = confab_crypto_hpke_seal (suite, confab_span_from_bytes (public_key), info, confab_span_empty (),
                                    confab_span_empty (), &kem_output, &error);
  g_assert_no_error (error);
  opened = confab_crypto_hpke_open (suite, confab_secret_span (private_key), confab_span_from_bytes (kem_output),
                                    info, confab_span_empty (), confab_span_from_bytes (sealed), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (opened), ==, 0);

  sent = confab_crypto_hpke_send_export (suite, confab_span_from_bytes (public_key), info, confab_span_empty (), 48,
                                         &export_output, &error);
  g_assert_no_error (error);
  received = confab_crypto_hpke_receive_export (suite, confab_secret_span (private_key),
                                                confab_span_from_bytes (export_output), info,
                                                confab_span_empty (), 48, &error);
  g_assert_no_error (error);
  g_assert_true (confab_secret_equal (sent, received));
}

static void
test_wrong_circumstances (gconstpointer data)
{
  const HpkeCase *test = data;
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (test->suite);
  g_autoptr (GBytes) private_key = hex_decode (test->receiver_private);
  g_autoptr (GBytes) other_private = confab_crypto_random_bytes (32);
  g_autoptr (GBytes) kem_output = hex_decode (test->kem_output);
  g_autoptr (GBytes) other_output = hex_decode (test->receiver_public);
  g_autoptr (GBytes) info = hex_decode (INFO);
  g_autoptr (GBytes) additional_data = hex_decode (ADDITIONAL_DATA);
  g_autoptr (GBytes) ciphertext = hex_decode (test->ciphertext);
  const struct { GBytes *private_key, *kem_output, *info, *additional_data; } wrong[] = {
    { other_private, kem_output, info, additional_data },
    { private_key, other_output, info, additional_data },
    { private_key, kem_output, additional_data, additional_data },
    { private_key, kem_output, info, info },
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GBytes) plaintext = NULL;
      g_autoptr (GError) error = NULL;

      plaintext = confab_crypto_hpke_open (suite, confab_span_from_bytes (wrong[i].private_key),
                                           confab_span_from_bytes (wrong[i].kem_output),
                                           confab_span_from_bytes (wrong[i].info),
                                           confab_span_from_bytes (wrong[i].additional_data),
                                           confab_span_from_bytes (ciphertext), &error);
      g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_AUTHENTICATION);
      g_assert_null (plaintext);
    }
}

/* All points of small order on curve25519 and its twist, and one that is not canonical: RFC 7748, section 6.1,
 * wants the all-zero secret that they lead to refused. */
static void
test_small_order (void)
{
  static const char *const points[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (CONFAB_CRYPTO_SUITE_X25519_AES128GCM_SHA256_ED25519);
  g_autoptr (ConfabSecret) private_key = confab_secret_new_random (32);

  for (guint i = 0; i < G_N_ELEMENTS (points); i++)
    {
      g_autoptr (GBytes) point = hex_decode (points[i]);
      g_autoptr (GBytes) kem_output = NULL;
      g_autoptr (GBytes) sealed = NULL;
      g_autoptr (ConfabSecret) exported = NULL;
      g_autoptr (GError) seal_error = NULL;
      g_autoptr (GError) open_error = NULL;

      sealed = confab_crypto_hpke_seal (suite, confab_span_from_bytes (point), confab_span_empty (),
                                        confab_span_empty (), confab_span_empty (), &kem_output, &seal_error);
      g_assert_error (seal_error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_KEY);
      g_assert_null (sealed);

      exported = confab_crypto_hpke_receive_export (suite, confab_secret_span (private_key),
                                                    confab_span_from_bytes (point), confab_span_empty (),
                                                    confab_span_empty (), 32, &open_error);
      g_assert_error (open_error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_KEY);
      g_assert_null (exported);
    }
}

static void
test_lengths (void)
{
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (CONFAB_CRYPTO_SUITE_X25519_AES128GCM_SHA256_ED25519);
  static const guint8 bytes[64] = { 9 };
  static const gsize lengths[] = { 0, 31, 33, 64 };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      ConfabSpan wrong = confab_span (bytes, lengths[i]);
      ConfabSpan right = confab_span (bytes, 32);
      g_autoptr (GBytes) kem_output = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_false (confab_crypto_kem_check_public (suite, wrong, NULL));
      g_assert_null (confab_crypto_kem_get_public (suite, wrong, NULL));
      g_assert_null (confab_crypto_hpke_seal (suite, wrong, wrong, wrong, wrong, &kem_output, NULL));
      g_assert_null (confab_crypto_hpke_open (suite, wrong, right, wrong, wrong, wrong, NULL));
      g_assert_null (confab_crypto_hpke_open (suite, right, wrong, wrong, wrong, wrong, &error));
      g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
    }
}

static void
test_suites (void)
{
  gsize n_suites = 0;
  const ConfabCryptoSuite *const *suites = confab_crypto_suite_list (&n_suites);

  g_assert_cmpuint (n_suites, >=, 2);
  for (gsize i = 0; i < n_suites; i++)
    g_assert_true (confab_crypto_suite_lookup (confab_crypto_suite_get_id (suites[i])) == suites[i]);

  g_assert_null (confab_crypto_suite_lookup (0x0000));
  g_assert_null (confab_crypto_suite_lookup (0x0002));
  g_assert_null (confab_crypto_suite_lookup (0xffff));
}

int
main (int   argc,
      char *argv[])
{
  static const struct { const char *name; GTestDataFunc function; } tests[] = {
    { "rfc9180-sender", test_sender },
    { "rfc9180-receiver", test_receiver },
    { "wrong-circumstances", test_wrong_circumstances },
  };

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      for (gsize j = 0; j < G_N_ELEMENTS (hpke_cases); j++)
        {
          g_autofree char *path = g_strdup_printf ("/crypto/hpke/%s/%s", tests[i].name, hpke_cases[j].name);

          g_test_add_data_func (path, &hpke_cases[j], tests[i].function);
        }
    }
  gsize n_suites = 0;
  const ConfabCryptoSuite *const *suites = confab_crypto_suite_list (&n_suites);

  for (gsize i = 0; i < n_suites; i++)
    {
      g_autofree char *path = g_strconcat ("/crypto/hpke/round-trip/", confab_crypto_suite_get_name (suites[i]), NULL);

      g_test_add_data_func (path, suites[i], test_round_trip);
    }
  g_test_add_func ("/crypto/hpke/small-order", test_small_order);
  g_test_add_func ("/crypto/hpke/lengths", test_lengths);
  g_test_add_func ("/crypto/hpke/suites", test_suites);

  return g_test_run ();
}
