/* confab-reply-quote.h: the message that another one answers, in two lines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "client/confab-room.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_REPLY_QUOTE (confab_reply_quote_get_type ())
G_DECLARE_FINAL_TYPE (ConfabReplyQuote, confab_reply_quote, CONFAB, REPLY_QUOTE, GtkButton)

/* Finds the message where it is and shows it. message_id: nullable, hides the quote */
void confab_reply_quote_set_reply_to (ConfabReplyQuote *self, ConfabRoom *room, const char *message_id);

G_END_DECLS
