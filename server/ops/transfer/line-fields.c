/* line-fields.c: the kinds of lines in an export and the fields of each, as docs/export.md describes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/line-fields.h"

#include <string.h>

#define DEFINE_WORDS(Type, name)                                         \
  static const char *                                                    \
  name##_to (int value)                                                  \
  {                                                                      \
    return confab_##name##_to_string ((Type) value);                     \
  }                                                                      \
                                                                         \
  static gboolean                                                        \
  name##_from (const char *word, int *value)                             \
  {                                                                      \
    Type found = 0;                                                      \
    gboolean known = confab_##name##_from_string (word, &found);         \
                                                                         \
    *value = found;                                                      \
    return known;                                                        \
  }                                                                      \
                                                                         \
  static const LineWords name##_words = { name##_to, name##_from };

DEFINE_WORDS (ConfabUserRole, user_role)
DEFINE_WORDS (ConfabRoomType, room_type)
DEFINE_WORDS (ConfabMemberRole, member_role)
DEFINE_WORDS (ConfabMessageType, message_type)

/* What is optional is left out when it is NULL, 0 or FALSE. */
#define FIELD(Type, member, field_name, field_type, ...) \
  { .name = field_name, .type = field_type, .place = G_STRUCT_OFFSET (Type, member), __VA_ARGS__ }
#define ID(Type, member, name, ...) FIELD (Type, member, name, LINE_FIELD_ID, __VA_ARGS__)
#define IDS(Type, member, name, most_ids, ...) \
  FIELD (Type, member, name, LINE_FIELD_IDS, .optional = TRUE, .most = most_ids, __VA_ARGS__)
#define TEXT(Type, member, name, most_characters, ...) \
  FIELD (Type, member, name, LINE_FIELD_TEXT, .most = most_characters, __VA_ARGS__)
#define BYTES(Type, member, name, most_bytes, ...) \
  FIELD (Type, member, name, LINE_FIELD_BYTES, .most = most_bytes, __VA_ARGS__)
#define NUMBER(Type, member, name, ...) FIELD (Type, member, name, LINE_FIELD_NUMBER, __VA_ARGS__)
#define TRUTH(Type, member, name) FIELD (Type, member, name, LINE_FIELD_TRUTH, .optional = TRUE)
#define WORD(Type, member, name, field_words) FIELD (Type, member, name, LINE_FIELD_WORD, .words = &field_words)
#define OPTIONAL .optional = TRUE
#define IN_ENTRY .in_entry = TRUE
#define END { .name = NULL }

/* Bounds are wider than what the server takes today: a limit that is raised there must not need another format. */

static const LineField setting_fields[] = {
  ID (Setting, key, "key"),
  BYTES (Setting, value, "value", 65536),
  END,
};

static const LineField user_fields[] = {
  ID (User, id, "id"),
  TEXT (User, username, "username", 64),
  TEXT (User, display_name, "displayName", 256, OPTIONAL),
  TEXT (User, email, "email", 320, OPTIONAL),
  TEXT (User, avatar, "avatar", 2048, OPTIONAL),
  WORD (User, role, "role", user_role_words),
  TEXT (StoreEntry, password_hash, "passwordHash", 512, OPTIONAL, IN_ENTRY),
  NUMBER (User, created_at, "createdAt"),
  NUMBER (User, last_seen, "lastSeen", OPTIONAL),
  END,
};

static const LineField invite_fields[] = {
  BYTES (Invite, hash, "hash", 64),
  WORD (Invite, role, "role", user_role_words),
  ID (Invite, created_by, "createdBy", OPTIONAL),
  NUMBER (Invite, expires_at, "expiresAt", OPTIONAL),
  END,
};

static const LineField session_fields[] = {
  ID (Session, id, "id"),
  ID (Session, user_id, "userId"),
  TEXT (Session, name, "name", 256, OPTIONAL),
  TEXT (Session, address, "address", 256, OPTIONAL),
  NUMBER (Session, created_at, "createdAt"),
  NUMBER (Session, last_used_at, "lastUsedAt"),
  NUMBER (Session, expires_at, "expiresAt", OPTIONAL),
  BYTES (Session, refresh_hash, "refreshHash", 64, OPTIONAL),
  BYTES (Session, next_refresh_hash, "nextRefreshHash", 64, OPTIONAL),
  END,
};

