/* test-redis-address.c: how the address of a Redis is read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "backplane/backplane.h"
#include "backplane/redis/redis-address.h"

#include <string.h>

static const struct
{
  const char *text;
  RedisKind kind;
  gboolean tls;
  const char *user;
  const char *password;
  const char *endpoints;     /* as they are described */
  const char *master;
  guint database;
  const char *prefix;
  const char *ca_file;
} good[] = {
  { "redis://cache", REDIS_SINGLE, FALSE, NULL, NULL, "cache:6379", NULL, 0, "confab", NULL },
  { "redis://127.0.0.1:7000/3", REDIS_SINGLE, FALSE, NULL, NULL, "127.0.0.1:7000", NULL, 3, "confab", NULL },
  { "redis://[::1]:7000/", REDIS_SINGLE, FALSE, NULL, NULL, "::1:7000", NULL, 0, "confab", NULL },
  { "redis://:secret@cache", REDIS_SINGLE, FALSE, NULL, "secret", "cache:6379", NULL, 0, "confab", NULL },
  { "redis://secret@cache", REDIS_SINGLE, FALSE, NULL, "secret", "cache:6379", NULL, 0, "confab", NULL },
  { "redis://ada:se%40cr%2Fet@cache", REDIS_SINGLE, FALSE, "ada", "se@cr/et", "cache:6379", NULL, 0, "confab", NULL },
  { "redis://ada:a/b?c@d@cache:1", REDIS_SINGLE, FALSE, "ada", "a/b?c@d", "cache:1", NULL, 0, "confab", NULL },
  { "rediss://cache?ca=/etc/ca.crt&prefix=two", REDIS_SINGLE, TRUE, NULL, NULL, "cache:6379", NULL, 0, "two",
    "/etc/ca.crt" },
  { "redis://cache/2?prefix=a.b-c_D9", REDIS_SINGLE, FALSE, NULL, NULL, "cache:6379", NULL, 2, "a.b-c_D9", NULL },
  { "redis+sentinel://s1,s2:27000,s3/main", REDIS_SENTINEL, FALSE, NULL, NULL,
    "sentinels s1:26379, s2:27000, s3:26379", "main", 0, "confab", NULL },
  { "rediss+sentinel://u:p@s1/main/5", REDIS_SENTINEL, TRUE, "u", "p", "sentinels s1:26379", "main", 5, "confab",
    NULL },
  { "redis+cluster://a,b:7001", REDIS_CLUSTER, FALSE, NULL, NULL, "a:6379, b:7001", NULL, 0, "confab", NULL },
};

static void
test_good (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(RedisAddress) address = redis_address_new (good[i].text, &error);
      g_autofree char *endpoints = NULL;

      g_assert_no_error (error);
      endpoints = redis_address_describe (address);
      g_assert_cmpint (address->kind, ==, good[i].kind);
      g_assert_cmpint (address->tls, ==, good[i].tls);
      g_assert_cmpstr (address->user, ==, good[i].user);
      g_assert_cmpstr (address->password, ==, good[i].password);
      g_assert_cmpstr (endpoints, ==, good[i].endpoints);
      g_assert_cmpstr (address->master, ==, good[i].master);
      g_assert_cmpuint (address->database, ==, good[i].database);
      g_assert_cmpstr (address->prefix, ==, good[i].prefix);
      g_assert_cmpstr (address->ca_file, ==, good[i].ca_file);
      g_assert_true (backplane_check_address (good[i].text, &error));
    }
}

/* An address, and words of what is wrong with it. */
static const struct
{
  const char *text;
  const char *words;
} bad[] = {
  { "redis:cache", "starts with none of" },
  { "redis+carrier://cache", "starts with none of" },
  { "redis://", "no host" },
  { "redis://:secret@", "no host" },
  { "redis://:@cache", "empty password" },
  { "redis://:se%zzcret@cache", "%" },
  { "redis://secret@a,b", "several hosts" },
  { "redis://cache:secret", "no HOST" },
  { "redis://cache:0", "no HOST" },
  { "redis://cache:66000", "no HOST" },
  { "redis://cache/secret", "no number" },
  { "redis://cache/-1", "no number" },
  { "redis://cache/1/2", "no number" },
  { "redis://cache?prefix=", "prefix" },
  { "redis://cache?prefix=a{b}", "prefix" },
  { "redis://cache?prefix=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "prefix" },
  { "redis://cache?password=secret", "neither prefix nor ca" },
  { "redis://cache?ca=/etc/ca.crt", "rediss://" },
  { "redis://cache?prefix", "NAME=VALUE" },
  { "redis+sentinel://cache", "master" },
  { "redis+sentinel://cache/", "master" },
  { "redis+sentinel://cache/main/x", "no number" },
  { "redis+sentinel://cache,,b/main", "no HOST" },
  { "redis+cluster://a,b/1", "only the one" },
};

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (backplane_check_address (bad[i].text, &error));
      if (strstr (error->message, bad[i].words) == NULL)
        g_error ("%s: \"%s\" says nothing of \"%s\"", bad[i].text, error->message, bad[i].words);
      g_assert_null (strstr (error->message, "secret"));
    }
}

static void
test_others (void)
{
  static const char * const texts[] = { "", "Local", "carrier-pigeon://u:secret@loft", "http://secret@cache" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_false (backplane_check_address (texts[i], &error));
      g_assert_null (strstr (error->message, "secret"));
    }
  g_assert_true (backplane_check_address ("local", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/redis-address/good", test_good);
  g_test_add_func ("/redis-address/bad", test_bad);
  g_test_add_func ("/redis-address/others", test_others);
  return g_test_run ();
}
