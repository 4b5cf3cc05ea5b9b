/* redis-tls.h: TLS to Redis and to sentinels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * hiredis_ssl by itself checks who signed a certificate, and not whose it is: anybody's would do. So the OpenSSL
 * connection is made here, with the host's name or address to check, and handed to it.
 */
#pragma once

#include <hiredis/hiredis.h>

#include <glib.h>

G_BEGIN_DECLS

typedef struct _RedisTls RedisTls;
typedef struct ssl_st RedisTlsSession;

/* ca_file: trusted instead of what the system trusts, nullable. */
RedisTls *redis_tls_new (const char *ca_file, GError **error);
RedisTls *redis_tls_ref (RedisTls *self);
void redis_tls_unref (RedisTls *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RedisTls, redis_tls_unref)

/* On a context that is connected. Of a blocking one the handshake is done afterwards; else call redis_tls_go_on()
 * whenever the socket is ready. The session belongs to the context. */
RedisTlsSession *redis_tls_begin (RedisTls *self, redisContext *context, const char *host, GError **error);
/* The G_IO_… condition to wait for; 0: it is done, or error is set. */
GIOCondition redis_tls_go_on (RedisTlsSession *session, GError **error);

G_END_DECLS
