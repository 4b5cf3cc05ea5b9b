/* confab-cache.c: the thread that owns the cache's file, and what it is asked to do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-cache.h"

#include <glib/gstdio.h>
#include <gio/gio.h>

#include "client/confab-cache-private.h"

/* So many writes at most become one transaction: long enough to spare commits, short enough for a read that waits. */
#define MAX_WRITES_TOGETHER 64

typedef enum
{
  JOB_OPEN,
  JOB_WRITE,
  JOB_READ,
  JOB_CLOSE,
} JobKind;

typedef struct
{
  JobKind kind;
  DexPromise *promise;
  ConfabCacheBatch *batch;
  ConfabCacheRead *read;
} Job;

struct _ConfabCache
{
  GObject parent_instance;

  char *folder;
  GThread *thread;
  GAsyncQueue *jobs;          /* of Job* */
  gboolean closed;

  ConfabDatabase *database;   /* the thread's own */
};

G_DEFINE_FINAL_TYPE (ConfabCache, confab_cache, G_TYPE_OBJECT)

void
confab_cache_read_free (ConfabCacheRead *self)
{
  g_free (self->text);
  g_free (self);
}

static Job *
job_new (JobKind kind)
{
  Job *job = g_new0 (Job, 1);

  job->kind = kind;
  job->promise = dex_promise_new ();
  return job;
}

static void
job_free (Job *job)
{
  dex_unref (job->promise);
  g_clear_pointer (&job->batch, confab_cache_batch_free);
  g_clear_pointer (&job->read, confab_cache_read_free);
  g_free (job);
}

static void
job_answer (Job *job, const GError *error)
{
  if (error != NULL)
    dex_promise_reject (job->promise, g_error_copy (error));
  else
    dex_promise_resolve_boolean (job->promise, TRUE);
}

static gboolean
confab_cache_check_open (ConfabCache *self, GError **error)
{
  if (self->database != NULL)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "The cache is not open");
  return FALSE;
}

/* A cache that cannot be read is no reason not to chat: it is put aside and filled again. */
static gboolean
confab_cache_put_aside (const char *path, const GError *reason)
{
  g_autofree char *aside = g_strconcat (path, ".broken", NULL);
  g_autofree char *log = g_strconcat (path, "-wal", NULL);

  g_warning ("%s; it is kept as %s and a new one is made", reason->message, aside);
  g_unlink (log);
  return g_rename (path, aside) == 0;
}

static void
confab_cache_run_open (ConfabCache *self, Job *job)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *path = g_build_filename (self->folder, "cache.db", NULL);

  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    g_set_error (&error, G_IO_ERROR, g_io_error_from_errno (errno), "The folder %s cannot be made: %s", self->folder,
                 g_strerror (errno));
  else if ((self->database = confab_database_open (path, &error)) == NULL && confab_database_is_broken (error)
           && confab_cache_put_aside (path, error))
    {
      g_clear_error (&error);
      self->database = confab_database_open (path, &error);
    }
  job_answer (job, error);
}

static gboolean
confab_cache_run_writes (ConfabCache *self, GPtrArray *jobs, GError **error)
{
  gboolean durable = FALSE;

  if (!confab_cache_check_open (self, error))
    return FALSE;
  for (guint i = 0; i < jobs->len; i++)
    durable |= confab_cache_batch_is_durable (((Job *) jobs->pdata[i])->batch);

  if (!confab_database_run (self->database, durable ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL",
                            error) ||
      !confab_database_run (self->database, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (guint i = 0; i < jobs->len; i++)
    {
      if (!confab_cache_batch_run (((Job *) jobs->pdata[i])->batch, self->database, error))
        {
          confab_database_run (self->database, "ROLLBACK", NULL);
          return FALSE;
        }
    }
  if (confab_database_run (self->database, "COMMIT", error))
    return TRUE;
  confab_database_run (self->database, "ROLLBACK", NULL);
  return FALSE;
}

/* first, and the writes that wait behind it. Gives the job that ended the row, nullable. */
static Job *
confab_cache_run_write (ConfabCache *self, Job *first)
{
  g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) job_free);
  g_autoptr(GError) error = NULL;
  Job *next = NULL;

  g_ptr_array_add (jobs, first);
  while (jobs->len < MAX_WRITES_TOGETHER && (next = g_async_queue_try_pop (self->jobs)) != NULL &&
         next->kind == JOB_WRITE)
    g_ptr_array_add (jobs, g_steal_pointer (&next));

  if (!confab_cache_run_writes (self, jobs, &error))
    g_warning ("%s", error->message);
  for (guint i = 0; i < jobs->len; i++)
    job_answer (jobs->pdata[i], error);
  return next;
}

static void
reverse (GPtrArray *array)
{
  for (guint low = 0, high = array->len; low + 1 < high; low++)
    {
      gpointer item = array->pdata[low];

      array->pdata[low] = array->pdata[--high];
      array->pdata[high] = item;
    }
}

