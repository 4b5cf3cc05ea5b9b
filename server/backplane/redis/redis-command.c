/* redis-command.c: commands in the form in which they are sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-backplane"

#include "config.h"

#include "backplane/redis/redis-command.h"

#include <hiredis/hiredis.h>
#include <string.h>

#include "backplane/redis/redis-slots.h"
#include "redis-scripts.h"

#define SCRIPTS_FOLDER "/chat/confab/server/redis/"

static const char * const script_names[N_REDIS_SCRIPTS] = {
  [REDIS_SCRIPT_PRESENCE] = "presence.lua",
  [REDIS_SCRIPT_BUCKET] = "bucket.lua",
};

static const char *
script_get_text (RedisScript script)
{
  static GMutex mutex;
  static char *texts[N_REDIS_SCRIPTS];
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&mutex);

  if (texts[script] == NULL)
    {
      g_autoptr(GBytes) data = NULL;
      g_autofree char *path = g_strconcat (SCRIPTS_FOLDER, script_names[script], NULL);
      g_autoptr(GError) error = NULL;

      redis_scripts_register_resource ();
      data = g_resource_lookup_data (redis_scripts_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, &error);
      g_assert_no_error (error);
      texts[script] = g_strndup (g_bytes_get_data (data, NULL), g_bytes_get_size (data));
    }
  return texts[script];
}

/* What Redis calls the script. */
static const char *
script_get_digest (RedisScript script)
{
  static GMutex mutex;
  static char *digests[N_REDIS_SCRIPTS];
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&mutex);

  if (digests[script] == NULL)
    digests[script] = g_compute_checksum_for_string (G_CHECKSUM_SHA1, script_get_text (script), -1);
  return digests[script];
}

/* The key or channel is the second word of all commands that have one, but for scripts. */
static guint
find_slot (const char *bytes, gsize length)
{
  const char *end = bytes + length, *at = bytes;
  guint64 word_length;

  /* *WORDS $LENGTH WORD $LENGTH … */
  for (guint i = 0; i < 3; i++)
    {
      at = memchr (at, '\n', end - at);
      if (at == NULL || ++at == end)
        return 0;
    }
  word_length = g_ascii_strtoull (at + 1, NULL, 10);
  at = memchr (at, '\n', end - at);
  return at != NULL && word_length < (gsize) (end - at) ? redis_slot_of (at + 1, word_length) : 0;
}

RedisCommand
redis_command_new (const char *format, ...)
{
  RedisCommand self = { .n_replies = 1 };
  va_list arguments;
  int length;

  va_start (arguments, format);
  length = redisvFormatCommand (&self.bytes, format, arguments);
  va_end (arguments);
  g_assert (length > 0);
  self.length = length;
  self.slot = find_slot (self.bytes, self.length);
  return self;
}

RedisCommand
redis_command_new_script (RedisScript script, const char *const *keys, guint n_keys, const char *const *arguments,
                          guint n_arguments)
{
  RedisCommand self = { .n_replies = 1 };
  guint n = 3 + n_keys + n_arguments;
  g_autofree const char **words = g_new (const char *, n);
  g_autofree gsize *lengths = g_new (gsize, n);
  char n_keys_text[12];
  long long length;

  g_snprintf (n_keys_text, sizeof n_keys_text, "%u", n_keys);
  words[0] = "EVALSHA";
  words[1] = script_get_digest (script);
  words[2] = n_keys_text;
  for (guint i = 0; i < n_keys; i++)
    words[3 + i] = keys[i];
  for (guint i = 0; i < n_arguments; i++)
    words[3 + n_keys + i] = arguments[i];
  for (guint i = 0; i < n; i++)
    lengths[i] = strlen (words[i]);
  length = redisFormatCommandArgv (&self.bytes, n, words, lengths);
  g_assert (length > 0);
  self.length = length;
  self.slot = redis_slot_of (keys[0], strlen (keys[0]));
  return self;
}

RedisCommand
redis_command_new_load (RedisScript script)
{
  return redis_command_new ("SCRIPT LOAD %s", script_get_text (script));
}

/* hiredis allocates by malloc(), as GLib does. */
void
redis_command_clear (RedisCommand *self)
{
  g_clear_pointer (&self->bytes, g_free);
}
