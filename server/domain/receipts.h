/* receipts.h: how far a person has received and read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/verb.h"

G_BEGIN_DECLS

extern const RoomVerb receipts_mark_received;
extern const RoomVerb receipts_mark_read;

G_END_DECLS
