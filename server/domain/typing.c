/* typing.c: who is typing, told and never stored
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/typing.h"

#include "domain/announce.h"
#include "domain/decision.h"

static gboolean
decide_typing (Decision *decision, GError **error)
{
  const ConfabTypingRequest *fields = decision->fields;
  const Caller *caller = decision->caller;
  g_autofree char *topic = NULL;
  ConfabJsonWriter writer;
  Event *event = NULL;

  if (!decision_permits (decision, PERMISSION_WRITE, error))
    return FALSE;
  if (room_state_count_members (decision->room) > decision->domain->limits.typing_members)
    return TRUE;
  confab_json_writer_init (&writer, g_string_sized_new (160));
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_string (&writer, "roomId", fields->room_id);
  confab_json_writer_member_string (&writer, "userId", caller->user_id);
  confab_json_writer_member_string (&writer, "username", caller->display_name);
  confab_json_writer_member_bool (&writer, "isTyping", fields->is_typing);
  confab_json_writer_end_object (&writer);
  topic = topic_for_live (fields->room_id);
  event = event_new (topic, CONFAB_EVENT_USER_TYPING, confab_json_writer_steal (&writer));
  event->except_user = g_strdup (caller->user_id);
  g_ptr_array_add (decision->events, event);
  return TRUE;
}

const RoomVerb typing_notify = { decide_typing, NULL };
