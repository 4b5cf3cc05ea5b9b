/* test-envelope.c: a message is opened as what it was sealed as, or not at all
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-crypto-provider.h"
#include "confab-envelope-private.h"

typedef struct
{
  ConfabEnvelopeContext context;
  ConfabSecret         *content_key;
  ConfabSecret         *signature_key;
  GBytes               *public_key;
  GBytes               *envelope;
} Fixture;

static const char text[] = "{\"text\":\"See you at eight\"}";

static const ConfabCryptoSuite *
suite (void)
{
  return confab_crypto_suite_lookup (CONFAB_CRYPTO_SUITE_X25519_CHACHA20POLY1305_SHA256_ED25519);
}

static void
set_up (Fixture      *fixture,
        gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  fixture->context = (ConfabEnvelopeContext) {
    .room_id = "room", .epoch = 5, .sender_id = "anna", .device_id = "laptop", .client_id = "c1", .kind = "message",
  };
  fixture->content_key = confab_secret_new_random (CONFAB_CONTENT_KEY_LENGTH);
  confab_crypto_signature_generate (suite (), &fixture->signature_key, &fixture->public_key, &error);
  g_assert_no_error (error);
  fixture->envelope = confab_envelope_seal (&fixture->context, confab_secret_span (fixture->content_key),
                                            confab_secret_span (fixture->signature_key),
                                            confab_span_from_string (text), &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture      *fixture,
           gconstpointer data)
{
  g_clear_pointer (&fixture->content_key, confab_secret_unref);
  g_clear_pointer (&fixture->signature_key, confab_secret_unref);
  g_clear_pointer (&fixture->public_key, g_bytes_unref);
  g_clear_pointer (&fixture->envelope, g_bytes_unref);
}

static GBytes *
open_envelope (Fixture    *fixture,
               ConfabSpan  envelope,
               GError    **error)
{
  return confab_envelope_open (&fixture->context, confab_secret_span (fixture->content_key),
                               confab_span_from_bytes (fixture->public_key), envelope, error);
}

static void
assert_refused (Fixture          *fixture,
                ConfabSpan        envelope,
                ConfabCryptoError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) content = open_envelope (fixture, envelope, &error);

  g_assert_null (content);
  g_assert_error (error, CONFAB_CRYPTO_ERROR, (int) code);
}

static void
test_round_trip (Fixture      *fixture,
                 gconstpointer data)
{
  static const gsize lengths[] = { 0, 1, 59, 60, 61, 4028, 4029, 65536, CONFAB_ENVELOPE_MAX_CONTENT };

  for (guint i = 0; i < G_N_ELEMENTS (lengths); i++)
    {
      g_autoptr (GBytes) content = confab_crypto_random_bytes (lengths[i]);
      g_autoptr (GBytes) envelope = NULL;
      g_autoptr (GBytes) opened = NULL;
      g_autoptr (GError) error = NULL;
      guint64 epoch = 0;

      envelope = confab_envelope_seal (&fixture->context, confab_secret_span (fixture->content_key),
                                       confab_secret_span (fixture->signature_key),
                                       confab_span_from_bytes (content), &error);
      g_assert_no_error (error);
      g_assert_cmpuint (g_bytes_get_size (envelope), <=, CONFAB_ENVELOPE_MAX_LENGTH);
      g_assert_true (confab_envelope_peek_epoch (confab_span_from_bytes (envelope), &epoch, &error));
      g_assert_cmpuint (epoch, ==, 5);
      opened = open_envelope (fixture, confab_span_from_bytes (envelope), &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (opened, content));
    }
}

static void
test_never_the_same (Fixture      *fixture,
                     gconstpointer data)
{
  g_autoptr (GBytes) again = NULL;
  g_autoptr (GError) error = NULL;

  again = confab_envelope_seal (&fixture->context, confab_secret_span (fixture->content_key),
                                confab_secret_span (fixture->signature_key), confab_span_from_string (text), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (again), ==, g_bytes_get_size (fixture->envelope));
  g_assert_false (g_bytes_equal (again, fixture->envelope));
}

/* "yes" and "no, and this is why" of up to 60 bytes look the same from outside. */
static void
test_length_says_little (Fixture      *fixture,
                         gconstpointer data)
{
  for (gsize length = 0; length <= 60; length++)
    {
      g_autoptr (GBytes) content = confab_crypto_random_bytes (length);
      g_autoptr (GBytes) envelope = NULL;

      envelope = confab_envelope_seal (&fixture->context, confab_secret_span (fixture->content_key),
                                       confab_secret_span (fixture->signature_key),
                                       confab_span_from_bytes (content), NULL);
      g_assert_cmpuint (g_bytes_get_size (envelope), ==, g_bytes_get_size (fixture->envelope));
    }
}

