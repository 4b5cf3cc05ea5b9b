/* connection.h: a WebSocket peer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Owned by its reactor. Other threads hold references, and may use those functions that say so.
 */
#pragma once

#include "net/reactor.h"
#include "net/stream.h"

G_BEGIN_DECLS

/* Close codes, beside those that frame-reader.h finds. */
enum
{
  CLOSE_NORMAL = 1000,
  CLOSE_UNSUPPORTED = 1003,
  CLOSE_RESTART = 1012,        /* come back and resume */
  CLOSE_SLOW_READER = 4000,    /* come back and resume */
  CLOSE_SIGN_IN = 4001,        /* come back with a fresh token */
  CLOSE_GO_AWAY = 4003,        /* do not come back */
};

typedef enum
{
  CONNECTION_ANONYMOUS,        /* nobody has signed in */
  CONNECTION_JOINING,          /* a token was good; the session is being looked up */
  CONNECTION_OPEN,             /* hello was said */
  CONNECTION_CLOSING,          /* a close frame is on its way, in one direction or the other */
  CONNECTION_GONE,
} ConnectionState;

struct _Connection
{
  gatomicrefcount references;
  GList link;                  /* in the reactor's connections */
  WheelEntry timer;
  Reactor *reactor;            /* borrowed; others may only post to it */
  Stream stream;
  Caller *caller;              /* nobody's, with the address, until a token was good */
  char *counted_address;       /* counted in the server's addresses */
  Topic **topics;
  guint n_topics;
  guint n_topics_allocated;
  GPtrArray *left;             /* of char*: topics it was made to leave while operations are in flight; nullable */
  GPtrArray *joined;           /* the same of those it was made to join */
  guint in_flight;             /* operations whose answers are not sent yet */
  guint bad_frames;            /* in a row */
  gint64 opened;               /* these are in seconds, by the poller's clock */
  gint64 pinged;
  gint64 last_alive;           /* when api was told last */
  gint64 token_ends;           /* with the grace */
  gint64 closing_ends;
  ConnectionState state;       /* written atomically: others may look whether it is closing */
  guint counted_user : 1;      /* in the server's users */
  guint announced : 1;         /* api authenticated it, and will be told of its end */
  guint resting : 1;           /* not read until in_flight is lower */
  guint draining : 1;
};

extern const SubscriberClass connection_subscriber_class;

/* Takes fd and counted_address; address is the client's. The peer has seen the end of the handshake. */
Connection *connection_new (Reactor *reactor, int fd, const char *address, char *counted_address);
/* Both from any thread. */
Connection *connection_ref (Connection *self);
void connection_unref (Connection *self);

/* One text frame. */
void connection_send (Connection *self, GBytes *text);
/* What an event of one of its topics means for it. */
void connection_tell (Connection *self, Event *event);
void connection_leave_topic (Connection *self, const char *name);

/* The number of operations in flight goes up and down; reading stops and goes on with it. */
void connection_begin_operation (Connection *self);
void connection_end_operation (Connection *self);

/* Whose it is; copied. FALSE when the account has too many connections. */
gboolean connection_set_caller (Connection *self, const Caller *caller);
/* expires: milliseconds since 1970. */
void connection_renew_token (Connection *self, gint64 expires);
void connection_set_state (Connection *self, ConnectionState state);
/* A frame could not be understood. */
void connection_count_bad_frame (Connection *self);

/* Says goodbye and waits a little for the peer's. */
void connection_close (Connection *self, guint16 code, const char *reason);
/* Closes with CLOSE_RESTART as soon as nothing is in flight. */
void connection_drain (Connection *self);
/* Lets go at once. */
void connection_release (Connection *self);

G_END_DECLS
