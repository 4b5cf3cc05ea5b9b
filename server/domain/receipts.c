/* receipts.c: how far a person has received and read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/receipts.h"

#include "domain/decision.h"

static gboolean
decide_mark (Decision *decision, gint64 received_seq, gint64 read_seq, GError **error)
{
  Change *change = NULL;

  if (!decision_permits (decision, PERMISSION_WRITE, error))
    return FALSE;
  change = decision_add (decision, CHANGE_MARK);
  change->received_seq = received_seq;
  change->read_seq = read_seq;
  return TRUE;
}

static gboolean
decide_mark_received (Decision *decision, GError **error)
{
  const ConfabMarkReceivedRequest *fields = decision->fields;

  return decide_mark (decision, fields->seq, 0, error);
}

static gboolean
decide_mark_read (Decision *decision, GError **error)
{
  const ConfabMarkReadRequest *fields = decision->fields;

  return decide_mark (decision, fields->seq, fields->seq, error);
}

static void
reply_mark (const Decision *decision, ConfabJsonWriter *reply)
{
  const Member *member = decision_get_change (decision)->member;

  confab_json_writer_member_int (reply, "receivedSeq", member->received_seq);
  confab_json_writer_member_int (reply, "readSeq", member->read_seq);
}

const RoomVerb receipts_mark_received = { decide_mark_received, reply_mark };
const RoomVerb receipts_mark_read = { decide_mark_read, reply_mark };
