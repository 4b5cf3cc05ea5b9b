/* client.h: many WebSocket connections from one thread, for as little as possible
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The load shares the machine with the server that it measures, so nothing here parses JSON: frames are told apart by
 * how they begin, and a message carries the time when it was due at a fixed place.
 */
#pragma once

#include "histogram.h"
#include "setup.h"

G_BEGIN_DECLS

typedef enum
{
  CLIENT_CONNECTING,
  CLIENT_SHAKING_HANDS,
  CLIENT_WAITING_FOR_HELLO,
  CLIENT_READY,
  CLIENT_CLOSED,
} ClientState;

typedef struct _Load Load;

typedef struct
{
  Load *load;
  const Person *person;
  int fd;
  ClientState state;
  guint number;
  guint n_sent;
  guint n_acknowledged;
  GByteArray *rest;      /* of a frame that has not come whole; NULL most of the time */
  char *frame;           /* the next message, but for the places that change */
  gsize frame_length;
} Client;

struct _Load
{
  const char *server;
  Client *clients;
  guint n_clients;
  int epoll_fd;
  guint8 *input;
  guint window;          /* each client keeps so many messages unacknowledged; 0: sends only when told */
  gboolean sending;
  guint n_connecting;
  guint n_ready;
  guint n_closed;
  guint64 n_sent;
  guint64 n_acknowledged;
  guint64 n_refused;
  guint64 n_received;    /* other people's messages */
  char *refusal;         /* the first */
  Histogram delivery;    /* from due to another member's receipt */
  Histogram acknowledgement;
  gboolean measuring;
};

/* Client i is people[i % n_people]. */
void load_init (Load *self, const char *server, const Person *people, guint n_people, guint n_clients);
void load_clear (Load *self);

/* Connects and signs in everybody, at most at_once at a time; returns the seconds it took until the last hello. */
double load_connect (Load *self, guint at_once);
/* Handles what comes until then (monotonic microseconds), or returns earlier after one turn when once is TRUE. */
void load_run (Load *self, gint64 until, gboolean once);
/* due: when it should have been sent. */
void client_send_message (Client *self, gint64 due);

G_END_DECLS
