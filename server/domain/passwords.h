/* passwords.h: hashes of passwords, a bounded number of them at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Passwords Passwords;

/* max_running: hashes at once, each of which takes 64 MiB and a core. */
Passwords *passwords_new (guint max_running);
void passwords_free (Passwords *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Passwords, passwords_free)

/* Block for a tenth of a second and up to a few when others are before them. UNAVAILABLE, with the time to wait,
 * when too many are. */
char *passwords_hash (Passwords *self, const char *password, GError **error);
/* hash NULL: nobody has this password, and finding that out takes as long. FALSE without error: it is not the one.
 * better: a new hash to keep in the old one's place when that was made with less work than is asked for now. */
gboolean passwords_verify (Passwords *self, const char *hash, const char *password, char **better, GError **error);

G_END_DECLS
