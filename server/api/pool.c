/* pool.c: threads for everything that may block and needs no order
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "api/pool.h"

#define QUEUE_JOBS 20000

struct _Pool
{
  GThreadPool *threads;
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
  return self;
}

void
pool_free (Pool *self)
{
  g_thread_pool_free (self->threads, FALSE, TRUE);
  g_free (self);
}

gboolean
pool_submit (Pool *self, PoolFunc func, gpointer data, gpointer user_data)
{
  Job *job = NULL;

  if (g_thread_pool_unprocessed (self->threads) >= QUEUE_JOBS)
    return FALSE;
  job = g_new (Job, 1);
  *job = (Job) { func, data, user_data };
  return g_thread_pool_push (self->threads, job, NULL);
}

guint
pool_get_queued (Pool *self)
{
  return g_thread_pool_unprocessed (self->threads);
}
