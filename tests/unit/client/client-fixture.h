/* client-fixture.h: sessions without a server, in a folder of their own, for the client's unit tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libdex.h>

#include "client/confab-room-private.h"
#include "client/confab-session-private.h"
#include "client/confab-timeline.h"

G_BEGIN_DECLS

#define ME "01JMEMEMEMEMEMEMEMEMEMEMEM"
#define BEN "01JBENBENBENBENBENBENBENBE"
#define ROOM "01JRRRRRRRRRRRRRRRRRRRRRRR"

/* Take the future and iterate the main loop until it is settled. The test fails on an error, or when there is none. */
gboolean settle (DexFuture *future);
gpointer settle_boxed (DexFuture *future);
gpointer settle_object (DexFuture *future);
GError *settle_error (DexFuture *future);

char *make_folder (void);
void remove_folder (char *folder);

/* Signed in as ME, never connected, with what the folder's cache has. */
ConfabSession *offline_session_new (const char *folder);
/* Everything it was asked to keep is in the file. */
void offline_session_free (ConfabSession *session);

/* A room with two members, lastSeq messages and rev as given, as the server would send it. */
JsonObject *room_object_new (gint64 last_seq, gint64 rev);
JsonObject *message_object_new (gint64 seq, gint64 rev, const char *sender_id, const char *content,
                                const char *client_id);
ConfabRoom *add_room (ConfabSession *session, gint64 last_seq, gint64 rev);
/* Messages first to last of BEN with rev = seq, as one arrival. */
void arrive_run (ConfabRoom *room, gint64 first, gint64 last);

/* Counts items-changed and checks, after every one, that the model agrees with what was said. */
typedef struct
{
  GListModel *model;
  GPtrArray *mirror;   /* of GObject */
  guint emissions;
  guint removed;
  guint added;
  gulong handler;
} Emissions;

void emissions_watch (Emissions *self, gpointer model);
void emissions_forget (Emissions *self);
void emissions_clear (Emissions *self);

G_END_DECLS
