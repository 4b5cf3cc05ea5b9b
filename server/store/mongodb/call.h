/* call.h: one call of the store: a client of the pool, perhaps a transaction on it, and the first error
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A call carries its first error: after it nothing more is done, every answer reads as empty, and the end of the call
 * hands the error over. So the methods between need no checks of their own. Filters, options and documents given to
 * the functions below are taken (bson_destroy()) whatever happens. A call is used by one thread.
 */
#pragma once

#include <glib.h>
#include <mongoc/mongoc.h>

#include "protocol/confab-error.h"
#include "store/mongodb/connections.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (bson_t, bson_destroy)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (bson_t, bson_destroy)

typedef struct
{
  mongoc_client_t *client;
  ConnectionPool *pool;               /* that client goes back to */
  const char *database;
  mongoc_client_session_t *session;   /* NULL: not in a transaction */
  gboolean patient;
  GError *error;
  gboolean transient;                 /* the error is one after which the whole transaction may be tried again */
  gboolean broken;                    /* the error is that of a connection */
  gboolean duplicate;                 /* the error is that something unique was there already */
} MongodbCall;

void mongodb_call_fail (MongodbCall *self, ConfabError code, const char *format, ...) G_GNUC_PRINTF (3, 4);
/* The same with an error that is taken. */
void mongodb_call_take_error (MongodbCall *self, GError *error);
/* The same with what libmongoc said; reply, nullable, has the labels. */
void mongodb_call_fail_with (MongodbCall *self, const bson_error_t *problem, const bson_t *reply);
gboolean mongodb_call_has_failed (MongodbCall *self);
/* An answer may take minutes: for what goes through everything. Until the end of the call. */
void mongodb_call_be_patient (MongodbCall *self);

/* The documents of an answer, one after the other. */
typedef struct
{
  MongodbCall *call;
  mongoc_collection_t *collection;
  mongoc_cursor_t *cursor;            /* NULL: the call has failed */
} MongodbAnswer;

/* options: as libmongoc takes them (sort, limit, projection…), nullable. */
MongodbAnswer mongodb_call_find (MongodbCall *self, const char *collection, bson_t *filter, bson_t *options);
MongodbAnswer mongodb_call_aggregate (MongodbCall *self, const char *collection, bson_t *pipeline);
/* Borrowed until the next; NULL at the end. */
const bson_t *mongodb_answer_next (MongodbAnswer *self);
void mongodb_answer_finish (MongodbAnswer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MongodbAnswer, mongodb_answer_finish)

gboolean mongodb_call_exists (MongodbCall *self, const char *collection, bson_t *filter);
gint64 mongodb_call_count (MongodbCall *self, const char *collection, bson_t *filter);

/* FALSE when something unique in it was there already, which is no failure (outside of a transaction). */
gboolean mongodb_call_insert (MongodbCall *self, const char *collection, bson_t *document);
/* How many there were to be updated. options, nullable: {upsert: true}. */
gint64 mongodb_call_update_one (MongodbCall *self, const char *collection, bson_t *filter, bson_t *update,
                                bson_t *options);
gint64 mongodb_call_update_many (MongodbCall *self, const char *collection, bson_t *filter, bson_t *update);
/* How many were deleted. */
gint64 mongodb_call_delete (MongodbCall *self, const char *collection, bson_t *filter);
/* A command on the database. */
gboolean mongodb_call_run (MongodbCall *self, const char *database, bson_t *command, bson_t *reply);

/* Many writes to one collection in one round trip. NULL when the call has failed. */
mongoc_bulk_operation_t *mongodb_call_begin_bulk (MongodbCall *self, const char *collection);
/* Takes bulk, nullable. FALSE: failed. */
gboolean mongodb_call_run_bulk (MongodbCall *self, mongoc_bulk_operation_t *bulk);

G_END_DECLS
