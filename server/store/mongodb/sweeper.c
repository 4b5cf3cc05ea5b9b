/* sweeper.c: removes the messages of deleted rooms, a piece at a time, on a thread of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The messages of a large room are too many for one transaction, and nobody should wait for them to go. The room itself
 * is gone before; whatever is left of it cannot be reached. Several servers may sweep the same room.
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/sweeper.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"

/* How many messages one round removes: others write meanwhile. */
#define PIECE 500

struct _Sweeper
{
  Store *store;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean woken;       /* under mutex */
  gboolean closing;     /* under mutex */
};

static gboolean
is_closing (Sweeper *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->closing;
}

static GPtrArray *
load_ids (MongodbCall *call, const char *collection, bson_t *filter)
{
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, collection, filter,
                       BCON_NEW ("limit", BCON_INT64 (PIECE), "projection", "{", "_id", BCON_INT32 (1), "}"));
  const bson_t *document = NULL;

  while ((document = mongodb_answer_next (&answer)) != NULL)
    g_ptr_array_add (ids, fields_dup_text (document, "_id"));
  return ids;
}

/* Whether there may be more. */
static gboolean
remove_piece (MongodbCall *call, const char *room_id)
{
  g_autoptr(GPtrArray) ids = load_ids (call, MONGODB_MESSAGES, BCON_NEW ("roomId", BCON_UTF8 (room_id)));
  g_auto(bson_t) list = BSON_INITIALIZER;

  if (ids->len == 0)
    return FALSE;
  fields_append_texts (&list, "$in", (const char *const *) ids->pdata, ids->len);
  mongodb_call_delete (call, MONGODB_MESSAGES, BCON_NEW ("_id", BCON_DOCUMENT (&list)));
  return !mongodb_call_has_failed (call);
}

/* Whether there may be more. */
static gboolean
sweep (Sweeper *self)
{
  MongodbCall *call = mongodb_store_begin (self->store);
  g_autoptr(GPtrArray) room_ids = load_ids (call, MONGODB_DELETED_ROOMS, bson_new ());
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < room_ids->len && !is_closing (self); i++)
    {
      const char *room_id = room_ids->pdata[i];

      while (remove_piece (call, room_id))
        if (is_closing (self))
          break;
      if (!is_closing (self))
        mongodb_call_delete (call, MONGODB_DELETED_ROOMS, BCON_NEW ("_id", BCON_UTF8 (room_id)));
    }
  if (mongodb_store_end (self->store, call, &error))
    return room_ids->len == PIECE;
  g_info ("What is left of deleted rooms stays for now: %s", error->message);
  return FALSE;
}

static gpointer
run (gpointer data)
{
  Sweeper *self = data;

  for (;;)
    {
      g_mutex_lock (&self->mutex);
      while (!self->woken && !self->closing)
        g_cond_wait (&self->cond, &self->mutex);
      self->woken = FALSE;
      g_mutex_unlock (&self->mutex);
      if (is_closing (self))
        return NULL;
      while (sweep (self) && !is_closing (self))
        continue;
    }
}

Sweeper *
sweeper_new (Store *store)
{
  Sweeper *self = g_new0 (Sweeper, 1);

  self->store = store;
  self->woken = TRUE;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("sweeper", run, self);
  return self;
}

void
sweeper_free (Sweeper *self)
{
  g_mutex_lock (&self->mutex);
  self->closing = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_thread_join (self->thread);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

void
sweeper_wake (Sweeper *self)
{
  g_mutex_lock (&self->mutex);
  self->woken = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}
