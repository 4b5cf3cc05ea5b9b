/* verbs.h: which verb answers which operation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/verb.h"

G_BEGIN_DECLS

/* Exactly one of the first three is set. */
typedef struct
{
  PoolVerb pool;
  ConnectionVerb connection;
  const RoomVerb *room;
  gboolean ordered;          /* of a pool or connection verb: what one person calls must not overtake */
} Verb;

/* NULL for what a door handles itself (authenticate). */
const Verb *verb_find (ConfabOperationId operation);

/* The room that a request of a room verb names, or NULL with the message whose room it is. Both are the
 * request's own. */
const char *verb_get_room (const ConfabOperation *operation, gconstpointer fields, const char **message_id);

G_END_DECLS
