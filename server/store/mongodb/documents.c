/* documents.c: how a record is a document, and a document a record
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/documents.h"

#include "store/mongodb/fields.h"
#include "store/store-private.h"

#define DEFINE_WORDS(Type, name, type_to_string, type_from_string)      \
  static const char *                                                   \
  name##_to_string (int value)                                          \
  {                                                                     \
    return type_to_string ((Type) value);                               \
  }                                                                     \
                                                                        \
  static gboolean                                                       \
  name##_from_string (const char *word, int *value)                     \
  {                                                                     \
    Type typed = 0;                                                     \
                                                                        \
    if (!type_from_string (word, &typed))                               \
      return FALSE;                                                     \
    *value = typed;                                                     \
    return TRUE;                                                        \
  }                                                                     \
                                                                        \
  static const FieldWords name = { name##_to_string, name##_from_string };

DEFINE_WORDS (ConfabUserRole, user_roles, confab_user_role_to_string, confab_user_role_from_string)
DEFINE_WORDS (ConfabRoomType, room_types, confab_room_type_to_string, confab_room_type_from_string)
DEFINE_WORDS (ConfabMemberRole, member_roles, confab_member_role_to_string, confab_member_role_from_string)
DEFINE_WORDS (ConfabMessageType, message_types, confab_message_type_to_string, confab_message_type_from_string)

static const Field user_fields[] = {
  { "_id", FIELD_TEXT, G_STRUCT_OFFSET (User, id) },
  { "username", FIELD_TEXT, G_STRUCT_OFFSET (User, username) },
  { "displayName", FIELD_TEXT, G_STRUCT_OFFSET (User, display_name) },
  { "email", FIELD_TEXT, G_STRUCT_OFFSET (User, email) },
  { "avatar", FIELD_TEXT, G_STRUCT_OFFSET (User, avatar) },
  { "role", FIELD_WORD, G_STRUCT_OFFSET (User, role), &user_roles },
  { "createdAt", FIELD_NUMBER, G_STRUCT_OFFSET (User, created_at) },
  { "lastSeen", FIELD_NUMBER, G_STRUCT_OFFSET (User, last_seen) },
  { NULL },
};

static const Field session_fields[] = {
  { "_id", FIELD_TEXT, G_STRUCT_OFFSET (Session, id) },
  { "userId", FIELD_TEXT, G_STRUCT_OFFSET (Session, user_id) },
  { "name", FIELD_TEXT, G_STRUCT_OFFSET (Session, name) },
  { "address", FIELD_TEXT, G_STRUCT_OFFSET (Session, address) },
  { "createdAt", FIELD_NUMBER, G_STRUCT_OFFSET (Session, created_at) },
  { "lastUsedAt", FIELD_NUMBER, G_STRUCT_OFFSET (Session, last_used_at) },
  { "expiresAt", FIELD_NUMBER, G_STRUCT_OFFSET (Session, expires_at) },
  { "refreshHash", FIELD_BYTES, G_STRUCT_OFFSET (Session, refresh_hash) },
  { "nextRefreshHash", FIELD_BYTES, G_STRUCT_OFFSET (Session, next_refresh_hash) },
  { NULL },
};

static const Field room_fields[] = {
  { "_id", FIELD_TEXT, G_STRUCT_OFFSET (Room, id) },
  { "name", FIELD_TEXT, G_STRUCT_OFFSET (Room, name) },
  { "description", FIELD_TEXT, G_STRUCT_OFFSET (Room, description) },
  { "type", FIELD_WORD, G_STRUCT_OFFSET (Room, type), &room_types },
  { "encrypted", FIELD_FLAG, G_STRUCT_OFFSET (Room, encrypted) },
  { "createdBy", FIELD_TEXT, G_STRUCT_OFFSET (Room, created_by) },
  { "createdAt", FIELD_NUMBER, G_STRUCT_OFFSET (Room, created_at) },
  { "lastActivity", FIELD_NUMBER, G_STRUCT_OFFSET (Room, last_activity) },
  { "lastSeq", FIELD_NUMBER, G_STRUCT_OFFSET (Room, last_seq) },
  { "rev", FIELD_NUMBER, G_STRUCT_OFFSET (Room, rev) },
  { "membersRev", FIELD_NUMBER, G_STRUCT_OFFSET (Room, members_rev) },
  { "settingsRev", FIELD_NUMBER, G_STRUCT_OFFSET (Room, settings_rev) },
  { "memberCount", FIELD_NUMBER, G_STRUCT_OFFSET (Room, member_count) },
  { NULL },
};

static const Field member_fields[] = {
  { "roomId", FIELD_TEXT, G_STRUCT_OFFSET (Member, room_id) },
  { "userId", FIELD_TEXT, G_STRUCT_OFFSET (Member, user_id) },
  { "username", FIELD_TEXT, G_STRUCT_OFFSET (Member, username) },
  { "role", FIELD_WORD, G_STRUCT_OFFSET (Member, role), &member_roles },
  { "joinedAt", FIELD_NUMBER, G_STRUCT_OFFSET (Member, joined_at) },
  { "leftAt", FIELD_NUMBER, G_STRUCT_OFFSET (Member, left_at) },
  { "receivedSeq", FIELD_NUMBER, G_STRUCT_OFFSET (Member, received_seq) },
  { "readSeq", FIELD_NUMBER, G_STRUCT_OFFSET (Member, read_seq) },
  { "rev", FIELD_NUMBER, G_STRUCT_OFFSET (Member, rev) },
  { NULL },
};

static const Field message_fields[] = {
  { "_id", FIELD_TEXT, G_STRUCT_OFFSET (Message, id) },
  { "roomId", FIELD_TEXT, G_STRUCT_OFFSET (Message, room_id) },
  { "seq", FIELD_NUMBER, G_STRUCT_OFFSET (Message, seq) },
  { "rev", FIELD_NUMBER, G_STRUCT_OFFSET (Message, rev) },
  { "senderId", FIELD_TEXT, G_STRUCT_OFFSET (Message, sender_id) },
  { "senderName", FIELD_TEXT, G_STRUCT_OFFSET (Message, sender_name) },
  { "clientId", FIELD_TEXT, G_STRUCT_OFFSET (Message, client_id) },
  { "type", FIELD_WORD, G_STRUCT_OFFSET (Message, type), &message_types },
  { "encrypted", FIELD_FLAG, G_STRUCT_OFFSET (Message, encrypted) },
  { "content", FIELD_TEXT, G_STRUCT_OFFSET (Message, content) },
  { "replyTo", FIELD_TEXT, G_STRUCT_OFFSET (Message, reply_to) },
  { "timestamp", FIELD_NUMBER, G_STRUCT_OFFSET (Message, timestamp) },
  { "editedAt", FIELD_SPARE_NUMBER, G_STRUCT_OFFSET (Message, edited_at) },
  { "deletedAt", FIELD_SPARE_NUMBER, G_STRUCT_OFFSET (Message, deleted_at) },
  { NULL },
};

static const Field message_changes[] = {
  { "rev", FIELD_NUMBER, G_STRUCT_OFFSET (Message, rev) },
  { "content", FIELD_TEXT, G_STRUCT_OFFSET (Message, content) },
  { "editedAt", FIELD_SPARE_NUMBER, G_STRUCT_OFFSET (Message, edited_at) },
  { "deletedAt", FIELD_SPARE_NUMBER, G_STRUCT_OFFSET (Message, deleted_at) },
  { NULL },
};

User *
document_read_user (const bson_t *document)
{
  User *user = user_new ();

  fields_read (user_fields, document, user);
  return user;
}

void
document_append_user (bson_t *document, const User *user, const char *password_hash)
{
  g_autofree char *folded = store_fold_text (user->display_name);

  fields_append (user_fields, user, document);
  BSON_APPEND_UTF8 (document, "foldedName", folded);
  if (password_hash != NULL)
    BSON_APPEND_UTF8 (document, "passwordHash", password_hash);
}

Session *
document_read_session (const bson_t *document)
{
  Session *session = session_new ();

  fields_read (session_fields, document, session);
  return session;
}

void
document_append_session (bson_t *document, const Session *session)
{
  fields_append (session_fields, session, document);
}

Room *
document_read_room (const bson_t *document)
{
  Room *room = room_new ();

  fields_read (room_fields, document, room);
  return room;
}

void
document_append_room (bson_t *document, const Room *room, const char *direct_key)
{
  g_autofree char *folded = store_fold_room (room->name, room->description);

  fields_append (room_fields, room, document);
  BSON_APPEND_UTF8 (document, "foldedText", folded);
  BSON_APPEND_INT64 (document, "writes", 0);
  if (direct_key != NULL)
    BSON_APPEND_UTF8 (document, "directKey", direct_key);
}

/* Ids hold no spaces. */
char *
document_make_member_id (const char *room_id, const char *user_id)
{
  return g_strconcat (room_id, " ", user_id, NULL);
}

