/* confab-attachment.h: files encrypted and decrypted as streams
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gio/gio.h>

#include "confab-attachment-cipher.h"

G_BEGIN_DECLS

#define CONFAB_ATTACHMENT_HASH_LENGTH 32

#define CONFAB_TYPE_ATTACHMENT (confab_attachment_get_type ())

typedef struct _ConfabAttachment ConfabAttachment;

GType             confab_attachment_get_type           (void);
ConfabAttachment *confab_attachment_new                (ConfabSpan        key,
                                                        ConfabSpan        hash,
                                                        guint64           size,
                                                        GError          **error);
ConfabAttachment *confab_attachment_ref                (ConfabAttachment *self);
void              confab_attachment_unref              (ConfabAttachment *self);
ConfabSecret     *confab_attachment_get_key            (ConfabAttachment *self);
ConfabSpan        confab_attachment_get_hash           (ConfabAttachment *self);
guint64           confab_attachment_get_size           (ConfabAttachment *self);

ConfabAttachment *confab_attachment_encrypt            (GInputStream     *plain,
                                                        GOutputStream    *encrypted,
                                                        GCancellable     *cancellable,
                                                        GError          **error);
gboolean          confab_attachment_decrypt            (ConfabAttachment *self,
                                                        GInputStream     *encrypted,
                                                        GOutputStream    *plain,
                                                        GCancellable     *cancellable,
                                                        GError          **error);
GBytes           *confab_attachment_read_range         (ConfabAttachment *self,
                                                        GInputStream     *encrypted,
                                                        guint64           offset,
                                                        gsize             length,
                                                        GCancellable     *cancellable,
                                                        GError          **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabAttachment, confab_attachment_unref)

G_END_DECLS