static void
test_every_bit_counts (Fixture      *fixture,
                       gconstpointer data)
{
  gsize length = g_bytes_get_size (fixture->envelope);
  g_autofree guint8 *changed = g_memdup2 (g_bytes_get_data (fixture->envelope, NULL), length);

  for (gsize bit = 0; bit < 8 * length; bit++)
    {
      ConfabCryptoError expected = bit < 8        ? CONFAB_CRYPTO_ERROR_UNSUPPORTED
                                   : bit < 8 * 9 ? CONFAB_CRYPTO_ERROR_MISMATCH
                                                 : CONFAB_CRYPTO_ERROR_AUTHENTICATION;

      changed[bit / 8] ^= 1 << (bit % 8);
      assert_refused (fixture, confab_span (changed, length), expected);
      changed[bit / 8] ^= 1 << (bit % 8);
    }
}

static void
test_cut_and_extended (Fixture      *fixture,
                       gconstpointer data)
{
  gsize length = g_bytes_get_size (fixture->envelope);
  const guint8 *bytes = g_bytes_get_data (fixture->envelope, NULL);
  g_autofree guint8 *longer = g_malloc0 (length + 5000);

  for (gsize cut = 0; cut < length; cut++)
    {
      g_autoptr (GBytes) content = open_envelope (fixture, confab_span (bytes, cut), NULL);

      g_assert_null (content);
    }

  memcpy (longer, bytes, length);
  for (gsize more = 1; more < 5000; more += 61)
    assert_refused (fixture, confab_span (longer, length + more), CONFAB_CRYPTO_ERROR_AUTHENTICATION);
}

/* The server, or another member, presents the message as something else. */
static void
test_bound_to_context (Fixture      *fixture,
                       gconstpointer data)
{
  ConfabSpan envelope = confab_span_from_bytes (fixture->envelope);
  const char **fields[] = {
    &fixture->context.room_id, &fixture->context.sender_id, &fixture->context.device_id,
    &fixture->context.client_id, &fixture->context.kind,
  };

  for (guint i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      const char *right = *fields[i];

      *fields[i] = "other";
      assert_refused (fixture, envelope, CONFAB_CRYPTO_ERROR_AUTHENTICATION);
      *fields[i] = right;
    }

  fixture->context.epoch = 6;
  assert_refused (fixture, envelope, CONFAB_CRYPTO_ERROR_MISMATCH);
}

/* Where one string ends and the next begins is part of what is bound. */
static void
test_fields_do_not_run_together (Fixture      *fixture,
                                 gconstpointer data)
{
  fixture->context.sender_id = "annal";
  fixture->context.device_id = "aptop";
  assert_refused (fixture, confab_span_from_bytes (fixture->envelope), CONFAB_CRYPTO_ERROR_AUTHENTICATION);
}

/* Another member has the content key and can encrypt as the sender, but not sign. */
static void
test_member_cannot_speak_as_another (Fixture      *fixture,
                                     gconstpointer data)
{
  g_autoptr (ConfabSecret) other_key = NULL;
  g_autoptr (GBytes) other_public = NULL;
  g_autoptr (GBytes) forged = NULL;
  g_autoptr (GError) error = NULL;

  confab_crypto_signature_generate (suite (), &other_key, &other_public, &error);
  g_assert_no_error (error);
  forged = confab_envelope_seal (&fixture->context, confab_secret_span (fixture->content_key),
                                 confab_secret_span (other_key), confab_span_from_string (text), &error);
  g_assert_no_error (error);
  assert_refused (fixture, confab_span_from_bytes (forged), CONFAB_CRYPTO_ERROR_SIGNATURE);
}

