/* local-buckets.c: token buckets of this process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A full bucket says nothing that its absence does not, so full ones are forgotten when a shard is swept. A shard
 * sweeps whenever it has doubled since the last sweep, and one that is full after so many newcomers, which keeps the
 * cost of sweeping constant per take.
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/local/local-buckets.h"

#include <math.h>

#define N_SHARDS 16
#define MAX_PER_SHARD (LOCAL_BUCKETS_MAX / N_SHARDS)
#define MIN_SWEEP 256
#define NEWCOMERS_PER_SWEEP (MAX_PER_SHARD / 4)
#define N_SAMPLES 16
#define KEY_LENGTH 256

typedef struct
{
  double tokens;
  double rate;
  double burst;
  gint64 counted;   /* when tokens was right */
} Bucket;

typedef struct
{
  GMutex mutex;
  GHashTable *buckets;   /* "bucket\nwho" → Bucket */
  guint sweep_at;
  guint n_newcomers;     /* since the last sweep */
} Shard;

struct _LocalBuckets
{
  Shard shards[N_SHARDS];
};

static double
bucket_level (const Bucket *self, gint64 now)
{
  double level = self->tokens + self->rate * (double) (now - self->counted) / G_USEC_PER_SEC;

  return MIN (level, self->burst);
}

static gboolean
bucket_is_full (gpointer key, gpointer value, gpointer now)
{
  const Bucket *bucket = value;

  return bucket_level (bucket, *(gint64 *) now) >= bucket->burst;
}

/* Seconds until it would be forgotten by itself. */
static double
bucket_time_to_full (const Bucket *self, gint64 now)
{
  return (self->burst - bucket_level (self, now)) / self->rate;
}

/* Somebody comes from more places than we remember: whom we owe least is forgotten, out of a few. */
static void
shard_evict (Shard *self, gint64 now)
{
  GHashTableIter iter;
  gpointer key, value, victim = NULL;
  double least = G_MAXDOUBLE;

  g_hash_table_iter_init (&iter, self->buckets);
  for (guint i = 0; i < N_SAMPLES && g_hash_table_iter_next (&iter, &key, &value); i++)
    {
      double time = bucket_time_to_full (value, now);

      if (time < least)
        {
          least = time;
          victim = key;
        }
    }
  g_hash_table_remove (self->buckets, victim);
}

static void
shard_make_room (Shard *self, gint64 now)
{
  self->n_newcomers++;
  if (g_hash_table_size (self->buckets) < self->sweep_at)
    return;

  if (self->sweep_at < MAX_PER_SHARD || self->n_newcomers >= NEWCOMERS_PER_SWEEP)
    {
      g_hash_table_foreach_remove (self->buckets, bucket_is_full, &now);
      self->sweep_at = CLAMP (2 * g_hash_table_size (self->buckets), MIN_SWEEP, MAX_PER_SHARD);
      self->n_newcomers = 0;
    }
  if (g_hash_table_size (self->buckets) >= MAX_PER_SHARD)
    shard_evict (self, now);
}

static Bucket *
shard_get (Shard *self, const char *key, double rate, double burst, gint64 now)
{
  Bucket *bucket = g_hash_table_lookup (self->buckets, key);

  if (bucket != NULL)
    return bucket;

  shard_make_room (self, now);
  bucket = g_new (Bucket, 1);
  *bucket = (Bucket) { .tokens = burst, .rate = rate, .burst = burst, .counted = now };
  g_hash_table_insert (self->buckets, g_strdup (key), bucket);
  return bucket;
}

LocalBuckets *
local_buckets_new (void)
{
  LocalBuckets *self = g_new0 (LocalBuckets, 1);

  for (guint i = 0; i < N_SHARDS; i++)
    {
      g_mutex_init (&self->shards[i].mutex);
      self->shards[i].buckets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
      self->shards[i].sweep_at = MIN_SWEEP;
    }
  return self;
}

void
local_buckets_free (LocalBuckets *self)
{
  for (guint i = 0; i < N_SHARDS; i++)
    {
      g_hash_table_unref (self->shards[i].buckets);
      g_mutex_clear (&self->shards[i].mutex);
    }
  g_free (self);
}

static Shard *
buckets_find_shard (LocalBuckets *self, const char *bucket, const char *who, char key[KEY_LENGTH])
{
  g_snprintf (key, KEY_LENGTH, "%s\n%s", bucket, who);
  return &self->shards[g_str_hash (key) % N_SHARDS];
}

gboolean
local_buckets_take (LocalBuckets *self, const char *bucket_name, const char *who, double rate, double burst, gint64 now,
                    double *retry_after, double *remaining)
{
  char key[KEY_LENGTH];
  Shard *shard = buckets_find_shard (self, bucket_name, who, key);
  Bucket *bucket;
  gboolean taken;

  g_mutex_lock (&shard->mutex);
  bucket = shard_get (shard, key, rate, burst, now);
  bucket->rate = rate;
  bucket->burst = burst;
  bucket->tokens = bucket_level (bucket, now);
  bucket->counted = now;
  taken = bucket->tokens >= 1.0;
  if (taken)
    bucket->tokens -= 1.0;
  *remaining = floor (bucket->tokens);
  *retry_after = taken ? 0.0 : (1.0 - bucket->tokens) / rate;
  g_mutex_unlock (&shard->mutex);
  return taken;
}

void
local_buckets_correct (LocalBuckets *self, const char *bucket_name, const char *who, double tokens, gint64 counted)
{
  char key[KEY_LENGTH];
  Shard *shard = buckets_find_shard (self, bucket_name, who, key);
  Bucket *bucket;

  g_mutex_lock (&shard->mutex);
  bucket = g_hash_table_lookup (shard->buckets, key);
  if (bucket != NULL)
    {
      bucket->tokens = MIN (tokens, bucket->burst);
      bucket->counted = counted;
    }
  g_mutex_unlock (&shard->mutex);
}

guint
local_buckets_count (LocalBuckets *self)
{
  guint count = 0;

  for (guint i = 0; i < N_SHARDS; i++)
    {
      g_mutex_lock (&self->shards[i].mutex);
      count += g_hash_table_size (self->shards[i].buckets);
      g_mutex_unlock (&self->shards[i].mutex);
    }
  return count;
}
