/* metrics.h: what the server counts and measures, as Prometheus reads it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/domain.h"
#include "net/counters.h"

G_BEGIN_DECLS

typedef struct _Metrics Metrics;

/* What is asked for when metrics are printed; functions may be NULL. */
typedef struct
{
  const NetCounters *(*get_counters) (gpointer data);
  guint (*count_in_flight) (gpointer data);
  guint (*count_topics) (gpointer data);
  Domain *domain;
  gpointer data;
} MetricsSources;

Metrics *metrics_new (const MetricsSources *sources);
void metrics_free (Metrics *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Metrics, metrics_free)

/* A RequestObserver: counts the request, by verb and outcome, and how long it took. Any thread, no locks. */
void metrics_observe (const Request *request, const GError *error, gpointer metrics);

/* From any thread. */
GString *metrics_print (Metrics *self);

G_END_DECLS
