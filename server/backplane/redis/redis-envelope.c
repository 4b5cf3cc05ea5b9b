/* redis-envelope.c: events on their way through Redis
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-envelope.h"

#include <string.h>

#include "protocol/confab-error.h"

#define MAGIC 'C'
#define VERSION 1
#define HEADER_LENGTH (2 + REDIS_SENDER_LENGTH)
#define EVENT_LENGTH (1 + 8 + 2 + 2 + 2 + 4)
#define NO_TEXT G_MAXUINT16
#define NO_FRAME G_MAXUINT32
#define TEXT_MAX_LENGTH 4096
#define FRAME_MAX_LENGTH (4 * 1024 * 1024)
/* Names are kept for good, so a sender of ever new ones has to be stopped. */
#define NAME_MAX_LENGTH 64
#define NAMES_MAX 1024

typedef struct
{
  const guint8 *next;
  gsize left;
} Reader;

/* ---- Writing ---------------------------------------------------------------------------------------------- */

static void
append_number (GByteArray *array, guint64 number, guint n_bytes)
{
  guint64 big_endian = GUINT64_TO_BE (number);

  g_byte_array_append (array, (const guint8 *) &big_endian + 8 - n_bytes, n_bytes);
}

static void
append_text_length (GByteArray *array, const char *text)
{
  g_assert (text == NULL || strlen (text) <= TEXT_MAX_LENGTH);
  append_number (array, text != NULL ? strlen (text) : NO_TEXT, 2);
}

static void
append_text (GByteArray *array, const char *text)
{
  if (text != NULL)
    g_byte_array_append (array, (const guint8 *) text, strlen (text));
}

void
redis_envelope_begin (GByteArray *self, const guint8 sender[REDIS_SENDER_LENGTH])
{
  append_number (self, MAGIC, 1);
  append_number (self, VERSION, 1);
  g_byte_array_append (self, sender, REDIS_SENDER_LENGTH);
}

void
redis_envelope_add (GByteArray *self, const Event *event)
{
  gsize frame_length = 0;
  const guint8 *frame = event->frame != NULL ? g_bytes_get_data (event->frame, &frame_length) : NULL;

  append_number (self, event->control, 1);
  append_number (self, event->rev, 8);
  append_text_length (self, event->name);
  append_text_length (self, event->argument);
  append_text_length (self, event->except_user);
  append_number (self, event->frame != NULL ? frame_length : NO_FRAME, 4);
  append_text (self, event->name);
  append_text (self, event->argument);
  append_text (self, event->except_user);
  if (frame_length > 0)
    g_byte_array_append (self, frame, frame_length);
}

/* ---- Reading ---------------------------------------------------------------------------------------------- */

static gboolean
fail (GError **error, const char *problem)
{
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "A message of another instance %s", problem);
  return FALSE;
}

/* The caller knows that so much is left. */
static guint64
reader_take_number (Reader *self, guint n_bytes)
{
  guint64 number = 0;

  for (guint i = 0; i < n_bytes; i++)
    number = number << 8 | self->next[i];
  self->next += n_bytes;
  self->left -= n_bytes;
  return number;
}

static gboolean
reader_take_text (Reader *self, gsize length, char **text, GError **error)
{
  if (length == NO_TEXT)
    return TRUE;
  if (length > TEXT_MAX_LENGTH || length > self->left)
    return fail (error, "has a text that is too long");
  if (!g_utf8_validate_len ((const char *) self->next, length, NULL))
    return fail (error, "has a text that is not UTF-8");
  *text = g_strndup ((const char *) self->next, length);
  self->next += length;
  self->left -= length;
  return TRUE;
}

/* Interned, as the names of events are. */
static gboolean
reader_take_name (Reader *self, gsize length, const char **name, GError **error)
{
  static GMutex mutex;
  static guint n_names;
  g_autofree char *text = NULL;
  g_autoptr(GMutexLocker) locker = NULL;

  if (!reader_take_text (self, length, &text, error))
    return FALSE;
  if (text == NULL)
    return TRUE;
  if (length > NAME_MAX_LENGTH)
    return fail (error, "has a name that is too long");
  locker = g_mutex_locker_new (&mutex);
  if (g_quark_try_string (text) == 0 && n_names++ >= NAMES_MAX)
    return fail (error, "has one more new name");
  *name = g_intern_string (text);
  return TRUE;
}

/* A frame goes to clients as it is, who take nothing but UTF-8. */
static gboolean
reader_take_frame (Reader *self, gsize length, GBytes **frame, GError **error)
{
  if (length == NO_FRAME)
    return TRUE;
  if (length > FRAME_MAX_LENGTH || length > self->left)
    return fail (error, "has a frame that is too long");
  if (!g_utf8_validate_len ((const char *) self->next, length, NULL))
    return fail (error, "has a frame that is not UTF-8");
  *frame = g_bytes_new (self->next, length);
  self->next += length;
  self->left -= length;
  return TRUE;
}

static gboolean
control_is_good (const Event *event)
{
  return event->control <= EVENT_LAST_CONTROL && (event->control == EVENT_PLAIN || event->argument != NULL);
}

static Event *
reader_take_event (Reader *self, const char *topic, GError **error)
{
  g_autoptr(Event) event = event_new_control (topic, EVENT_PLAIN, NULL);
  gsize name_length, argument_length, except_length, frame_length;

  if (self->left < EVENT_LENGTH)
    {
      fail (error, "ends too early");
      return NULL;
    }
  event->control = reader_take_number (self, 1);
  event->rev = reader_take_number (self, 8);
  name_length = reader_take_number (self, 2);
  argument_length = reader_take_number (self, 2);
  except_length = reader_take_number (self, 2);
  frame_length = reader_take_number (self, 4);
  if (!reader_take_name (self, name_length, &event->name, error)
      || !reader_take_text (self, argument_length, &event->argument, error)
      || !reader_take_text (self, except_length, &event->except_user, error)
      || !reader_take_frame (self, frame_length, &event->frame, error))
    return NULL;
  if (!control_is_good (event))
    {
      fail (error, "has a control event that is not known, or lacks its argument");
      return NULL;
    }
  return g_steal_pointer (&event);
}

gboolean
redis_envelope_is_from (const guint8 *data, gsize length, const guint8 sender[REDIS_SENDER_LENGTH])
{
  return length >= HEADER_LENGTH && memcmp (data + 2, sender, REDIS_SENDER_LENGTH) == 0;
}

gboolean
redis_envelope_read (const guint8 *data, gsize length, const char *topic, GPtrArray *events, GError **error)
{
  Reader reader = { data + HEADER_LENGTH, length - HEADER_LENGTH };
  guint n_before = events->len;

  if (length < HEADER_LENGTH || length > REDIS_ENVELOPE_MAX || data[0] != MAGIC)
    return fail (error, "is none");
  if (data[1] != VERSION)
    return fail (error, "has another version");
  while (reader.left > 0)
    {
      Event *event = reader_take_event (&reader, topic, error);

      if (event == NULL)
        {
          g_ptr_array_set_size (events, n_before);
          return FALSE;
        }
      g_ptr_array_add (events, event);
    }
  return TRUE;
}
