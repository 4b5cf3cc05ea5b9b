/* confab-cache-private.h: what the files of the cache share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <sqlite3.h>

#include "client/confab-cache-batch.h"
#include "client/confab-cache.h"

G_BEGIN_DECLS

/* An open database with its prepared statements, on the cache's thread. */
typedef struct
{
  sqlite3 *handle;
  GHashTable *statements;   /* SQL text, static → sqlite3_stmt* */
} ConfabDatabase;

ConfabDatabase *confab_database_open (const char *path, GError **error);
void confab_database_close (ConfabDatabase *self);
/* The statement of this static text, reset and without bindings; NULL and error. */
sqlite3_stmt *confab_database_prepare (ConfabDatabase *self, const char *sql, GError **error);
gboolean confab_database_run (ConfabDatabase *self, const char *sql, GError **error);
void confab_database_set_error (ConfabDatabase *self, GError **error);
gboolean confab_database_is_broken (const GError *error);

gboolean confab_cache_batch_run (ConfabCacheBatch *self, ConfabDatabase *database, GError **error);
gboolean confab_cache_batch_is_durable (ConfabCacheBatch *self);

/* What to read, on the cache's thread. The result is what the future resolves to, a GPtrArray. */
typedef struct
{
  const char *sql;          /* static */
  char *text;               /* bound to ?1 when not NULL */
  gint64 numbers[2];        /* bound to ?2 and ?3 when the statement has them */
  gpointer (*row) (sqlite3_stmt *statement);   /* NULL: the row is skipped */
  GDestroyNotify row_free;
  gboolean reverse;         /* the last row first */
} ConfabCacheRead;

DexFuture *confab_cache_read (ConfabCache *self, ConfabCacheRead *read);
void confab_cache_read_free (ConfabCacheRead *self);

G_END_DECLS
