/* verb.h: the two shapes a verb of the server can have
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Both are straight-line, synchronous C on a worker thread. The table that binds operations to verbs is api/verbs.c.
 */
#pragma once

#include "domain/domain.h"
#include "domain/room-state.h"
#include "protocol/confab-json-writer.h"

G_BEGIN_DECLS

/* Everything that does not change a room, on a pool thread. fields: the operation's generated request structure.
 * reply: inside an open object; what was written is thrown away when an error is returned. */
typedef gboolean (*PoolVerb) (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply,
                              GError **error);

/* Like PoolVerb, for the few that also subscribe the connection they came through (NULL over REST). */
typedef gboolean (*ConnectionVerb) (Domain *domain, Request *request, ConfabJsonWriter *reply, GError **error);

/* What a room verb sees and what it decides. Valid on the room's lane only. */
typedef struct
{
  Domain *domain;
  const RoomState *room;   /* in decide only, NULL in reply */
  const Caller *caller;
  const Member *me;        /* the caller's membership, NULL when not a member; in decide only */
  gconstpointer fields;
  gint64 now;
  GPtrArray *changes;      /* of Change*: out */
  GPtrArray *events;       /* of Event*: out; for what is told but not stored */
} Decision;

/* Changes of a room, on its lane: decide looks at the room and answers with changes or an error, without I/O beyond
 * reads; the lane has them stored, numbered and announced; reply then tells the caller what became of them. */
typedef struct
{
  gboolean (*decide) (Decision *decision, GError **error);
  void (*reply) (const Decision *decision, ConfabJsonWriter *reply);   /* nullable: an empty object */
} RoomVerb;

G_END_DECLS
