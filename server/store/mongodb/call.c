/* call.c: one call of the store: a client of the pool, perhaps a transaction on it, and the first error
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/call.h"

#include "store/mongodb/trouble.h"

#define LONGEST_ANSWER (10 * 60 * 1000)   /* milliseconds, to a call that is patient */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (mongoc_collection_t, mongoc_collection_destroy)

void
mongodb_call_take_error (MongodbCall *self, GError *error)
{
  if (self->error == NULL)
    self->error = error;
  else
    g_error_free (error);
}

void
mongodb_call_fail (MongodbCall *self, ConfabError code, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  mongodb_call_take_error (self, g_error_new_valist (CONFAB_ERROR, code, format, arguments));
  va_end (arguments);
}

void
mongodb_call_fail_with (MongodbCall *self, const bson_error_t *problem, const bson_t *reply)
{
  if (self->error != NULL)
    return;
  /* Choosing a server has waited for one already. */
  self->transient = reply != NULL && mongoc_error_has_label (reply, "TransientTransactionError") &&
                    problem->domain != MONGOC_ERROR_SERVER_SELECTION;
  self->broken = problem->domain == MONGOC_ERROR_STREAM;
  if (problem->domain == MONGOC_ERROR_SERVER)
    {
      self->transient |= problem->code == MONGODB_WRITE_CONFLICT;
      self->duplicate = problem->code == MONGODB_DUPLICATE_KEY;
    }
  mongodb_call_take_error (self, mongodb_trouble_new (problem));
}

gboolean
mongodb_call_has_failed (MongodbCall *self)
{
  return self->error != NULL;
}

void
mongodb_call_be_patient (MongodbCall *self)
{
  self->patient = TRUE;
  if (self->client != NULL)
    mongoc_client_set_sockettimeoutms (self->client, LONGEST_ANSWER);
}

/* Taken, nullable; with the transaction in it. */
static bson_t *
add_session (MongodbCall *self, bson_t *options)
{
  bson_error_t problem = { 0 };

  if (options == NULL)
    options = bson_new ();
  if (self->session != NULL && self->error == NULL && !mongoc_client_session_append (self->session, options, &problem))
    mongodb_call_fail_with (self, &problem, NULL);
  return options;
}

static mongoc_collection_t *
get_collection (MongodbCall *self, const char *name)
{
  return mongoc_client_get_collection (self->client, self->database, name);
}

MongodbAnswer
mongodb_call_find (MongodbCall *self, const char *collection, bson_t *filter, bson_t *options)
{
  MongodbAnswer answer = { .call = self };
  g_autoptr(bson_t) taken_filter = filter;
  g_autoptr(bson_t) taken_options = add_session (self, options);

  if (self->error != NULL)
    return answer;
  answer.collection = get_collection (self, collection);
  answer.cursor = mongoc_collection_find_with_opts (answer.collection, filter, taken_options, NULL);
  return answer;
}

MongodbAnswer
mongodb_call_aggregate (MongodbCall *self, const char *collection, bson_t *pipeline)
{
  MongodbAnswer answer = { .call = self };
  g_autoptr(bson_t) taken_pipeline = pipeline;
  g_autoptr(bson_t) options = add_session (self, NULL);

  if (self->error != NULL)
    return answer;
  answer.collection = get_collection (self, collection);
  answer.cursor = mongoc_collection_aggregate (answer.collection, MONGOC_QUERY_NONE, pipeline, options, NULL);
  return answer;
}

const bson_t *
mongodb_answer_next (MongodbAnswer *self)
{
  const bson_t *document = NULL;
  const bson_t *reply = NULL;
  bson_error_t problem = { 0 };

  if (self->cursor == NULL || self->call->error != NULL)
    return NULL;
  if (mongoc_cursor_next (self->cursor, &document))
    return document;
  if (mongoc_cursor_error_document (self->cursor, &problem, &reply))
    mongodb_call_fail_with (self->call, &problem, reply);
  return NULL;
}

void
mongodb_answer_finish (MongodbAnswer *self)
{
  g_clear_pointer (&self->cursor, mongoc_cursor_destroy);
  g_clear_pointer (&self->collection, mongoc_collection_destroy);
}

gboolean
mongodb_call_exists (MongodbCall *self, const char *collection, bson_t *filter)
{
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (self, collection, filter,
                       BCON_NEW ("limit", BCON_INT64 (1), "projection", "{", "_id", BCON_INT32 (1), "}"));

  return mongodb_answer_next (&answer) != NULL;
}

gint64
mongodb_call_count (MongodbCall *self, const char *collection, bson_t *filter)
{
  g_autoptr(bson_t) taken_filter = filter;
  g_autoptr(bson_t) options = add_session (self, NULL);
  g_auto(bson_t) reply = BSON_INITIALIZER;
  bson_error_t problem = { 0 };
  gint64 count = 0;

  if (self->error != NULL)
    return 0;

  g_autoptr(mongoc_collection_t) place = get_collection (self, collection);
  bson_destroy (&reply);
  count = mongoc_collection_count_documents (place, filter, options, NULL, &reply, &problem);
  if (count < 0)
    mongodb_call_fail_with (self, &problem, &reply);
  return MAX (count, 0);
}

