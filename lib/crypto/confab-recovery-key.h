/* confab-recovery-key.h: the one secret that a person keeps on paper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

#include "confab-secret.h"

G_BEGIN_DECLS

#define CONFAB_RECOVERY_KEY_LENGTH 32
#define CONFAB_RECOVERY_KEY_GROUPS 14
#define CONFAB_RECOVERY_KEY_GROUP_LENGTH 4

ConfabSecret *confab_recovery_key_new    (void);
char         *confab_recovery_key_format (ConfabSpan   key);
ConfabSecret *confab_recovery_key_parse  (const char  *text,
                                          GError     **error);

G_END_DECLS
