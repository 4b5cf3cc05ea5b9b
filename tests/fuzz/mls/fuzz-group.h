/* fuzz-group.h: a group that is the same in every run, with one member who attacks and one who is attacked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-group-private.h"

G_BEGIN_DECLS

typedef struct
{
  ConfabMlsPolicy    *policy;
  ConfabMlsGroup     *hostile;        /* leaf 0 */
  ConfabSecret       *victim_state;   /* leaf 1, stored; two more members are never looked at */
  ConfabMlsIdentity  *newcomer;
  ConfabMlsKeyBundle *newcomer_bundle;
  GBytes             *welcome;        /* for the newcomer; what is made of it is not merged */
  GBytes             *group_info;
} FuzzGroup;

const FuzzGroup *fuzz_group_get            (void);
ConfabMlsGroup  *fuzz_group_restore_victim (const FuzzGroup *self);
void             fuzz_process              (ConfabMlsGroup  *group,
                                            GBytes          *message);

G_END_DECLS
