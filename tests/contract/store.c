/* store.c: one list of cases that every implementation of Store passes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "store-fixture.h"

static const StoreCase *const case_lists[] = {
  store_account_cases, store_session_cases, store_room_cases, store_message_cases, store_append_cases,
  store_change_cases, store_member_cases, store_concurrency_cases, store_durability_cases, store_transfer_cases,
};

typedef struct
{
  const StoreImplementation *implementation;
  const StoreCase *test;
} Run;

static void
run_case (gconstpointer data)
{
  const Run *run = data;
  StoreFixture fixture = { NULL };

  store_fixture_set_up (&fixture, run->implementation);
  if (fixture.store != NULL)
    run->test->run (&fixture);
  store_fixture_tear_down (&fixture);
}

static void
add_cases (const StoreImplementation *implementation, const StoreCase *cases)
{
  for (const StoreCase *test = cases; test->name != NULL; test++)
    {
      g_autofree char *path = g_strdup_printf ("/store/%s/%s", implementation->name, test->name);
      Run *run = g_new0 (Run, 1);

      run->implementation = implementation;
      run->test = test;
      g_test_add_data_func_full (path, run, run_case, g_free);
    }
}

int
main (int argc, char **argv)
{
  int status = 0;

  /* What store-durability.c kills. */
  if (argc == 3 && g_str_equal (argv[1], "--append-to"))
    {
      store_fixture_run_child (argv[2]);
      return 0;
    }

  /* What store-concurrency.c kills. */
  if (argc == 5 && g_str_equal (argv[1], "--write-to"))
    {
      store_fixture_run_writer (argv[2], argv[3], argv[4]);
      return 0;
    }

  g_test_init (&argc, &argv, NULL);
  for (const StoreImplementation *each = store_implementations; each->name != NULL; each++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (case_lists); i++)
        add_cases (each, case_lists[i]);
      if (each->get_service != NULL)
        add_cases (each, store_service_cases);
    }
  status = g_test_run ();
  store_implementations_finish ();
  return status;
}
