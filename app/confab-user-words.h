/* confab-user-words.h: what is said about a person in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-user.h"

G_BEGIN_DECLS

/* "Online", "Last seen Yesterday"…; "" when nothing is known. */
char *confab_user_words_get_presence (ConfabUser *user);

G_END_DECLS
