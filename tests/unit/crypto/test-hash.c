/* test-hash.c: hashes, HMAC and HKDF against the answers of their RFCs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-crypto-error.h"
#include "confab-hash.h"
#include "hex.h"

typedef struct
{
  const char *name;
  const char *key_material;
  const char *salt;
  const char *info;
  const char *pseudorandom_key;
  const char *output;
} HkdfCase;

/* RFC 5869, appendix A.1 to A.3 */
static const HkdfCase hkdf_cases[] = {
  {
    .name = "basic",
    .key_material = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
    .salt = "000102030405060708090a0b0c",
    .info = "f0f1f2f3f4f5f6f7f8f9",
    .pseudorandom_key = "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
    .output = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  {
    .name = "longer",
    .key_material = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f"
                    "303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f",
    .salt = "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f"
            "909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
    .info = "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
            "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
    .pseudorandom_key = "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
    .output = "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
              "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  },
  {
    .name = "no-salt-no-info",
    .key_material = "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b",
    .salt = "",
    .info = "",
    .pseudorandom_key = "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
    .output = "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  },
};

static void
test_hkdf (gconstpointer data)
{
  const HkdfCase *test = data;
  g_autoptr (GBytes) key_material = hex_decode (test->key_material);
  g_autoptr (GBytes) salt = hex_decode (test->salt);
  g_autoptr (GBytes) info = hex_decode (test->info);
  ConfabSpan key_material_span = confab_span_from_bytes (key_material);
  ConfabSpan info_span = confab_span_from_bytes (info);
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabSecret) pseudorandom_key = NULL;
  g_autoptr (ConfabSecret) output = NULL;

  pseudorandom_key = confab_hash_extract (&confab_hash_sha256, confab_span_from_bytes (salt), &key_material_span, 1);
  assert_hex (confab_secret_span (pseudorandom_key), test->pseudorandom_key);

  output = confab_hash_expand (&confab_hash_sha256, confab_secret_span (pseudorandom_key), &info_span, 1,
                               strlen (test->output) / 2, &error);
  g_assert_no_error (error);
  assert_hex (confab_secret_span (output), test->output);
}

static void
test_hkdf_limit (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabSecret) longest = NULL;
  g_autoptr (ConfabSecret) too_long = NULL;
  g_autoptr (ConfabSecret) none = NULL;
  ConfabSpan key = confab_span_from_string ("a pseudorandom key, supposedly..");
  ConfabSpan info = confab_span_empty ();

  longest = confab_hash_expand (&confab_hash_sha256, key, &info, 1, 255 * 32, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (confab_secret_get_length (longest), ==, 255 * 32);

  none = confab_hash_expand (&confab_hash_sha256, key, &info, 1, 0, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (confab_secret_get_length (none), ==, 0);

  too_long = confab_hash_expand (&confab_hash_sha256, key, &info, 1, 255 * 32 + 1, &error);
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  g_assert_null (too_long);
}

/* What comes in pieces is read as one. */
static void
test_pieces (void)
{
  const ConfabSpan whole = confab_span_from_string ("HPKE-v1 and more");
  const ConfabSpan pieces[] = {
    confab_span_from_string ("HPKE-v1"),
    confab_span_empty (),
    confab_span_from_string (" and more"),
  };
  ConfabSpan salt = confab_span_from_string ("salt");
  const ConfabHash *hashes[] = { &confab_hash_sha256, &confab_hash_sha512 };

  for (guint i = 0; i < G_N_ELEMENTS (hashes); i++)
    {
      g_autoptr (ConfabSecret) one = confab_hash_extract (hashes[i], salt, &whole, 1);
      g_autoptr (ConfabSecret) other = confab_hash_extract (hashes[i], salt, pieces, G_N_ELEMENTS (pieces));

      g_assert_true (confab_secret_equal (one, other));
    }
}

/* FIPS 180-4's "abc", and RFC 4231, test case 2 */
static void
test_digest_and_hmac (void)
{
  guint8 out[CONFAB_HASH_MAX_LENGTH];
  ConfabSpan data = confab_span_from_string ("what do ya want for nothing?");

  confab_hash_sha256.digest (confab_span_from_string ("abc"), out);
  assert_hex (confab_span (out, 32), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  confab_hash_sha256.digest (confab_span_empty (), out);
  assert_hex (confab_span (out, 32), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  confab_hash_sha512.digest (confab_span_from_string ("abc"), out);
  assert_hex (confab_span (out, 64),
              "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
              "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");

  confab_hash_sha256.hmac (confab_span_from_string ("Jefe"), &data, 1, out);
  assert_hex (confab_span (out, 32), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  confab_hash_sha512.hmac (confab_span_from_string ("Jefe"), &data, 1, out);
  assert_hex (confab_span (out, 64),
              "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
              "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (hkdf_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/crypto/hash/rfc5869/", hkdf_cases[i].name, NULL);

      g_test_add_data_func (path, &hkdf_cases[i], test_hkdf);
    }
  g_test_add_func ("/crypto/hash/hkdf-limit", test_hkdf_limit);
  g_test_add_func ("/crypto/hash/pieces", test_pieces);
  g_test_add_func ("/crypto/hash/digest-and-hmac", test_digest_and_hmac);

  return g_test_run ();
}
