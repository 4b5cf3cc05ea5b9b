/* redis-command.h: commands in the form in which they are sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Lua that runs inside Redis, in one step as others see it: scripts/NAME.lua. */
typedef enum
{
  REDIS_SCRIPT_PRESENCE,
  REDIS_SCRIPT_BUCKET,
  N_REDIS_SCRIPTS,
} RedisScript;

typedef struct
{
  char *bytes;
  gsize length;
  guint n_replies;
  guint slot;        /* of its key or channel, where it has one */
} RedisCommand;

/* A format of hiredis: blanks part arguments, %s is a string, %b is bytes and a size_t. */
RedisCommand redis_command_new (const char *format, ...);
RedisCommand redis_command_new_script (RedisScript script, const char *const *keys, guint n_keys,
                                       const char *const *arguments, guint n_arguments);
RedisCommand redis_command_new_load (RedisScript script);
void redis_command_clear (RedisCommand *self);

G_END_DECLS
