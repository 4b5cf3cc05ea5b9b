/* store-watch.c: whether the store answers, known without asking it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/store-watch.h"

#include <stdatomic.h>

#include "protocol/confab-error.h"

#define INTERVAL (2 * G_TIME_SPAN_SECOND)
/* However many requests fail. */
#define LEAST_INTERVAL (G_TIME_SPAN_SECOND / 4)
/* A store that takes longer for a cheap question is not one to hand requests to. */
#define STUCK (3 * G_TIME_SPAN_SECOND)
#define RETRY_AFTER 2

struct _StoreWatch
{
  Store *store;
  GThread *thread;
  GMutex mutex;
  GCond cond;
  gboolean closing;           /* under mutex */
  gboolean suspected;         /* under mutex */
  _Atomic gint64 asked;       /* monotonic, when the question under way was asked; 0: none is */
  _Atomic gboolean away;      /* as the last answer said */
  _Atomic gboolean told;      /* that it is away: logged and counted */
  _Atomic guint64 outages;
};

static void
tell_away (StoreWatch *self, const char *why)
{
  if (atomic_exchange (&self->told, TRUE))
    return;
  self->outages++;
  g_warning ("The store is away, requests are refused until it is back: %s", why);
}

static void
tell_back (StoreWatch *self)
{
  if (atomic_exchange (&self->told, FALSE))
    g_message ("The store is back");
}

gboolean
store_watch_is_away (StoreWatch *self)
{
  gint64 asked = 0;

  if (self == NULL)
    return FALSE;
  asked = self->asked;
  if (self->away)
    return TRUE;
  if (asked == 0 || g_get_monotonic_time () - asked < STUCK)
    return FALSE;
  tell_away (self, "it does not answer");
  return TRUE;
}

gboolean
store_watch_check (StoreWatch *self, GError **error)
{
  GError *away = NULL;

  if (!store_watch_is_away (self))
    return TRUE;
  away = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, "The database does not answer; try again");
  confab_error_set_retry_after (away, RETRY_AFTER);
  g_propagate_error (error, away);
  return FALSE;
}

void
store_watch_suspect (StoreWatch *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->mutex);
  self->suspected = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

guint64
store_watch_count_outages (StoreWatch *self)
{
  return self != NULL ? self->outages : 0;
}

static void
ask (StoreWatch *self)
{
  g_autoptr(GError) error = NULL;

  self->asked = g_get_monotonic_time ();
  self->away = !store_check (self->store, &error);
  self->asked = 0;
  if (self->away)
    tell_away (self, error->message);
  else
    tell_back (self);
}

/* FALSE: the end has come. */
static gboolean
wait_for_turn (StoreWatch *self)
{
  gint64 last = g_get_monotonic_time ();
  gboolean go_on = TRUE;

  g_mutex_lock (&self->mutex);
  while (!self->closing && go_on)
    go_on = g_cond_wait_until (&self->cond, &self->mutex, last + (self->suspected ? LEAST_INTERVAL : INTERVAL));
  self->suspected = FALSE;
  go_on = !self->closing;
  g_mutex_unlock (&self->mutex);
  return go_on;
}

static gpointer
store_watch_run (gpointer data)
{
  StoreWatch *self = data;

  while (wait_for_turn (self))
    ask (self);
  return NULL;
}

StoreWatch *
store_watch_new (Store *store)
{
  StoreWatch *self = g_new0 (StoreWatch, 1);

  self->store = store;
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->thread = g_thread_new ("store-watch", store_watch_run, self);
  return self;
}

void
store_watch_free (StoreWatch *self)
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
