/* redis-presence.c: who is there, on all instances
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * People are spread over shards. The keys of a shard have one hash tag, so that a cluster has them in one place and the
 * script can walk through a shard's people. A device may be connected to several instances: each keeps an entry of its
 * own for it, so that leaving one of them shortens nobody else's.
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-presence.h"

#include <string.h>

#include "backplane/local/local-presence.h"

#define N_SHARDS 16
/* People looked at in one step of expiring, and steps. */
#define EXPIRE_LIMIT "200"
#define EXPIRE_STEPS 50
/* A device that has less left may be gone in Redis already. */
#define SURE_MICROSECONDS (2 * G_USEC_PER_SEC)

struct _RedisPresence
{
  RedisClient *client;
  char *key_prefix;
  char *instance;           /* which of them this is */
  LocalPresence *own;
  gint64 (*clock) (void);   /* NULL: the real ones */
};

static gint64
presence_now (RedisPresence *self)
{
  return self->clock != NULL ? self->clock () : g_get_monotonic_time ();
}

static char *
presence_format_now (RedisPresence *self)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, self->clock != NULL ? self->clock () / 1000 : 0);
}

static guint
find_shard (const char *user_id)
{
  return g_str_hash (user_id) % N_SHARDS;
}

static char *
presence_make_index_key (RedisPresence *self, guint shard)
{
  return g_strdup_printf ("%s{presence-%u}", self->key_prefix, shard);
}

/* What the keys of the people of a shard begin with. */
static char *
presence_make_people_prefix (RedisPresence *self, guint shard)
{
  return g_strdup_printf ("%s{presence-%u}:", self->key_prefix, shard);
}

/* An operation on one device. */
static RedisCommand
presence_make_command (RedisPresence *self, const char *operation, const char *user_id, const char *device_id,
                       const char *third, const char *fourth)
{
  guint shard = find_shard (user_id);
  g_autofree char *index = presence_make_index_key (self, shard);
  g_autofree char *prefix = presence_make_people_prefix (self, shard);
  g_autofree char *person = g_strconcat (prefix, user_id, NULL);
  g_autofree char *now = presence_format_now (self);
  const char *keys[] = { index, person };
  g_autofree char *device = g_strconcat (device_id, "@", self->instance, NULL);
  const char *arguments[] = { operation, now, user_id, device, third, fourth };

  return redis_command_new_script (REDIS_SCRIPT_PRESENCE, keys, G_N_ELEMENTS (keys), arguments,
                                   G_N_ELEMENTS (arguments));
}

static char *
format_milliseconds (guint seconds)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, (gint64) seconds * 1000);
}

RedisPresence *
redis_presence_new (RedisClient *client, const char *key_prefix, const char *instance)
{
  RedisPresence *self = g_new0 (RedisPresence, 1);

  self->client = client;
  self->key_prefix = g_strdup (key_prefix);
  self->instance = g_strdup (instance);
  self->own = local_presence_new ();
  return self;
}

void
redis_presence_free (RedisPresence *self)
{
  local_presence_free (self->own);
  g_free (self->key_prefix);
  g_free (self->instance);
  g_free (self);
}

void
redis_presence_set_clock (RedisPresence *self, gint64 (*clock) (void))
{
  self->clock = clock;
}

/* ---- Setting ---------------------------------------------------------------------------------------------- */

typedef struct
{
  gboolean changed;
  ConfabPresenceStatus merged;
} SetResult;

static void
take_set (const redisReply *reply, guint number, gpointer data)
{
  SetResult *result = data;

  if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
    return;
  result->changed = reply->element[0]->integer == 1;
  confab_presence_status_from_string (reply->element[1]->str, &result->merged);
}

gboolean
redis_presence_set (RedisPresence *self, const char *user_id, const char *device_id, ConfabPresenceStatus status,
                    guint ttl, ConfabPresenceStatus *merged)
{
  g_autofree char *lasts = format_milliseconds (ttl);
  RedisCommand command = presence_make_command (self, "set", user_id, device_id,
                                                confab_presence_status_to_string (status), lasts);
  SetResult result = { FALSE, CONFAB_PRESENCE_STATUS_OFFLINE };
  gboolean changed_here = local_presence_set (self->own, user_id, device_id, status, ttl, presence_now (self), merged);

  if (!redis_client_call (self->client, &command, 1, take_set, &result))
    return changed_here;
  *merged = result.merged;
  return result.changed;
}

/* ---- Renewing --------------------------------------------------------------------------------------------- */

typedef struct
{
  RedisPresence *presence;
  char *user_id;
  char *device_id;
  guint ttl;
} Renewal;

