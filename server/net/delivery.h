/* delivery.h: an event's last step, from a reactor's mailbox to its connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net/mailbox.h"

G_BEGIN_DECLS

/* A MailFunc, as hub_new() wants it. */
void delivery_run (gpointer owner, gpointer subject, gpointer content, gpointer extra);

G_END_DECLS
