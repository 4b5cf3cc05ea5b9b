/* net-server.h: everything of the server that listens
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *     net_server_new → net_server_listen → … → net_server_drain → api_drain → net_server_free
 *
 * Draining ends what connections have under way before it ends the connections, so api_drain comes after it.
 */
#pragma once

#include "api/api.h"
#include "backplane/backplane.h"
#include "net/counters.h"

G_BEGIN_DECLS

typedef struct _NetServer NetServer;

/* Strings and lists are copied. */
typedef struct
{
  const char *server_name;
  guint reactors;                     /* I/O threads; 0: one per core */
  guint max_sockets;                  /* in all */
  guint max_per_address;              /* sockets and connections of one address; 0: no limit */
  guint max_per_user;                 /* connections of one account; 0: no limit */
  guint max_http_running;             /* requests that wait for their answer */
  guint max_in_flight;                /* operations of one connection; past it the connection is not read */
  gsize max_waiting;                  /* bytes that one connection's peer left unread */
  gsize max_waiting_total;            /* and all of them together */
  guint message_length;               /* characters */
  guint heartbeat;                    /* seconds of quiet until a ping */
  guint silence;                      /* seconds of quiet until a connection is closed */
  guint authentication_timeout;       /* seconds */
  guint token_grace;                  /* seconds that a connection outlives its token */
  guint http_read_timeout;            /* seconds for a request to arrive */
  guint http_write_timeout;           /* seconds for an answer to leave */
  guint http_idle_timeout;            /* seconds between requests */
  const char * const *trusted_proxies;   /* networks whose X-Forwarded-For is believed; nullable */
  const char * const *allowed_origins;   /* of pages elsewhere that may call us; nullable */
} NetOptions;

void net_options_init_defaults (NetOptions *self);

/* What others contribute to the doors; each may be NULL. */
typedef struct
{
  GString *(*ready) (gpointer data, gboolean *ready);  /* for /readyz, JSON; may block: called on a thread of its own */
  GString *(*metrics) (gpointer data);                 /* for /metrics, as Prometheus reads it; on that thread too */
  gpointer data;
} NetHooks;

/* api and backplane are borrowed. BAD_REQUEST when an option cannot be read. */
NetServer *net_server_new (const NetOptions *options, const NetHooks *hooks, Api *api, Backplane *backplane,
                           GError **error);
/* Closes at once what is still open. */
void net_server_free (NetServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (NetServer, net_server_free)

/* "127.0.0.1:3000", "[::]:3000", "localhost:0": starts the reactors and serves. Returns the address that it became,
 * with the real port; free with g_free(). NULL and an error when the address cannot be read or had. Once. */
char *net_server_listen (NetServer *self, const char *address, GError **error);

/* Stops accepting, tells connections to come back elsewhere (1012) as soon as they have nothing in flight, and waits
 * for them and for HTTP requests until deadline (monotonic microseconds). TRUE when none was left. */
gboolean net_server_drain (NetServer *self, gint64 deadline);

const NetCounters *net_server_get_counters (NetServer *self);
guint net_server_count_topics (NetServer *self);

G_END_DECLS
