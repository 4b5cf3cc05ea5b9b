/* confab-mls-protection.h: signing, sealing and opening of framed content (RFC 9420, sections 6.1 to 6.3)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-framing.h"
#include "confab-mls-secret-tree.h"

G_BEGIN_DECLS

gboolean                 confab_mls_content_sign           (ConfabMlsContent               *content,
                                                            const ConfabCryptoSuite        *suite,
                                                            GBytes                         *group_context,
                                                            ConfabSpan                      private_key,
                                                            GError                        **error);
gboolean                 confab_mls_content_verify         (const ConfabMlsContent         *content,
                                                            const ConfabCryptoSuite        *suite,
                                                            GBytes                         *group_context,
                                                            GBytes                         *public_key,
                                                            GError                        **error);
GBytes                  *confab_mls_membership_tag         (const ConfabMlsContent         *content,
                                                            const ConfabCryptoSuite        *suite,
                                                            GBytes                         *group_context,
                                                            const ConfabSecret             *membership_key);
gboolean                 confab_mls_public_message_check   (const ConfabMlsPublicMessage   *message,
                                                            const ConfabCryptoSuite        *suite,
                                                            GBytes                         *group_context,
                                                            const ConfabSecret             *membership_key,
                                                            GError                        **error);
ConfabMlsPrivateMessage *confab_mls_content_seal           (const ConfabMlsContent         *content,
                                                            const ConfabCryptoSuite        *suite,
                                                            ConfabMlsSecretTree            *secret_tree,
                                                            const ConfabSecret             *sender_data_secret,
                                                            guint                           padding_multiple,
                                                            GError                        **error);
ConfabMlsContent        *confab_mls_private_message_open   (const ConfabMlsPrivateMessage  *message,
                                                            const ConfabCryptoSuite        *suite,
                                                            ConfabMlsSecretTree            *secret_tree,
                                                            const ConfabSecret             *sender_data_secret,
                                                            guint32                         own_leaf,
                                                            guint32                        *generation,
                                                            GError                        **error);
void                     confab_mls_sender_data_keys       (const ConfabCryptoSuite        *suite,
                                                            const ConfabSecret             *sender_data_secret,
                                                            ConfabSpan                      ciphertext,
                                                            ConfabSecret                  **key,
                                                            ConfabSecret                  **nonce);
ConfabMlsRatchetType     confab_mls_ratchet_type_for       (guint8                          content_type);

G_END_DECLS
