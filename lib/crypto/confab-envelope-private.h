/* confab-envelope-private.h: sealing with a salt of one's choice, for test vectors alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-envelope.h"

G_BEGIN_DECLS

#define CONFAB_ENVELOPE_SALT_LENGTH 16

GBytes *confab_envelope_seal_with_salt (const ConfabEnvelopeContext *context,
                                        ConfabSpan                   content_key,
                                        ConfabSpan                   signature_key,
                                        ConfabSpan                   content,
                                        ConfabSpan                   salt,
                                        GError                     **error);

G_END_DECLS
