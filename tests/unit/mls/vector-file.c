/* vector-file.c: test vectors of the MLS working group, read from a folder outside the project
 *
 * Their format is test-vectors.md of the public repository mlswg/mls-implementations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "vector-file.h"

typedef struct
{
  char           *name;
  VectorCaseFunc  func;
} VectorFile;

static void
run_file (gconstpointer data)
{
  const VectorFile *file = data;
  const char *folder = g_getenv ("CONFAB_TEST_MLS_VECTORS");
  g_autofree char *path = folder != NULL ? g_build_filename (folder, file->name, NULL) : NULL;
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GError) error = NULL;

  if (path == NULL || !g_file_test (path, G_FILE_TEST_EXISTS))
    {
      g_test_skip ("the test vectors are not there");
      return;
    }

  json_parser_load_from_mapped_file (parser, path, &error);
  g_assert_no_error (error);

  JsonArray *cases = json_node_get_array (json_parser_get_root (parser));
  guint n_run = 0;

  for (guint i = 0; i < json_array_get_length (cases); i++)
    {
      n_run += file->func (json_array_get_object_element (cases, i));
    }

  /* A case that does not pass has ended the program. */
  g_test_message ("%s: %u cases, %u run, %u passed", file->name, json_array_get_length (cases), n_run, n_run);
  g_assert_cmpuint (n_run, >, 0);
}

static void
free_file (gpointer data)
{
  VectorFile *file = data;

  g_free (file->name);
  g_free (file);
}

void
vector_file_add (const char     *name,
                 VectorCaseFunc  func)
{
  VectorFile *file = g_new0 (VectorFile, 1);
  g_autofree char *path = g_strdup_printf ("/mls/vectors/%s", name);

  file->name = g_strdup (name);
  file->func = func;
  g_test_add_data_func_full (path, file, run_file, free_file);
}

/* NULL for the suites that are not implemented. */
const ConfabCryptoSuite *
vector_get_suite (JsonObject *object)
{
  return confab_crypto_suite_lookup (json_object_get_int_member (object, "cipher_suite"));
}

GBytes *
vector_bytes_from_hex (const char *hex)
{
  gsize length = strlen (hex) / 2;
  guint8 *bytes = g_malloc (length + 1);

  g_assert_cmpuint (strlen (hex) % 2, ==, 0);
  for (gsize i = 0; i < length; i++)
    bytes[i] = g_ascii_xdigit_value (hex[2 * i]) << 4 | g_ascii_xdigit_value (hex[2 * i + 1]);

  return g_bytes_new_take (bytes, length);
}

GBytes *
vector_get_bytes (JsonObject *object,
                  const char *member)
{
  return vector_bytes_from_hex (json_object_get_string_member (object, member));
}

ConfabSecret *
vector_get_secret (JsonObject *object,
                   const char *member)
{
  g_autoptr (GBytes) bytes = vector_get_bytes (object, member);

  return confab_secret_new_copy (confab_span_from_bytes (bytes));
}

gboolean
vector_is_null (JsonObject *object,
                const char *member)
{
  return !json_object_has_member (object, member) || json_object_get_null_member (object, member);
}

void
vector_assert_span (JsonObject *object,
                    const char *member,
                    ConfabSpan  actual)
{
  g_autoptr (GBytes) expected = vector_get_bytes (object, member);

  if (!confab_span_equal (confab_span_from_bytes (expected), actual))
    g_error ("%s is not what was expected", member);
}

void
vector_assert_bytes (JsonObject *object,
                     const char *member,
                     GBytes     *actual)
{
  vector_assert_span (object, member, confab_span_from_bytes (actual));
}

void
vector_assert_secret (JsonObject   *object,
                      const char   *member,
                      ConfabSecret *actual)
{
  vector_assert_span (object, member, confab_secret_span (actual));
}
