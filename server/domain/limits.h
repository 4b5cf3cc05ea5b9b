/* limits.h: the numbers that hello announces and the verbs keep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint message_length;        /* characters */
  guint members_shown;         /* rooms up to this size tell names in receipts and lists */
  guint typing_members;        /* above this no typing notices */
  guint room_members;          /* per room */
  guint rooms_per_user;
  guint reaction_kinds;        /* per message */
  guint sessions_per_user;
  guint resume_changes;        /* per room; more comes as limited */
  guint heartbeat;             /* seconds */
  guint silence;               /* seconds until a quiet connection is closed */
  guint typing_repeat;         /* seconds */
  guint typing_expiry;         /* seconds */
  guint away_after;            /* seconds */
  guint token_lifetime;        /* seconds */
  guint refresh_lifetime;      /* seconds */
  guint password_hashes;       /* at once */
  gboolean rate_limits;
} Limits;

void limits_init_defaults (Limits *self);

G_END_DECLS
