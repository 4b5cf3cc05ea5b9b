/* entry.h: one thing that a store keeps, whole: what an export hands out and a restore takes in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Everything a store keeps is in some entry. What an implementation can work out from them (folded names, counters of
 * its own, indexes) is not.
 */
#pragma once

#include "store/records.h"

G_BEGIN_DECLS

typedef enum
{
  ENTRY_SETTING,
  ENTRY_USER,
  ENTRY_INVITE,
  ENTRY_SESSION,
  ENTRY_ROOM,
  ENTRY_MEMBER,
  ENTRY_MESSAGE,
  N_ENTRY_KINDS,
} StoreEntryKind;

typedef struct
{
  char *key;
  GBytes *value;
} Setting;

typedef struct
{
  GBytes *hash;
  ConfabUserRole role;
  char *created_by;
  gint64 expires_at;
} Invite;

/* Unlike the records, an entry has one owner. */
typedef struct
{
  StoreEntryKind kind;
  union
  {
    gpointer record;
    Setting *setting;
    User *user;
    Invite *invite;
    Session *session;
    Room *room;
    Member *member;           /* without what is joined in from the account */
    Message *message;
  };
  char *password_hash;        /* USER; nullable */
  char **direct_ids;          /* ROOM of type direct: whose it is, sorted, each once; else NULL */
  gint64 first_rev;           /* MESSAGE: the rev with which it came */
  GPtrArray *versions;        /* MESSAGE: of Message* (content and editedAt only), oldest first; NULL: none */
} StoreEntry;

/* With an empty record of that kind. */
StoreEntry *store_entry_new (StoreEntryKind kind);
/* Around a record that is taken. */
StoreEntry *store_entry_new_take (StoreEntryKind kind, gpointer record);
void store_entry_free (StoreEntry *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreEntry, store_entry_free)

G_END_DECLS
