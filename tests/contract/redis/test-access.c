/* test-access.c: passwords, certificates, sentinels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "instances.h"

#define PASSWORD "s3kr1t/with?odd@letters"
#define PASSWORD_ESCAPED "s3kr1t%2Fwith%3Fodd%40letters"

/* One instance can reach the other through it. */
static void
assert_works (Fixture *fixture, const char *address)
{
  Instance *a = fixture_add_instance_at (fixture, address), *b = fixture_add_instance_at (fixture, address);
  g_autoptr(GError) error = NULL;

  backplane_check (a->backplane, &error);
  g_assert_no_error (error);
  instance_subscribe (b, "room:R");
  instance_publish (a, "room:R", "one");
  eventually (instance_count_events (b) == 1);
}

/* Whether it is away, with a reason in which these words are. */
static gboolean
is_refused (Instance *instance, const char *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (backplane_check (instance->backplane, &error));
  g_assert_null (strstr (error->message, "s3kr1t"));
  return strstr (error->message, words) != NULL;
}

static void
assert_refused (Fixture *fixture, const char *address, const char *words)
{
  Instance *instance = fixture_add_instance_at (fixture, address);

  eventually (is_refused (instance, words));
}

static void
test_password (void)
{
  static const char *options[] = { "--requirepass", PASSWORD, NULL };
  g_auto(Fixture) fixture = { NULL };
  g_autofree char *right = NULL, *wrong = NULL;

  if (!fixture_start_redis (&fixture, options))
    return;
  right = g_strdup_printf ("redis://:%s@127.0.0.1:%u", PASSWORD_ESCAPED, fixture.port);
  wrong = g_strdup_printf ("redis://:s3kr1t-not@127.0.0.1:%u", fixture.port);
  assert_works (&fixture, right);
  assert_refused (&fixture, wrong, "WRONGPASS");
}

static void
test_password_is_missing (void)
{
  static const char *options[] = { "--requirepass", PASSWORD, NULL };
  g_auto(Fixture) fixture = { NULL };
  g_autofree char *address = NULL;

  if (!fixture_start_redis (&fixture, options))
    return;
  address = g_strdup_printf ("redis://127.0.0.1:%u", fixture.port);
  assert_refused (&fixture, address, "NOAUTH");
}

/* ---- TLS -------------------------------------------------------------------------------------------------- */

G_GNUC_PRINTF (2, 3)
static void
run_in (const char *folder, const char *format, ...)
{
  g_autofree char *command = NULL;
  g_auto(GStrv) words = NULL;
  g_autofree char *complaint = NULL;
  g_autoptr(GError) error = NULL;
  va_list arguments;
  int status;

  va_start (arguments, format);
  command = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_assert_true (g_shell_parse_argv (command, NULL, &words, &error));
  g_spawn_sync (folder, words, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, &complaint, &status, &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, NULL))
    g_error ("%s: %s", command, complaint);
}

static void
make_certificates (const char *folder, const char *names)
{
  run_in (folder, "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=Authority -keyout ca.key -out ca.crt");
  run_in (folder, "openssl req -newkey rsa:2048 -nodes -subj /CN=Redis -addext subjectAltName=%s -keyout redis.key "
                  "-out redis.csr", names);
  run_in (folder, "openssl x509 -req -in redis.csr -CA ca.crt -CAkey ca.key -days 2 -copy_extensions copy "
                  "-out redis.crt");
}

static guint16
find_free_port (void)
{
  g_autoptr(GSocketListener) listener = g_socket_listener_new ();
  g_autoptr(GError) error = NULL;
  guint16 port = g_socket_listener_add_any_inet_port (listener, NULL, &error);

  g_assert_no_error (error);
  return port;
}

typedef struct
{
  Fixture fixture;
  char *folder;
  guint16 port;
} SecureFixture;

static void
secure_fixture_clear (SecureFixture *self)
{
  static const char * const names[] = { "ca.key", "ca.crt", "ca.srl", "redis.key", "redis.csr", "redis.crt" };

  fixture_clear (&self->fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->folder, names[i], NULL);

      g_unlink (path);
    }
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->folder);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SecureFixture, secure_fixture_clear)

