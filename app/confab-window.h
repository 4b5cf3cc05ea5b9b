/* confab-window.h: a window of the client
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_WINDOW (confab_window_get_type ())
G_DECLARE_FINAL_TYPE (ConfabWindow, confab_window, CONFAB, WINDOW, AdwApplicationWindow)

ConfabWindow *confab_window_new (GtkApplication *application, ConfabSession *session, GSettings *settings);
/* Until the profile's saved account is loaded, nothing is asked of the person. */
void confab_window_set_starting (ConfabWindow *self, gboolean starting);
void confab_window_offer_server (ConfabWindow *self, const char *server);
void confab_window_open_room (ConfabWindow *self, ConfabRoom *room);
/* The room whose messages can be seen; nullable. */
ConfabRoom *confab_window_get_visible_room (ConfabWindow *self);

G_END_DECLS
