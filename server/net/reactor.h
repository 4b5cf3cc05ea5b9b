/* reactor.h: one I/O thread and what it owns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything here belongs to the reactor's thread; others reach it by its mailbox. Mail gets the Reactor as its owner,
 * or NULL when the reactor is gone.
 */
#pragma once

#include <libsoup/soup.h>

#include "net/net-server-private.h"
#include "net/poller.h"
#include "net/wheel.h"

G_BEGIN_DECLS

typedef struct _Connection Connection;
typedef struct _HttpSocket HttpSocket;

struct _Reactor
{
  guint seat;                    /* its number */
  NetServer *server;             /* borrowed */
  Mailbox *mailbox;              /* borrowed */
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;
  Poller *poller;
  Wheel wheel;
  SoupServer *soup;
  Watch listener;
  gboolean listener_rests;       /* out of descriptors: until the next tick */
  GSocketAddress *local_address;
  Watch mail_watch;
  Watch tick_watch;
  GQueue connections;            /* of Connection, by its link */
  GQueue http_sockets;           /* of HttpSocket, by its link */
  GThread *owner;                /* the running thread, for assertions */
};

#define reactor_assert_mine(self) g_assert ((self)->owner == g_thread_self ())

/* listener_fd is taken. Starts the thread. */
Reactor *reactor_new (NetServer *server, guint seat, int listener_fd, GSocketAddress *local_address);
/* Closes what is open and ends the thread. */
void reactor_free (Reactor *self);

/* From any thread. */
void reactor_post (Reactor *self, MailFunc func, gpointer subject, gpointer content, gpointer extra);
void reactor_drain (Reactor *self);

G_END_DECLS