/* names: what the certificate is for. */
static gboolean
start_secure_redis (SecureFixture *self, const char *names)
{
  g_autofree char *port = NULL, *ca = NULL, *certificate = NULL, *key = NULL;

  self->folder = g_dir_make_tmp ("confab-tls-XXXXXX", NULL);
  make_certificates (self->folder, names);
  self->port = find_free_port ();
  port = g_strdup_printf ("%u", self->port);
  ca = g_build_filename (self->folder, "ca.crt", NULL);
  certificate = g_build_filename (self->folder, "redis.crt", NULL);
  key = g_build_filename (self->folder, "redis.key", NULL);

  const char *options[] = { "--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", key,
                            "--tls-ca-cert-file", ca, "--tls-auth-clients", "no", NULL };

  return fixture_start_redis (&self->fixture, options);
}

static void
test_tls (void)
{
  g_auto(SecureFixture) secure = { { NULL } };
  g_autofree char *by_address = NULL, *untrusted = NULL;

  if (!start_secure_redis (&secure, "IP:127.0.0.1"))
    return;
  by_address = g_strdup_printf ("rediss://127.0.0.1:%u?ca=%s/ca.crt", secure.port, secure.folder);
  untrusted = g_strdup_printf ("rediss://127.0.0.1:%u", secure.port);
  assert_works (&secure.fixture, by_address);
  assert_refused (&secure.fixture, untrusted, "not trusted");
}

static void
test_tls_by_name (void)
{
  g_auto(SecureFixture) secure = { { NULL } };
  g_autofree char *by_name = NULL, *by_address = NULL;

  if (!start_secure_redis (&secure, "DNS:localhost"))
    return;
  by_name = g_strdup_printf ("rediss://localhost:%u?ca=%s/ca.crt", secure.port, secure.folder);
  by_address = g_strdup_printf ("rediss://127.0.0.1:%u?ca=%s/ca.crt", secure.port, secure.folder);
  assert_works (&secure.fixture, by_name);
  /* The same authority signed it, and it is somebody else's. */
  assert_refused (&secure.fixture, by_address, "mismatch");
}

static void
test_tls_to_nobody_who_speaks_it (void)
{
  g_auto(Fixture) fixture = { NULL };
  g_autoptr(GError) error = NULL;
  g_autofree char *address = NULL;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  address = g_strdup_printf ("rediss://127.0.0.1:%u", fixture.port);
  assert_refused (&fixture, address, "TLS");
  g_assert_null (backplane_open ("rediss://127.0.0.1?ca=/nowhere/ca.crt", &error));
  g_assert_nonnull (strstr (error->message, "/nowhere/ca.crt"));
}

/* Much in both directions, so that records are split over reads and writes. */
static void
test_tls_in_bulk (void)
{
  g_auto(SecureFixture) secure = { { NULL } };
  g_autofree char *address = NULL;
  Instance *a, *b;
  g_autofree char *text = g_strnfill (60000, 'x');
  g_autofree char *data = g_strdup_printf ("{\"text\":\"%s\"}", text);
  g_autoptr(Event) event = event_new ("room:R", "large", g_string_new (data));

  if (!start_secure_redis (&secure, "IP:127.0.0.1"))
    return;
  address = g_strdup_printf ("rediss://127.0.0.1:%u?ca=%s/ca.crt", secure.port, secure.folder);
  a = fixture_add_instance_at (&secure.fixture, address);
  b = fixture_add_instance_at (&secure.fixture, address);
  instance_subscribe (b, "room:R");
  for (guint i = 0; i < 200; i++)
    backplane_publish (a->backplane, &event, 1);
  eventually (instance_count_events (b) == 200);
  for (guint i = 0; i < 200; i++)
    g_assert_true (g_bytes_equal (((Event *) b->events->pdata[i])->frame, event->frame));
  g_assert_cmpuint (instance_count_dropped (a), ==, 0);
}

/* ---- Sentinels -------------------------------------------------------------------------------------------- */

static gboolean
knows_replica (redisContext *sentinel)
{
  redisReply *reply = redisCommand (sentinel, "SENTINEL replicas confab");
  gboolean known = reply != NULL && reply->type == REDIS_REPLY_ARRAY && reply->elements == 1;

  g_clear_pointer (&reply, freeReplyObject);
  return known;
}

static gboolean
is_in_step (redisContext *console)
{
  redisReply *reply = redisCommand (console, "INFO replication");
  gboolean in_step = reply != NULL && strstr (reply->str, "state=online") != NULL;

  g_clear_pointer (&reply, freeReplyObject);
  return in_step;
}

