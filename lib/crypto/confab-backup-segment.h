/* confab-backup-segment.h: one sealed piece of a backup, without a look at what is in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-secret.h"

G_BEGIN_DECLS

#define CONFAB_BACKUP_SALT_LENGTH 16

GBytes *confab_backup_segment_seal (const char *user_id,
                                    ConfabSpan  backup_key,
                                    ConfabSpan  salt,
                                    ConfabSpan  entries,
                                    GError    **error);
GBytes *confab_backup_segment_open (const char *user_id,
                                    ConfabSpan  backup_key,
                                    ConfabSpan  segment,
                                    GError    **error);

G_END_DECLS
