/* confab-secret.h: secret bytes in guarded memory, zeroed when the last reference goes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

#include "confab-span.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_SECRET (confab_secret_get_type ())

typedef struct _ConfabSecret ConfabSecret;

GType         confab_secret_get_type     (void);
ConfabSecret *confab_secret_new          (gsize               length);
ConfabSecret *confab_secret_new_copy     (ConfabSpan          bytes);
ConfabSecret *confab_secret_new_random   (gsize               length);
ConfabSecret *confab_secret_ref          (ConfabSecret       *self);
void          confab_secret_unref        (ConfabSecret       *self);
gsize         confab_secret_get_length   (const ConfabSecret *self);
const guint8 *confab_secret_get_data     (const ConfabSecret *self,
                                          gsize              *length);
guint8       *confab_secret_get_writable (ConfabSecret       *self);
ConfabSpan    confab_secret_span         (const ConfabSecret *self);
gboolean      confab_secret_equal        (const ConfabSecret *one,
                                          const ConfabSecret *other);

GBytes       *confab_secret_bytes_new    (gsize               length,
                                          guint8            **data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabSecret, confab_secret_unref)

G_END_DECLS
