/* confab-mls-psk.h: pre-shared keys that are mixed into a group's key schedule (RFC 9420, section 8.4)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-codec.h"
#include "confab-mls-suite.h"

G_BEGIN_DECLS

typedef enum
{
  CONFAB_MLS_PSK_EXTERNAL = 1,
  CONFAB_MLS_PSK_RESUMPTION = 2,
} ConfabMlsPskType;

typedef enum
{
  CONFAB_MLS_RESUMPTION_APPLICATION = 1,
  CONFAB_MLS_RESUMPTION_REINIT = 2,
  CONFAB_MLS_RESUMPTION_BRANCH = 3,
} ConfabMlsResumptionUsage;

/* PreSharedKeyID */
typedef struct
{
  guint8   type;
  GBytes  *id;       /* external */
  guint8   usage;    /* resumption */
  GBytes  *group_id;
  guint64  epoch;
  GBytes  *nonce;
} ConfabMlsPskId;

ConfabMlsPskId *confab_mls_psk_id_new_external   (const ConfabCryptoSuite  *suite,
                                                  GBytes                   *id);
ConfabMlsPskId *confab_mls_psk_id_new_resumption (const ConfabCryptoSuite  *suite,
                                                  ConfabMlsResumptionUsage  usage,
                                                  GBytes                   *group_id,
                                                  guint64                   epoch);
ConfabMlsPskId *confab_mls_psk_id_copy           (const ConfabMlsPskId     *self);
void            confab_mls_psk_id_free           (ConfabMlsPskId           *self);
ConfabMlsPskId *confab_mls_psk_id_read           (ConfabMlsReader          *reader);
void            confab_mls_psk_id_write          (const ConfabMlsPskId     *self,
                                                  GByteArray               *out);
gboolean        confab_mls_psk_id_equal          (const ConfabMlsPskId     *one,
                                                  const ConfabMlsPskId     *other);
ConfabSecret   *confab_mls_psk_combine           (const ConfabCryptoSuite  *suite,
                                                  GPtrArray                *ids,
                                                  GPtrArray                *secrets);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsPskId, confab_mls_psk_id_free)

G_END_DECLS
