/* confab-timestamp.c: points in time as they stand in JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-protocol"

#include "config.h"

#include "protocol/confab-timestamp.h"

#include <string.h>

#define DAY (24 * 60 * 60 * G_GINT64_CONSTANT (1000))
#define FIRST (-62167219200 * G_GINT64_CONSTANT (1000))    /* 0000-01-01 */
#define LAST (253402300799 * G_GINT64_CONSTANT (1000) + 999)  /* 9999-12-31T23:59:59.999 */

static void
put (char *text, guint value, guint digits)
{
  while (digits--)
    {
      text[digits] = '0' + value % 10;
      value /= 10;
    }
}

/**
 * confab_timestamp_format:
 * @milliseconds: since 1970 UTC; what lies outside of the years 0 to 9999 is brought to their nearest end
 * @text: (out caller-allocates): room for 25 bytes: `2026-01-02T03:04:05.678Z`
 *
 * The date is worked out as in Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms" (civil_from_days):
 * several timestamps stand in every message, and the calendar functions of the C library are ten times slower.
 *
 * Since: 0.1
 */
void
confab_timestamp_format (gint64 milliseconds, char text[CONFAB_TIMESTAMP_LENGTH + 1])
{
  gint64 time = CLAMP (milliseconds, FIRST, LAST) - FIRST;
  guint of_day = time % DAY;
  /* From 1 March of the year 0, so that the leap day is the last of its year; January and February of that year stand
   * before it. */
  gint64 days = time / DAY - 60 + 146097;
  guint era = days / 146097;
  guint day_of_era = days % 146097;
  guint year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  guint day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  guint month = (5 * day_of_year + 2) / 153;
  guint day = day_of_year - (153 * month + 2) / 5 + 1;
  guint year = year_of_era + era * 400 - 400 + (month >= 10);

  memcpy (text, "0000-00-00T00:00:00.000Z", CONFAB_TIMESTAMP_LENGTH + 1);
  put (text, year, 4);
  put (text + 5, month < 10 ? month + 3 : month - 9, 2);
  put (text + 8, day, 2);
  put (text + 11, of_day / 3600000, 2);
  put (text + 14, of_day / 60000 % 60, 2);
  put (text + 17, of_day / 1000 % 60, 2);
  put (text + 20, of_day % 1000, 3);
}

/**
 * confab_timestamp_parse:
 * @text: (nullable): a point in time of RFC 3339, with whatever offset and fraction
 * @milliseconds: (out): since 1970 UTC, the fraction cut after three digits
 *
 * Returns: whether @text is one
 *
 * Since: 0.1
 */
gboolean
confab_timestamp_parse (const char *text, gint64 *milliseconds)
{
  /* GDateTime also takes ISO 8601's week and ordinal dates and leaves separators out: the shape is looked at first. */
  static const char shape[] = "dddd-dd-ddTdd:dd:dd";

  if (!text)
    return FALSE;
  for (guint i = 0; shape[i]; i++)
    if (shape[i] == 'd' ? !g_ascii_isdigit (text[i]) : g_ascii_toupper (text[i]) != shape[i])
      return FALSE;

  const char *end = text + sizeof shape - 1;
  gint64 fraction = 0;
  if (*end == '.')
    {
      const char *digits = ++end;
      for (; g_ascii_isdigit (*end); end++)
        if (end - digits < 3)
          fraction = fraction * 10 + (*end - '0');
      if (end == digits)
        return FALSE;
      for (gsize i = end - digits; i < 3; i++)
        fraction *= 10;
    }
  gboolean utc = (*end == 'Z' || *end == 'z') && end[1] == '\0';
  gboolean offset = (*end == '+' || *end == '-') && g_ascii_isdigit (end[1]) && g_ascii_isdigit (end[2]) &&
                    end[3] == ':' && g_ascii_isdigit (end[4]) && g_ascii_isdigit (end[5]) && end[6] == '\0';
  if (!utc && !offset)
    return FALSE;

  g_autofree char *plain = g_strdup_printf ("%.*s%s", (int) sizeof shape - 1, text, utc ? "Z" : end);
  plain[10] = 'T';
  g_autoptr(GDateTime) time = g_date_time_new_from_iso8601 (plain, NULL);
  if (!time)
    return FALSE;
  *milliseconds = g_date_time_to_unix (time) * 1000 + fraction;
  return TRUE;
}
