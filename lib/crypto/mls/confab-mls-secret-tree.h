/* confab-mls-secret-tree.h: the keys of an epoch's encrypted messages (RFC 9420, section 9)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-codec.h"
#include "confab-mls-suite.h"

G_BEGIN_DECLS

typedef struct _ConfabMlsSecretTree ConfabMlsSecretTree;

typedef enum
{
  CONFAB_MLS_RATCHET_HANDSHAKE,
  CONFAB_MLS_RATCHET_APPLICATION,
} ConfabMlsRatchetType;

/* Key and nonce of one message, in one piece: the key first. */
typedef struct
{
  ConfabSecret *material;
  ConfabSpan    key;
  ConfabSpan    nonce;
} ConfabMlsMessageKey;

ConfabMlsSecretTree *confab_mls_secret_tree_new        (const ConfabCryptoSuite  *suite,
                                                        guint32                   n_leaves,
                                                        ConfabSecret             *encryption_secret);
ConfabMlsSecretTree *confab_mls_secret_tree_ref        (ConfabMlsSecretTree      *self);
void                 confab_mls_secret_tree_unref      (ConfabMlsSecretTree      *self);
void                 confab_mls_secret_tree_set_window (ConfabMlsSecretTree      *self,
                                                        guint                     ahead,
                                                        guint                     kept);
gboolean             confab_mls_secret_tree_next       (ConfabMlsSecretTree      *self,
                                                        guint32                   leaf_index,
                                                        ConfabMlsRatchetType      type,
                                                        guint32                  *generation,
                                                        ConfabMlsMessageKey      *key,
                                                        GError                  **error);
gboolean             confab_mls_secret_tree_look_up    (ConfabMlsSecretTree      *self,
                                                        guint32                   leaf_index,
                                                        ConfabMlsRatchetType      type,
                                                        guint32                   generation,
                                                        ConfabMlsMessageKey      *key,
                                                        GError                  **error);
void                 confab_mls_secret_tree_erase      (ConfabMlsSecretTree      *self,
                                                        guint32                   leaf_index,
                                                        ConfabMlsRatchetType      type,
                                                        guint32                   generation);
guint                confab_mls_secret_tree_count_kept (ConfabMlsSecretTree      *self);
gboolean             confab_mls_secret_tree_holds_root (ConfabMlsSecretTree      *self);
gsize                confab_mls_secret_tree_get_size   (ConfabMlsSecretTree      *self);
void                 confab_mls_secret_tree_write      (ConfabMlsSecretTree      *self,
                                                        GByteArray               *out);
ConfabMlsSecretTree *confab_mls_secret_tree_read       (const ConfabCryptoSuite  *suite,
                                                        ConfabMlsReader          *reader);
void                 confab_mls_message_key_clear      (ConfabMlsMessageKey      *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsSecretTree, confab_mls_secret_tree_unref)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ConfabMlsMessageKey, confab_mls_message_key_clear)

G_END_DECLS
