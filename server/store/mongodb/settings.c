/* settings.c: values that the server keeps for itself, such as its secrets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/documents.h"
#include "store/mongodb/fields.h"
#include "store/mongodb/mongodb-store-private.h"

static GBytes *
load_setting (MongodbCall *call, const char *key)
{
  g_auto(MongodbAnswer) answer =
    mongodb_call_find (call, MONGODB_SETTINGS, BCON_NEW ("_id", BCON_UTF8 (key)), NULL);
  const bson_t *document = mongodb_answer_next (&answer);
  GBytes *value = document != NULL ? fields_dup_bytes (document, "value") : NULL;

  if (value == NULL)
    mongodb_call_fail (call, CONFAB_ERROR_NOT_FOUND, "There is no setting “%s”", key);
  return value;
}

static void
insert_setting (MongodbCall *call, const char *key, GBytes *value)
{
  bson_t *document = BCON_NEW ("_id", BCON_UTF8 (key));

  fields_append_bytes (document, "value", value);
  mongodb_call_insert (call, MONGODB_SETTINGS, document);
}

/* One that was there already was acknowledged to nobody yet, perhaps: a majority may still have to learn of it. The
 * write of nothing new comes back when it has. */
static void
await_majority (MongodbCall *call, const char *key)
{
  mongodb_call_update_one (call, MONGODB_SETTINGS, BCON_NEW ("_id", BCON_UTF8 (key)),
                           BCON_NEW ("$inc", "{", "puts", BCON_INT64 (1), "}"), NULL);
}

GBytes *
mongodb_store_put_setting_once (Store *store, const char *key, GBytes *value, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(GBytes) kept = NULL;

  insert_setting (call, key, value);
  await_majority (call, key);
  kept = load_setting (call, key);
  return mongodb_store_end (store, call, error) ? g_steal_pointer (&kept) : NULL;
}

GBytes *
mongodb_store_get_setting (Store *store, const char *key, GError **error)
{
  MongodbCall *call = mongodb_store_begin (store);
  g_autoptr(GBytes) value = load_setting (call, key);

  return mongodb_store_end (store, call, error) ? g_steal_pointer (&value) : NULL;
}
