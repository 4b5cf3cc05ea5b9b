/* confab-message-words.h: what is said about a message in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client/confab-message.h"

G_BEGIN_DECLS

const char *confab_message_words_get_sender (ConfabMessage *message);
char *confab_message_words_get_time (ConfabMessage *message);
/* "Delivered", "Read by 3 people"…; NULL for messages of others. */
char *confab_message_words_get_state (ConfabMessage *message);
/* One line of its text, or what stands for it. */
char *confab_message_words_get_preview (ConfabMessage *message);
/* All that a screen reader says of it. */
char *confab_message_words_get_description (ConfabMessage *message);

G_END_DECLS
