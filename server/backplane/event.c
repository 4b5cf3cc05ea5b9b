/* event.c: something that happened, on its way to those who want to know
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/event.h"

static GBytes *
frame_new (const char *name, GString *data)
{
  g_autoptr(GString) frame = g_string_sized_new (data->len + 40);

  g_string_append (frame, "{\"event\":\"");
  g_string_append (frame, name);
  g_string_append (frame, "\",\"data\":");
  g_string_append_len (frame, data->str, data->len);
  g_string_append_c (frame, '}');
  return g_string_free_to_bytes (g_steal_pointer (&frame));
}

Event *
event_new (const char *topic, const char *name, GString *data)
{
  g_autoptr(GString) taken = data;
  Event *self = g_atomic_rc_box_new0 (Event);

  self->topic = g_strdup (topic);
  self->name = g_intern_string (name);
  self->frame = frame_new (name, taken);
  self->control = EVENT_PLAIN;
  return self;
}

Event *
event_new_like (Event *self, const char *topic)
{
  Event *copy = g_atomic_rc_box_new0 (Event);

  copy->topic = g_strdup (topic);
  copy->name = self->name;
  copy->frame = self->frame != NULL ? g_bytes_ref (self->frame) : NULL;
  copy->control = self->control;
  copy->argument = g_strdup (self->argument);
  copy->except_user = g_strdup (self->except_user);
  copy->rev = self->rev;
  return copy;
}

Event *
event_new_control (const char *topic, EventControl control, const char *argument)
{
  Event *self = g_atomic_rc_box_new0 (Event);

  self->topic = g_strdup (topic);
  self->control = control;
  self->argument = g_strdup (argument);
  return self;
}

Event *
event_ref (Event *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
event_clear (gpointer data)
{
  Event *self = data;

  g_free (self->topic);
  g_clear_pointer (&self->frame, g_bytes_unref);
  g_free (self->argument);
  g_free (self->except_user);
}

void
event_unref (Event *self)
{
  g_atomic_rc_box_release_full (self, event_clear);
}
