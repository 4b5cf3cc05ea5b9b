/* confab-switcher-dialog.h: finds a room or a person by a few letters
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "client/confab-session.h"

G_BEGIN_DECLS

/* What is looked for, and what becomes of it. */
typedef enum
{
  CONFAB_SWITCHER_EVERYTHING,   /* my rooms, and people: opens the room or conversation */
  CONFAB_SWITCHER_PEOPLE,       /* people: opens the conversation */
  CONFAB_SWITCHER_PERSON,       /* people: only tells whom */
} ConfabSwitcherKind;

#define CONFAB_TYPE_SWITCHER_DIALOG (confab_switcher_dialog_get_type ())
G_DECLARE_FINAL_TYPE (ConfabSwitcherDialog, confab_switcher_dialog, CONFAB, SWITCHER_DIALOG, AdwDialog)

/* Signals:
 *   room-chosen (ConfabRoom *room)
 *   person-chosen (ConfabUser *user)   of CONFAB_SWITCHER_PERSON */

ConfabSwitcherDialog *confab_switcher_dialog_new (ConfabSession *session, ConfabSwitcherKind kind);

G_END_DECLS
