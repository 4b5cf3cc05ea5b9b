/* test-out-buffer.c: what goes in comes out, and an empty buffer holds nothing
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "net/out-buffer.h"

static void
test_random (void)
{
  g_autoptr(GMainContext) context = g_main_context_new ();
  NetCounters counters = { 0 };
  Poller *poller = poller_new (&counters, context);
  g_autoptr(GByteArray) expected = g_byte_array_new ();
  OutBuffer buffer = { NULL };
  guint8 bytes[20000];

  for (guint i = 0; i < 5000; i++)
    {
      gsize length = g_test_rand_int_range (0, i % 50 == 0 ? sizeof bytes : 300);

      for (gsize j = 0; j < length; j++)
        bytes[j] = (guint8) (i + j);
      out_buffer_append (&buffer, poller, bytes, length);
      g_byte_array_append (expected, bytes, length);

      length = g_test_rand_int_range (0, i % 37 == 0 ? expected->len + 1 : MIN (expected->len + 1, 300));
      out_buffer_consume (&buffer, poller, length);
      g_byte_array_remove_range (expected, 0, length);
      g_assert_cmpmem (buffer.bytes + buffer.start, out_buffer_length (&buffer), expected->data, expected->len);
    }
  out_buffer_consume (&buffer, poller, expected->len);
  g_assert_null (buffer.bytes);
  g_assert_cmpuint (buffer.allocated, ==, 0);
  poller_free (poller);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/out-buffer/random", test_random);
  return g_test_run ();
}
