/* fixture.h: a NetServer on loopback with a test's api behind it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "api-double.h"
#include "net/net-server.h"
#include "peer.h"

G_BEGIN_DECLS

typedef struct
{
  Api *api;
  Backplane *backplane;
  NetServer *server;
  char *address;
} Fixture;

/* change: sets options, nullable. */
typedef void (*FixtureChange) (NetOptions *options, NetHooks *hooks);

void fixture_set_up (Fixture *self, gconstpointer change);
void fixture_tear_down (Fixture *self, gconstpointer change);

void fixture_publish (Fixture *self, const char *topic, const char *name, const char *data);
void fixture_publish_control (Fixture *self, const char *topic, EventControl control, const char *argument);

/* Waits until the counter has the value. */
void fixture_await (const _Atomic gint64 *counter, gint64 value);

#define fixture_add(path, change, func) \
  g_test_add (path, Fixture, (gconstpointer) (GCallback) (FixtureChange) (change), fixture_set_up, func, \
              fixture_tear_down)

G_END_DECLS
