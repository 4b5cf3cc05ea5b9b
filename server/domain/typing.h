/* typing.h: who is typing, told and never stored
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/verb.h"

G_BEGIN_DECLS

extern const RoomVerb typing_notify;

G_END_DECLS
