/* announce.h: what the others are told of an applied change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backplane/event.h"
#include "domain/domain.h"
#include "domain/room-state.h"

G_BEGIN_DECLS

/* Appends to events (of Event*) what members' devices are to hear. room: as it was before the change. */
void announce_change (const Limits *limits, const RoomState *room, const Change *change, GPtrArray *events);

/* A person is in a room they were not in: their devices follow it from now on. summary: as that person sees it. */
void announce_joined (const RoomSummary *summary, GPtrArray *events);

/* A room is no more: all of its devices leave it. */
void announce_gone (const char *room_id, GPtrArray *events);

/* Tells every instance that what it remembers of "room:ID" or "session:ID" is out of date. */
void announce_outdated (const char *what, GPtrArray *events);
#define TOPIC_INSTANCES "instances"

char *topic_for_room (const char *room_id);
char *topic_for_live (const char *room_id);
char *topic_for_user (const char *user_id);

G_END_DECLS
