/* confab-sessions-dialog.h: the devices that are signed in to the account
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_SESSIONS_DIALOG (confab_sessions_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ConfabSessionsDialog, confab_sessions_dialog, CONFAB, SESSIONS_DIALOG, AdwDialog)

ConfabSessionsDialog *confab_sessions_dialog_new (ConfabSession *session);

G_END_DECLS
