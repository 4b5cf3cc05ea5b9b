/* test-redis-slots.c: which node of a cluster has what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "backplane/redis/redis-slots.h"

#include <string.h>

static guint
slot_of (const char *key)
{
  return redis_slot_of (key, strlen (key));
}

/* The values that CLUSTER KEYSLOT of Redis gives. */
static void
test_slot_of (void)
{
  g_assert_cmpuint (slot_of (""), ==, 0);
  g_assert_cmpuint (slot_of ("123456789"), ==, 0x31c3);
  g_assert_cmpuint (slot_of ("foo"), ==, 12182);
  g_assert_cmpuint (slot_of ("bar"), ==, 5061);
  g_assert_cmpuint (slot_of ("{foo}.bar"), ==, slot_of ("foo"));
  g_assert_cmpuint (slot_of ("a{foo}b{bar}"), ==, slot_of ("foo"));
  g_assert_cmpuint (slot_of ("a{{foo}}b"), ==, slot_of ("{foo"));
  /* Nothing between them, or no end: then it is all of it. */
  g_assert_cmpuint (slot_of ("a{}{foo}"), !=, slot_of ("foo"));
  g_assert_cmpuint (slot_of ("{foo"), !=, slot_of ("foo"));
}

static redisReply *
parse (const char *text)
{
  redisReader *reader = redisReaderCreate ();
  void *reply = NULL;

  g_assert_cmpint (redisReaderFeed (reader, text, strlen (text)), ==, REDIS_OK);
  g_assert_cmpint (redisReaderGetReply (reader, &reply), ==, REDIS_OK);
  g_assert_nonnull (reply);
  redisReaderFree (reader);
  return reply;
}

static RedisSlots *
read_slots (const char *text)
{
  g_autoptr(GError) error = NULL;
  redisReply *reply = parse (text);
  RedisSlots *slots = redis_slots_new (reply, "asked", &error);

  g_assert_true ((slots == NULL) == (error != NULL));
  freeReplyObject (reply);
  return slots;
}

#define HALF "*3\r\n:0\r\n:8191\r\n*3\r\n$4\r\nhere\r\n:7000\r\n$2\r\nid\r\n"
#define OTHER_HALF "*4\r\n:8192\r\n:16383\r\n*3\r\n$0\r\n\r\n:7001\r\n$2\r\nid\r\n*2\r\n$7\r\nreplica\r\n:7002\r\n"

static void
test_slots (void)
{
  g_autoptr(RedisSlots) slots = read_slots ("*2\r\n" HALF OTHER_HALF);
  const RedisEndpoint *first, *last;

  g_assert_nonnull (slots);
  g_assert_cmpuint (slots->nodes->len, ==, 2);
  first = &g_array_index (slots->nodes, RedisEndpoint, slots->node_of[8191]);
  last = &g_array_index (slots->nodes, RedisEndpoint, slots->node_of[8192]);
  g_assert_cmpstr (first->host, ==, "here");
  g_assert_cmpuint (first->port, ==, 7000);
  /* Without a name it is the one that was asked. */
  g_assert_cmpstr (last->host, ==, "asked");
  g_assert_cmpuint (last->port, ==, 7001);
}

static void
test_bad_slots (void)
{
  static const char * const texts[] = {
    "+OK\r\n",
    "*0\r\n",
    "*1\r\n" HALF,
    "*2\r\n" HALF "+OK\r\n",
    "*2\r\n" HALF "*2\r\n:8192\r\n:16383\r\n",
    "*2\r\n" HALF "*3\r\n:8192\r\n:16384\r\n*2\r\n$4\r\nhere\r\n:7000\r\n",
    "*2\r\n" HALF "*3\r\n:-1\r\n:16383\r\n*2\r\n$4\r\nhere\r\n:7000\r\n",
    "*2\r\n" HALF "*3\r\n:16383\r\n:8192\r\n*2\r\n$4\r\nhere\r\n:7000\r\n",
    "*2\r\n" HALF "*3\r\n:8192\r\n:16383\r\n*2\r\n$4\r\nhere\r\n:70000\r\n",
    "*2\r\n" HALF "*3\r\n:8192\r\n:16383\r\n*2\r\n$4\r\nhere\r\n$4\r\n7000\r\n",
    "*2\r\n" HALF "*3\r\n$4\r\n8192\r\n:16383\r\n*2\r\n$4\r\nhere\r\n:7000\r\n",
    "*2\r\n" HALF "*3\r\n:8192\r\n:16383\r\n*1\r\n$4\r\nhere\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_assert_null (read_slots (texts[i]));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redis-slots/slot-of", test_slot_of);
  g_test_add_func ("/redis-slots/slots", test_slots);
  g_test_add_func ("/redis-slots/bad-slots", test_bad_slots);
  return g_test_run ();
}
