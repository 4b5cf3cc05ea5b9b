/* confab-attachment-cipher-private.h: key, salt and chunk size of one's choice, for test vectors alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-attachment-cipher.h"

G_BEGIN_DECLS

#define CONFAB_ATTACHMENT_SALT_LENGTH 16

ConfabAttachmentCipher *confab_attachment_cipher_new_with_salt (ConfabSpan key,
                                                                ConfabSpan salt,
                                                                gsize      chunk_size);

G_END_DECLS
