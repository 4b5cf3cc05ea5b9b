/* redis-envelope.h: events on their way through Redis
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One message has events of one topic, which its channel names. Numbers are big-endian:
 *
 *   'C' version(1) sender(16) event…
 *   event: control(1) rev(8) name(2) argument(2) except-user(2) frame(4), each a length, then these bytes in this order
 *
 * A length of all ones: there is none. A message without events tells that the sender could not send some.
 */
#pragma once

#include "backplane/event.h"

G_BEGIN_DECLS

#define REDIS_SENDER_LENGTH 16
/* Of one message. */
#define REDIS_ENVELOPE_MAX (16 * 1024 * 1024)

void redis_envelope_begin (GByteArray *self, const guint8 sender[REDIS_SENDER_LENGTH]);
void redis_envelope_add (GByteArray *self, const Event *event);

/* Whether one's own echo, which need not be read. */
gboolean redis_envelope_is_from (const guint8 *data, gsize length, const guint8 sender[REDIS_SENDER_LENGTH]);
/* Appends its events to those, or none when something is wrong with it: it came over a network. */
gboolean redis_envelope_read (const guint8 *data, gsize length, const char *topic, GPtrArray *events, GError **error);

G_END_DECLS
