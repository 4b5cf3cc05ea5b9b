/* confab-text.h: which texts and names people may write
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *confab_text_normalize (const char *text, gsize max_characters, GError **error);
char *confab_line_normalize (const char *text, gsize max_characters, GError **error);
char *confab_username_normalize (const char *username, GError **error);
char *confab_email_normalize (const char *email, GError **error);
gboolean confab_emoji_is_valid (const char *emoji);

G_END_DECLS
