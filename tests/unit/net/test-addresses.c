/* test-addresses.c: whom a request is held against, which pages may ask, and how many may come
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "net/admission.h"
#include "net/listener.h"
#include "net/origins.h"
#include "net/proxies.h"
#include "protocol/confab-error.h"

#include <unistd.h>

static void
test_client (void)
{
  static const char * const networks[] = { "127.0.0.1", "10.0.0.0/8", "::1", NULL };
  static const struct
  {
    const char *peer;
    const char *forwarded_for;
    const char *client;
  } cases[] = {
    { "192.0.2.1", NULL, "192.0.2.1" },
    { "192.0.2.1", "203.0.113.5", "192.0.2.1" },                          /* nobody's proxy: a lie */
    { "127.0.0.1", NULL, "127.0.0.1" },
    { "127.0.0.1", "203.0.113.5", "203.0.113.5" },
    { "127.0.0.1", "198.51.100.1, 203.0.113.5", "203.0.113.5" },          /* the first was the client's own header */
    { "127.0.0.1", "203.0.113.5, 10.1.2.3", "203.0.113.5" },              /* two proxies of ours */
    { "10.9.9.9", " 2001:db8::7 ", "2001:db8::7" },
    { "127.0.0.1", "unknown", "127.0.0.1" },
    { "127.0.0.1", "203.0.113.5,,", "127.0.0.1" },
    { "::1", "10.0.0.1", "10.0.0.1" },
  };
  g_autoptr(GError) error = NULL;
  g_autoptr(Proxies) proxies = proxies_new (networks, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GInetAddress) peer = g_inet_address_new_from_string (cases[i].peer);
      g_autofree char *client = proxies_get_client (proxies, peer, cases[i].forwarded_for);

      g_assert_cmpstr (client, ==, cases[i].client);
    }
}

static void
test_bad_options (void)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (proxies_new ((const char * const[]) { "10.0.0.0/99", NULL }, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
  g_clear_error (&error);
  g_assert_null (origins_new ((const char * const[]) { "chat.example.org", NULL }, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
  g_clear_error (&error);
  g_assert_null (origins_new ((const char * const[]) { "https://chat.example.org/", NULL }, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
}

static void
test_origins (void)
{
  static const char * const allowed[] = { "https://chat.example.org", NULL };
  g_autoptr(Origins) origins = origins_new (allowed, NULL);
  g_autoptr(Origins) none = origins_new (NULL, NULL);

  g_assert_true (origins_allow (origins, "https://chat.example.org"));
  g_assert_true (origins_allow (origins, "https://Chat.Example.org"));
  g_assert_false (origins_allow (origins, "http://chat.example.org"));
  g_assert_false (origins_allow (origins, "https://chat.example.org.evil.example"));
  g_assert_false (origins_allow (none, "https://chat.example.org"));
  g_assert_true (origins_is_same ("http://localhost:3000", "localhost:3000"));
  g_assert_true (origins_is_same ("https://chat.example.org", "chat.example.org"));
  g_assert_false (origins_is_same ("http://localhost:3001", "localhost:3000"));
  g_assert_false (origins_is_same ("null", "localhost:3000"));
  g_assert_false (origins_is_same ("http://localhost:3000", NULL));
}

static void
test_admission (void)
{
  Admission *admission = admission_new (2);
  Admission *open = admission_new (0);

  g_assert_true (admission_enter (admission, "a"));
  g_assert_true (admission_enter (admission, "a"));
  g_assert_false (admission_enter (admission, "a"));
  g_assert_true (admission_enter (admission, "b"));
  admission_leave (admission, "a");
  g_assert_true (admission_enter (admission, "a"));
  g_assert_cmpuint (admission_count (admission, "a"), ==, 2);
  g_assert_cmpuint (admission_count (admission, "c"), ==, 0);
  for (guint i = 0; i < 100; i++)
    g_assert_true (admission_enter (open, "a"));
  admission_free (admission);
  admission_free (open);
}

static void
test_listener (void)
{
  int fds[3], more[1];
  g_autoptr(GError) error = NULL;
  g_autoptr(GSocketAddress) address = listener_open ("127.0.0.1:0", fds, G_N_ELEMENTS (fds), &error);
  g_autofree char *text = NULL;

  g_assert_no_error (error);
  text = listener_write_address (address);
  g_assert_true (g_str_has_prefix (text, "127.0.0.1:"));
  g_assert_cmpstr (text, !=, "127.0.0.1:0");

  /* SO_REUSEPORT would share it with another server. */
  g_assert_null (listener_open (text, more, 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_ADDRESS_IN_USE);
  for (gsize i = 0; i < G_N_ELEMENTS (fds); i++)
    close (fds[i]);
}

static void
test_bad_listeners (void)
{
  static const char * const addresses[] = { "", "127.0.0.1", "127.0.0.1:http:", "127.0.0.1:99999", NULL };
  int fd;

  for (gsize i = 0; addresses[i] != NULL; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (listener_open (addresses[i], &fd, 1, &error));
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/addresses/client", test_client);
  g_test_add_func ("/addresses/bad-options", test_bad_options);
  g_test_add_func ("/addresses/origins", test_origins);
  g_test_add_func ("/addresses/admission", test_admission);
  g_test_add_func ("/addresses/listener", test_listener);
  g_test_add_func ("/addresses/bad-listeners", test_bad_listeners);
  return g_test_run ();
}
