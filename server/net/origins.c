/* origins.c: which web pages may talk to this server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/origins.h"

#include <string.h>

#include "protocol/confab-error.h"

struct _Origins
{
  char **allowed;
};

static const char *
origin_get_authority (const char *origin)
{
  const char *separator = strstr (origin, "://");

  return separator != NULL ? separator + strlen ("://") : NULL;
}

static gboolean
is_origin (const char *text)
{
  const char *authority = origin_get_authority (text);

  return (g_str_has_prefix (text, "https://") || g_str_has_prefix (text, "http://")) && *authority != '\0' &&
         strpbrk (authority, "/?#@ ") == NULL;
}

Origins *
origins_new (const char * const *allowed, GError **error)
{
  g_autoptr(Origins) self = g_new0 (Origins, 1);

  for (gsize i = 0; allowed != NULL && allowed[i] != NULL; i++)
    {
      if (is_origin (allowed[i]))
        continue;
      g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST,
                   "\"%s\" is no origin: it should look like https://chat.example.org", allowed[i]);
      return NULL;
    }
  self->allowed = g_strdupv ((char **) allowed);
  return g_steal_pointer (&self);
}

void
origins_free (Origins *self)
{
  g_strfreev (self->allowed);
  g_free (self);
}

gboolean
origins_allow (Origins *self, const char *origin)
{
  for (gsize i = 0; self->allowed != NULL && self->allowed[i] != NULL; i++)
    {
      if (g_ascii_strcasecmp (self->allowed[i], origin) == 0)
        return TRUE;
    }
  return FALSE;
}

gboolean
origins_is_same (const char *origin, const char *host)
{
  const char *authority = origin_get_authority (origin);

  return host != NULL && authority != NULL && g_ascii_strcasecmp (authority, host) == 0;
}
