/* confab-client.h: everything that a program which uses libconfab includes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-member-list.h"
#include "client/confab-member.h"
#include "client/confab-message.h"
#include "client/confab-outbox.h"
#include "client/confab-room-list.h"
#include "client/confab-room.h"
#include "client/confab-session.h"
#include "client/confab-timeline.h"
#include "client/confab-user.h"
#include "client/confab-vocabulary-types.h"
#include "protocol/confab-error.h"
#include "protocol/confab-spans.h"
