/* confab-timeline-entry.c: a message with what its neighbours make of how it is shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab"

#include "config.h"

#include "confab-timeline-entry.h"

struct _ConfabTimelineEntry
{
  GObject parent_instance;

  ConfabMessage *message;
  ConfabPlacing placing;
};

G_DEFINE_FINAL_TYPE (ConfabTimelineEntry, confab_timeline_entry, G_TYPE_OBJECT)

enum
{
  PROP_0,
  PROP_MESSAGE,
  PROP_PLACING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static void
confab_timeline_entry_dispose (GObject *object)
{
  ConfabTimelineEntry *self = CONFAB_TIMELINE_ENTRY (object);

  g_clear_object (&self->message);

  G_OBJECT_CLASS (confab_timeline_entry_parent_class)->dispose (object);
}

static void
confab_timeline_entry_get_property (GObject    *object,
                                    guint       prop_id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  ConfabTimelineEntry *self = CONFAB_TIMELINE_ENTRY (object);

  switch (prop_id)
    {
    case PROP_MESSAGE:
      g_value_set_object (value, self->message);
      break;

    case PROP_PLACING:
      g_value_set_uint (value, self->placing);
      break;

    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_timeline_entry_class_init (ConfabTimelineEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = confab_timeline_entry_dispose;
  object_class->get_property = confab_timeline_entry_get_property;

  properties[PROP_MESSAGE] =
    g_param_spec_object ("message", NULL, NULL, CONFAB_TYPE_MESSAGE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_PLACING] =
    g_param_spec_uint ("placing", NULL, NULL, 0, G_MAXUINT, 0,
                       G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
confab_timeline_entry_init (ConfabTimelineEntry *self)
{
}

ConfabTimelineEntry *
confab_timeline_entry_new (ConfabMessage *message)
{
  ConfabTimelineEntry *self = g_object_new (CONFAB_TYPE_TIMELINE_ENTRY, NULL);

  self->message = g_object_ref (message);
  return self;
}

ConfabMessage *
confab_timeline_entry_get_message (ConfabTimelineEntry *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE_ENTRY (self), NULL);
  return self->message;
}

ConfabPlacing
confab_timeline_entry_get_placing (ConfabTimelineEntry *self)
{
  g_return_val_if_fail (CONFAB_IS_TIMELINE_ENTRY (self), 0);
  return self->placing;
}

void
confab_timeline_entry_set_placing (ConfabTimelineEntry *self,
                                   ConfabPlacing        placing)
{
  g_return_if_fail (CONFAB_IS_TIMELINE_ENTRY (self));

  if (self->placing == placing)
    return;
  self->placing = placing;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLACING]);
}
