/* confab-mls-event.h: what a processed message did to a group
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-framing.h"
#include "confab-mls-member.h"

G_BEGIN_DECLS

typedef enum
{
  CONFAB_MLS_EVENT_APPLICATION,
  CONFAB_MLS_EVENT_PROPOSAL,
  CONFAB_MLS_EVENT_COMMIT,
} ConfabMlsEventType;

/**
 * ConfabMlsEvent:
 * @type: what the message was
 * @epoch: the epoch it was sent in
 * @sender_type: what kind of sender it had
 * @sender: (nullable): the member who sent it, as it was in that epoch; the newcomer for an external commit
 * @authenticated_data: what the sender attached in plain text, authenticated
 * @application_data: (nullable): the decrypted data of an application message
 * @proposal: (nullable): the proposal, which waits for a commit now
 * @proposal_reference: (nullable): the name by which a commit refers to it
 * @is_own_commit: whether it was the pending commit of this client, which is merged now
 * @was_removed: whether the commit removed this client: the group is of no use any more
 * @added: (nullable) (element-type ConfabMlsMember): members that the commit added
 * @removed: (nullable) (element-type ConfabMlsMember): members that it removed
 * @updated: (nullable) (element-type ConfabMlsMember): members with new leaf nodes, the committer included
 * @reinit: (nullable): the re-initialisation that it began: the group is closed
 *
 * The outcome of confab_mls_group_process().
 *
 * Since: 0.1
 */
typedef struct
{
  ConfabMlsEventType   type;
  guint64              epoch;
  ConfabMlsSenderType  sender_type;
  ConfabMlsMember     *sender;
  GBytes              *authenticated_data;
  GBytes              *application_data;
  ConfabMlsProposal   *proposal;
  GBytes              *proposal_reference;
  gboolean             is_own_commit;
  gboolean             was_removed;
  GPtrArray           *added;
  GPtrArray           *removed;
  GPtrArray           *updated;
  ConfabMlsProposal   *reinit;
} ConfabMlsEvent;

void confab_mls_event_free (ConfabMlsEvent *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabMlsEvent, confab_mls_event_free)

G_END_DECLS
