/* test-error.c: what errors carry, and that they come through JSON as they were
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-error.h"
#include "protocol/confab-json.h"

static char *
write_error (const GError *error, const char *request_id)
{
  ConfabJsonWriter writer;

  confab_json_writer_init (&writer, g_string_new (NULL));
  confab_json_writer_begin_object (&writer);
  confab_error_write (error, request_id, &writer);
  confab_json_writer_end_object (&writer);
  return g_string_free (confab_json_writer_steal (&writer), FALSE);
}

static void
test_codes (void)
{
  for (int i = CONFAB_ERROR_BAD_REQUEST; i <= CONFAB_ERROR_INTERNAL; i++)
    {
      ConfabError back;
      g_assert_true (confab_error_from_code (confab_error_get_code (i), &back));
      g_assert_cmpint (back, ==, i);
      g_assert_cmpuint (confab_error_get_http_status (i), >=, 400);
    }
  g_assert_cmpstr (confab_error_get_code (CONFAB_ERROR_NOT_FOUND), ==, "not-found");
  g_assert_cmpstr (confab_error_get_code (99), ==, "internal");
  g_assert_cmpuint (confab_error_get_http_status (-1), ==, 500);
  g_assert_false (confab_error_from_code (NULL, &(ConfabError) { 0 }));
  g_assert_false (confab_error_from_code ("no-such", &(ConfabError) { 0 }));
}

static void
test_write (void)
{
  g_autoptr(GError) error = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "name is required");
  confab_error_add_field (error, "name", "is required");
  confab_error_add_field (error, "name", "the first word counts");
  confab_error_set_retry_after (error, 2.5);
  g_autoptr(GError) copy = g_error_copy (error);
  g_autofree char *text = write_error (copy, "01ARZ3NDEKTSV4RRFFQ69G5FAV");

  g_assert_cmpstr (text, ==, "{\"code\":\"bad-request\",\"message\":\"name is required\",\"retryAfter\":2.5,"
                             "\"fields\":{\"name\":\"is required\"},\"requestId\":\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"}");
}

static void
test_internal_tells_nothing (void)
{
  g_autoptr(GError) internal = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_INTERNAL, "SELECT password FROM users");
  g_autoptr(GError) foreign = g_error_new_literal (G_FILE_ERROR, G_FILE_ERROR_NOENT, "/var/lib/confab/secret");
  const GError *errors[] = { internal, foreign };

  confab_error_add_field (internal, "password", "hunter2");
  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autofree char *text = write_error (errors[i], NULL);
      g_assert_cmpstr (text, ==, "{\"code\":\"internal\",\"message\":\"Something went wrong in the server\"}");
    }
}

static void
test_read (void)
{
  const char *text =
    "{\"code\":\"rate-limited\",\"message\":\"Slower\",\"retryAfter\":1.5,\"fields\":{\"q\":\"is odd\"}}";
  g_autoptr(JsonNode) node = confab_json_parse (text, strlen (text), NULL);
  g_autoptr(GError) error = confab_error_read (json_node_get_object (node));

  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED);
  g_assert_cmpstr (error->message, ==, "Slower");
  g_assert_cmpfloat (confab_error_get_retry_after (error), ==, 1.5);
  g_assert_cmpstr (confab_error_get_field (error, "q"), ==, "is odd");
}

static void
test_read_odd (void)
{
  static const char *const texts[] = {
    "{}",
    "{\"code\":1,\"message\":[],\"retryAfter\":{},\"fields\":[]}",
    "{\"code\":\"from-the-future\",\"fields\":{\"a\":1}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr(JsonNode) node = confab_json_parse (texts[i], strlen (texts[i]), NULL);
      g_autoptr(GError) error = confab_error_read (json_node_get_object (node));
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_INTERNAL);
      g_assert_cmpfloat (confab_error_get_retry_after (error), ==, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/error/codes", test_codes);
  g_test_add_func ("/error/write", test_write);
  g_test_add_func ("/error/internal-tells-nothing", test_internal_tells_nothing);
  g_test_add_func ("/error/read", test_read);
  g_test_add_func ("/error/read-odd", test_read_odd);
  return g_test_run ();
}
