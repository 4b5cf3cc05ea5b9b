/* confab-operation.c: finds the verb that a frame or a request line names
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-protocol"

#include "config.h"

#include "protocol/confab-operation.h"

#include <string.h>

#include "protocol/confab-operation-private.h"

/**
 * confab_operation_get: (skip)
 * @id: which
 *
 * Returns: (transfer none): its row
 *
 * Since: 0.1
 */
const ConfabOperation *
confab_operation_get (ConfabOperationId id)
{
  g_return_val_if_fail ((guint) id < CONFAB_N_OPERATIONS, NULL);

  return &confab_operation_table[id];
}

/**
 * confab_operation_find_event: (skip)
 * @event: (nullable): a name as it stands in a frame
 *
 * Returns: (transfer none) (nullable): the verb of that name that connections may call
 *
 * Since: 0.1
 */
const ConfabOperation *
confab_operation_find_event (const char *event)
{
  guint low = 0, high = confab_n_operations_by_event;

  while (event && low < high)
    {
      guint middle = (low + high) / 2;
      const ConfabOperation *operation = &confab_operation_table[confab_operation_by_event[middle]];
      int order = strcmp (event, operation->event);
      if (order == 0)
        return operation;
      if (order < 0)
        high = middle;
      else
        low = middle + 1;
    }
  return NULL;
}

static gboolean
matches (const char *pattern, const char *path)
{
  while (*pattern)
    {
      if (*pattern == ':')
        {
          if (*path == '\0' || *path == '/')
            return FALSE;
          pattern += strcspn (pattern, "/");
          path += strcspn (path, "/");
        }
      else if (*pattern++ != *path++)
        {
          return FALSE;
        }
    }
  return *path == '\0';
}

/* NULL when a value is no text: a wrong escape, bad UTF-8, a NUL or a slash. */
static GHashTable *
read_values (const char *pattern, const char *path)
{
  g_autoptr(GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (; *pattern; pattern++, path++)
    {
      if (*pattern != ':')
        continue;
      gsize name_length = strcspn (pattern + 1, "/"), length = strcspn (path, "/");
      char *value = g_uri_unescape_segment (path, path + length, "/");
      if (!value || !g_utf8_validate (value, -1, NULL))
        {
          g_free (value);
          return NULL;
        }
      g_hash_table_insert (values, g_strndup (pattern + 1, name_length), value);
      pattern += name_length;
      path += length - 1;
    }
  return g_steal_pointer (&values);
}

/**
 * confab_operation_find_path: (skip)
 * @method: an HTTP method
 * @path: a path, still percent-encoded, without query
 * @path_values: (out) (optional) (transfer full): the decoded values of the path by the name of their field
 * @path_known: (out) (optional): whether there is a verb with this path, with whatever method (for 405 rather than 404)
 *
 * Returns: (transfer none) (nullable): the verb
 *
 * Since: 0.1
 */
const ConfabOperation *
confab_operation_find_path (const char *method, const char *path, GHashTable **path_values, gboolean *path_known)
{
  gboolean known = FALSE;
  const ConfabOperation *found = NULL;
  g_autoptr(GHashTable) values = NULL;

  for (guint i = 0; i < confab_n_operations_by_path && !found; i++)
    {
      const ConfabOperation *operation = &confab_operation_table[confab_operation_by_path[i]];
      if (!matches (operation->path, path))
        continue;
      g_clear_pointer (&values, g_hash_table_unref);
      values = read_values (operation->path, path);
      if (!values)
        continue;
      known = TRUE;
      if (g_str_equal (method, operation->method))
        found = operation;
    }
  if (path_known)
    *path_known = known;
  if (path_values)
    *path_values = found ? g_steal_pointer (&values) : NULL;
  return found;
}
