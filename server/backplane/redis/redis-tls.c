/* redis-tls.c: TLS to Redis and to sentinels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-tls.h"

#include <gio/gio.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "protocol/confab-error.h"

struct _RedisTls
{
  SSL_CTX *context;
};

static void
fail (GError **error, const char *what)
{
  unsigned long code = ERR_get_error ();
  const char *reason = code != 0 ? ERR_reason_error_string (code) : NULL;

  ERR_clear_error ();
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "%s%s%s", what, reason != NULL ? ": " : "",
               reason != NULL ? reason : "");
}

static void
tls_clear (gpointer data)
{
  RedisTls *self = data;

  g_clear_pointer (&self->context, SSL_CTX_free);
}

RedisTls *
redis_tls_new (const char *ca_file, GError **error)
{
  g_autoptr(RedisTls) self = g_atomic_rc_box_new0 (RedisTls);

  self->context = SSL_CTX_new (TLS_client_method ());
  if (self->context == NULL)
    {
      fail (error, "No TLS for Redis");
      return NULL;
    }
  SSL_CTX_set_min_proto_version (self->context, TLS1_2_VERSION);
  SSL_CTX_set_verify (self->context, SSL_VERIFY_PEER, NULL);
  /* hiredis passes the same bytes again, and not from the same place. */
  SSL_CTX_set_mode (self->context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (ca_file != NULL ? !SSL_CTX_load_verify_locations (self->context, ca_file, NULL)
                      : !SSL_CTX_set_default_verify_paths (self->context))
    {
      g_autofree char *what = g_strdup_printf ("Cannot read the certificates to trust%s%s",
                                               ca_file != NULL ? " from " : "", ca_file != NULL ? ca_file : "");

      fail (error, what);
      return NULL;
    }
  return g_steal_pointer (&self);
}

RedisTls *
redis_tls_ref (RedisTls *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
redis_tls_unref (RedisTls *self)
{
  g_atomic_rc_box_release_full (self, tls_clear);
}

static gboolean
session_expect (SSL *session, const char *host)
{
  if (g_hostname_is_ip_address (host))
    return X509_VERIFY_PARAM_set1_ip_asc (SSL_get0_param (session), host);
  return SSL_set1_host (session, host) && SSL_set_tlsext_host_name (session, host);
}

static void
fail_handshake (SSL *session, GError **error)
{
  long verified = SSL_get_verify_result (session);

  if (verified != X509_V_OK)
    {
      ERR_clear_error ();
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "its certificate is not trusted: %s",
                   X509_verify_cert_error_string (verified));
    }
  else
    fail (error, "no TLS handshake");
}

RedisTlsSession *
redis_tls_begin (RedisTls *self, redisContext *context, const char *host, GError **error)
{
  SSL *session = SSL_new (self->context);

  if (session == NULL || !session_expect (session, host))
    {
      fail (error, "no TLS session");
      SSL_free (session);
      return NULL;
    }
  if (redisInitiateSSL (context, session) != REDIS_OK)
    {
      fail_handshake (session, error);
      /* hiredis took it only if it went well. */
      SSL_free (session);
      return NULL;
    }
  return session;
}

GIOCondition
redis_tls_go_on (RedisTlsSession *session, GError **error)
{
  int result;

  ERR_clear_error ();
  result = SSL_do_handshake (session);
  if (result == 1)
    return 0;
  switch (SSL_get_error (session, result))
    {
    case SSL_ERROR_WANT_READ: return G_IO_IN;
    case SSL_ERROR_WANT_WRITE: return G_IO_OUT;
    default:
      fail_handshake (session, error);
      return 0;
    }
}
