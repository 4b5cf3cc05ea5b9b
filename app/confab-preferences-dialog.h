/* confab-preferences-dialog.h: how the client looks and behaves, and the account's own data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_PREFERENCES_DIALOG (confab_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ConfabPreferencesDialog, confab_preferences_dialog, CONFAB, PREFERENCES_DIALOG,
                      AdwPreferencesDialog)

ConfabPreferencesDialog *confab_preferences_dialog_new (ConfabSession *session, GSettings *settings);

G_END_DECLS
