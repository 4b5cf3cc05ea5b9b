/* line-writer.c: how what a store keeps is written in an export
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/line-writer.h"

#include "protocol/confab-json-writer.h"

static void
write_bytes (ConfabJsonWriter *writer, const char *name, GBytes *bytes)
{
  gsize size = 0;
  gconstpointer data = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;
  g_autofree char *base64 = bytes != NULL ? g_base64_encode (data, size) : NULL;

  confab_json_writer_member_string (writer, name, base64);
}

static void
write_ids (ConfabJsonWriter *writer, const char *name, const char *const *ids)
{
  if (ids != NULL && ids[0] != NULL)
    confab_json_writer_member_strings (writer, name, ids);
}

static void
write_field (ConfabJsonWriter *writer, const LineField *field, gconstpointer place)
{
  switch (field->type)
    {
    case LINE_FIELD_ID:
    case LINE_FIELD_TEXT:
      confab_json_writer_member_string (writer, field->name, *(char *const *) place);
      break;
    case LINE_FIELD_IDS:
      write_ids (writer, field->name, *(const char *const *const *) place);
      break;
    case LINE_FIELD_BYTES:
      write_bytes (writer, field->name, *(GBytes *const *) place);
      break;
    case LINE_FIELD_NUMBER:
      if (!field->optional || *(const gint64 *) place != 0)
        confab_json_writer_member_int (writer, field->name, *(const gint64 *) place);
      break;
    case LINE_FIELD_TRUTH:
      if (!field->optional || *(const gboolean *) place)
        confab_json_writer_member_bool (writer, field->name, *(const gboolean *) place);
      break;
    case LINE_FIELD_WORD:
      confab_json_writer_member_string (writer, field->name, field->words->to_string (*(const int *) place));
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
begin_line (ConfabJsonWriter *writer, GString *text, LineKind kind, gpointer record, StoreEntry *entry)
{
  confab_json_writer_init (writer, text);
  confab_json_writer_begin_object (writer);
  confab_json_writer_member_string (writer, "kind", line_kind_to_string (kind));
  for (const LineField *field = line_kind_get_fields (kind); field->name != NULL; field++)
    write_field (writer, field, line_field_locate (field, record, entry));
}

static void
end_line (ConfabJsonWriter *writer)
{
  confab_json_writer_end_object (writer);
  g_string_append_c (confab_json_writer_steal (writer), '\n');
}

static void
write_parts (GString *text, LineKind kind, GPtrArray *parts)
{
  for (guint i = 0; parts != NULL && i < parts->len; i++)
    {
      ConfabJsonWriter writer;

      begin_line (&writer, text, kind, parts->pdata[i], NULL);
      end_line (&writer);
    }
}

static void
write_count (ConfabJsonWriter *writer, const char *name, GPtrArray *parts)
{
  if (parts != NULL && parts->len > 0)
    confab_json_writer_member_int (writer, name, parts->len);
}

void
line_write_entry (GString *text, const StoreEntry *entry)
{
  gboolean is_message = entry->kind == ENTRY_MESSAGE;
  ConfabJsonWriter writer;

  begin_line (&writer, text, (LineKind) entry->kind, entry->record, (StoreEntry *) entry);
  if (is_message)
    {
      write_count (&writer, "versions", entry->versions);
      write_count (&writer, "reactions", entry->message->reactions);
    }
  end_line (&writer);
  if (is_message)
    {
      write_parts (text, LINE_VERSION, entry->versions);
      write_parts (text, LINE_REACTION, entry->message->reactions);
    }
}