Member *
document_read_member (const bson_t *document)
{
  Member *member = member_new ();

  fields_read (member_fields, document, member);
  return member;
}

void
document_append_member (bson_t *document, const Member *member)
{
  g_autofree char *id = document_make_member_id (member->room_id, member->user_id);

  bson_append_utf8 (document, "_id", -1, id, -1);
  fields_append (member_fields, member, document);
}

static void
read_mentions (const bson_iter_t *field, Message *message)
{
  g_autoptr(GStrvBuilder) people = g_strv_builder_new ();
  gboolean any = FALSE;
  bson_iter_t iter;

  if (!BSON_ITER_HOLDS_ARRAY (field) || !bson_iter_recurse (field, &iter))
    return;
  while (bson_iter_next (&iter))
    {
      const char *whom = BSON_ITER_HOLDS_UTF8 (&iter) ? bson_iter_utf8 (&iter, NULL) : NULL;

      if (g_strcmp0 (whom, MONGODB_EVERYBODY) == 0)
        message->mentions_room = TRUE;
      else if (whom != NULL)
        {
          g_strv_builder_add (people, whom);
          any = TRUE;
        }
    }
  if (any)
    message->mentions = g_strv_builder_end (people);
}

static Reaction *
read_reaction (const bson_iter_t *element)
{
  const char *user_id = NULL;
  const char *emoji = NULL;
  bson_iter_t iter;

  if (!BSON_ITER_HOLDS_DOCUMENT (element) || !bson_iter_recurse (element, &iter))
    return NULL;
  while (bson_iter_next (&iter))
    if (BSON_ITER_HOLDS_UTF8 (&iter))
      {
        if (g_str_equal (bson_iter_key (&iter), "userId"))
          user_id = bson_iter_utf8 (&iter, NULL);
        else if (g_str_equal (bson_iter_key (&iter), "emoji"))
          emoji = bson_iter_utf8 (&iter, NULL);
      }
  return user_id != NULL && emoji != NULL ? reaction_new (user_id, emoji) : NULL;
}

