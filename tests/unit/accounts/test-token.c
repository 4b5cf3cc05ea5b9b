/* test-token.c: that only what was signed is taken, and nothing that looks like it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/token.h"

#include <sodium.h>

#include "protocol/confab-error.h"

#define USER "01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define SESSION "01BX5ZZKBKACTAV9WEVGEMMVS0"
#define HEADER "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

static const guint8 key[TOKEN_KEY_BYTES] = { 1, 2, 3 };
static const guint8 other_key[TOKEN_KEY_BYTES] = { 3, 2, 1 };

static char *
make_token (gint64 expires_at)
{
  const Caller caller = { (char *) USER,  (char *) SESSION,       (char *) "Ada \"L\"",
                          (char *) "ada", CONFAB_USER_ROLE_ADMIN, NULL };

  return token_sign (key, &caller, 1000, expires_at);
}

/* A token whose signature is right, with whatever header and payload. */
static char *
sign_parts (const char *header, const char *payload)
{
  g_autofree char *text = NULL;
  char encoded[2048], signature[128];
  guint8 mac[crypto_auth_hmacsha256_BYTES];

  sodium_bin2base64 (encoded, sizeof encoded, (const guint8 *) payload, strlen (payload),
                     sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text = g_strconcat (header, ".", encoded, NULL);
  crypto_auth_hmacsha256 (mac, (const guint8 *) text, strlen (text), key);
  sodium_bin2base64 (signature, sizeof signature, mac, sizeof mac, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return g_strconcat (text, ".", signature, NULL);
}

static void
assert_refused (const char *token)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) caller = token_verify (key, token, 1500, NULL, &error);

  if (caller != NULL)
    g_error ("taken: %s", token);
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
}

