/* confab-welcome-view.h: names a server, signs in or makes an account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_WELCOME_VIEW (confab_welcome_view_get_type ())
G_DECLARE_FINAL_TYPE (ConfabWelcomeView, confab_welcome_view, CONFAB, WELCOME_VIEW, AdwBin)

/* Properties: session, settings. */

void confab_welcome_view_set_server (ConfabWelcomeView *self, const char *server);

G_END_DECLS
