/* fields.c: the kinds of lines in an export and the fields of each, as docs/export.md describes them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-ops"

#include "config.h"

#include "ops/transfer/fields.h"

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
  static const FieldWords name##_words = { name##_to, name##_from };

DEFINE_WORDS (ConfabUserRole, user_role)
DEFINE_WORDS (ConfabRoomType, room_type)
DEFINE_WORDS (ConfabMemberRole, member_role)
DEFINE_WORDS (ConfabMessageType, message_type)

#define ID(Type, member, name) { name, FIELD_ID, FALSE, G_STRUCT_OFFSET (Type, member), FALSE, FIELD_ID_MAX, NULL }
#define OPTIONAL_ID(Type, member, name) \
  { name, FIELD_ID, FALSE, G_STRUCT_OFFSET (Type, member), TRUE, FIELD_ID_MAX, NULL }
#define TEXT(Type, member, name, most) { name, FIELD_TEXT, FALSE, G_STRUCT_OFFSET (Type, member), FALSE, most, NULL }
#define OPTIONAL_TEXT(Type, member, name, most) \
  { name, FIELD_TEXT, FALSE, G_STRUCT_OFFSET (Type, member), TRUE, most, NULL }
#define BYTES(Type, member, name, most) { name, FIELD_BYTES, FALSE, G_STRUCT_OFFSET (Type, member), FALSE, most, NULL }
#define OPTIONAL_BYTES(Type, member, name, most) \
  { name, FIELD_BYTES, FALSE, G_STRUCT_OFFSET (Type, member), TRUE, most, NULL }
#define NUMBER(Type, member, name) { name, FIELD_NUMBER, FALSE, G_STRUCT_OFFSET (Type, member), FALSE, 0, NULL }
#define OPTIONAL_NUMBER(Type, member, name) \
  { name, FIELD_NUMBER, FALSE, G_STRUCT_OFFSET (Type, member), TRUE, 0, NULL }
#define OPTIONAL_TRUTH(Type, member, name) \
  { name, FIELD_TRUTH, FALSE, G_STRUCT_OFFSET (Type, member), TRUE, 0, NULL }
#define WORD(Type, member, name, words) { name, FIELD_WORD, FALSE, G_STRUCT_OFFSET (Type, member), FALSE, 0, &words }
#define END { NULL }

/* Bounds are wider than what the server takes today: a limit that is raised there must not need another format. */

static const Field setting_fields[] = {
  ID (Setting, key, "key"),
  BYTES (Setting, value, "value", 65536),
  END,
};

static const Field user_fields[] = {
  ID (User, id, "id"),
  TEXT (User, username, "username", 64),
  OPTIONAL_TEXT (User, display_name, "displayName", 256),
  OPTIONAL_TEXT (User, email, "email", 320),
  OPTIONAL_TEXT (User, avatar, "avatar", 2048),
  WORD (User, role, "role", user_role_words),
  { "passwordHash", FIELD_TEXT, TRUE, G_STRUCT_OFFSET (StoreEntry, password_hash), TRUE, 512, NULL },
  NUMBER (User, created_at, "createdAt"),
  OPTIONAL_NUMBER (User, last_seen, "lastSeen"),
  END,
};

static const Field invite_fields[] = {
  BYTES (Invite, hash, "hash", 64),
  WORD (Invite, role, "role", user_role_words),
  OPTIONAL_ID (Invite, created_by, "createdBy"),
  OPTIONAL_NUMBER (Invite, expires_at, "expiresAt"),
  END,
};

static const Field session_fields[] = {
  ID (Session, id, "id"),
  ID (Session, user_id, "userId"),
  OPTIONAL_TEXT (Session, name, "name", 256),
  OPTIONAL_TEXT (Session, address, "address", 256),
  NUMBER (Session, created_at, "createdAt"),
  NUMBER (Session, last_used_at, "lastUsedAt"),
  OPTIONAL_NUMBER (Session, expires_at, "expiresAt"),
  OPTIONAL_BYTES (Session, refresh_hash, "refreshHash", 64),
  OPTIONAL_BYTES (Session, next_refresh_hash, "nextRefreshHash", 64),
  END,
};

static const Field room_fields[] = {
  ID (Room, id, "id"),
  OPTIONAL_TEXT (Room, name, "name", 256),
  OPTIONAL_TEXT (Room, description, "description", 4000),
  WORD (Room, type, "type", room_type_words),
  { "direct", FIELD_IDS, TRUE, G_STRUCT_OFFSET (StoreEntry, direct_ids), TRUE, 256, NULL },
  OPTIONAL_TRUTH (Room, encrypted, "encrypted"),
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

static const Field member_fields[] = {
  ID (Member, room_id, "roomId"),
  ID (Member, user_id, "userId"),
  WORD (Member, role, "role", member_role_words),
  NUMBER (Member, joined_at, "joinedAt"),
  OPTIONAL_NUMBER (Member, left_at, "leftAt"),
  NUMBER (Member, received_seq, "receivedSeq"),
  NUMBER (Member, read_seq, "readSeq"),
  NUMBER (Member, rev, "rev"),
  END,
};

static const Field message_fields[] = {
  ID (Message, id, "id"),
  ID (Message, room_id, "roomId"),
  NUMBER (Message, seq, "seq"),
  NUMBER (Message, rev, "rev"),
  { "firstRev", FIELD_NUMBER, TRUE, G_STRUCT_OFFSET (StoreEntry, first_rev), FALSE, 0, NULL },
  ID (Message, sender_id, "senderId"),
  OPTIONAL_TEXT (Message, sender_name, "senderName", 256),
  OPTIONAL_TEXT (Message, client_id, "clientId", 256),
  WORD (Message, type, "type", message_type_words),
  OPTIONAL_TRUTH (Message, encrypted, "encrypted"),
  TEXT (Message, content, "content", 65536),
  OPTIONAL_ID (Message, reply_to, "replyTo"),
  { "mentions", FIELD_IDS, FALSE, G_STRUCT_OFFSET (Message, mentions), TRUE, 4096, NULL },
  OPTIONAL_TRUTH (Message, mentions_room, "mentionsRoom"),
  NUMBER (Message, timestamp, "timestamp"),
  OPTIONAL_NUMBER (Message, edited_at, "editedAt"),
  OPTIONAL_NUMBER (Message, deleted_at, "deletedAt"),
  END,
};

static const Field version_fields[] = {
  TEXT (Message, content, "content", 65536),
  OPTIONAL_NUMBER (Message, edited_at, "editedAt"),
  END,
};

static const Field reaction_fields[] = {
  ID (Reaction, user_id, "userId"),
  TEXT (Reaction, emoji, "emoji", 64),
  END,
};

static const struct
{
  const char *word;
  const Field *fields;
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

const Field *
line_kind_get_fields (LineKind kind)
{
  return kinds[kind].fields;
}

gpointer
field_locate (const Field *self, gpointer record, StoreEntry *entry)
{
  return (char *) (self->in_entry ? (gpointer) entry : record) + self->place;
}
