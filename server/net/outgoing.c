/* outgoing.c: what the server's frames look like
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/outgoing.h"

#include <string.h>

#include "protocol/confab-error.h"
#include "protocol/confab-json-writer.h"

static void
begin (ConfabJsonWriter *writer, gsize size)
{
  confab_json_writer_init (writer, g_string_sized_new (size + 64));
  confab_json_writer_begin_object (writer);
}

static GBytes *
end (ConfabJsonWriter *writer)
{
  confab_json_writer_end_object (writer);
  return g_string_free_to_bytes (confab_json_writer_steal (writer));
}

static void
write_raw (ConfabJsonWriter *writer, const char *name, const char *text, gsize length)
{
  confab_json_writer_member (writer, name);
  confab_json_writer_raw (writer, text, length);
}

GBytes *
outgoing_reply (const char *id, GBytes *data)
{
  gsize length;
  const char *text = g_bytes_get_data (data, &length);
  ConfabJsonWriter writer;

  begin (&writer, length);
  write_raw (&writer, "reply", id, strlen (id));
  write_raw (&writer, "data", text, length);
  return end (&writer);
}

GBytes *
outgoing_error (const char *id, const GError *error, const char *request_id)
{
  ConfabJsonWriter writer;

  begin (&writer, 256);
  if (id != NULL)
    write_raw (&writer, "reply", id, strlen (id));
  else
    confab_json_writer_member_string (&writer, "event", "error");
  confab_json_writer_member (&writer, id != NULL ? "error" : "data");
  confab_json_writer_begin_object (&writer);
  confab_error_write (error, request_id, &writer);
  confab_json_writer_end_object (&writer);
  return end (&writer);
}

GBytes *
outgoing_event (const char *name, GBytes *data)
{
  gsize length;
  const char *text = g_bytes_get_data (data, &length);
  ConfabJsonWriter writer;

  begin (&writer, length);
  confab_json_writer_member_string (&writer, "event", name);
  write_raw (&writer, "data", text, length);
  return end (&writer);
}