static GPtrArray *
confab_cache_run_read (ConfabCache *self, ConfabCacheRead *read, GError **error)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func (read->row_free);
  sqlite3_stmt *statement = NULL;
  int n_parameters = 0;
  int status = SQLITE_DONE;

  if (!confab_cache_check_open (self, error))
    return NULL;
  statement = confab_database_prepare (self->database, read->sql, error);
  if (statement == NULL)
    return NULL;
  n_parameters = sqlite3_bind_parameter_count (statement);
  if (n_parameters >= 1)
    sqlite3_bind_text (statement, 1, read->text, -1, SQLITE_STATIC);
  for (int i = 0; i < 2 && i + 2 <= n_parameters; i++)
    sqlite3_bind_int64 (statement, i + 2, read->numbers[i]);
  while ((status = sqlite3_step (statement)) == SQLITE_ROW)
    {
      gpointer row = read->row (statement);

      if (row != NULL)
        g_ptr_array_add (rows, row);
    }
  if (status != SQLITE_DONE)
    {
      confab_database_set_error (self->database, error);
      sqlite3_reset (statement);
      return NULL;
    }
  sqlite3_reset (statement);
  if (read->reverse)
    reverse (rows);
  return g_steal_pointer (&rows);
}

static void
confab_cache_answer_read (ConfabCache *self, Job *job)
{
  g_autoptr(GError) error = NULL;
  GPtrArray *rows = confab_cache_run_read (self, job->read, &error);

  if (rows != NULL)
    dex_promise_resolve_boxed (job->promise, G_TYPE_PTR_ARRAY, rows);
  else
    dex_promise_reject (job->promise, g_steal_pointer (&error));
}

static gpointer
confab_cache_run (gpointer data)
{
  ConfabCache *self = data;
  gboolean running = TRUE;
  Job *next = NULL;

  while (running)
    {
      Job *job = next != NULL ? g_steal_pointer (&next) : g_async_queue_pop (self->jobs);

      switch (job->kind)
        {
        case JOB_WRITE:
          next = confab_cache_run_write (self, job);
          continue;
        case JOB_OPEN:
          confab_cache_run_open (self, job);
          break;
        case JOB_READ:
          confab_cache_answer_read (self, job);
          break;
        case JOB_CLOSE:
          g_clear_pointer (&self->database, confab_database_close);
          job_answer (job, NULL);
          running = FALSE;
          break;
        }
      job_free (job);
    }
  return NULL;
}

static DexFuture *
confab_cache_push (ConfabCache *self, Job *job)
{
  DexFuture *future = dex_ref (DEX_FUTURE (job->promise));

  if (self->closed)
    {
      g_autoptr(GError) error = g_error_new (G_IO_ERROR, G_IO_ERROR_CLOSED, "The cache is closed");

      job_answer (job, error);
      job_free (job);
      return future;
    }
  if (self->thread == NULL)
    self->thread = g_thread_new ("confab-cache", confab_cache_run, self);
  self->closed = job->kind == JOB_CLOSE;
  g_async_queue_push (self->jobs, job);
  return future;
}

static void
confab_cache_finalize (GObject *object)
{
  ConfabCache *self = CONFAB_CACHE (object);

  /* What was asked for is written before the thread ends. */
  if (!self->closed)
    dex_unref (confab_cache_push (self, job_new (JOB_CLOSE)));
  g_clear_pointer (&self->thread, g_thread_join);
  g_async_queue_unref (self->jobs);
  g_free (self->folder);
  G_OBJECT_CLASS (confab_cache_parent_class)->finalize (object);
}

static void
confab_cache_class_init (ConfabCacheClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = confab_cache_finalize;
}

static void
confab_cache_init (ConfabCache *self)
{
  self->jobs = g_async_queue_new_full ((GDestroyNotify) job_free);
}

ConfabCache *
confab_cache_new (const char *folder)
{
  ConfabCache *self = g_object_new (CONFAB_TYPE_CACHE, NULL);

  self->folder = g_strdup (folder);
  return self;
}

DexFuture *
confab_cache_open (ConfabCache *self)
{
  return confab_cache_push (self, job_new (JOB_OPEN));
}

DexFuture *
confab_cache_close (ConfabCache *self)
{
  return confab_cache_push (self, job_new (JOB_CLOSE));
}

DexFuture *
confab_cache_write (ConfabCache *self, ConfabCacheBatch *batch)
{
  Job *job = job_new (JOB_WRITE);

  job->batch = batch;
  return confab_cache_push (self, job);
}

DexFuture *
confab_cache_read (ConfabCache *self, ConfabCacheRead *read)
{
  Job *job = job_new (JOB_READ);

  job->read = read;
  return confab_cache_push (self, job);
}
