/* fuzz-json.c: what our JSON reader takes, json-glib's takes too and understands alike
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-json.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = confab_json_parse ((const char *) data, size, &error);

  g_assert_true ((node == NULL) == (error != NULL));
  if (!node)
    return 0;

  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr(JsonNode) other = json_from_string (text, NULL);
  g_assert_nonnull (other);
  /* What json-glib writes, it and we must read as the same again. */
  g_autofree char *ours = json_to_string (node, FALSE), *theirs = json_to_string (other, FALSE);
  g_autoptr(JsonNode) again = confab_json_parse_bounded (ours, strlen (ours), G_MAXSIZE, CONFAB_JSON_MAX_DEPTH, NULL);
  g_assert_nonnull (again);
  g_assert_cmpuint (json_node_get_node_type (node), ==, json_node_get_node_type (other));
  if (!strpbrk (ours, "0123456789"))
    g_assert_cmpstr (ours, ==, theirs);
  return 0;
}
