/* confab-mls-leaf-node.h: one member as the ratchet tree holds it (RFC 9420, section 7.2)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-credential.h"
#include "confab-mls-extension.h"
#include "confab-mls-suite.h"

G_BEGIN_DECLS

#define CONFAB_MLS_VERSION_10 1

typedef enum
{
  CONFAB_MLS_LEAF_SOURCE_KEY_PACKAGE = 1,
  CONFAB_MLS_LEAF_SOURCE_UPDATE = 2,
  CONFAB_MLS_LEAF_SOURCE_COMMIT = 3,
} ConfabMlsLeafSource;

typedef struct
{
  GArray *versions;
  GArray *cipher_suites;
  GArray *extensions;
  GArray *proposals;
  GArray *credentials;
} ConfabMlsCapabilities;

/* Immutable once it is signed or read; shared between trees, key packages and messages. */
typedef struct
{
  gatomicrefcount        ref_count;
  GBytes                *encryption_key;
  GBytes                *signature_key;
  ConfabMlsCredential   *credential;
  ConfabMlsCapabilities  capabilities;
  guint8                 source;
  guint64                not_before;  /* key_package: seconds since 1970 */
  guint64                not_after;
  GBytes                *parent_hash; /* commit */
  GPtrArray             *extensions;
  GBytes                *signature;
} ConfabMlsLeafNode;

void                confab_mls_capabilities_read             (ConfabMlsCapabilities        *self,
                                                              ConfabMlsReader              *reader);
void                confab_mls_capabilities_write            (const ConfabMlsCapabilities  *self,
                                                              GByteArray                   *out);
void                confab_mls_capabilities_clear            (ConfabMlsCapabilities        *self);
gboolean            confab_mls_capabilities_list_has         (const GArray                 *list,
                                                              guint16                       value);

ConfabMlsLeafNode  *confab_mls_leaf_node_new                 (void);
ConfabMlsLeafNode  *confab_mls_leaf_node_ref                 (ConfabMlsLeafNode            *self);
void                confab_mls_leaf_node_unref               (ConfabMlsLeafNode            *self);
ConfabMlsLeafNode  *confab_mls_leaf_node_read                (ConfabMlsReader              *reader);
void                confab_mls_leaf_node_write               (const ConfabMlsLeafNode      *self,
                                                              GByteArray                   *out);
gboolean            confab_mls_leaf_node_equal               (const ConfabMlsLeafNode      *one,
                                                              const ConfabMlsLeafNode      *other);
gboolean            confab_mls_leaf_node_sign                (ConfabMlsLeafNode            *self,
                                                              const ConfabCryptoSuite      *suite,
                                                              ConfabSpan                    private_key,
                                                              GBytes                       *group_id,
                                                              guint32                       leaf_index,
                                                              GError                      **error);
gboolean            confab_mls_leaf_node_verify              (const ConfabMlsLeafNode      *self,
                                                              const ConfabCryptoSuite      *suite,
                                                              GBytes                       *group_id,
                                                              guint32                       leaf_index,
                                                              GError                      **error);
gboolean            confab_mls_leaf_node_check               (const ConfabMlsLeafNode      *self,
                                                              const ConfabCryptoSuite      *suite,
                                                              ConfabMlsLeafSource           source,
                                                              GError                      **error);
gboolean            confab_mls_leaf_node_check_group         (const ConfabMlsLeafNode      *self,
                                                              GPtrArray                    *group_extensions,
                                                              GError                      **error);
gboolean            confab_mls_leaf_node_supports_credential (const ConfabMlsLeafNode      *self,
                                                              guint16                       type);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsLeafNode, confab_mls_leaf_node_unref)

G_END_DECLS
