/* confab-attachment-cipher.h: a file in encrypted chunks that can be read from anywhere
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

#include "confab-secret.h"
#include "confab-span.h"

G_BEGIN_DECLS

#define CONFAB_ATTACHMENT_VERSION 1
#define CONFAB_ATTACHMENT_KEY_LENGTH 32
#define CONFAB_ATTACHMENT_HEADER_LENGTH 18
#define CONFAB_ATTACHMENT_TAG_LENGTH 16
#define CONFAB_ATTACHMENT_MIN_CHUNK_SIZE (1 << 12)
#define CONFAB_ATTACHMENT_CHUNK_SIZE (1 << 16)
#define CONFAB_ATTACHMENT_MAX_CHUNK_SIZE (1 << 20)

#define CONFAB_TYPE_ATTACHMENT_CIPHER (confab_attachment_cipher_get_type ())

typedef struct _ConfabAttachmentCipher ConfabAttachmentCipher;

GType                   confab_attachment_cipher_get_type           (void);
ConfabAttachmentCipher *confab_attachment_cipher_new                (void);
ConfabAttachmentCipher *confab_attachment_cipher_new_from_header    (ConfabSpan                    key,
                                                                     ConfabSpan                    header,
                                                                     GError                      **error);
ConfabAttachmentCipher *confab_attachment_cipher_ref                (ConfabAttachmentCipher       *self);
void                    confab_attachment_cipher_unref              (ConfabAttachmentCipher       *self);
ConfabSecret           *confab_attachment_cipher_get_key            (ConfabAttachmentCipher       *self);
ConfabSpan              confab_attachment_cipher_get_header         (const ConfabAttachmentCipher *self);
gsize                   confab_attachment_cipher_get_chunk_size     (const ConfabAttachmentCipher *self);
guint64                 confab_attachment_cipher_get_encrypted_size (const ConfabAttachmentCipher *self,
                                                                     guint64                       size);
gboolean                confab_attachment_cipher_get_size           (const ConfabAttachmentCipher *self,
                                                                     guint64                       encrypted_size,
                                                                     guint64                      *size,
                                                                     GError                      **error);
GBytes                 *confab_attachment_cipher_seal_chunk         (ConfabAttachmentCipher       *self,
                                                                     guint64                       index,
                                                                     gboolean                      is_last,
                                                                     ConfabSpan                    plaintext,
                                                                     GError                      **error);
GBytes                 *confab_attachment_cipher_open_chunk         (ConfabAttachmentCipher       *self,
                                                                     guint64                       index,
                                                                     gboolean                      is_last,
                                                                     ConfabSpan                    ciphertext,
                                                                     GError                      **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabAttachmentCipher, confab_attachment_cipher_unref)

G_END_DECLS
