/* confab-mls-framing.h: the frames around handshake and application messages (RFC 9420, section 6)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-commit.h"
#include "confab-mls-group-info.h"

G_BEGIN_DECLS

/* RFC 9420, section 17.2. */
typedef enum
{
  CONFAB_MLS_WIRE_FORMAT_PUBLIC_MESSAGE = 1,
  CONFAB_MLS_WIRE_FORMAT_PRIVATE_MESSAGE = 2,
  CONFAB_MLS_WIRE_FORMAT_WELCOME = 3,
  CONFAB_MLS_WIRE_FORMAT_GROUP_INFO = 4,
  CONFAB_MLS_WIRE_FORMAT_KEY_PACKAGE = 5,
} ConfabMlsWireFormat;

typedef enum
{
  CONFAB_MLS_CONTENT_APPLICATION = 1,
  CONFAB_MLS_CONTENT_PROPOSAL = 2,
  CONFAB_MLS_CONTENT_COMMIT = 3,
} ConfabMlsContentType;

typedef enum
{
  CONFAB_MLS_SENDER_MEMBER = 1,
  CONFAB_MLS_SENDER_EXTERNAL = 2,
  CONFAB_MLS_SENDER_NEW_MEMBER_PROPOSAL = 3,
  CONFAB_MLS_SENDER_NEW_MEMBER_COMMIT = 4,
} ConfabMlsSenderType;

typedef struct
{
  guint8  type;
  guint32 index; /* the leaf of a member, or the place in external_senders */
} ConfabMlsSender;

/* AuthenticatedContent: a FramedContent with its wire format and its FramedContentAuthData */
typedef struct
{
  guint16            wire_format;
  GBytes            *group_id;
  guint64            epoch;
  ConfabMlsSender    sender;
  GBytes            *authenticated_data;
  guint8             content_type;
  GBytes            *application_data; /* one of these three, by content_type */
  ConfabMlsProposal *proposal;
  ConfabMlsCommit   *commit;
  GBytes            *signature;
  GBytes            *confirmation_tag; /* commit only */
} ConfabMlsContent;

typedef struct
{
  ConfabMlsContent *content;
  GBytes           *membership_tag; /* members only */
} ConfabMlsPublicMessage;

typedef struct
{
  GBytes  *group_id;
  guint64  epoch;
  guint8   content_type;
  GBytes  *authenticated_data;
  GBytes  *encrypted_sender_data;
  GBytes  *ciphertext;
} ConfabMlsPrivateMessage;

ConfabMlsContent        *confab_mls_content_new              (guint16                         wire_format,
                                                              const ConfabMlsGroupContext    *context,
                                                              ConfabMlsSender                 sender,
                                                              GBytes                         *authenticated_data,
                                                              ConfabMlsContentType            content_type);
void                     confab_mls_content_free             (ConfabMlsContent               *self);
ConfabMlsContent        *confab_mls_content_read             (ConfabMlsReader                *reader);
void                     confab_mls_content_write            (const ConfabMlsContent         *self,
                                                              GByteArray                     *out);
void                     confab_mls_content_write_framed     (const ConfabMlsContent         *self,
                                                              GByteArray                     *out);
void                     confab_mls_content_read_body        (ConfabMlsContent               *self,
                                                              ConfabMlsReader                *reader);
void                     confab_mls_content_write_body       (const ConfabMlsContent         *self,
                                                              GByteArray                     *out);
void                     confab_mls_content_read_auth        (ConfabMlsContent               *self,
                                                              ConfabMlsReader                *reader);
void                     confab_mls_content_write_auth       (const ConfabMlsContent         *self,
                                                              GByteArray                     *out);
GBytes                  *confab_mls_content_make_reference   (const ConfabMlsContent         *self,
                                                              const ConfabCryptoSuite        *suite);

void                     confab_mls_public_message_free      (ConfabMlsPublicMessage         *self);
ConfabMlsPublicMessage  *confab_mls_public_message_read      (ConfabMlsReader                *reader);
void                     confab_mls_public_message_write     (const ConfabMlsPublicMessage   *self,
                                                              GByteArray                     *out);
void                     confab_mls_private_message_free     (ConfabMlsPrivateMessage        *self);
ConfabMlsPrivateMessage *confab_mls_private_message_read     (ConfabMlsReader                *reader);
void                     confab_mls_private_message_write    (const ConfabMlsPrivateMessage  *self,
                                                              GByteArray                     *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsContent, confab_mls_content_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsPublicMessage, confab_mls_public_message_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsPrivateMessage, confab_mls_private_message_free)

G_END_DECLS
