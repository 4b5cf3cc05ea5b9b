/* dialect.c: the dialects by name, and what they share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "dialect.h"

#include <string.h>

const Dialect *
dialect_find (const char *name)
{
  static const Dialect *const dialects[] = { &dialect_confab, &dialect_socketio, &dialect_ws };

  for (gsize i = 0; i < G_N_ELEMENTS (dialects); i++)
    if (g_str_equal (dialects[i]->name, name))
      return dialects[i];
  return NULL;
}

gboolean
starts_with (const char *text, gsize length, const char *beginning)
{
  gsize n = strlen (beginning);

  return length >= n && memcmp (text, beginning, n) == 0;
}