static const LineField room_fields[] = {
  ID (Room, id, "id"),
  TEXT (Room, name, "name", 256, OPTIONAL),
  TEXT (Room, description, "description", 4000, OPTIONAL),
  WORD (Room, type, "type", room_type_words),
  IDS (StoreEntry, direct_ids, "direct", 256, IN_ENTRY),
  TRUTH (Room, encrypted, "encrypted"),
  ID (Room, created_by, "createdBy"),
  NUMBER (Room, created_at, "createdAt"),
  NUMBER (Room, last_activity, "lastActivity"),
  NUMBER (Room, last_seq, "lastSeq"),
  NUMBER (Room, rev, "rev"),
  NUMBER (Room, members_rev, "membersRev"),
  NUMBER (Room, settings_rev, "settingsRev"),
  NUMBER (Room, member_count, "memberCount"),
  END,
};

static const LineField member_fields[] = {
  ID (Member, room_id, "roomId"),
  ID (Member, user_id, "userId"),
  WORD (Member, role, "role", member_role_words),
  NUMBER (Member, joined_at, "joinedAt"),
  NUMBER (Member, left_at, "leftAt", OPTIONAL),
  NUMBER (Member, received_seq, "receivedSeq"),
  NUMBER (Member, read_seq, "readSeq"),
  NUMBER (Member, rev, "rev"),
  END,
};

static const LineField message_fields[] = {
  ID (Message, id, "id"),
  ID (Message, room_id, "roomId"),
  NUMBER (Message, seq, "seq"),
  NUMBER (Message, rev, "rev"),
  NUMBER (StoreEntry, first_rev, "firstRev", IN_ENTRY),
  ID (Message, sender_id, "senderId"),
  TEXT (Message, sender_name, "senderName", 256, OPTIONAL),
  TEXT (Message, client_id, "clientId", 256, OPTIONAL),
  WORD (Message, type, "type", message_type_words),
  TRUTH (Message, encrypted, "encrypted"),
  TEXT (Message, content, "content", 65536),
  ID (Message, reply_to, "replyTo", OPTIONAL),
  IDS (Message, mentions, "mentions", 4096),
  TRUTH (Message, mentions_room, "mentionsRoom"),
  NUMBER (Message, timestamp, "timestamp"),
  NUMBER (Message, edited_at, "editedAt", OPTIONAL),
  NUMBER (Message, deleted_at, "deletedAt", OPTIONAL),
  END,
};

static const LineField version_fields[] = {
  TEXT (Message, content, "content", 65536),
  NUMBER (Message, edited_at, "editedAt", OPTIONAL),
  END,
};

static const LineField reaction_fields[] = {
  ID (Reaction, user_id, "userId"),
  TEXT (Reaction, emoji, "emoji", 64),
  END,
};

static const struct
{
  const char *word;
  const LineField *fields;
} kinds[N_LINE_KINDS] = {
  [LINE_SETTING] = { "setting", setting_fields },
  [LINE_USER] = { "user", user_fields },
  [LINE_INVITE] = { "invite", invite_fields },
  [LINE_SESSION] = { "session", session_fields },
  [LINE_ROOM] = { "room", room_fields },
  [LINE_MEMBER] = { "member", member_fields },
  [LINE_MESSAGE] = { "message", message_fields },
  [LINE_VERSION] = { "version", version_fields },
  [LINE_REACTION] = { "reaction", reaction_fields },
};

const char *
line_kind_to_string (LineKind kind)
{
  return kinds[kind].word;
}

gboolean
line_kind_from_string (const char *word, LineKind *kind)
{
  for (guint i = 0; i < N_LINE_KINDS; i++)
    if (strcmp (kinds[i].word, word) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

const LineField *
line_kind_get_fields (LineKind kind)
{
  return kinds[kind].fields;
}

gpointer
line_field_locate (const LineField *self, gpointer record, StoreEntry *entry)
{
  return (char *) (self->in_entry ? (gpointer) entry : record) + self->place;
}
