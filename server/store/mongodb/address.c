/* address.c: what the address of a MongoDB says, and what is added to it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/address.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "protocol/confab-error.h"

#define DATABASE "confab"

/* Milliseconds for a majority to have a write. Less than the wait for an answer, so that this is the answer. */
#define WRITE_TIMEOUT 4000

/* Milliseconds; an address that names its own has the last word. Nobody waits without end: not for a primary, not for
 * a connection, an answer, or a free client of the pool. */
static const struct
{
  const char *option;
  gint32 value;
} defaults[] = {
  { MONGOC_URI_SERVERSELECTIONTIMEOUTMS, 3000 },
  { MONGOC_URI_CONNECTTIMEOUTMS, 3000 },
  { MONGOC_URI_SOCKETTIMEOUTMS, 5000 },
  { MONGOC_URI_WAITQUEUETIMEOUTMS, 5000 },
  { MONGOC_URI_HEARTBEATFREQUENCYMS, 2000 },
};

/* Acknowledged means that a majority has it in its journal. Reads see what a majority has: nothing that a new primary
 * could take back, and everything that was acknowledged, whichever instance wrote it. That costs a read nothing, since
 * the primary knows it without asking; "linearizable" would ask a majority each time, and all that it adds is that a
 * primary which has just been deposed cannot answer for a moment with what was acknowledged before. */
static void
set_concerns (mongoc_uri_t *uri)
{
  mongoc_write_concern_t *write_concern = mongoc_write_concern_new ();
  mongoc_read_concern_t *read_concern = mongoc_read_concern_new ();
  mongoc_read_prefs_t *primary = mongoc_read_prefs_new (MONGOC_READ_PRIMARY);

  mongoc_write_concern_set_wmajority (write_concern, WRITE_TIMEOUT);
  mongoc_write_concern_set_journal (write_concern, true);
  mongoc_read_concern_set_level (read_concern, MONGOC_READ_CONCERN_LEVEL_MAJORITY);
  mongoc_uri_set_write_concern (uri, write_concern);
  mongoc_uri_set_read_concern (uri, read_concern);
  mongoc_uri_set_read_prefs_t (uri, primary);
  mongoc_write_concern_destroy (write_concern);
  mongoc_read_concern_destroy (read_concern);
  mongoc_read_prefs_destroy (primary);
}

static void
set_defaults (mongoc_uri_t *uri)
{
  for (gsize i = 0; i < G_N_ELEMENTS (defaults); i++)
    if (mongoc_uri_get_option_as_int32 (uri, defaults[i].option, -1) == -1)
      mongoc_uri_set_option_as_int32 (uri, defaults[i].option, defaults[i].value);
  mongoc_uri_set_option_as_bool (uri, MONGOC_URI_RETRYWRITES, true);
  mongoc_uri_set_option_as_bool (uri, MONGOC_URI_RETRYREADS, true);
  mongoc_uri_set_appname (uri, "confab-server");
}

/* What libmongoc complains about may hold the part of the address that it did not understand. */
static void
refuse (const char *words, GError **error)
{
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST,
               "The address of the MongoDB is not right: %s."
               " It looks like mongodb://USER:PASSWORD@HOST:27017/confab?replicaSet=NAME, and :, /, ? and @ in a"
               " password are written as %%3A, %%2F, %%3F and %%40",
               words);
}

static const char *
find_problem (const bson_error_t *problem)
{
  if (strstr (problem->message, "option") != NULL)
    return "one of its options is unknown or has a wrong value";
  if (strstr (problem->message, "database") != NULL)
    return "its database has no possible name";
  return "it cannot be taken apart";
}

/* libmongoc goes on without a file that it cannot read, and then says no more than that nobody can be reached. */
static gboolean
check_files (const mongoc_uri_t *uri, GError **error)
{
  static const char *const options[] = { MONGOC_URI_TLSCAFILE, MONGOC_URI_TLSCERTIFICATEKEYFILE };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    {
      const char *path = mongoc_uri_get_option_as_utf8 (uri, options[i], NULL);
      g_autofree char *words = NULL;

      if (path == NULL || g_access (path, R_OK) == 0)
        continue;
      words = g_strdup_printf ("the file of its option %s cannot be read", options[i]);
      refuse (words, error);
      return FALSE;
    }
  return TRUE;
}

mongoc_uri_t *
mongodb_address_parse (const char *address, GError **error)
{
  bson_error_t problem = { 0 };
  g_autoptr(mongoc_uri_t) uri = mongoc_uri_new_with_error (address, &problem);
  const char *database = uri != NULL ? mongoc_uri_get_database (uri) : NULL;

  if (uri == NULL)
    {
      refuse (find_problem (&problem), error);
      return NULL;
    }
  if (database != NULL && (strlen (database) > 60 || strpbrk (database, "/\\. \"$*<>:|?") != NULL))
    {
      refuse ("its database has no possible name", error);
      return NULL;
    }
  if (!check_files (uri, error))
    return NULL;
  set_defaults (uri);
  set_concerns (uri);
  return g_steal_pointer (&uri);
}

const char *
mongodb_address_get_database (const mongoc_uri_t *uri)
{
  const char *database = mongoc_uri_get_database (uri);

  return database != NULL && *database != '\0' ? database : DATABASE;
}

char *
mongodb_address_describe (const mongoc_uri_t *uri)
{
  GString *hosts = g_string_new (NULL);

  for (const mongoc_host_list_t *host = mongoc_uri_get_hosts (uri); host != NULL; host = host->next)
    g_string_append_printf (hosts, "%s%s", hosts->len > 0 ? ", " : "", host->host_and_port);
  if (hosts->len == 0)
    g_string_append (hosts, mongoc_uri_get_srv_hostname (uri));
  if (mongoc_uri_get_replica_set (uri) != NULL)
    g_string_append_printf (hosts, " in the replica set “%s”", mongoc_uri_get_replica_set (uri));
  return g_string_free (hosts, FALSE);
}
