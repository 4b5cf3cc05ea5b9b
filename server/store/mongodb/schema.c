/* schema.c: the collections and their indexes, how they came to be as they are, and the way there from before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   users         _id, username, displayName, foldedName, email, avatar, role, passwordHash, createdAt, lastSeen
 *   invites       _id (hash), role, createdBy, expiresAt
 *   sessions      _id, userId, name, address, createdAt, lastUsedAt, expiresAt, refreshHash, nextRefreshHash
 *   settings      _id (key), value
 *   rooms         _id, name, description, foldedText, type, directKey, encrypted, createdBy, createdAt, lastActivity,
 *                 lastSeq, rev, membersRev, settingsRev, memberCount, writes
 *   members       _id ("ROOM USER"), roomId, userId, username, role, joinedAt, leftAt, receivedSeq, readSeq, rev
 *   messages      _id, roomId, seq, rev, firstRev, changedRev, senderId, senderName, clientId, type, encrypted,
 *                 content, replyTo, mentions, timestamp, editedAt, deletedAt, reactions [{userId, emoji}], edits,
 *                 versions [{content, editedAt}]
 *   deletedRooms  _id (room)
 *   servers       _id, seenAt (Date), sessions [UUID]
 *   schema        _id ("confab"), version
 *
 * Notes on the choices of version 1:
 * - What is not there (no e-mail address, never edited) is left out, but for what a query asks for: leftAt is 0.
 * - Enumerations are kept as their words, since the numbers of the C enums follow the order in the operations files.
 * - rooms.writes only counts transactions: changing it is how one takes hold of a room.
 * - members keeps those who left, so that "rev > mine" tells of it. A membership has one _id for room and person, so
 *   that those of many rooms are found, and written, by one list. The username never changes, and is there to sort by.
 * - What an append costs is the indexes it touches, so messages has only two beside _id for every one of them.
 *   changedRev is in those that were changed after they came, and they alone are in its index (firstRev grows with seq
 *   and is found by bisection, see messages.c). Those that mention somebody are in one more.
 * - mentions holds user ids, and "@room" for everybody, so that unread ones are counted in one index.
 * - Earlier texts are in the message: they are few (STORE_MESSAGE_EDITS), go with it, and are not read with it.
 * - A room that is deleted is gone at once, with its members; its messages can be too many for one transaction and are
 *   removed after it (sweeper.c). Its id waits in deletedRooms until they are.
 * - servers is there for liveness.c, and times in it are MongoDB's own.
 * - foldedName and foldedText are what searches compare with. */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/schema.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/trouble.h"

#define SCHEMA_ID "confab"

typedef struct
{
  const char *collection;
  const char *keys;       /* JSON */
  const char *options;    /* JSON, nullable */
} Index;

static const Index version_1_indexes[] = {
  { MONGODB_USERS, "{\"username\": 1}", "{\"unique\": true}" },
  { MONGODB_USERS, "{\"email\": 1}",
    "{\"unique\": true, \"partialFilterExpression\": {\"email\": {\"$exists\": true}}}" },
  { MONGODB_USERS, "{\"foldedName\": 1}", NULL },
  { MONGODB_SESSIONS, "{\"userId\": 1, \"lastUsedAt\": -1}", NULL },
  { MONGODB_ROOMS, "{\"directKey\": 1}",
    "{\"unique\": true, \"partialFilterExpression\": {\"directKey\": {\"$exists\": true}}}" },
  { MONGODB_ROOMS, "{\"memberCount\": -1, \"_id\": 1}", "{\"partialFilterExpression\": {\"type\": \"public\"}}" },
  { MONGODB_MEMBERS, "{\"userId\": 1, \"leftAt\": 1}", NULL },
  { MONGODB_MEMBERS, "{\"roomId\": 1, \"leftAt\": 1, \"username\": 1}", NULL },
  { MONGODB_MEMBERS, "{\"roomId\": 1, \"rev\": 1}", NULL },
  { MONGODB_MESSAGES, "{\"roomId\": 1, \"seq\": 1}", "{\"unique\": true}" },
  { MONGODB_MESSAGES, "{\"clientId\": 1, \"senderId\": 1}",
    "{\"unique\": true, \"partialFilterExpression\": {\"clientId\": {\"$exists\": true}}}" },
  { MONGODB_MESSAGES, "{\"roomId\": 1, \"changedRev\": 1}",
    "{\"partialFilterExpression\": {\"changedRev\": {\"$exists\": true}}}" },
  { MONGODB_MESSAGES, "{\"roomId\": 1, \"mentions\": 1, \"seq\": 1}",
    "{\"partialFilterExpression\": {\"mentions\": {\"$exists\": true}}}" },
};

/* Older versions of MongoDB make no collection inside a transaction. */
static const char *const version_1_collections[] = { MONGODB_INVITES, MONGODB_SETTINGS, MONGODB_DELETED_ROOMS,
                                                       MONGODB_SERVERS };

static bson_t *
parse (const char *json)
{
  bson_error_t problem = { 0 };
  bson_t *document = bson_new_from_json ((const guint8 *) json, -1, &problem);

  if (document == NULL)
    g_error ("%s: %s", json, problem.message);
  return document;
}

