/* confab-json-writer.h: compact JSON, written straight into a string
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CONFAB_JSON_WRITER_MAX_DEPTH 32

/* A value on the stack. Only text is for others to look at, and only between calls. */
typedef struct
{
  GString *text;
  guint depth;
  guint32 objects;      /* bit n: the container at depth n is an object */
  guint32 filled;       /* bit n: the container at depth n has something in it already */
  gboolean after_name;
} ConfabJsonWriter;

void confab_json_writer_init (ConfabJsonWriter *self, GString *text);
GString *confab_json_writer_steal (ConfabJsonWriter *self);
void confab_json_writer_clear (ConfabJsonWriter *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ConfabJsonWriter, confab_json_writer_clear)

void confab_json_writer_begin_object (ConfabJsonWriter *self);
void confab_json_writer_end_object (ConfabJsonWriter *self);
void confab_json_writer_begin_array (ConfabJsonWriter *self);
void confab_json_writer_end_array (ConfabJsonWriter *self);
void confab_json_writer_member (ConfabJsonWriter *self, const char *name);

void confab_json_writer_string (ConfabJsonWriter *self, const char *value);
void confab_json_writer_int (ConfabJsonWriter *self, gint64 value);
void confab_json_writer_bool (ConfabJsonWriter *self, gboolean value);
void confab_json_writer_double (ConfabJsonWriter *self, double value);
void confab_json_writer_null (ConfabJsonWriter *self);
void confab_json_writer_timestamp (ConfabJsonWriter *self, gint64 milliseconds);
void confab_json_writer_strings (ConfabJsonWriter *self, const char * const *values);
void confab_json_writer_raw (ConfabJsonWriter *self, const char *text, gsize length);

void confab_json_writer_member_string (ConfabJsonWriter *self, const char *name, const char *value);
void confab_json_writer_member_int (ConfabJsonWriter *self, const char *name, gint64 value);
void confab_json_writer_member_bool (ConfabJsonWriter *self, const char *name, gboolean value);
void confab_json_writer_member_timestamp (ConfabJsonWriter *self, const char *name, gint64 milliseconds);
void confab_json_writer_member_strings (ConfabJsonWriter *self, const char *name, const char * const *values);

G_END_DECLS
