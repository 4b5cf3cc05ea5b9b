/* pages.h: what a person sees who opens the server's address in a browser
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  GString *html;
  char *policy;      /* its Content-Security-Policy */
} Page;

/* What this is. */
void pages_write_front (Page *self, const char *server_name);
/* How to accept an invite. FALSE when the code cannot be one. */
gboolean pages_write_invite (Page *self, const char *server_name, const char *code);
void page_clear (Page *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Page, page_clear)

/* {"name":…,"version":…,"features":…,"api":…,"websocket":…} */
GString *pages_write_discovery (const char *server_name);

G_END_DECLS
