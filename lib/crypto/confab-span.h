/* confab-span.h: bytes that somebody else owns, as one value
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>
#include <string.h>

G_BEGIN_DECLS

/**
 * ConfabSpan:
 * @data: (nullable): the first byte; may be %NULL when @length is 0
 * @length: the number of bytes
 *
 * Borrowed bytes, passed by value. A span never outlives the call it is handed to; who wants to keep
 * the bytes copies them.
 *
 * Since: 0.1
 */
typedef struct
{
  const guint8 *data;
  gsize         length;
} ConfabSpan;

static inline ConfabSpan
confab_span (const void *data,
             gsize       length)
{
  return (ConfabSpan) { .data = data, .length = length };
}

static inline ConfabSpan
confab_span_empty (void)
{
  return (ConfabSpan) { .data = NULL, .length = 0 };
}

static inline ConfabSpan
confab_span_from_bytes (GBytes *bytes)
{
  gsize length = 0;
  const guint8 *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  return confab_span (data, length);
}

static inline ConfabSpan
confab_span_from_array (const GByteArray *array)
{
  return array != NULL ? confab_span (array->data, array->len) : confab_span_empty ();
}

static inline ConfabSpan
confab_span_from_string (const char *string)
{
  return string != NULL ? confab_span (string, strlen (string)) : confab_span_empty ();
}

/* Not constant time: for public bytes only. Secrets are compared by confab_crypto_equal(). */
static inline gboolean
confab_span_equal (ConfabSpan one,
                   ConfabSpan other)
{
  return one.length == other.length && (one.length == 0 || memcmp (one.data, other.data, one.length) == 0);
}

/* For libraries that take a null pointer for "not given" rather than for "empty". */
static inline ConfabSpan
confab_span_never_null (ConfabSpan span)
{
  return span.data != NULL ? span : confab_span ("", 0);
}

static inline GBytes *
confab_span_to_bytes (ConfabSpan span)
{
  return g_bytes_new (span.data, span.length);
}

G_END_DECLS