/* Nothing happens when there is the same index already. */
static void
make_index (MongodbCall *call, const Index *index)
{
  g_autoptr(bson_t) keys = parse (index->keys);
  g_autoptr(bson_t) options = index->options != NULL ? parse (index->options) : bson_new ();
  mongoc_collection_t *collection = NULL;
  mongoc_index_model_t *model = NULL;
  bson_error_t problem = { 0 };

  if (mongodb_call_has_failed (call))
    return;
  collection = mongoc_client_get_collection (call->client, call->database, index->collection);
  model = mongoc_index_model_new (keys, options);
  if (!mongoc_collection_create_indexes_with_opts (collection, &model, 1, NULL, NULL, &problem))
    mongodb_call_fail_with (call, &problem, NULL);
  mongoc_index_model_destroy (model);
  mongoc_collection_destroy (collection);
}

static void
make_collection (MongodbCall *call, const char *name)
{
  mongoc_database_t *database = NULL;
  mongoc_collection_t *collection = NULL;
  bson_error_t problem = { 0 };

  if (mongodb_call_has_failed (call))
    return;
  database = mongoc_client_get_database (call->client, call->database);
  collection = mongoc_database_create_collection (database, name, NULL, &problem);
  if (collection != NULL)
    mongoc_collection_destroy (collection);
  else if (problem.domain != MONGOC_ERROR_SERVER || problem.code != MONGODB_NAMESPACE_EXISTS)
    mongodb_call_fail_with (call, &problem, NULL);
  mongoc_database_destroy (database);
}

static void
make_version_1 (MongodbCall *call)
{
  for (gsize i = 0; i < G_N_ELEMENTS (version_1_collections); i++)
    make_collection (call, version_1_collections[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (version_1_indexes); i++)
    make_index (call, &version_1_indexes[i]);
}

const MongodbMigration mongodb_migrations[] = {
  make_version_1,
};
const guint mongodb_n_migrations = G_N_ELEMENTS (mongodb_migrations);

/* -1: there is none. Asked for what the primary has at this moment: whoever made the collections that are there has
 * said so here before, and a majority may not have it yet. */
static gint64
load_version (MongodbCall *call)
{
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_SCHEMA, BCON_NEW ("_id", BCON_UTF8 (SCHEMA_ID)),
                       BCON_NEW ("readConcern", "{", "level", BCON_UTF8 (MONGOC_READ_CONCERN_LEVEL_LOCAL), "}"));
  const bson_t *document = mongodb_answer_next (&answer);

  return document != NULL ? fields_get_number (document, "version") : -1;
}

static gboolean
has_collections (MongodbCall *call)
{
  mongoc_database_t *database = NULL;
  char **names = NULL;
  gboolean any = FALSE;
  bson_error_t problem = { 0 };

  if (mongodb_call_has_failed (call))
    return FALSE;
  database = mongoc_client_get_database (call->client, call->database);
  names = mongoc_database_get_collection_names_with_opts (database, NULL, &problem);
  if (names == NULL)
    mongodb_call_fail_with (call, &problem, NULL);
  for (gsize i = 0; names != NULL && names[i] != NULL; i++)
    any |= !g_str_equal (names[i], MONGODB_SCHEMA) && !g_str_has_prefix (names[i], "system.");
  bson_strfreev (names);
  mongoc_database_destroy (database);
  return any;
}

/* The look at the collections comes first, and a second one at the version after it: another server may be at this
 * very place. */
static gint64
claim_database (MongodbCall *call)
{
  gboolean in_use = has_collections (call);
  gint64 version = load_version (call);

  if (version >= 0 || mongodb_call_has_failed (call))
    return version;
  if (in_use)
    {
      mongodb_call_fail (call, CONFAB_ERROR_CONFLICT, "The database “%s” is that of another program; name another one"
                         " in the address", call->database);
      return 0;
    }
  mongodb_call_insert (call, MONGODB_SCHEMA,
                       BCON_NEW ("_id", BCON_UTF8 (SCHEMA_ID), "version", BCON_INT64 (0)));
  return MAX (load_version (call), 0);
}

void
mongodb_migrate (MongodbCall *call, const MongodbMigration *migrations, guint n_migrations)
{
  gint64 version = load_version (call);

  if (version < 0)
    version = claim_database (call);
  if (version > n_migrations)
    mongodb_call_fail (call, CONFAB_ERROR_CONFLICT, "The database “%s” was written by a newer Confab (its schema is %d,"
                       " this one knows %u)", call->database, (int) version, n_migrations);
  if (version < n_migrations)
    mongodb_call_be_patient (call);
  for (; version < n_migrations && !mongodb_call_has_failed (call); version++)
    {
      migrations[version] (call);
      mongodb_call_update_one (call, MONGODB_SCHEMA,
                               BCON_NEW ("_id", BCON_UTF8 (SCHEMA_ID),
                                         "version", "{", "$lt", BCON_INT64 (version + 1), "}"),
                               BCON_NEW ("$set", "{", "version", BCON_INT64 (version + 1), "}"), NULL);
    }
}
