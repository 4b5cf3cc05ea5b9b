/* confab-mls-external-sender.h: who may send proposals from outside of a group (RFC 9420, section 12.1.8)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-credential.h"

G_BEGIN_DECLS

typedef struct
{
  GBytes              *signature_key;
  ConfabMlsCredential *credential;
} ConfabMlsExternalSender;

GPtrArray *confab_mls_external_senders_decode (GBytes   *data,
                                               GError  **error);

G_END_DECLS
