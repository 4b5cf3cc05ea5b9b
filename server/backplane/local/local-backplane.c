/* local-backplane.c: the backplane of a server that is alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Publishing delivers on the publishing thread, without holding a lock: receivers may subscribe from inside theirs.
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/local/local-backplane.h"

#include "backplane/backplane-private.h"
#include "backplane/local/local-buckets.h"
#include "backplane/local/local-cache.h"
#include "backplane/local/local-presence.h"

typedef struct
{
  Backplane parent;
  GMutex mutex;
  GHashTable *topics;       /* char* → count */
  LocalPresence *presence;
  LocalBuckets *buckets;
  LocalCache *cache;
  gint64 opened;            /* milliseconds since 1970 */
  gint64 (*clock) (void);
} LocalBackplane;

static void
local_close (Backplane *backplane)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  g_clear_pointer (&self->topics, g_hash_table_unref);
  g_clear_pointer (&self->presence, local_presence_free);
  g_clear_pointer (&self->buckets, local_buckets_free);
  g_clear_pointer (&self->cache, local_cache_free);
  g_mutex_clear (&self->mutex);
  backplane_clear (backplane);
  g_free (self);
}

static gboolean
local_check (Backplane *backplane, GError **error)
{
  return TRUE;
}

static void
local_get_status (Backplane *backplane, BackplaneStatus *status)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  status->connected = TRUE;
  status->since = self->opened;
}

static void
local_subscribe (Backplane *backplane, const char *topic)
{
  LocalBackplane *self = (LocalBackplane *) backplane;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->topics, topic));

  g_hash_table_replace (self->topics, g_strdup (topic), GUINT_TO_POINTER (count + 1));
}

static void
local_unsubscribe (Backplane *backplane, const char *topic)
{
  LocalBackplane *self = (LocalBackplane *) backplane;
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->topics, topic));

  if (count > 1)
    g_hash_table_replace (self->topics, g_strdup (topic), GUINT_TO_POINTER (count - 1));
  else
    g_hash_table_remove (self->topics, topic);
}

static gboolean
local_settle (Backplane *backplane, guint milliseconds)
{
  return TRUE;
}

static void
local_publish (Backplane *backplane, Event **events, guint n_events)
{
  LocalBackplane *self = (LocalBackplane *) backplane;
  g_autofree Event **wanted = g_new (Event *, n_events);
  guint n_wanted = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < n_events; i++)
    {
      if (g_hash_table_contains (self->topics, events[i]->topic))
        wanted[n_wanted++] = events[i];
    }
  g_mutex_unlock (&self->mutex);

  if (n_wanted > 0)
    backplane_deliver (backplane, wanted, n_wanted);
}

static gboolean
local_set_presence (Backplane *backplane, const char *user_id, const char *device_id, ConfabPresenceStatus status,
                    guint ttl, ConfabPresenceStatus *merged)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  return local_presence_set (self->presence, user_id, device_id, status, ttl, self->clock (), merged);
}

static gboolean
local_renew_presence (Backplane *backplane, const char *user_id, const char *device_id, guint ttl)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  return local_presence_renew (self->presence, user_id, device_id, ttl, self->clock ());
}

static void
local_get_presences (Backplane *backplane, const char *const *user_ids, guint n, ConfabPresenceStatus *statuses)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  for (guint i = 0; i < n; i++)
    statuses[i] = local_presence_get (self->presence, user_ids[i], self->clock ());
}

static void
local_expire_presence (Backplane *backplane, void (*gone) (const char *user_id, gpointer data), gpointer data)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  local_presence_expire (self->presence, self->clock (), gone, data);
}

static gboolean
local_take (Backplane *backplane, const char *bucket, const char *who, double rate, double burst, double *retry_after,
            double *remaining)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  return local_buckets_take (self->buckets, bucket, who, rate, burst, self->clock (), retry_after, remaining);
}

static GBytes *
local_cache_get_value (Backplane *backplane, const char *key)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  return local_cache_get (self->cache, key, self->clock ());
}

static void
local_cache_put_value (Backplane *backplane, const char *key, GBytes *value, guint ttl)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  local_cache_put (self->cache, key, value, ttl, self->clock ());
}

static void
local_cache_drop_value (Backplane *backplane, const char *key)
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  local_cache_drop (self->cache, key, CACHE_TOMBSTONE_SECONDS, self->clock ());
}

static const BackplaneClass local_class = {
  .shared = FALSE,
  .close = local_close,
  .check = local_check,
  .get_status = local_get_status,
  .subscribe = local_subscribe,
  .unsubscribe = local_unsubscribe,
  .settle = local_settle,
  .publish = local_publish,
  .set_presence = local_set_presence,
  .renew_presence = local_renew_presence,
  .get_presences = local_get_presences,
  .expire_presence = local_expire_presence,
  .take = local_take,
  .cache_get = local_cache_get_value,
  .cache_put = local_cache_put_value,
  .cache_drop = local_cache_drop_value,
};

Backplane *
local_backplane_new (void)
{
  LocalBackplane *self = g_new0 (LocalBackplane, 1);

  backplane_init (&self->parent, &local_class);
  g_mutex_init (&self->mutex);
  self->topics = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->presence = local_presence_new ();
  self->buckets = local_buckets_new ();
  self->cache = local_cache_new ();
  self->opened = g_get_real_time () / 1000;
  self->clock = g_get_monotonic_time;
  return &self->parent;
}

void
local_backplane_set_clock (Backplane *backplane, gint64 (*clock) (void))
{
  LocalBackplane *self = (LocalBackplane *) backplane;

  g_assert (backplane->klass == &local_class);
  self->clock = clock;
}
