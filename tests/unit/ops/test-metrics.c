/* test-metrics.c: that what was observed is printed, in the form that Prometheus reads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ops/metrics.h"

#include "protocol/confab-error.h"

static guint
count_seven (gpointer data)
{
  return 7;
}

static const NetCounters *
get_counters (gpointer data)
{
  return data;
}

static void
observe (Metrics *metrics, ConfabOperationId id, gint64 microseconds, const GError *error)
{
  const Request request = { .operation = confab_operation_get (id), .arrived = g_get_monotonic_time () - microseconds };

  metrics_observe (&request, error, metrics);
}

static void
assert_line (GString *text, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("\n%s\n", line);

  if (strstr (text->str, whole) == NULL)
    g_error ("%s is missing", line);
}

static void
test_print (void)
{
  static NetCounters counters;
  const MetricsSources sources = { get_counters, count_seven, count_seven, NULL, &counters };
  g_autoptr(Metrics) metrics = metrics_new (&sources);
  g_autoptr(GError) forbidden = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN, "");
  g_autoptr(GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "");

  net_count (&counters.connections, 3);
  observe (metrics, CONFAB_OPERATION_SEND_MESSAGE, 100, NULL);
  observe (metrics, CONFAB_OPERATION_SEND_MESSAGE, 700000, NULL);
  observe (metrics, CONFAB_OPERATION_SEND_MESSAGE, 60000000, forbidden);
  observe (metrics, CONFAB_OPERATION_LOGIN, 0, foreign);
  g_autoptr(GString) text = metrics_print (metrics);

  assert_line (text, "confab_requests_total{operation=\"send-message\",outcome=\"ok\"} 2");
  assert_line (text, "confab_requests_total{operation=\"send-message\",outcome=\"forbidden\"} 1");
  assert_line (text, "confab_requests_total{operation=\"login\",outcome=\"internal\"} 1");
  assert_line (text, "confab_request_seconds_bucket{operation=\"send-message\",le=\"0.5\"} 1");
  assert_line (text, "confab_request_seconds_bucket{operation=\"send-message\",le=\"1\"} 2");
  assert_line (text, "confab_request_seconds_bucket{operation=\"send-message\",le=\"5\"} 2");
  assert_line (text, "confab_request_seconds_bucket{operation=\"send-message\",le=\"+Inf\"} 3");
  assert_line (text, "confab_request_seconds_count{operation=\"send-message\"} 3");
  assert_line (text, "confab_connections 3");
  assert_line (text, "confab_requests_in_flight 7");
  assert_line (text, "# TYPE confab_request_seconds histogram");
  g_assert_null (strstr (text->str, "operation=\"register\""));
  g_assert_true (g_str_has_suffix (text->str, "\n"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/metrics/print", test_print);
  return g_test_run ();
}
