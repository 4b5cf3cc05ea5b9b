/* token.c: what a signed-in device shows: a JWT for a quarter of an hour, and the means to get the next one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/token.h"

#include <sodium.h>
#include <string.h>

#include "protocol/confab-error.h"
#include "protocol/confab-json-writer.h"
#include "protocol/confab-json.h"
#include "protocol/confab-ulid.h"

/* {"alg":"HS256","typ":"JWT"}: the one header there is. It is compared, never read, so a token cannot choose its
 * algorithm. */
#define HEADER "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
#define TOKEN_MAX 2048
#define SECRET_BYTES 32
#define TAG_BYTES 16
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

G_STATIC_ASSERT (TOKEN_KEY_BYTES == crypto_auth_hmacsha256_KEYBYTES);

static char *
encode (const guint8 *bytes, gsize length)
{
  gsize size = sodium_base64_ENCODED_LEN (length, BASE64);
  char *text = g_malloc (size);

  return sodium_bin2base64 (text, size, bytes, length, BASE64);
}

/* Refuses what has a second spelling: other alphabets, padding, bits left over. */
static gboolean
decode (const char *text, gsize text_length, guint8 *bytes, gsize size, gsize *length)
{
  const char *end = NULL;

  return sodium_base642bin (bytes, size, text, text_length, NULL, length, &end, BASE64) == 0 &&
         end == text + text_length;
}

static void
sign (const guint8 key[TOKEN_KEY_BYTES], const char *text, gsize length, guint8 mac[crypto_auth_hmacsha256_BYTES])
{
  crypto_auth_hmacsha256 (mac, (const guint8 *) text, length, key);
}

/* ---- Access tokens ---------------------------------------------------------------------------------------- */

static char *
write_claims (const Caller *caller, gint64 issued_at, gint64 expires_at)
{
  ConfabJsonWriter writer;

  confab_json_writer_init (&writer, g_string_sized_new (256));
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_string (&writer, "sub", caller->user_id);
  confab_json_writer_member_string (&writer, "sid", caller->session_id);
  confab_json_writer_member_string (&writer, "role", confab_user_role_to_string (caller->role));
  confab_json_writer_member_string (&writer, "username", caller->username);
  confab_json_writer_member_string (&writer, "name", caller->display_name);
  confab_json_writer_member_int (&writer, "iat", issued_at);
  confab_json_writer_member_int (&writer, "exp", expires_at);
  confab_json_writer_end_object (&writer);
  return g_string_free (confab_json_writer_steal (&writer), FALSE);
}

char *
token_sign (const guint8 key[TOKEN_KEY_BYTES], const Caller *caller, gint64 issued_at, gint64 expires_at)
{
  g_autofree char *claims = write_claims (caller, issued_at, expires_at);
  g_autofree char *payload = encode ((const guint8 *) claims, strlen (claims));
  g_autofree char *signed_text = g_strconcat (HEADER ".", payload, NULL);
  g_autofree char *signature = NULL;
  guint8 mac[crypto_auth_hmacsha256_BYTES];

  sign (key, signed_text, strlen (signed_text), mac);
  signature = encode (mac, sizeof mac);
  return g_strconcat (signed_text, ".", signature, NULL);
}

static gpointer
refuse (GError **error, const char *why)
{
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED, why);
  return NULL;
}

static gboolean
has_signature (const guint8 key[TOKEN_KEY_BYTES], const char *token, const char *signature)
{
  guint8 wanted[crypto_auth_hmacsha256_BYTES];
  guint8 given[crypto_auth_hmacsha256_BYTES];
  gsize length = 0;

  if (!decode (signature, strlen (signature), given, sizeof given, &length) || length != sizeof given)
    return FALSE;
  sign (key, token, signature - 1 - token, wanted);
  return sodium_memcmp (wanted, given, sizeof wanted) == 0;
}

