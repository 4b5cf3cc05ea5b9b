/* client.h: many WebSocket connections from one thread, for as little as possible
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The load shares the machine with the server that it measures, so nothing here parses JSON: frames are told apart by
 * how they begin, and a message carries the time when it was due.
 */
#pragma once

#include "dialect.h"
#include "histogram.h"
#include "setup.h"

G_BEGIN_DECLS

typedef enum
{
  CLIENT_CONNECTING,
  CLIENT_SHAKING_HANDS,
  CLIENT_SIGNING_IN,
  CLIENT_READY,
  CLIENT_CLOSED,
} ClientState;

typedef struct _Load Load;

struct _Client
{
  Load *load;
  const Person *person;
  const char *server;
  int fd;
  ClientState state;
  guint number;
  guint n_sent;
  GByteArray *rest;      /* of a frame that has not come whole; NULL most of the time */
  char *frame;           /* the next message, but for the places that change; NULL without a room */
  gsize frame_length;
  gsize stamps[2];       /* where they are in the frame: for the answer, and in the text */
  gsize number_place;    /* 0: nowhere */
};

struct _Load
{
  const Dialect *dialect;
  Client *clients;
  guint n_clients;
  int epoll_fd;
  guint8 *input;
  guint next;            /* whose turn it is to send */
  gboolean sending;      /* each answer is followed by a send, so that as many stay unacknowledged */
  guint n_ready;
  guint n_closed;
  guint64 n_sent;
  guint64 n_answered;
  guint64 n_refused;     /* of those */
  guint64 n_received;    /* messages, one's own included */
  char *refusal;         /* the first */
  Histogram delivery;    /* from due to another member's receipt */
  Histogram acknowledgement;
  gboolean measuring;
};

/* Client i is people[i % n_people], at servers[i % n_servers]. */
void load_init (Load *self, const Dialect *dialect, const char *const *servers, const Person *people, guint n_people,
                guint n_clients);
void load_clear (Load *self);

/* Connects and signs in everybody, at most at_once at a time; returns the seconds it took until the last was ready.
 * Ends the program when that is not so within patience seconds. */
double load_connect (Load *self, guint at_once, guint patience);
/* Handles what comes until then (monotonic microseconds), or returns earlier after one turn when once is TRUE. */
void load_run (Load *self, gint64 until, gboolean once);
/* Everybody in turn. due: when it should have been sent. */
void load_send_next (Load *self, gint64 due);

G_END_DECLS
