/* confab-mls-extension.h: extensions of leaf nodes, key packages, groups and group information
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-codec.h"

G_BEGIN_DECLS

/* RFC 9420, section 17.3. */
typedef enum
{
  CONFAB_MLS_EXTENSION_APPLICATION_ID = 1,
  CONFAB_MLS_EXTENSION_RATCHET_TREE = 2,
  CONFAB_MLS_EXTENSION_REQUIRED_CAPABILITIES = 3,
  CONFAB_MLS_EXTENSION_EXTERNAL_PUB = 4,
  CONFAB_MLS_EXTENSION_EXTERNAL_SENDERS = 5,
  CONFAB_MLS_EXTENSION_LAST_RESORT = 10, /* RFC 9750's registry entry, draft-ietf-mls-extensions */
} ConfabMlsExtensionType;

typedef struct
{
  guint16  type;
  GBytes  *data;
} ConfabMlsExtension;

/* RFC 9420, section 11.1. */
typedef struct
{
  GArray *extensions;
  GArray *proposals;
  GArray *credentials;
} ConfabMlsRequiredCapabilities;

ConfabMlsExtension            *confab_mls_extension_new                (guint16                        type,
                                                                        GBytes                        *data);
void                           confab_mls_extension_free               (ConfabMlsExtension            *self);
GPtrArray                     *confab_mls_extensions_new               (void);
GPtrArray                     *confab_mls_extensions_read              (ConfabMlsReader               *reader);
void                           confab_mls_extensions_write             (GPtrArray                     *extensions,
                                                                        GByteArray                    *out);
GBytes                        *confab_mls_extensions_find              (GPtrArray                     *extensions,
                                                                        guint16                        type);
gboolean                       confab_mls_extensions_equal             (GPtrArray                     *one,
                                                                        GPtrArray                     *other);
void                           confab_mls_extensions_add               (GPtrArray                     *extensions,
                                                                        guint16                        type,
                                                                        GBytes                        *data);
gboolean                       confab_mls_extension_type_is_default    (guint16                        type);

ConfabMlsRequiredCapabilities *confab_mls_required_capabilities_decode (GBytes                        *data,
                                                                        GError                       **error);
GBytes                        *confab_mls_required_capabilities_encode (const guint16                 *extensions,
                                                                        gsize                          n_extensions,
                                                                        const guint16                 *proposals,
                                                                        gsize                          n_proposals,
                                                                        const guint16                 *credentials,
                                                                        gsize                          n_credentials);
void                           confab_mls_required_capabilities_free   (ConfabMlsRequiredCapabilities *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsExtension, confab_mls_extension_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsRequiredCapabilities, confab_mls_required_capabilities_free)

G_END_DECLS