static void
renewal_free (Renewal *self)
{
  g_free (self->user_id);
  g_free (self->device_id);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Renewal, renewal_free)

/* The device may have said something else on another instance. */
static void
presence_learn (RedisPresence *self, const char *user_id, const char *device_id, ConfabPresenceStatus status, guint ttl)
{
  ConfabPresenceStatus unwanted;

  local_presence_set (self->own, user_id, device_id, status, ttl, presence_now (self), &unwanted);
}

static void
on_renewed (const redisReply *reply, gpointer data)
{
  g_autoptr(Renewal) renewal = data;
  ConfabPresenceStatus status, known;

  if (reply != NULL && reply->type == REDIS_REPLY_STRING && confab_presence_status_from_string (reply->str, &status)
      && local_presence_find_device (renewal->presence->own, renewal->user_id, renewal->device_id, &known, NULL)
      && known != status)
    presence_learn (renewal->presence, renewal->user_id, renewal->device_id, status, renewal->ttl);
}

/* Nobody waits for it. */
static void
presence_send_renewal (RedisPresence *self, const char *user_id, const char *device_id, guint ttl,
                       ConfabPresenceStatus status)
{
  g_autofree char *lasts = format_milliseconds (ttl);
  g_autoptr(Renewal) renewal = g_new (Renewal, 1);

  *renewal = (Renewal) { self, g_strdup (user_id), g_strdup (device_id), ttl };
  if (redis_client_send (self->client,
                         presence_make_command (self, "renew", user_id, device_id, lasts,
                                                confab_presence_status_to_string (status)),
                         on_renewed, renewal))
    g_steal_pointer (&renewal);
}

static void
take_status (const redisReply *reply, guint number, gpointer data)
{
  ConfabPresenceStatus *status = data;

  if (reply->type == REDIS_REPLY_STRING)
    confab_presence_status_from_string (reply->str, status);
}

/* A device that was on another instance before, or was gone for long. */
static gboolean
presence_ask_for_renewal (RedisPresence *self, const char *user_id, const char *device_id, guint ttl)
{
  g_autofree char *lasts = format_milliseconds (ttl);
  RedisCommand command = presence_make_command (self, "renew", user_id, device_id, lasts, "");
  ConfabPresenceStatus status = CONFAB_PRESENCE_STATUS_OFFLINE;

  if (!redis_client_call (self->client, &command, 1, take_status, &status))
    return local_presence_renew (self->own, user_id, device_id, ttl, presence_now (self));
  if (status == CONFAB_PRESENCE_STATUS_OFFLINE)
    return FALSE;
  presence_learn (self, user_id, device_id, status, ttl);
  return TRUE;
}

gboolean
redis_presence_renew (RedisPresence *self, const char *user_id, const char *device_id, guint ttl)
{
  gint64 now = presence_now (self), expires;
  ConfabPresenceStatus status;

  if (!local_presence_find_device (self->own, user_id, device_id, &status, &expires)
      || expires < now + SURE_MICROSECONDS)
    return presence_ask_for_renewal (self, user_id, device_id, ttl);
  if (!local_presence_renew (self->own, user_id, device_id, ttl, now))
    return FALSE;
  presence_send_renewal (self, user_id, device_id, ttl, status);
  return TRUE;
}

/* ---- Asking ----------------------------------------------------------------------------------------------- */

typedef struct
{
  GArray *places[N_SHARDS];      /* of guint: where in statuses the people of a shard are */
  guint shards[N_SHARDS];        /* of each command */
  guint n_commands;
  ConfabPresenceStatus *statuses;
} Question;

static RedisCommand
presence_make_question (RedisPresence *self, const char *const *user_ids, guint shard, GArray *places)
{
  g_autofree char *prefix = presence_make_people_prefix (self, shard);
  g_autofree char *now = presence_format_now (self);
  g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  const char *arguments[] = { "get", now };

  g_ptr_array_add (keys, presence_make_index_key (self, shard));
  for (guint i = 0; i < places->len; i++)
    g_ptr_array_add (keys, g_strconcat (prefix, user_ids[g_array_index (places, guint, i)], NULL));
  return redis_command_new_script (REDIS_SCRIPT_PRESENCE, (const char *const *) keys->pdata, keys->len, arguments,
                                   G_N_ELEMENTS (arguments));
}

static void
take_statuses (const redisReply *reply, guint number, gpointer data)
{
  Question *question = data;
  GArray *places = question->places[question->shards[number]];

  for (gsize i = 0; reply->type == REDIS_REPLY_ARRAY && i < MIN (reply->elements, places->len); i++)
    {
      if (reply->element[i]->type == REDIS_REPLY_STRING)
        confab_presence_status_from_string (reply->element[i]->str,
                                            &question->statuses[g_array_index (places, guint, i)]);
    }
}

