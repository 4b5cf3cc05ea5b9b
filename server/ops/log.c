/* log.c: what the server says of itself, on standard error
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/log.h"

#include <string.h>
#include <unistd.h>

#include "protocol/confab-json-writer.h"
#include "protocol/confab-timestamp.h"

#define FIELD_PREFIX "CONFAB_"

static struct
{
  GLogLevelFlags level;
  LogFormat format;
  gboolean journal;
} settings = { G_LOG_LEVEL_INFO, LOG_TEXT, FALSE };

gboolean
log_shows (GLogLevelFlags level)
{
  return level <= settings.level;
}

static const char *
name_level (GLogLevelFlags level)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    return "error";
  if (level & G_LOG_LEVEL_WARNING)
    return "warning";
  return level & (G_LOG_LEVEL_MESSAGE | G_LOG_LEVEL_INFO) ? "info" : "debug";
}

GLogLevelFlags
log_level_from_word (const char *word)
{
  static const struct
  {
    const char *word;
    GLogLevelFlags level;
  } words[] = {
    { "error", G_LOG_LEVEL_CRITICAL },
    { "warning", G_LOG_LEVEL_WARNING },
    { "info", G_LOG_LEVEL_INFO },
    { "debug", G_LOG_LEVEL_DEBUG },
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i].word, word) == 0)
      return words[i].level;
  return G_LOG_LEVEL_INFO;
}

static char *
field_text (const GLogField *field)
{
  g_autofree char *text = field->length < 0 ? g_strdup (field->value) : g_strndup (field->value, field->length);

  return g_utf8_make_valid (text, -1);
}

static char *
find_field (const GLogField *fields, gsize n_fields, const char *key)
{
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, key) == 0)
      return field_text (&fields[i]);
  return g_strdup ("");
}

/* CONFAB_REQUEST → request */
static char *
field_name (const GLogField *field)
{
  return g_str_has_prefix (field->key, FIELD_PREFIX) ? g_ascii_strdown (field->key + strlen (FIELD_PREFIX), -1) : NULL;
}

/* What a peer sent may stand in a message: it must not be able to begin a line of its own, or to drive a terminal. */
static void
append_plain (GString *line, const char *text)
{
  for (; *text != '\0'; text = g_utf8_next_char (text))
    {
      gunichar c = g_utf8_get_char (text);

      if (c < 0x20 || (c >= 0x7f && c < 0xa0))
        g_string_append_printf (line, "\\x%02x", c);
      else
        g_string_append_unichar (line, c);
    }
}

static void
format_text (GString *line,
             const char *time,
             const char *level,
             const char *domain,
             const char *message,
             const GLogField *fields,
             gsize n_fields)
{
  g_string_append_printf (line, "%s %-7s %s: ", time, level, domain);
  append_plain (line, message);
  for (gsize i = 0; i < n_fields; i++)
    {
      g_autofree char *name = field_name (&fields[i]);
      g_autofree char *text = name != NULL ? field_text (&fields[i]) : NULL;

      if (name == NULL)
        continue;
      g_string_append_printf (line, " %s=", name);
      append_plain (line, text);
    }
}

static GString *
format_json (GString *line,
             const char *time,
             const char *level,
             const char *domain,
             const char *message,
             const GLogField *fields,
             gsize n_fields)
{
  ConfabJsonWriter writer;

  confab_json_writer_init (&writer, line);
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_string (&writer, "time", time);
  confab_json_writer_member_string (&writer, "level", level);
  confab_json_writer_member_string (&writer, "domain", domain);
  confab_json_writer_member_string (&writer, "message", message);
  for (gsize i = 0; i < n_fields; i++)
    {
      g_autofree char *name = field_name (&fields[i]);
      g_autofree char *text = name != NULL ? field_text (&fields[i]) : NULL;

      if (name != NULL)
        confab_json_writer_member_string (&writer, name, text);
    }
  confab_json_writer_end_object (&writer);
  return confab_json_writer_steal (&writer);
}

GString *
log_format (LogFormat format, GLogLevelFlags level, const GLogField *fields, gsize n_fields, gint64 time)
{
  g_autofree char *message = find_field (fields, n_fields, "MESSAGE");
  g_autofree char *domain = find_field (fields, n_fields, "GLIB_DOMAIN");
  char time_text[CONFAB_TIMESTAMP_LENGTH + 1];
  GString *line = g_string_sized_new (256);

  confab_timestamp_format (time, time_text);
  if (format == LOG_JSON)
    line = format_json (line, time_text, name_level (level), domain, message, fields, n_fields);
  else
    format_text (line, time_text, name_level (level), domain, message, fields, n_fields);
  g_string_append_c (line, '\n');
  return line;
}

/* One write per line, so that lines of several threads do not mix. What cannot be written is lost: there is nowhere
 * to say so. */
static void
put (const char *text, gsize length)
{
  while (length > 0)
    {
      gssize written = write (STDERR_FILENO, text, length);

      if (written <= 0)
        return;
      text += written;
      length -= written;
    }
}

static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  g_autoptr(GString) line = NULL;

  /* Graver levels are smaller numbers. */
  if ((level & G_LOG_LEVEL_MASK) > settings.level)
    return G_LOG_WRITER_HANDLED;
  if (settings.journal && g_log_writer_journald (level, fields, n_fields, NULL) == G_LOG_WRITER_HANDLED)
    return G_LOG_WRITER_HANDLED;
  line = log_format (settings.format, level, fields, n_fields, g_get_real_time () / 1000);
  put (line->str, line->len);
  return G_LOG_WRITER_HANDLED;
}

void
log_start (GLogLevelFlags level, LogFormat format)
{
  settings.level = level;
  settings.format = format;
  settings.journal = format == LOG_TEXT && g_log_writer_is_journald (STDERR_FILENO);
  g_log_set_writer_func (write_log, NULL, NULL);
}
