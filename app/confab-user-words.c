/* confab-user-words.c: what is said about a person in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-user-words.h"

#include <glib/gi18n.h>

#include "confab-dates.h"

static char *
get_last_seen (ConfabUser *user)
{
  gint64 last_seen = confab_user_get_last_seen (user);
  g_autoptr(GDateTime) now = g_date_time_new_now_local ();
  g_autoptr(GDateTime) when = last_seen > 0 ? g_date_time_new_from_unix_local (last_seen / 1000) : NULL;

  if (when == NULL)
    return g_strdup ("");
  g_autofree char *words = confab_dates_format_short (when, now);
  /* Translators: when a person was last there: a time of today, "Yesterday", or a date */
  return g_strdup_printf (_("Last seen %s"), words);
}

char *
confab_user_words_get_presence (ConfabUser *user)
{
  g_return_val_if_fail (CONFAB_IS_USER (user), NULL);

  switch (confab_user_get_presence (user))
    {
    case CONFAB_PRESENCE_STATUS_ONLINE:
      return g_strdup (_("Online"));

    case CONFAB_PRESENCE_STATUS_AWAY:
      return g_strdup (_("Away"));

    case CONFAB_PRESENCE_STATUS_DND:
      return g_strdup (_("Do not disturb"));

    case CONFAB_PRESENCE_STATUS_INVISIBLE:
    case CONFAB_PRESENCE_STATUS_OFFLINE:
    default:
      return get_last_seen (user);
    }
}
