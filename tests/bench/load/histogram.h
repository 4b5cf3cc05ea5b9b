/* histogram.h: how long things took, to within 2 %, in fixed memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define HISTOGRAM_SUB_BUCKETS 64
#define HISTOGRAM_BUCKETS (58 * HISTOGRAM_SUB_BUCKETS)

typedef struct
{
  guint64 counts[HISTOGRAM_BUCKETS];
  guint64 n;
  gint64 maximum;
} Histogram;

/* microseconds; negative ones count as 0. */
void histogram_add (Histogram *self, gint64 microseconds);
/* Milliseconds; share from 0 to 1. */
double histogram_get (const Histogram *self, double share);

G_END_DECLS
