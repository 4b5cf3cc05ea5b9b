/* health.c: what /readyz says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ops/health.h"

#include "domain/store-watch.h"
#include "protocol/confab-json-writer.h"

static const char *
name_state (gboolean up)
{
  return up ? "up" : "away";
}

GString *
health_describe (Domain *domain, gboolean *ready)
{
  BackplaneStatus backplane;
  ConfabJsonWriter writer;

  *ready = !store_watch_is_away (domain->store_watch);
  backplane_get_status (domain->backplane, &backplane);
  confab_json_writer_init (&writer, g_string_sized_new (96));
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_string (&writer, "status",
                                    !*ready ? "unavailable" : backplane.connected ? "ready" : "degraded");
  confab_json_writer_member_string (&writer, "store", name_state (*ready));
  confab_json_writer_member_string (&writer, "backplane", name_state (backplane.connected));
  confab_json_writer_end_object (&writer);
  return confab_json_writer_steal (&writer);
}
