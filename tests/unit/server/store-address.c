/* store-address.c: what is the address of a store, told without opening it and without telling a password
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "protocol/confab-error.h"
#include "store/store.h"

#define PASSWORD "s3cret"

static void
test_good (void)
{
  static const char *addresses[] = {
    "sqlite:/var/lib/confab/confab.db",
    "sqlite::memory:",
#ifdef HAVE_MONGODB
    "mongodb://localhost",
    "mongodb://localhost:27017/confab?replicaSet=confab",
    "mongodb://confab:" PASSWORD "@one:27017,two:27018/chat?replicaSet=rs&tls=true&authSource=admin",
    "mongodb://confab:p%40ss%3Aword@one/",
    "mongodb+srv://confab:" PASSWORD "@cluster.example.org/chat",
#endif
  };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr(GError) error = NULL;

      store_check_address (addresses[i], &error);
      g_assert_no_error (error);
    }
}

static void
test_bad (void)
{
  static const char *addresses[] = {
    "",
    "confab.db",
    "sqlite:",
    "postgres://confab:" PASSWORD "@localhost",
    "mongodb",
    "mongodb:",
    "mongodb:confab:" PASSWORD "@localhost",
    "mongodb://",
    "mongodb://confab:" PASSWORD "@",
    "mongodb://confab:" PASSWORD "/@localhost",
    "mongodb://confab:" PASSWORD "@localhost:99999",
    "mongodb://confab:" PASSWORD "@localhost/a.b",
    "mongodb://confab:" PASSWORD "@localhost/?replicaSet",
    "mongodb://confab:" PASSWORD "%zz@localhost",
    "mongodb+srv://confab:" PASSWORD "@cluster.example.org:27017/chat",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (addresses); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(Store) store = NULL;

      g_test_message ("%s", addresses[i]);
      g_assert_false (store_check_address (addresses[i], &error));
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
      g_assert_null (strstr (error->message, PASSWORD));
      g_clear_error (&error);
      store = store_open (addresses[i], &error);
      g_assert_null (store);
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
      g_assert_null (strstr (error->message, PASSWORD));
    }
}

/* Somebody who reads that knows what to do. */
static void
test_built_without (void)
{
#ifdef HAVE_MONGODB
  g_test_skip ("this build has everything");
#else
  g_autoptr(GError) error = NULL;

  g_assert_false (store_check_address ("mongodb://localhost/confab", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
  g_assert_nonnull (strstr (error->message, "built without"));
#endif
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-address/good", test_good);
  g_test_add_func ("/store-address/bad", test_bad);
  g_test_add_func ("/store-address/built-without", test_built_without);
  return g_test_run ();
}
