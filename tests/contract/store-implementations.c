/* store-implementations.c: where the stores of the tests are kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

#ifdef HAVE_MONGODB
#include <mongoc/mongoc.h>
#include <unistd.h>
#endif

static char *
make_sqlite_address (const char *folder, const char *store, char **why)
{
  return g_strdup_printf ("sqlite:%s/%s.db", folder, store);
}

static Service *mongodb = NULL;

#ifdef HAVE_MONGODB

/* One server for all cases, each with databases of its own. */
static char *
make_mongodb_address (const char *folder, const char *store, char **why)
{
  static char *missing = NULL;
  static guint counter = 0;
  g_autofree char *database = NULL;

  if (mongodb == NULL && missing == NULL)
    mongodb = service_new ("mongodb", &missing);
  if (mongodb == NULL)
    {
      *why = g_strdup (missing);
      return NULL;
    }
  database = g_strdup_printf ("confab-test-%d-%u-%s", (int) getpid (), counter++, store);
  return service_make_database_address (mongodb, database);
}

static void
drop_mongodb (const char *address)
{
  mongoc_uri_t *uri = mongoc_uri_new (address);
  mongoc_client_t *client = mongoc_client_new_from_uri (uri);
  mongoc_database_t *database = mongoc_client_get_database (client, mongoc_uri_get_database (uri));
  bson_error_t problem = { 0 };

  if (!mongoc_database_drop (database, &problem))
    g_error ("%s", problem.message);
  mongoc_database_destroy (database);
  mongoc_client_destroy (client);
  mongoc_uri_destroy (uri);
}

#else

static char *
make_mongodb_address (const char *folder, const char *store, char **why)
{
  *why = g_strdup ("this build is without MongoDB");
  return NULL;
}

static void
drop_mongodb (const char *address)
{
}

#endif

static Service *
get_mongodb (void)
{
  return mongodb;
}

const StoreImplementation store_implementations[] = {
  { .name = "sqlite", .make_address = make_sqlite_address },
  { .name = "mongodb", .make_address = make_mongodb_address, .drop = drop_mongodb, .get_service = get_mongodb },
  { NULL },
};

void
store_implementations_finish (void)
{
  g_clear_pointer (&mongodb, service_free);
}
