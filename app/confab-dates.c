/* confab-dates.c: points in time as a person says them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-dates.h"

#include <langinfo.h>

#include <glib/gi18n.h>

static int
days_before (GDateTime *when,
             GDateTime *now)
{
  GDate day, today;
  int year = 0, month = 0, number = 0;

  g_date_time_get_ymd (when, &year, &month, &number);
  g_date_clear (&day, 1);
  g_date_set_dmy (&day, number, month, year);
  g_date_time_get_ymd (now, &year, &month, &number);
  g_date_clear (&today, 1);
  g_date_set_dmy (&today, number, month, year);
  return g_date_days_between (&day, &today);
}

static gboolean
locale_has_12_hours (void)
{
  const char *format = nl_langinfo (T_FMT);

  return strstr (format, "%r") != NULL || strstr (format, "%I") != NULL || strstr (format, "%l") != NULL;
}

gboolean
confab_dates_is_same_day (GDateTime *one,
                          GDateTime *other)
{
  return days_before (one, other) == 0;
}

/* "14:05" or "2:05 PM" */
char *
confab_dates_format_time (GDateTime *when)
{
  if (locale_has_12_hours ())
    {
      g_autofree char *text = g_date_time_format (when, "%l:%M %p");
      return g_strdup (g_strstrip (text));
    }
  return g_date_time_format (when, "%H:%M");
}

/* The heading above the messages of a day. */
char *
confab_dates_format_day (GDateTime *when,
                         GDateTime *now)
{
  int days = days_before (when, now);

  if (days == 0)
    return g_strdup (_("Today"));
  if (days == 1)
    return g_strdup (_("Yesterday"));
  if (days > 1 && days < 7)
    return g_date_time_format (when, "%A");
  if (g_date_time_get_year (when) == g_date_time_get_year (now))
    /* Translators: the heading above the messages of a day of this year, for example "Tuesday, 5 May" */
    return g_date_time_format (when, _("%A, %-d %B"));
  /* Translators: the heading above the messages of a day of another year, for example "5 May 2024" */
  return g_date_time_format (when, _("%-d %B %Y"));
}

/* As narrow as it can be, for lists. */
char *
confab_dates_format_short (GDateTime *when,
                           GDateTime *now)
{
  int days = days_before (when, now);

  if (days <= 0)
    return confab_dates_format_time (when);
  if (days == 1)
    return g_strdup (_("Yesterday"));
  if (days < 7)
    return g_date_time_format (when, "%a");
  if (g_date_time_get_year (when) == g_date_time_get_year (now))
    /* Translators: a day of this year in a list, for example "5 May" */
    return g_date_time_format (when, _("%-d %b"));
  return g_date_time_format (when, "%x");
}

char *
confab_dates_format_full (GDateTime *when)
{
  g_autofree char *time = confab_dates_format_time (when);
  /* Translators: a day in full, for example "Tuesday, 5 May 2026" */
  g_autofree char *day = g_date_time_format (when, _("%A, %-d %B %Y"));

  /* Translators: a day and a time on that day */
  return g_strdup_printf (_("%s, %s"), day, time);
}
