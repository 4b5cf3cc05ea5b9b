/* hex.h: bytes as the RFCs print them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "confab-span.h"

static inline GBytes *
hex_decode (const char *hex)
{
  gsize length = strlen (hex) / 2;
  g_autofree guint8 *data = g_malloc (length);

  g_assert_cmpuint (strlen (hex) % 2, ==, 0);
  for (gsize i = 0; i < length; i++)
    {
      int high = g_ascii_xdigit_value (hex[2 * i]);
      int low = g_ascii_xdigit_value (hex[2 * i + 1]);

      g_assert_cmpint (high, >=, 0);
      g_assert_cmpint (low, >=, 0);
      data[i] = high << 4 | low;
    }

  return g_bytes_new_take (g_steal_pointer (&data), length);
}

static inline char *
hex_encode (ConfabSpan span)
{
  GString *hex = g_string_sized_new (2 * span.length);

  for (gsize i = 0; i < span.length; i++)
    g_string_append_printf (hex, "%02x", span.data[i]);

  return g_string_free_and_steal (hex);
}

#define assert_hex(span, expected) \
  G_STMT_START \
    { \
      g_autofree char *assert_hex_got = hex_encode (span); \
      g_assert_cmpstr (assert_hex_got, ==, expected); \
    } \
  G_STMT_END
