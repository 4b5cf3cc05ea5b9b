/* fuzz-incoming.c: any text as the frame of a client
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "net/incoming.h"
#include "net/outgoing.h"
#include "protocol/confab-json.h"
#include "protocol/confab-request.h"

/* What is echoed has to be JSON again, with what the client called it. */
static void
check_reply (const Incoming *incoming, const GError *error)
{
  g_autoptr(GBytes) nothing = g_bytes_new_static ("{}", 2);
  g_autoptr(GBytes) frame = error != NULL ? outgoing_error (incoming->id, error, NULL) : outgoing_reply (incoming->id,
                                                                                                         nothing);
  g_autoptr(JsonNode) node = confab_json_parse (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame), NULL);

  g_assert_nonnull (node);
  g_assert_true (json_object_has_member (json_node_get_object (node), incoming->id != NULL ? "reply" : "event"));
}

static void
read_fields (const Incoming *incoming)
{
  const ConfabOperation *operation = confab_operation_find_event (incoming->event);
  g_autoptr(GError) error = NULL;
  gpointer fields;

  if (operation == NULL)
    return;
  fields = confab_request_read (operation, incoming->data, NULL, 4000, &error);
  g_assert_true ((fields == NULL) == (error != NULL));
  if (fields != NULL)
    confab_request_free (operation, fields);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_auto(Incoming) incoming = { NULL };
  g_autoptr(GError) error = NULL;

  if (incoming_parse (&incoming, (const char *) data, size, &error))
    {
      g_assert_nonnull (incoming.event);
      read_fields (&incoming);
    }
  else
    g_assert_nonnull (error);
  if (incoming.id != NULL || error != NULL)
    check_reply (&incoming, error);
  return 0;
}