static void
test_round_trip (void)
{
  g_autofree char *token = make_token (2000);
  gint64 expires_at = 0;
  g_autoptr(GError) error = NULL;
  g_autoptr(Caller) caller = token_verify (key, token, 1999, &expires_at, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (caller->user_id, ==, USER);
  g_assert_cmpstr (caller->session_id, ==, SESSION);
  g_assert_cmpstr (caller->display_name, ==, "Ada \"L\"");
  g_assert_cmpstr (caller->username, ==, "ada");
  g_assert_cmpint (caller->role, ==, CONFAB_USER_ROLE_ADMIN);
  g_assert_null (caller->address);
  g_assert_cmpint (expires_at, ==, 2000);
}

static void
test_expiry (void)
{
  g_autofree char *token = make_token (2000);
  g_autoptr(GError) error = NULL;

  g_assert_null (token_verify (key, token, 2000, NULL, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
  g_assert_cmpstr (error->message, ==, "This token has run out");
}

static void
test_other_key (void)
{
  g_autofree char *token = make_token (2000);

  g_assert_null (token_verify (other_key, token, 1500, NULL, NULL));
}

/* No single character can be another one, be missing, or stand there twice. */
static void
test_every_character_counts (void)
{
  g_autofree char *token = make_token (2000);

  for (gsize i = 0; token[i] != '\0'; i++)
    {
      g_autofree char *changed = g_strdup (token);
      g_autofree char *shorter = g_strdup_printf ("%.*s%s", (int) i, token, token + i + 1);
      g_autofree char *longer = g_strdup_printf ("%.*s%c%s", (int) i, token, token[i], token + i);
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      assert_refused (changed);
      assert_refused (shorter);
      assert_refused (longer);
    }
}

static void
test_forms (void)
{
  static const char *const tokens[] = {
    "",         ".",        "..",        "...",
    HEADER,     HEADER ".", HEADER "..", HEADER ".e30.",
    "e30.e30.", "Bearer x", "a.b.c",     HEADER ".e30.AAAA",
    "\303\251",
  };
  g_autofree char *good = make_token (2000);
  g_autofree char *padded = g_strconcat (good, "=", NULL);
  g_autofree char *spaced = g_strconcat (good, " ", NULL);
  g_autofree char *fourth = g_strconcat (good, ".x", NULL);
  g_autofree char *long_token = g_strnfill (5000, 'A');

  for (guint i = 0; i < G_N_ELEMENTS (tokens); i++)
    assert_refused (tokens[i]);
  assert_refused (padded);
  assert_refused (spaced);
  assert_refused (fourth);
  assert_refused (long_token);
}

/* Signed by the right key all of them, so it is the reading that must refuse. */
static void
test_claims (void)
{
  static const struct
  {
    const char *header, *payload;
  } wrong[] = {
    { "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0", "{\"sub\":\"" USER "\",\"sid\":\"" SESSION
                                             "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\",\"exp\":2000}" },
    { "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9",
      "{\"sub\":\"" USER "\",\"sid\":\"" SESSION
      "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\",\"exp\":2000}" },
    { HEADER, "{}" },
    { HEADER, "[]" },
    { HEADER, "x" },
    { HEADER, "{\"sub\":\"" USER "\",\"sid\":\"" SESSION "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\"}" },
    { HEADER, "{\"sub\":\"" USER "\",\"sid\":\"" SESSION
              "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\",\"exp\":\"2000\"}" },
    { HEADER, "{\"sub\":\"" USER "\",\"sid\":\"" SESSION
              "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\",\"exp\":2000.5}" },
    { HEADER, "{\"sub\":\"" USER "\",\"sid\":\"" SESSION
              "\",\"role\":\"god\",\"username\":\"a\",\"name\":\"A\",\"exp\":2000}" },
    { HEADER,
      "{\"sub\":\"x\",\"sid\":\"" SESSION "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\",\"exp\":2000}" },
    { HEADER,
      "{\"sub\":1,\"sid\":\"" SESSION "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\",\"exp\":2000}" },
    { HEADER,
      "{\"sub\":{},\"sid\":\"" SESSION "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\",\"exp\":2000}" },
    { HEADER, "{\"sub\":\"" USER "\",\"sub\":\"" SESSION "\",\"sid\":\"" SESSION
              "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\",\"exp\":2000}" },
  };
  g_autofree char *good = sign_parts (HEADER, "{\"sub\":\"" USER "\",\"sid\":\"" SESSION
                                              "\",\"role\":\"user\",\"username\":\"a\",\"name\":\"A\",\"exp\":2000}");
  g_autoptr(Caller) caller = token_verify (key, good, 1500, NULL, NULL);

  g_assert_nonnull (caller);
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *token = sign_parts (wrong[i].header, wrong[i].payload);
      assert_refused (token);
    }
}

static void
test_refresh_tokens (void)
{
  g_autofree char *token = refresh_token_new (key, SESSION);
  g_autofree char *another = refresh_token_new (key, SESSION);
  g_autofree char *session_id = refresh_token_verify (key, token);

  g_assert_cmpstr (token, !=, another);
  g_assert_cmpstr (session_id, ==, SESSION);
  g_assert_null (refresh_token_verify (other_key, token));
  g_assert_null (refresh_token_verify (key, ""));
  g_assert_null (refresh_token_verify (key, SESSION));
  g_assert_null (refresh_token_verify (key, SESSION "."));
  g_assert_null (refresh_token_verify (key, SESSION ".."));
  for (gsize i = 0; token[i] != '\0'; i++)
    {
      g_autofree char *changed = g_strdup (token);
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      g_assert_null (refresh_token_verify (key, changed));
    }
}

static void
test_next_refresh_tokens (void)
{
  g_autofree char *token = refresh_token_new (key, SESSION);
  g_autofree char *next = refresh_token_next (key, token, 1000);
  g_autofree char *again = refresh_token_next (key, token, 1000);
  g_autofree char *later = refresh_token_next (key, token, 1001);
  g_autofree char *elsewhere = refresh_token_next (other_key, token, 1000);
  g_autofree char *session_id = refresh_token_verify (key, next);

  g_assert_cmpstr (next, ==, again);
  g_assert_cmpstr (next, !=, token);
  g_assert_cmpstr (next, !=, later);
  g_assert_cmpstr (next, !=, elsewhere);
  g_assert_cmpstr (session_id, ==, SESSION);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/token/round-trip", test_round_trip);
  g_test_add_func ("/token/expiry", test_expiry);
  g_test_add_func ("/token/other-key", test_other_key);
  g_test_add_func ("/token/every-character-counts", test_every_character_counts);
  g_test_add_func ("/token/forms", test_forms);
  g_test_add_func ("/token/claims", test_claims);
  g_test_add_func ("/token/refresh-tokens", test_refresh_tokens);
  g_test_add_func ("/token/next-refresh-tokens", test_next_refresh_tokens);
  return g_test_run ();
}
