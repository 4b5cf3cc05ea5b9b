/* proxies.c: whom to believe about where a request came from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * X-Forwarded-For is read from its end, because only what trusted proxies appended is true; what stands before the
 * first address that is not theirs was written by whoever liked to.
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/proxies.h"

#include "protocol/confab-error.h"

/* Longer chains than this are nobody's honest set-up. */
#define MAX_HOPS 16

struct _Proxies
{
  GPtrArray *networks;   /* of GInetAddressMask */
};

Proxies *
proxies_new (const char * const *networks, GError **error)
{
  g_autoptr(Proxies) self = g_new0 (Proxies, 1);

  self->networks = g_ptr_array_new_with_free_func (g_object_unref);
  for (gsize i = 0; networks != NULL && networks[i] != NULL; i++)
    {
      GInetAddressMask *mask = g_inet_address_mask_new_from_string (networks[i], NULL);

      if (mask == NULL)
        {
          g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST,
                       "\"%s\" is neither an address nor a network like 10.0.0.0/8", networks[i]);
          return NULL;
        }
      g_ptr_array_add (self->networks, mask);
    }
  return g_steal_pointer (&self);
}

void
proxies_free (Proxies *self)
{
  g_ptr_array_unref (self->networks);
  g_free (self);
}

gboolean
proxies_trust (Proxies *self, GInetAddress *address)
{
  for (guint i = 0; i < self->networks->len; i++)
    {
      if (g_inet_address_mask_matches (g_ptr_array_index (self->networks, i), address))
        return TRUE;
    }
  return FALSE;
}

char *
proxies_get_client (Proxies *self, GInetAddress *peer, const char *forwarded_for)
{
  g_autoptr(GInetAddress) client = g_object_ref (peer);
  g_auto(GStrv) hops = NULL;
  guint n_hops;

  if (forwarded_for == NULL || !proxies_trust (self, peer))
    return g_inet_address_to_string (client);

  hops = g_strsplit (forwarded_for, ",", -1);
  n_hops = g_strv_length (hops);
  for (guint i = 0; i < MIN (n_hops, MAX_HOPS) && proxies_trust (self, client); i++)
    {
      GInetAddress *hop = g_inet_address_new_from_string (g_strstrip (hops[n_hops - 1 - i]));

      if (hop == NULL)
        break;
      g_object_unref (client);
      client = hop;
    }
  return g_inet_address_to_string (client);
}
