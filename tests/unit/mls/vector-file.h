/* vector-file.h: test vectors of the MLS working group, read from a folder outside the project
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <json-glib/json-glib.h>

#include "confab-crypto-provider.h"

/* Returns whether the case was run; a failed one aborts the test. */
typedef gboolean (*VectorCaseFunc) (JsonObject *vector);

void                     vector_file_add         (const char      *name,
                                                  VectorCaseFunc   func);
const ConfabCryptoSuite *vector_get_suite        (JsonObject      *object);
GBytes                  *vector_get_bytes        (JsonObject      *object,
                                                  const char      *member);
ConfabSecret            *vector_get_secret       (JsonObject      *object,
                                                  const char      *member);
gboolean                 vector_is_null          (JsonObject      *object,
                                                  const char      *member);
GBytes                  *vector_bytes_from_hex   (const char      *hex);
void                     vector_assert_span      (JsonObject      *object,
                                                  const char      *member,
                                                  ConfabSpan       actual);
void                     vector_assert_bytes     (JsonObject      *object,
                                                  const char      *member,
                                                  GBytes          *actual);
void                     vector_assert_secret    (JsonObject      *object,
                                                  const char      *member,
                                                  ConfabSecret    *actual);