static void
read_reactions (const bson_iter_t *field, Message *message)
{
  g_autoptr(GPtrArray) reactions = g_ptr_array_new_with_free_func ((GDestroyNotify) reaction_free);
  bson_iter_t iter;

  if (!BSON_ITER_HOLDS_ARRAY (field) || !bson_iter_recurse (field, &iter))
    return;
  while (bson_iter_next (&iter))
    {
      Reaction *reaction = read_reaction (&iter);

      if (reaction != NULL)
        g_ptr_array_add (reactions, reaction);
    }
  if (reactions->len > 0)
    message->reactions = g_steal_pointer (&reactions);
}

Message *
document_read_message (const bson_t *document)
{
  Message *message = message_new ();
  bson_iter_t iter;

  fields_read (message_fields, document, message);
  if (bson_iter_init_find (&iter, document, "mentions"))
    read_mentions (&iter, message);
  if (bson_iter_init_find (&iter, document, "reactions"))
    read_reactions (&iter, message);
  return message;
}

/* Whether there are any. */
static gboolean
append_mentions (bson_t *document, const Message *message)
{
  bson_array_builder_t *array = NULL;
  gboolean people = message->mentions != NULL && message->mentions[0] != NULL;

  if (!people && !message->mentions_room)
    return FALSE;
  BSON_APPEND_ARRAY_BUILDER_BEGIN (document, "mentions", &array);
  for (gsize i = 0; people && message->mentions[i] != NULL; i++)
    bson_array_builder_append_utf8 (array, message->mentions[i], -1);
  if (message->mentions_room)
    bson_array_builder_append_utf8 (array, MONGODB_EVERYBODY, -1);
  bson_append_array_builder_end (document, array);
  return TRUE;
}

