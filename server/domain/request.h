/* request.h: one call of an operation, whichever door it came through
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "protocol/confab-operations.h"

G_BEGIN_DECLS

typedef struct _Request Request;

/* Who asks. A value that is copied: it stays true for the request even when the session ends meanwhile. */
typedef struct
{
  char *user_id;           /* NULL: nobody signed in */
  char *session_id;
  char *display_name;
  char *username;
  ConfabUserRole role;
  char *address;           /* of the peer, as text */
} Caller;

Caller *caller_copy (const Caller *self);
void caller_free (Caller *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Caller, caller_free)

/* A connection that can be told of events; the doors with connections implement it, REST has none. Functions may be
 * called from any thread. */
typedef struct
{
  void (*subscribe) (gpointer subscriber, const char *topic);
  void (*unsubscribe) (gpointer subscriber, const char *topic);
  /* Unsubscribes every topic that begins with prefix and does not go on with one of ids, but for those that were
   * subscribed since the request came. */
  void (*keep) (gpointer subscriber, const char *prefix, const char *const *ids);
  /* For good: nothing that is sent to it arrives. */
  gboolean (*is_gone) (gpointer subscriber);
  gpointer (*ref) (gpointer subscriber);
  void (*unref) (gpointer subscriber);
} SubscriberClass;

/* Exactly one of reply (the text of a JSON object) and error. Called once, on any thread; the request is freed
 * afterwards by the caller of it. */
typedef void (*RequestDone) (Request *request, GBytes *reply, const GError *error);

/* Sees every request once, just before its answer goes out; on any thread. */
typedef void (*RequestObserver) (const Request *request, const GError *error, gpointer data);

struct _Request
{
  char id[27];                          /* ULID: in the log and in the answer */
  const ConfabOperation *operation;
  Caller *caller;
  gpointer fields;                      /* the operation's generated structure, e.g. ConfabSendMessageRequest */
  const SubscriberClass *subscriber_class;  /* nullable, with subscriber */
  gpointer subscriber;                  /* owned reference */
  gint64 arrived;                       /* monotonic, microseconds */
  RequestDone done;
  gpointer door;                        /* the door's own, and freed by its done */
  gboolean rate_limited;                /* a bucket was asked; what it said, for the door's RateLimit headers: */
  double rate_remaining;                /* tokens left */
  double retry_after;                   /* seconds, when there were none */
  RequestObserver observe;              /* nullable: counts what was finished */
  gpointer observe_data;
  guint *in_flight;                     /* nullable, atomic: one less when nothing of it is left to do */
};

/* fields is taken, caller copied; subscriber referenced. */
Request *request_new (const ConfabOperation *operation, const Caller *caller, gpointer fields, RequestDone done,
                      gpointer door);
void request_set_subscriber (Request *self, const SubscriberClass *klass, gpointer subscriber);
/* Whether the connection that it came through has gone meanwhile. */
gboolean request_is_abandoned (const Request *self);
/* Logs an internal error once, has the request counted, calls done, frees the request. */
void request_finish (Request *self, GBytes *reply, const GError *error);

G_END_DECLS