void
redis_presence_get (RedisPresence *self, const char *const *user_ids, guint n, ConfabPresenceStatus *statuses)
{
  Question question = { .statuses = statuses };
  RedisCommand commands[N_SHARDS];
  gboolean answered;

  for (guint shard = 0; shard < N_SHARDS; shard++)
    question.places[shard] = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 0; i < n; i++)
    {
      statuses[i] = CONFAB_PRESENCE_STATUS_OFFLINE;
      g_array_append_val (question.places[find_shard (user_ids[i])], i);
    }
  for (guint shard = 0; shard < N_SHARDS; shard++)
    {
      if (question.places[shard]->len == 0)
        continue;
      commands[question.n_commands] = presence_make_question (self, user_ids, shard, question.places[shard]);
      question.shards[question.n_commands++] = shard;
    }
  answered = redis_client_call (self->client, commands, question.n_commands, take_statuses, &question);
  for (guint shard = 0; shard < N_SHARDS; shard++)
    g_array_unref (question.places[shard]);
  for (guint i = 0; !answered && i < n; i++)
    statuses[i] = local_presence_get (self->own, user_ids[i], presence_now (self));
}

/* ---- Expiring --------------------------------------------------------------------------------------------- */

typedef struct
{
  GPtrArray *gone;
  gint64 most;        /* people looked at in one shard */
} Expiry;

static void
take_expiry (const redisReply *reply, guint number, gpointer data)
{
  Expiry *expiry = data;

  if (reply->type != REDIS_REPLY_ARRAY)
    return;
  for (gsize i = 0; i < reply->elements; i++)
    {
      if (reply->element[i]->type == REDIS_REPLY_STRING)
        g_ptr_array_add (expiry->gone, g_strdup (reply->element[i]->str));
      else if (reply->element[i]->type == REDIS_REPLY_INTEGER)
        expiry->most = MAX (expiry->most, reply->element[i]->integer);
    }
}

static RedisCommand
presence_make_expiry (RedisPresence *self, guint shard)
{
  g_autofree char *index = presence_make_index_key (self, shard);
  g_autofree char *prefix = presence_make_people_prefix (self, shard);
  g_autofree char *now = presence_format_now (self);
  const char *keys[] = { index };
  const char *arguments[] = { "expire", now, prefix, EXPIRE_LIMIT };

  return redis_command_new_script (REDIS_SCRIPT_PRESENCE, keys, G_N_ELEMENTS (keys), arguments,
                                   G_N_ELEMENTS (arguments));
}

/* One step of all shards. FALSE: Redis did not answer. */
static gboolean
presence_expire_some (RedisPresence *self, Expiry *expiry)
{
  RedisCommand commands[N_SHARDS];

  for (guint shard = 0; shard < N_SHARDS; shard++)
    commands[shard] = presence_make_expiry (self, shard);
  expiry->most = 0;
  return redis_client_call (self->client, commands, N_SHARDS, take_expiry, expiry);
}

static void
tell_nobody (const char *user_id, gpointer data)
{
}

void
redis_presence_expire (RedisPresence *self, void (*gone) (const char *user_id, gpointer data), gpointer data)
{
  Expiry expiry = { g_ptr_array_new_with_free_func (g_free), 0 };
  gboolean answered = redis_client_is_up (self->client);
  gint64 limit = g_ascii_strtoll (EXPIRE_LIMIT, NULL, 10);

  for (guint step = 0; answered && step < EXPIRE_STEPS; step++)
    {
      answered = presence_expire_some (self, &expiry);
      if (expiry.most < limit)
        break;
    }
  /* Those whom Redis told of before it was away, too. */
  for (guint i = 0; i < expiry.gone->len; i++)
    gone (expiry.gone->pdata[i], data);
  g_ptr_array_unref (expiry.gone);
  local_presence_expire (self->own, presence_now (self), answered ? tell_nobody : gone, data);
}

/* ---- Redis is back ---------------------------------------------------------------------------------------- */

static void
restore_device (const char *user_id, const char *device_id, ConfabPresenceStatus status, gint64 lasts, gpointer data)
{
  RedisPresence *self = data;
  g_autofree char *milliseconds = g_strdup_printf ("%" G_GINT64_FORMAT, lasts / 1000);

  /* What does not go comes with its next renewal. */
  redis_client_send (self->client,
                     presence_make_command (self, "restore", user_id, device_id, milliseconds,
                                            confab_presence_status_to_string (status)),
                     NULL, NULL);
}

void
redis_presence_restore (RedisPresence *self)
{
  local_presence_foreach (self->own, presence_now (self), restore_device, self);
}
