/* confab-dates.h: points in time as a person says them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *confab_dates_format_time (GDateTime *when);
char *confab_dates_format_day (GDateTime *when, GDateTime *now);
char *confab_dates_format_short (GDateTime *when, GDateTime *now);
char *confab_dates_format_full (GDateTime *when);
gboolean confab_dates_is_same_day (GDateTime *one, GDateTime *other);

G_END_DECLS
