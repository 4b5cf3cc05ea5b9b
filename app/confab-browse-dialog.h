/* confab-browse-dialog.h: the public rooms of the server, to join
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

#define CONFAB_TYPE_BROWSE_DIALOG (confab_browse_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ConfabBrowseDialog, confab_browse_dialog, CONFAB, BROWSE_DIALOG, AdwDialog)

/* Signal: room-chosen (ConfabRoom *room), joined or opened. */

ConfabBrowseDialog *confab_browse_dialog_new (ConfabSession *session);

G_END_DECLS
