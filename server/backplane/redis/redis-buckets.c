/* redis-buckets.c: token buckets that instances share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Nobody waits for a token: the bucket of this process decides. Redis hears what it gave out, and answers how full the
 * bucket is that all share; that corrects ours, below nothing if need be. One report of a bucket is on its way at a
 * time, and what is given out meanwhile goes into the next. While Redis is away ours goes on alone.
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-buckets.h"

#include "backplane/local/local-buckets.h"

#define N_SHARDS 16
/* Reports on their way, of a shard. */
#define MAX_REPORTS 4096

typedef struct
{
  GMutex mutex;
  GHashTable *reports;    /* "bucket:who" → Report, one for each on its way */
} Shard;

typedef struct
{
  RedisBuckets *buckets;
  Shard *shard;
  char *bucket;
  char *who;
  double rate;
  double burst;
  guint n_more;           /* given out since it was sent */
  gint64 sent;            /* by the clock of the process's bucket */
} Report;

struct _RedisBuckets
{
  RedisClient *client;
  char *key_prefix;
  LocalBuckets *own;
  gint64 (*clock) (void);   /* NULL: the real ones */
  Shard shards[N_SHARDS];
};

static gint64
buckets_now (RedisBuckets *self)
{
  return self->clock != NULL ? self->clock () : g_get_monotonic_time ();
}

static void
report_free (Report *self)
{
  g_free (self->bucket);
  g_free (self->who);
  g_free (self);
}

RedisBuckets *
redis_buckets_new (RedisClient *client, const char *key_prefix)
{
  RedisBuckets *self = g_new0 (RedisBuckets, 1);

  self->client = client;
  self->key_prefix = g_strconcat (key_prefix, "bucket:", NULL);
  self->own = local_buckets_new ();
  for (guint i = 0; i < N_SHARDS; i++)
    {
      g_mutex_init (&self->shards[i].mutex);
      self->shards[i].reports = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
    }
  return self;
}

void
redis_buckets_free (RedisBuckets *self)
{
  local_buckets_free (self->own);
  for (guint i = 0; i < N_SHARDS; i++)
    {
      g_hash_table_unref (self->shards[i].reports);
      g_mutex_clear (&self->shards[i].mutex);
    }
  g_free (self->key_prefix);
  g_free (self);
}

void
redis_buckets_set_clock (RedisBuckets *self, gint64 (*clock) (void))
{
  self->clock = clock;
}

static char *
make_key (const char *bucket, const char *who)
{
  return g_strconcat (bucket, ":", who, NULL);
}

static RedisCommand
report_make_command (Report *self, guint n_taken)
{
  RedisBuckets *buckets = self->buckets;
  g_autofree char *key = g_strconcat (buckets->key_prefix, self->bucket, ":", self->who, NULL);
  g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, buckets->clock != NULL ? self->sent / 1000 : 0);
  g_autofree char *taken = g_strdup_printf ("%u", n_taken);
  char rate[G_ASCII_DTOSTR_BUF_SIZE], burst[G_ASCII_DTOSTR_BUF_SIZE];
  const char *keys[] = { key };
  const char *arguments[] = {
    now,
    g_ascii_dtostr (rate, sizeof rate, self->rate),
    g_ascii_dtostr (burst, sizeof burst, self->burst),
    taken,
  };

  return redis_command_new_script (REDIS_SCRIPT_BUCKET, keys, G_N_ELEMENTS (keys), arguments,
                                   G_N_ELEMENTS (arguments));
}

static void on_reported (const redisReply *reply, gpointer data);

/* Under the shard's mutex; the report is in its table. */
static void
report_send (Report *self, guint n_taken)
{
  self->n_more = 0;
  self->sent = buckets_now (self->buckets);
  if (redis_client_send (self->buckets->client, report_make_command (self, n_taken), on_reported, self))
    return;
  g_autofree char *key = make_key (self->bucket, self->who);

  g_hash_table_remove (self->shard->reports, key);
  report_free (self);
}

static void
on_reported (const redisReply *reply, gpointer data)
{
  Report *self = data;
  g_autofree char *key = make_key (self->bucket, self->who);
  Shard *shard = self->shard;

  g_mutex_lock (&shard->mutex);
  if (reply != NULL && reply->type == REDIS_REPLY_STRING)
    local_buckets_correct (self->buckets->own, self->bucket, self->who,
                           g_ascii_strtod (reply->str, NULL) - self->n_more, self->sent);
  if (self->n_more > 0 && reply != NULL)
    report_send (self, self->n_more);
  else
    {
      g_hash_table_remove (shard->reports, key);
      report_free (self);
    }
  g_mutex_unlock (&shard->mutex);
}

static void
buckets_report (RedisBuckets *self, const char *bucket, const char *who, double rate, double burst)
{
  g_autofree char *key = make_key (bucket, who);
  Shard *shard = &self->shards[g_str_hash (key) % N_SHARDS];
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&shard->mutex);
  Report *report = g_hash_table_lookup (shard->reports, key);

  if (report != NULL)
    {
      report->n_more++;
      report->rate = rate;
      report->burst = burst;
      return;
    }
  if (g_hash_table_size (shard->reports) >= MAX_REPORTS)
    return;
  report = g_new0 (Report, 1);
  *report = (Report) { self, shard, g_strdup (bucket), g_strdup (who), rate, burst, 0, 0 };
  g_hash_table_insert (shard->reports, g_steal_pointer (&key), report);
  report_send (report, 1);
}

gboolean
redis_buckets_take (RedisBuckets *self, const char *bucket, const char *who, double rate, double burst,
                    double *retry_after, double *remaining)
{
  if (!local_buckets_take (self->own, bucket, who, rate, burst, buckets_now (self), retry_after, remaining))
    return FALSE;
  if (redis_client_is_up (self->client))
    buckets_report (self, bucket, who, rate, burst);
  return TRUE;
}
