/* histogram.c: how long things took, to within 2 %, in fixed memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Log-linear: every power of two is split into equal parts.
 */
#include "config.h"

#include "histogram.h"

static guint
find_bucket (guint64 value)
{
  guint power;

  if (value < HISTOGRAM_SUB_BUCKETS)
    return (guint) value;
  power = g_bit_storage (value) - 1;
  return (power - 5) * HISTOGRAM_SUB_BUCKETS + (guint) ((value >> (power - 6)) - HISTOGRAM_SUB_BUCKETS);
}

/* The middle of a bucket. */
static double
get_value (guint bucket)
{
  guint power = bucket / HISTOGRAM_SUB_BUCKETS + 5;
  guint64 width;

  if (bucket < HISTOGRAM_SUB_BUCKETS)
    return bucket;
  width = (guint64) 1 << (power - 6);
  return (double) ((HISTOGRAM_SUB_BUCKETS + bucket % HISTOGRAM_SUB_BUCKETS) * width) + (double) width / 2;
}

void
histogram_add (Histogram *self, gint64 microseconds)
{
  gint64 value = MAX (microseconds, 0);

  self->counts[MIN (find_bucket (value), HISTOGRAM_BUCKETS - 1)]++;
  self->n++;
  self->maximum = MAX (self->maximum, value);
}

double
histogram_get (const Histogram *self, double share)
{
  guint64 wanted = (guint64) ((double) self->n * share);
  guint64 seen = 0;

  for (guint i = 0; i < HISTOGRAM_BUCKETS; i++)
    {
      seen += self->counts[i];
      if (seen > wanted)
        return MIN (get_value (i), (double) self->maximum) / 1000.0;
    }
  return (double) self->maximum / 1000.0;
}
