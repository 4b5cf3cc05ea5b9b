/* instances.h: several backplanes on one Redis, and what they were told
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "backplane/backplane.h"

#include <hiredis/hiredis.h>

#include "service.h"

G_BEGIN_DECLS

#define MAX_INSTANCES 3

/* One instance of the server, as far as a backplane makes one. */
typedef struct
{
  Backplane *backplane;
  GMutex mutex;
  GPtrArray *events;       /* of Event, as they were delivered */
  guint n_calls;
  guint n_gaps;
} Instance;

typedef struct
{
  Service *redis;
  redisContext *console;
  guint16 port;
  Instance instances[MAX_INSTANCES];
  guint n_instances;
} Fixture;

/* Of the whole program: starts g_test, and notes what is logged instead of dying of warnings. */
void instances_init (int *argc, char ***argv);
/* How many messages of the log contain it. */
guint instances_count_logged (const char *part);

/* FALSE: there is no Redis here, and the test is skipped. options of redis-server, ended by NULL; nullable. */
gboolean fixture_start_redis (Fixture *self, const char *const *options);
void fixture_clear (Fixture *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)
/* On that Redis as anybody, with something after its port, nullable. */
Instance *fixture_add_instance (Fixture *self, const char *after);
Instance *fixture_add_instance_at (Fixture *self, const char *address);
/* A command of an operator. Free the reply. */
redisReply *fixture_run (Fixture *self, const char *format, ...);
void fixture_do (Fixture *self, const char *format, ...);

void instance_subscribe (Instance *self, const char *topic);
void instance_publish (Instance *self, const char *topic, const char *name);
/* "topic/name " for each event so far. */
char *instance_tell_events (Instance *self);
guint instance_count_events (Instance *self);
guint instance_count_gaps (Instance *self);
gboolean instance_is_connected (Instance *self);
guint64 instance_count_dropped (Instance *self);
/* Nothing waits for an answer. */
gboolean instance_is_idle (Instance *self);

/* Waits until it is so. */
#define eventually(condition) \
  G_STMT_START \
    { \
      gint64 eventually_end = g_get_monotonic_time () + 20 * G_USEC_PER_SEC; \
      while (!(condition)) \
        { \
          if (g_get_monotonic_time () > eventually_end) \
            g_error ("%s:%d: not in time: %s", __FILE__, __LINE__, #condition); \
          instances_let_others_run (); \
        } \
    } \
  G_STMT_END
void instances_let_others_run (void);

G_END_DECLS
