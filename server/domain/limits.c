/* limits.c: the numbers that hello announces and the verbs keep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/limits.h"

void
limits_init_defaults (Limits *self)
{
  *self = (Limits) {
    .message_length = 4000,
    .members_shown = 50,
    .typing_members = 100,
    .room_members = 10000,
    .rooms_per_user = 1000,
    .reaction_kinds = 20,
    .sessions_per_user = 50,
    .resume_changes = 200,
    .heartbeat = 30,
    .silence = 75,
    .typing_repeat = 4,
    .typing_expiry = 6,
    .away_after = 5 * 60,
    .token_lifetime = 15 * 60,
    .refresh_lifetime = 60 * 24 * 60 * 60,
    .password_hashes = MAX (1, g_get_num_processors ()),
    .rate_limits = TRUE,
  };
}
