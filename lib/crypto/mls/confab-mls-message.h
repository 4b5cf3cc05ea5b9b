/* confab-mls-message.h: everything that travels, as one tagged object (RFC 9420, section 6)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-framing.h"
#include "confab-mls-welcome.h"

G_BEGIN_DECLS

/* A message longer than this is not even looked at; a Welcome with the tree of the largest group stays below it. */
#define CONFAB_MLS_MAXIMUM_MESSAGE (256u << 20)

/* MLSMessage: one of the five, by wire format */
typedef struct
{
  guint16                  wire_format;
  ConfabMlsPublicMessage  *public_message;
  ConfabMlsPrivateMessage *private_message;
  ConfabMlsWelcome        *welcome;
  ConfabMlsGroupInfo      *group_info;
  ConfabMlsKeyPackage     *key_package;
} ConfabMlsMessage;

void              confab_mls_message_free         (ConfabMlsMessage        *self);
ConfabMlsMessage *confab_mls_message_decode       (GBytes                  *bytes,
                                                   GError                 **error);
GBytes           *confab_mls_message_encode       (const ConfabMlsMessage  *self);
void              confab_mls_message_write_header (ConfabMlsWireFormat      wire_format,
                                                   GByteArray              *out);
gboolean          confab_mls_message_get_place    (GBytes                  *bytes,
                                                   GBytes                 **group_id,
                                                   guint64                 *epoch,
                                                   GError                 **error);
GPtrArray        *confab_mls_message_list_invited (GBytes                  *welcome,
                                                   GError                 **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsMessage, confab_mls_message_free)

G_END_DECLS
