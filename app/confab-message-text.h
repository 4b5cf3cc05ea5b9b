/* confab-message-text.h: shows the text of a message: paragraphs, quotes and code
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define CONFAB_TYPE_MESSAGE_TEXT (confab_message_text_get_type ())
G_DECLARE_FINAL_TYPE (ConfabMessageText, confab_message_text, CONFAB, MESSAGE_TEXT, GtkWidget)

/* spans: of ConfabSpan */
void confab_message_text_set_content (ConfabMessageText *self, const char *text, GArray *spans,
                                      const char *own_username);
/* A notice in place of a text, as of a deleted message. */
void confab_message_text_set_notice (ConfabMessageText *self, const char *notice);
/* In pixels, when laid out in that width; -1 when nothing may stand beside the last line. */
int confab_message_text_get_last_line_width (ConfabMessageText *self, int width);

G_END_DECLS
