/* backplane.c: hands each call to the implementation that the address named
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/backplane-private.h"

#include "backplane/local/local-backplane.h"
#include "protocol/confab-error.h"

#ifdef HAVE_REDIS
# include "backplane/redis/redis-address.h"
# include "backplane/redis/redis-backplane.h"
#endif

#ifdef HAVE_REDIS
static gboolean
check_shared_address (const char *address, GError **error)
{
  g_autoptr(RedisAddress) redis = NULL;

  if (redis_address_is_meant (address))
    {
      redis = redis_address_new (address, error);
      return redis != NULL;
    }
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST,
                       "That is no backplane: \"local\" and addresses of Redis (redis://HOST:PORT) are known");
  return FALSE;
}
#else
static gboolean
check_shared_address (const char *address, GError **error)
{
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST,
                       g_str_has_prefix (address, "redis")
                         ? "This confab-server was built without Redis: its only backplane is \"local\""
                         : "That is no backplane: \"local\" is known, and this confab-server was built without Redis");
  return FALSE;
}

static Backplane *
redis_backplane_new (const char *address, GError **error)
{
  check_shared_address (address, error);
  return NULL;
}
#endif

/* The address may have a password in it, so errors do not quote it. */
gboolean
backplane_check_address (const char *address, GError **error)
{
  return g_str_equal (address, "local") || check_shared_address (address, error);
}

Backplane *
backplane_open (const char *address, GError **error)
{
  if (g_str_equal (address, "local"))
    return local_backplane_new ();
  return check_shared_address (address, error) ? redis_backplane_new (address, error) : NULL;
}

void
backplane_init (Backplane *self, const BackplaneClass *klass)
{
  self->klass = klass;
  g_rw_lock_init (&self->deliver_lock);
}

void
backplane_clear (Backplane *self)
{
  g_rw_lock_clear (&self->deliver_lock);
}

void
backplane_deliver (Backplane *self, Event **events, guint n_events)
{
  g_rw_lock_reader_lock (&self->deliver_lock);
  if (self->deliver != NULL)
    {
      self->delivered += n_events;
      self->deliver (events, n_events, self->deliver_data);
    }
  if (self->observer != NULL)
    self->observer->delivered (events, n_events, self->observer_data);
  g_rw_lock_reader_unlock (&self->deliver_lock);
}

void
backplane_tell_gap (Backplane *self)
{
  self->gaps++;
  g_rw_lock_reader_lock (&self->deliver_lock);
  if (self->gap != NULL)
    self->gap (self->gap_data);
  g_rw_lock_reader_unlock (&self->deliver_lock);
}

void
backplane_close (Backplane *self)
{
  self->klass->close (self);
}

gboolean
backplane_check (Backplane *self, GError **error)
{
  return self->klass->check (self, error);
}

gboolean
backplane_is_shared (Backplane *self)
{
  return self->klass->shared;
}

void
backplane_get_status (Backplane *self, BackplaneStatus *status)
{
  *status = (BackplaneStatus) {
    .published = self->published,
    .delivered = self->delivered,
    .gaps = self->gaps,
  };
  self->klass->get_status (self, status);
}

void
backplane_set_deliver (Backplane *self, BackplaneDeliver deliver, gpointer data)
{
  g_rw_lock_writer_lock (&self->deliver_lock);
  self->deliver = deliver;
  self->deliver_data = data;
  g_rw_lock_writer_unlock (&self->deliver_lock);
}

void
backplane_set_observer (Backplane *self, const BackplaneObserver *observer, gpointer data)
{
  g_rw_lock_writer_lock (&self->deliver_lock);
  self->observer = observer;
  self->observer_data = data;
  g_rw_lock_writer_unlock (&self->deliver_lock);
}

void
backplane_set_gap (Backplane *self, BackplaneGap gap, gpointer data)
{
  g_rw_lock_writer_lock (&self->deliver_lock);
  self->gap = gap;
  self->gap_data = data;
  g_rw_lock_writer_unlock (&self->deliver_lock);
}

void
backplane_subscribe (Backplane *self, const char *topic)
{
  self->klass->subscribe (self, topic);
  if (self->observer != NULL)
    self->observer->subscribed (topic, self->observer_data);
}

void
backplane_unsubscribe (Backplane *self, const char *topic)
{
  self->klass->unsubscribe (self, topic);
  if (self->observer != NULL)
    self->observer->unsubscribed (topic, self->observer_data);
}

gboolean
backplane_settle (Backplane *self, guint milliseconds)
{
  return self->klass->settle (self, milliseconds);
}

void
backplane_publish (Backplane *self, Event **events, guint n_events)
{
  self->published += n_events;
  self->klass->publish (self, events, n_events);
}

gboolean
backplane_set_presence (Backplane *self, const char *user_id, const char *device_id, ConfabPresenceStatus status,
                        guint ttl, ConfabPresenceStatus *merged)
{
  ConfabPresenceStatus unwanted;

  return self->klass->set_presence (self, user_id, device_id, status, ttl, merged != NULL ? merged : &unwanted);
}

gboolean
backplane_renew_presence (Backplane *self, const char *user_id, const char *device_id, guint ttl)
{
  return self->klass->renew_presence (self, user_id, device_id, ttl);
}

ConfabPresenceStatus
backplane_get_presence (Backplane *self, const char *user_id)
{
  ConfabPresenceStatus status;

  self->klass->get_presences (self, &user_id, 1, &status);
  return status;
}

void
backplane_get_presences (Backplane *self, const char *const *user_ids, guint n, ConfabPresenceStatus *statuses)
{
  if (n > 0)
    self->klass->get_presences (self, user_ids, n, statuses);
}

void
backplane_expire_presence (Backplane *self, void (*gone) (const char *user_id, gpointer data), gpointer data)
{
  self->klass->expire_presence (self, gone, data);
}

gboolean
backplane_take (Backplane *self, const char *bucket, const char *who, double rate, double burst, double *retry_after,
                double *remaining)
{
  double unwanted;

  return self->klass->take (self, bucket, who, rate, burst, retry_after != NULL ? retry_after : &unwanted,
                            remaining != NULL ? remaining : &unwanted);
}

GBytes *
backplane_cache_get (Backplane *self, const char *key)
{
  return self->klass->cache_get (self, key);
}

void
backplane_cache_put (Backplane *self, const char *key, GBytes *value, guint ttl)
{
  if (g_bytes_get_size (value) <= BACKPLANE_CACHE_MAX && ttl > 0)
    self->klass->cache_put (self, key, value, ttl);
}

void
backplane_cache_drop (Backplane *self, const char *key)
{
  self->klass->cache_drop (self, key);
}
