/* fuzz-request.c: every verb's fields from whatever JSON, the first byte choosing the verb
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-error.h"
#include "protocol/confab-json.h"
#include "protocol/confab-operations.h"

#include "fuzz.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr(GError) error = NULL;
  if (size == 0)
    return 0;
  const ConfabOperation *operation = confab_operation_get (data[0] % CONFAB_N_OPERATIONS);
  g_autoptr(JsonNode) node = confab_json_parse ((const char *) data + 1, size - 1, NULL);
  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return 0;

  gpointer request = confab_request_read (operation, json_node_get_object (node), NULL, 0, &error);
  g_assert_true ((request == NULL) == (error != NULL));
  if (error)
    g_assert_cmpuint (confab_error_get_n_fields (error), >, 0);
  confab_request_free (operation, request);
  return 0;
}