static const char *
get_string (JsonObject *claims, const char *name)
{
  JsonNode *node = json_object_get_member (claims, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_STRING ? json_node_get_string (node) : NULL;
}

static gint64
get_int (JsonObject *claims, const char *name)
{
  JsonNode *node = json_object_get_member (claims, name);

  return node != NULL && json_node_get_value_type (node) == G_TYPE_INT64 ? json_node_get_int (node) : -1;
}

static Caller *
read_claims (JsonObject *claims)
{
  g_autoptr(Caller) caller = g_new0 (Caller, 1);

  caller->user_id = g_strdup (get_string (claims, "sub"));
  caller->session_id = g_strdup (get_string (claims, "sid"));
  caller->username = g_strdup (get_string (claims, "username"));
  caller->display_name = g_strdup (get_string (claims, "name"));
  if (!confab_ulid_is_valid (caller->user_id) || !confab_ulid_is_valid (caller->session_id) || caller->username == NULL
      || caller->display_name == NULL || !confab_user_role_from_string (get_string (claims, "role"), &caller->role))
    return NULL;
  return g_steal_pointer (&caller);
}

Caller *
token_verify (const guint8 key[TOKEN_KEY_BYTES], const char *token, gint64 now, gint64 *expires_at, GError **error)
{
  const char *payload = NULL;
  const char *signature = strrchr (token, '.');
  guint8 claims[TOKEN_MAX];
  gsize length = 0;
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(Caller) caller = NULL;
  gint64 expiry = 0;

  if (strlen (token) > TOKEN_MAX || !g_str_has_prefix (token, HEADER ".") || !has_signature (key, token, signature + 1))
    return refuse (error, "This token is not one of this server");
  payload = token + MIN (strlen (HEADER "."), (gsize) (signature - token));
  if (!decode (payload, signature - payload, claims, sizeof claims, &length)
      || (node = confab_json_parse_bounded ((const char *) claims, length, sizeof claims, 1, NULL)) == NULL
      || !JSON_NODE_HOLDS_OBJECT (node) || (caller = read_claims (json_node_get_object (node))) == NULL)
    return refuse (error, "This token does not say who it is for");
  expiry = get_int (json_node_get_object (node), "exp");
  if (expiry <= now)
    return refuse (error, "This token has run out");
  if (expires_at != NULL)
    *expires_at = expiry;
  return g_steal_pointer (&caller);
}

/* ---- Refresh tokens --------------------------------------------------------------------------------------- */

static void
make_tag (const guint8 key[TOKEN_KEY_BYTES], const char *text, gsize length, guint8 tag[TAG_BYTES])
{
  guint8 mac[crypto_auth_hmacsha256_BYTES];
  g_autofree char *labelled = g_strdup_printf ("refresh:%.*s", (int) length, text);

  sign (key, labelled, strlen (labelled), mac);
  memcpy (tag, mac, TAG_BYTES);
}

static char *
make_refresh_token (const guint8 key[TOKEN_KEY_BYTES], const char *session_id, const char *secret)
{
  g_autofree char *text = g_strconcat (session_id, ".", secret, NULL);
  g_autofree char *encoded = NULL;
  guint8 tag[TAG_BYTES];

  make_tag (key, text, strlen (text), tag);
  encoded = encode (tag, sizeof tag);
  return g_strconcat (text, ".", encoded, NULL);
}

char *
refresh_token_new (const guint8 key[TOKEN_KEY_BYTES], const char *session_id)
{
  g_autofree char *secret = token_new_secret ();

  return make_refresh_token (key, session_id, secret);
}

char *
refresh_token_next (const guint8 key[TOKEN_KEY_BYTES], const char *token, gint64 at)
{
  g_autofree char *labelled = g_strdup_printf ("next:%" G_GINT64_FORMAT ":%s", at, token);
  g_autofree char *session_id = g_strndup (token, CONFAB_ULID_LENGTH);
  g_autofree char *secret = NULL;
  guint8 mac[crypto_auth_hmacsha256_BYTES];

  sign (key, labelled, strlen (labelled), mac);
  secret = encode (mac, sizeof mac);
  return make_refresh_token (key, session_id, secret);
}

char *
refresh_token_verify (const guint8 key[TOKEN_KEY_BYTES], const char *token)
{
  const char *last = strrchr (token, '.');
  guint8 wanted[TAG_BYTES];
  guint8 given[TAG_BYTES];
  g_autofree char *session_id = NULL;
  gsize length = 0;

  if (last == NULL || last < token + CONFAB_ULID_LENGTH + 1 || token[CONFAB_ULID_LENGTH] != '.' ||
      strlen (token) > TOKEN_MAX || !decode (last + 1, strlen (last + 1), given, sizeof given, &length) ||
      length != sizeof given)
    return NULL;
  make_tag (key, token, last - token, wanted);
  if (sodium_memcmp (wanted, given, sizeof wanted) != 0)
    return NULL;
  session_id = g_strndup (token, CONFAB_ULID_LENGTH);
  return confab_ulid_is_valid (session_id) ? g_steal_pointer (&session_id) : NULL;
}

/* ---- Secrets ---------------------------------------------------------------------------------------------- */

GBytes *
token_hash (const char *secret)
{
  guint8 hash[crypto_hash_sha256_BYTES];

  crypto_hash_sha256 (hash, (const guint8 *) secret, strlen (secret));
  return g_bytes_new (hash, sizeof hash);
}

char *
token_new_secret (void)
{
  guint8 secret[SECRET_BYTES];
  char *text = NULL;

  randombytes_buf (secret, sizeof secret);
  text = encode (secret, sizeof secret);
  sodium_memzero (secret, sizeof secret);
  return text;
}
