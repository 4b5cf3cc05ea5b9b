/* documents.h: how a record is a document, and a document a record
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The collections, their fields and indexes are told in schema.c.
 */
#pragma once

#include <mongoc/mongoc.h>

#include "store/records.h"

G_BEGIN_DECLS

#define MONGODB_INVITES "invites"
#define MONGODB_MEMBERS "members"
#define MONGODB_MESSAGES "messages"
#define MONGODB_ROOMS "rooms"
#define MONGODB_DELETED_ROOMS "deletedRooms"
#define MONGODB_SCHEMA "schema"
#define MONGODB_SERVERS "servers"
#define MONGODB_SESSIONS "sessions"
#define MONGODB_SETTINGS "settings"
#define MONGODB_USERS "users"

/* Stands for everybody among the mentions of a message. No user id looks like it. */
#define MONGODB_EVERYBODY "@room"

User *document_read_user (const bson_t *document);
/* As it is kept, with what is searched for. password_hash: nullable. */
void document_append_user (bson_t *document, const User *user, const char *password_hash);

Session *document_read_session (const bson_t *document);
void document_append_session (bson_t *document, const Session *session);

Room *document_read_room (const bson_t *document);
/* direct_key: NULL but for direct rooms. */
void document_append_room (bson_t *document, const Room *room, const char *direct_key);

/* The username is in the document, the display name and the avatar are not: they are the account's. */
Member *document_read_member (const bson_t *document);
void document_append_member (bson_t *document, const Member *member);
/* A membership's _id. */
char *document_make_member_id (const char *room_id, const char *user_id);

Message *document_read_message (const bson_t *document);
/* Of Message*, content and edited_at only: the texts it had before, where they were read with it. */
GPtrArray *document_read_versions (const bson_t *document);
/* first_rev: with which it came. versions: nullable. */
void document_append_message (bson_t *document, const Message *message, gint64 first_rev, GPtrArray *versions);
/* name: [{content, editedAt}, …] */
void document_append_versions (bson_t *document, const char *name, GPtrArray *versions);
/* Only what may change in a message: what is there into set, what is not there into unset. */
void document_append_message_changes (bson_t *set, bson_t *unset, const Message *message);

G_END_DECLS
