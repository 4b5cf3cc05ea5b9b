/* event.h: something that happened, on its way to those who want to know
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An event is serialised once, when it is made; connections, reactors and instances share the bytes.
 * Topics: "room:ID" (members' devices), "live:ID" (devices that show the room: typing, presence), "user:ID" (one
 * person's devices), "instances" (what every instance has to hear: little, and rare).
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  EVENT_PLAIN,
  EVENT_SUBSCRIBE,      /* receivers of the topic also get argument (a topic) from now on; then the frame, if any */
  EVENT_UNSUBSCRIBE,    /* they no longer do; then the frame, if any */
  EVENT_CLOSE_SESSION,  /* the connections of session argument get the frame and are closed with 4001 */
  EVENT_FORGET,         /* for instances: what is remembered of argument ("room:ID", "session:ID") is out of date */
  EVENT_RENEW,          /* for instances: who has a connection of session argument is to say so */
} EventControl;

#define EVENT_LAST_CONTROL EVENT_RENEW

typedef struct
{
  char *topic;
  const char *name;     /* interned; NULL for a pure control event */
  GBytes *frame;        /* {"event":NAME,"data":DATA}, nullable */
  EventControl control;
  char *argument;       /* nullable */
  char *except_user;    /* whose connections do not get it, nullable */
  gint64 rev;           /* of a room's history: the room's rev after what it tells; else 0 */
} Event;

/* data: the text of a JSON object; taken. */
Event *event_new (const char *topic, const char *name, GString *data);
/* The same on another topic; the bytes are shared. */
Event *event_new_like (Event *self, const char *topic);
Event *event_new_control (const char *topic, EventControl control, const char *argument);
Event *event_ref (Event *self);
void event_unref (Event *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Event, event_unref)

G_END_DECLS
