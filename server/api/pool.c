/* pool.c: threads for everything that may block
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "api/pool.h"

#define QUEUE_JOBS 20000
/* Each is one thread, and keys share it. */
#define N_STRANDS 4

struct _Pool
{
  GThreadPool *threads;
  GThreadPool *strands[N_STRANDS];
};

typedef struct
{
  PoolFunc func;
  gpointer data;
  gpointer user_data;
} Job;

static void
job_run (gpointer data, gpointer user_data)
{
  g_autofree Job *job = data;

  job->func (job->data, job->user_data);
}

Pool *
pool_new (void)
{
  Pool *self = g_new0 (Pool, 1);

  /* Jobs wait for the database or a password hash more than they compute. As many as may wait for their turn to hash
   * (domain/passwords.c) must leave some for the others. */
  self->threads = g_thread_pool_new (job_run, self, (int) g_get_num_processors () + 12, TRUE, NULL);
  for (guint i = 0; i < N_STRANDS; i++)
    self->strands[i] = g_thread_pool_new (job_run, self, 1, TRUE, NULL);
  return self;
}

void
pool_free (Pool *self)
{
  g_thread_pool_free (self->threads, FALSE, TRUE);
  for (guint i = 0; i < N_STRANDS; i++)
    g_thread_pool_free (self->strands[i], FALSE, TRUE);
  g_free (self);
}

static gboolean
push (GThreadPool *threads, PoolFunc func, gpointer data, gpointer user_data)
{
  Job *job = NULL;

  if (g_thread_pool_unprocessed (threads) >= QUEUE_JOBS)
    return FALSE;
  job = g_new (Job, 1);
  *job = (Job) { func, data, user_data };
  return g_thread_pool_push (threads, job, NULL);
}

gboolean
pool_submit (Pool *self, PoolFunc func, gpointer data, gpointer user_data)
{
  return push (self->threads, func, data, user_data);
}

gboolean
pool_submit_ordered (Pool *self, const char *key, PoolFunc func, gpointer data, gpointer user_data)
{
  return push (self->strands[g_str_hash (key) % N_STRANDS], func, data, user_data);
}