/* The master dies; the sentinel makes the replica the master, and instances find it. */
static void
test_failover (void)
{
  g_auto(Fixture) fixture = { NULL };
  g_autofree char *port = NULL, *replica_of = NULL, *why = NULL;
  g_autoptr(Service) replica = NULL, sentinel = NULL;
  redisContext *console;
  Instance *a, *b;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  port = g_strdup_printf ("%u", fixture.port);
  replica_of = g_strdup_printf ("127.0.0.1 %u", fixture.port);
  replica = service_new_with ("redis", (const char *[]) { "--replicaof", replica_of, NULL }, &why);
  sentinel = service_new_with ("sentinel", (const char *[]) { "--watch", port, NULL }, &why);
  g_assert_nonnull (sentinel);
  console = redisConnect ("127.0.0.1", atoi (strrchr (service_get_address (sentinel), ':') + 1));
  eventually (is_in_step (fixture.console));
  eventually (knows_replica (console));
  a = fixture_add_instance_at (&fixture, service_get_address (sentinel));
  b = fixture_add_instance_at (&fixture, service_get_address (sentinel));
  instance_subscribe (b, "room:R");
  instance_publish (a, "room:R", "before");
  eventually (instance_count_events (b) == 1);

  service_run (fixture.redis, "kill");
  eventually (!instance_is_connected (a) && !instance_is_connected (b));
  eventually (instance_is_connected (a) && instance_is_connected (b));
  g_assert_cmpuint (instance_count_gaps (b), >, 0);
  instance_publish (a, "room:R", "after");
  eventually (instance_count_events (b) == 2);
  g_assert_true (backplane_set_presence (a->backplane, "ada", "phone", CONFAB_PRESENCE_STATUS_ONLINE, 60, NULL));
  g_assert_cmpint (backplane_get_presence (b->backplane, "ada"), ==, CONFAB_PRESENCE_STATUS_ONLINE);
  redisFree (console);
}

static void
test_wrong_places (void)
{
  g_auto(Fixture) fixture = { NULL };
  g_autofree char *port = NULL, *replica_of = NULL, *why = NULL, *as_redis = NULL, *other = NULL;
  g_autoptr(Service) replica = NULL, sentinel = NULL;
  guint16 sentinel_port;

  if (!fixture_start_redis (&fixture, NULL))
    return;
  port = g_strdup_printf ("%u", fixture.port);
  replica_of = g_strdup_printf ("127.0.0.1 %u", fixture.port);
  replica = service_new_with ("redis", (const char *[]) { "--replicaof", replica_of, NULL }, &why);
  sentinel = service_new_with ("sentinel", (const char *[]) { "--watch", port, NULL }, &why);
  sentinel_port = atoi (strrchr (service_get_address (sentinel), ':') + 1);
  as_redis = g_strdup_printf ("redis://127.0.0.1:%u", sentinel_port);
  other = g_strdup_printf ("redis+sentinel://127.0.0.1:%u/other", sentinel_port);
  assert_refused (&fixture, service_get_address (replica), "replica");
  assert_refused (&fixture, as_redis, "sentinel");
  assert_refused (&fixture, other, "does not know that master");
}

/* Last, for what all of the above logged. */
static void
test_no_password_is_logged (void)
{
  g_assert_cmpuint (instances_count_logged ("is away"), >, 0);
  g_assert_cmpuint (instances_count_logged ("s3kr1t"), ==, 0);
}

int
main (int argc, char **argv)
{
  instances_init (&argc, &argv);
  g_test_add_func ("/redis/access/password", test_password);
  g_test_add_func ("/redis/access/password-is-missing", test_password_is_missing);
  g_test_add_func ("/redis/access/tls", test_tls);
  g_test_add_func ("/redis/access/tls-by-name", test_tls_by_name);
  g_test_add_func ("/redis/access/tls-to-nobody-who-speaks-it", test_tls_to_nobody_who_speaks_it);
  g_test_add_func ("/redis/access/tls-in-bulk", test_tls_in_bulk);
  g_test_add_func ("/redis/access/failover", test_failover);
  g_test_add_func ("/redis/access/wrong-places", test_wrong_places);
  g_test_add_func ("/redis/access/no-password-is-logged", test_no_password_is_logged);
  return g_test_run ();
}
