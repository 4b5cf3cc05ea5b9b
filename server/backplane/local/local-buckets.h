/* local-buckets.h: token buckets of this process
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _LocalBuckets LocalBuckets;

/* Buckets remembered at once, in all. */
#define LOCAL_BUCKETS_MAX (256 * 1024)

LocalBuckets *local_buckets_new (void);
void local_buckets_free (LocalBuckets *self);

/* now: monotonic microseconds. The rest as in backplane.h. */
gboolean local_buckets_take (LocalBuckets *self, const char *bucket, const char *who, double rate, double burst,
                             gint64 now, double *retry_after, double *remaining);
/* Where others take from the bucket too: so many tokens there were at that time, maybe fewer than none. */
void local_buckets_correct (LocalBuckets *self, const char *bucket, const char *who, double tokens, gint64 counted);
/* How many are remembered. */
guint local_buckets_count (LocalBuckets *self);

G_END_DECLS
