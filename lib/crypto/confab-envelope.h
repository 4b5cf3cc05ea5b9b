/* confab-envelope.h: one encrypted, signed message of a room
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "confab-span.h"

G_BEGIN_DECLS

/* The exporter label and length of an epoch's content key: MLS-Exporter (LABEL, room's identifier, LENGTH). */
#define CONFAB_CONTENT_KEY_LABEL "confab content"
#define CONFAB_CONTENT_KEY_LENGTH 32

#define CONFAB_ENVELOPE_VERSION 1
#define CONFAB_ENVELOPE_MAX_CONTENT (256 * 1024)
#define CONFAB_ENVELOPE_MAX_LENGTH (CONFAB_ENVELOPE_MAX_CONTENT + 4096 + 64)
#define CONFAB_ENVELOPE_MAX_IDENTIFIER 255

/**
 * ConfabEnvelopeContext:
 * @room_id: the room
 * @epoch: the epoch of the room's group whose content key is used
 * @sender_id: the user who sends
 * @device_id: the sender's device
 * @client_id: the sender's identifier of the message
 * @kind: what the content is, such as `message`, `edit` or `reaction`
 *
 * What a message is bound to besides its content. Each string has 1 to %CONFAB_ENVELOPE_MAX_IDENTIFIER bytes
 * and is compared byte by byte.
 *
 * Since: 0.1
 */
typedef struct
{
  const char *room_id;
  guint64     epoch;
  const char *sender_id;
  const char *device_id;
  const char *client_id;
  const char *kind;
} ConfabEnvelopeContext;

GBytes   *confab_envelope_seal       (const ConfabEnvelopeContext *context,
                                      ConfabSpan                   content_key,
                                      ConfabSpan                   signature_key,
                                      ConfabSpan                   content,
                                      GError                     **error);
GBytes   *confab_envelope_open       (const ConfabEnvelopeContext *context,
                                      ConfabSpan                   content_key,
                                      ConfabSpan                   public_signature_key,
                                      ConfabSpan                   envelope,
                                      GError                     **error);
gboolean  confab_envelope_peek_epoch (ConfabSpan                   envelope,
                                      guint64                     *epoch,
                                      GError                     **error);

G_END_DECLS
