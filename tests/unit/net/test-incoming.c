/* test-incoming.c: which frames are understood, and what is said of the others
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "net/incoming.h"
#include "protocol/confab-error.h"

static void
test_good (void)
{
  static const struct
  {
    const char *text;
    const char *event;
    const char *id;
    gboolean has_data;
  } cases[] = {
    { "{\"event\":\"pong\"}", "pong", NULL, FALSE },
    { "{\"event\":\"typing\",\"data\":{\"isTyping\":true}}", "typing", NULL, TRUE },
    { "{\"event\":\"resume\",\"id\":17,\"data\":{}}", "resume", "17", TRUE },
    { "{\"event\":\"resume\",\"id\":-9007199254740993}", "resume", "-9007199254740993", FALSE },
    { "{\"event\":\"resume\",\"id\":\"a\\\"b\",\"data\":null}", "resume", "\"a\\\"b\"", FALSE },
    { "{\"event\":\"resume\",\"id\":null}", "resume", NULL, FALSE },
    { " {\"more\":[1,2],\"event\":\"x\"} ", "x", NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(Incoming) incoming = { NULL };
      g_autoptr(GError) error = NULL;

      g_assert_true (incoming_parse (&incoming, cases[i].text, strlen (cases[i].text), &error));
      g_assert_no_error (error);
      g_assert_cmpstr (incoming.event, ==, cases[i].event);
      g_assert_cmpstr (incoming.id, ==, cases[i].id);
      g_assert_cmpint (incoming.data != NULL, ==, cases[i].has_data);
    }
}

static void
test_bad (void)
{
  static const struct
  {
    const char *text;
    const char *id;
  } cases[] = {
    { "", NULL },
    { "hello", NULL },
    { "[]", NULL },
    { "\"pong\"", NULL },
    { "{}", NULL },
    { "{\"event\":7,\"id\":1}", "1" },
    { "{\"event\":\"x\",\"id\":1.5}", NULL },
    { "{\"event\":\"x\",\"id\":true}", NULL },
    { "{\"event\":\"x\",\"id\":{}}", NULL },
    { "{\"event\":\"x\",\"id\":\"0123456789012345678901234567890123456789012345678901234567890123456\"}", NULL },
    { "{\"event\":\"x\",\"id\":3,\"data\":[]}", "3" },
    { "{\"event\":\"x\",\"event\":\"y\"}", NULL },
    { "{\"event\":\"x\"} {}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto(Incoming) incoming = { NULL };
      g_autoptr(GError) error = NULL;

      g_assert_false (incoming_parse (&incoming, cases[i].text, strlen (cases[i].text), &error));
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
      g_assert_cmpstr (incoming.id, ==, cases[i].id);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/incoming/good", test_good);
  g_test_add_func ("/incoming/bad", test_bad);
  return g_test_run ();
}
