/* confab-padding.h: lengths that say less
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-span.h"

G_BEGIN_DECLS

#define CONFAB_PADDING_OVERHEAD 4

gsize    confab_padding_get_length (gsize        length);
void     confab_padding_frame      (ConfabSpan   first,
                                    ConfabSpan   second,
                                    guint8      *out);
gboolean confab_padding_unframe    (ConfabSpan   frame,
                                    ConfabSpan  *content,
                                    GError     **error);

G_END_DECLS