gboolean
mongodb_call_insert (MongodbCall *self, const char *collection, bson_t *document)
{
  g_autoptr(bson_t) taken_document = document;
  g_autoptr(bson_t) options = add_session (self, NULL);
  g_auto(bson_t) reply = BSON_INITIALIZER;
  bson_error_t problem = { 0 };

  if (self->error != NULL)
    return FALSE;

  g_autoptr(mongoc_collection_t) place = get_collection (self, collection);
  bson_destroy (&reply);
  if (mongoc_collection_insert_one (place, document, options, &reply, &problem))
    return TRUE;
  if (self->session != NULL || problem.domain != MONGOC_ERROR_SERVER || problem.code != MONGODB_DUPLICATE_KEY)
    mongodb_call_fail_with (self, &problem, &reply);
  return FALSE;
}

static gint64
get_number (const bson_t *reply, const char *name)
{
  bson_iter_t iter;

  return bson_iter_init_find (&iter, reply, name) ? bson_iter_as_int64 (&iter) : 0;
}

typedef bool (*Update) (mongoc_collection_t *, const bson_t *, const bson_t *, const bson_t *, bson_t *,
                        bson_error_t *);

static gint64
update (MongodbCall *self, Update func, const char *collection, bson_t *filter, bson_t *document, bson_t *options)
{
  g_autoptr(bson_t) taken_filter = filter;
  g_autoptr(bson_t) taken_document = document;
  g_autoptr(bson_t) taken_options = add_session (self, options);
  g_auto(bson_t) reply = BSON_INITIALIZER;
  bson_error_t problem = { 0 };

  if (self->error != NULL)
    return 0;

  g_autoptr(mongoc_collection_t) place = get_collection (self, collection);
  bson_destroy (&reply);
  if (!func (place, filter, document, taken_options, &reply, &problem))
    mongodb_call_fail_with (self, &problem, &reply);
  return get_number (&reply, "matchedCount");
}

gint64
mongodb_call_update_one (MongodbCall *self, const char *collection, bson_t *filter, bson_t *document, bson_t *options)
{
  return update (self, mongoc_collection_update_one, collection, filter, document, options);
}

gint64
mongodb_call_update_many (MongodbCall *self, const char *collection, bson_t *filter, bson_t *document)
{
  return update (self, mongoc_collection_update_many, collection, filter, document, NULL);
}

gint64
mongodb_call_delete (MongodbCall *self, const char *collection, bson_t *filter)
{
  g_autoptr(bson_t) taken_filter = filter;
  g_autoptr(bson_t) options = add_session (self, NULL);
  g_auto(bson_t) reply = BSON_INITIALIZER;
  bson_error_t problem = { 0 };

  if (self->error != NULL)
    return 0;

  g_autoptr(mongoc_collection_t) place = get_collection (self, collection);
  bson_destroy (&reply);
  if (!mongoc_collection_delete_many (place, filter, options, &reply, &problem))
    mongodb_call_fail_with (self, &problem, &reply);
  return get_number (&reply, "deletedCount");
}

gboolean
mongodb_call_run (MongodbCall *self, const char *database, bson_t *command, bson_t *reply)
{
  g_autoptr(bson_t) taken_command = command;
  bson_error_t problem = { 0 };

  bson_init (reply);
  if (self->error != NULL)
    return FALSE;
  bson_destroy (reply);
  if (!mongoc_client_command_simple (self->client, database, command, NULL, reply, &problem))
    mongodb_call_fail_with (self, &problem, reply);
  return self->error == NULL;
}

mongoc_bulk_operation_t *
mongodb_call_begin_bulk (MongodbCall *self, const char *collection)
{
  g_autoptr(bson_t) options = add_session (self, NULL);

  if (self->error != NULL)
    return NULL;

  g_autoptr(mongoc_collection_t) place = get_collection (self, collection);
  return mongoc_collection_create_bulk_operation_with_opts (place, options);
}

gboolean
mongodb_call_run_bulk (MongodbCall *self, mongoc_bulk_operation_t *bulk)
{
  g_auto(bson_t) reply = BSON_INITIALIZER;
  bson_error_t problem = { 0 };

  if (bulk == NULL)
    return FALSE;
  if (self->error == NULL)
    {
      bson_destroy (&reply);
      if (mongoc_bulk_operation_execute (bulk, &reply, &problem) == 0)
        mongodb_call_fail_with (self, &problem, &reply);
    }
  mongoc_bulk_operation_destroy (bulk);
  return self->error == NULL;
}
