/* redis-address.h: where a Redis is, as an operator writes it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   redis://[[USER:]PASSWORD@]HOST[:PORT][/DATABASE]
 *   redis+sentinel://[…@]HOST[:PORT],…/MASTER[/DATABASE]     the sentinels are asked where the master is
 *   redis+cluster://[…@]HOST[:PORT],…                        any nodes of a cluster
 *
 * rediss:// and rediss+… speak TLS, with the sentinels too. What is special in a password is written as %XX.
 * ?prefix=NAME lets several Confabs share one Redis, ?ca=FILE names the certificates to trust instead of the system's.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  REDIS_SINGLE,
  REDIS_SENTINEL,
  REDIS_CLUSTER,
} RedisKind;

typedef struct
{
  char *host;
  guint16 port;
} RedisEndpoint;

typedef struct
{
  RedisKind kind;
  gboolean tls;
  char *user;             /* nullable */
  char *password;         /* nullable */
  GArray *endpoints;      /* of RedisEndpoint, never empty */
  char *master;           /* of sentinels; else NULL */
  guint database;
  char *prefix;           /* of keys and channels */
  char *ca_file;          /* nullable */
} RedisAddress;

/* Whether it is meant to be one; redis_address_new() says whether it is right. */
gboolean redis_address_is_meant (const char *text);
/* Errors never quote the address, which may have a password in it. */
RedisAddress *redis_address_new (const char *text, GError **error);
/* The same for one node of a cluster. */
RedisAddress *redis_address_new_node (const RedisAddress *self, const RedisEndpoint *endpoint);
RedisAddress *redis_address_ref (RedisAddress *self);
void redis_address_unref (RedisAddress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RedisAddress, redis_address_unref)

/* For logs: hosts and ports, no secrets. */
char *redis_address_describe (const RedisAddress *self);

G_END_DECLS