static void
test_other_key (Fixture      *fixture,
                gconstpointer data)
{
  confab_secret_get_writable (fixture->content_key)[31] ^= 1;
  assert_refused (fixture, confab_span_from_bytes (fixture->envelope), CONFAB_CRYPTO_ERROR_AUTHENTICATION);
}

static void
test_misuse (Fixture      *fixture,
             gconstpointer data)
{
  ConfabSpan content_key = confab_secret_span (fixture->content_key);
  ConfabSpan signature_key = confab_secret_span (fixture->signature_key);
  ConfabSpan content = confab_span_from_string (text);
  g_autofree char *long_identifier = g_strnfill (CONFAB_ENVELOPE_MAX_IDENTIFIER + 1, 'x');
  const char *wrong[] = { NULL, "", long_identifier };
  g_autofree guint8 *too_much = g_malloc0 (CONFAB_ENVELOPE_MAX_CONTENT + 1);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      ConfabEnvelopeContext context = fixture->context;

      context.kind = wrong[i];
      g_assert_null (confab_envelope_seal (&context, content_key, signature_key, content, &error));
      g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
      g_clear_error (&error);
    }

  content_key.length--;
  g_assert_null (confab_envelope_seal (&fixture->context, content_key, signature_key, content, &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  g_clear_error (&error);
  content_key.length++;

  g_assert_null (confab_envelope_seal (&fixture->context, content_key, confab_span_empty (), content, &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_INVALID_LENGTH);
  g_clear_error (&error);

  g_assert_null (confab_envelope_seal (&fixture->context, content_key, signature_key,
                                       confab_span (too_much, CONFAB_ENVELOPE_MAX_CONTENT + 1), &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_TOO_LARGE);
  g_clear_error (&error);

  too_much[0] = CONFAB_ENVELOPE_VERSION;
  assert_refused (fixture, confab_span (too_much, CONFAB_ENVELOPE_MAX_LENGTH), CONFAB_CRYPTO_ERROR_MISMATCH);
  g_assert_false (confab_envelope_peek_epoch (confab_span_empty (), &fixture->context.epoch, &error));
  g_assert_error (error, CONFAB_CRYPTO_ERROR, CONFAB_CRYPTO_ERROR_MALFORMED);
}

static void
test_too_large (Fixture      *fixture,
                gconstpointer data)
{
  g_autofree guint8 *bytes = g_malloc0 (CONFAB_ENVELOPE_MAX_LENGTH + 1);

  bytes[0] = CONFAB_ENVELOPE_VERSION;
  assert_refused (fixture, confab_span (bytes, CONFAB_ENVELOPE_MAX_LENGTH + 1), CONFAB_CRYPTO_ERROR_TOO_LARGE);
}

int
main (int   argc,
      char *argv[])
{
  static const struct { const char *path; void (*function) (Fixture *, gconstpointer); } tests[] = {
    { "/crypto/envelope/round-trip", test_round_trip },
    { "/crypto/envelope/never-the-same", test_never_the_same },
    { "/crypto/envelope/length-says-little", test_length_says_little },
    { "/crypto/envelope/every-bit-counts", test_every_bit_counts },
    { "/crypto/envelope/cut-and-extended", test_cut_and_extended },
    { "/crypto/envelope/bound-to-context", test_bound_to_context },
    { "/crypto/envelope/fields-do-not-run-together", test_fields_do_not_run_together },
    { "/crypto/envelope/member-cannot-speak-as-another", test_member_cannot_speak_as_another },
    { "/crypto/envelope/other-key", test_other_key },
    { "/crypto/envelope/misuse", test_misuse },
    { "/crypto/envelope/too-large", test_too_large },
  };

  g_test_init (&argc, &argv, NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    g_test_add (tests[i].path, Fixture, NULL, set_up, tests[i].function, tear_down);

  return g_test_run ();
}
