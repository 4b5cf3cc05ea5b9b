/* test-tls.c: a server whose certificate nobody vouches for is told as that, and gets no password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "client-fixture.h"

#include "protocol/confab-error.h"

/* A new key and a certificate that only it vouches for, as PEM. */
static char *
make_certificate (void)
{
  gnutls_x509_privkey_t key = NULL;
  gnutls_x509_crt_t certificate = NULL;
  gnutls_datum_t key_text = { NULL };
  gnutls_datum_t certificate_text = { NULL };
  char *text = NULL;

  const guint bits = GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1);

  gnutls_x509_privkey_init (&key);
  g_assert_cmpint (gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, bits, 0), ==, 0);
  gnutls_x509_crt_init (&certificate);
  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, "\1", 1);
  gnutls_x509_crt_set_activation_time (certificate, time (NULL) - 60);
  gnutls_x509_crt_set_expiration_time (certificate, time (NULL) + 3600);
  gnutls_x509_crt_set_dn (certificate, "CN=127.0.0.1", NULL);
  gnutls_x509_crt_set_key (certificate, key);
  g_assert_cmpint (gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0), ==, 0);
  gnutls_x509_privkey_export2_pkcs8 (key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &key_text);
  gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &certificate_text);
  text = g_strdup_printf ("%s%s", key_text.data, certificate_text.data);
  gnutls_free (key_text.data);
  gnutls_free (certificate_text.data);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  return text;
}

static void
on_request (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  guint *n_requests = data;

  (*n_requests)++;
  soup_server_message_set_status (message, 404, NULL);
}

static void
test_untrusted (void)
{
  g_autofree char *pem = make_certificate ();
  g_autoptr(GError) error = NULL;
  g_autoptr(GTlsCertificate) certificate = g_tls_certificate_new_from_pem (pem, -1, &error);
  g_autoptr(SoupServer) server = NULL;
  g_autofree char *address = NULL;
  g_autofree char *sentence = NULL;
  char *folder = make_folder ();
  ConfabSession *session = confab_session_new ("test", folder);
  GSList *uris = NULL;
  guint n_requests = 0;

  g_assert_no_error (error);
  server = soup_server_new ("tls-certificate", certificate, NULL);
  soup_server_add_handler (server, NULL, on_request, &n_requests, NULL);
  g_assert_true (soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_HTTPS | SOUP_SERVER_LISTEN_IPV4_ONLY, &error));
  g_assert_no_error (error);
  uris = soup_server_get_uris (server);
  address = g_strdup_printf ("https://127.0.0.1:%d", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);

  error = settle_error (confab_session_sign_in (session, address, "ada", "the secret of all secrets"));
  g_assert_error (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  sentence = g_strdup_printf ("The certificate of %s is not trusted", address);
  g_assert_true (g_str_has_prefix (error->message, sentence));
  g_assert_cmpuint (n_requests, ==, 0);
  g_assert_cmpint (confab_session_get_state (session), ==, CONFAB_SESSION_STATE_SIGNED_OUT);

  soup_server_disconnect (server);
  g_object_unref (session);
  remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/client/tls/untrusted", test_untrusted);
  return g_test_run ();
}