/* Whether there are any. */
static gboolean
append_reactions (bson_t *document, const Message *message)
{
  bson_array_builder_t *array = NULL;

  if (message->reactions == NULL || message->reactions->len == 0)
    return FALSE;
  BSON_APPEND_ARRAY_BUILDER_BEGIN (document, "reactions", &array);
  for (guint i = 0; i < message->reactions->len; i++)
    {
      const Reaction *reaction = message->reactions->pdata[i];
      bson_t element;

      bson_array_builder_append_document_begin (array, &element);
      BSON_APPEND_UTF8 (&element, "userId", reaction->user_id);
      BSON_APPEND_UTF8 (&element, "emoji", reaction->emoji);
      bson_array_builder_append_document_end (array, &element);
    }
  bson_append_array_builder_end (document, array);
  return TRUE;
}

GPtrArray *
document_read_versions (const bson_t *document)
{
  GPtrArray *versions = g_ptr_array_new_with_free_func ((GDestroyNotify) message_unref);
  bson_iter_t list;
  bson_iter_t iter;

  if (!bson_iter_init_find (&list, document, "versions") || !bson_iter_recurse (&list, &iter))
    return versions;
  while (bson_iter_next (&iter))
    {
      const guint8 *data = NULL;
      guint32 size = 0;
      bson_t version;

      if (!BSON_ITER_HOLDS_DOCUMENT (&iter))
        continue;
      bson_iter_document (&iter, &size, &data);
      if (bson_init_static (&version, data, size))
        g_ptr_array_add (versions, document_read_message (&version));
    }
  return versions;
}

void
document_append_versions (bson_t *document, const char *name, GPtrArray *versions)
{
  bson_array_builder_t *list = NULL;

  bson_append_array_builder_begin (document, name, -1, &list);
  for (guint i = 0; i < versions->len; i++)
    {
      const Message *version = versions->pdata[i];
      bson_t element;

      bson_array_builder_append_document_begin (list, &element);
      BSON_APPEND_UTF8 (&element, "content", version->content);
      BSON_APPEND_INT64 (&element, "editedAt", version->edited_at);
      bson_array_builder_append_document_end (list, &element);
    }
  bson_append_array_builder_end (document, list);
}

void
document_append_message (bson_t *document, const Message *message, gint64 first_rev, GPtrArray *versions)
{
  fields_append (message_fields, message, document);
  append_mentions (document, message);
  append_reactions (document, message);
  BSON_APPEND_INT64 (document, "firstRev", first_rev);
  if (message->rev != first_rev)
    BSON_APPEND_INT64 (document, "changedRev", message->rev);
  if (versions == NULL || versions->len == 0)
    return;
  BSON_APPEND_INT64 (document, "edits", versions->len);
  document_append_versions (document, "versions", versions);
}

static void
unset (bson_t *document, const char *name)
{
  bson_append_bool (document, name, -1, true);
}

void
document_append_message_changes (bson_t *set, bson_t *unset_fields, const Message *message)
{
  fields_append (message_changes, message, set);
  if (message->edited_at == 0)
    unset (unset_fields, "editedAt");
  if (message->deleted_at == 0)
    unset (unset_fields, "deletedAt");
  if (!append_mentions (set, message))
    unset (unset_fields, "mentions");
  if (!append_reactions (set, message))
    unset (unset_fields, "reactions");
}
