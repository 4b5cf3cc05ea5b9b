/* entry.c: one thing that a store keeps, whole: what an export hands out and a restore takes in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/entry.h"

static Setting *
setting_new (void)
{
  return g_new0 (Setting, 1);
}

static void
setting_free (Setting *self)
{
  g_free (self->key);
  g_clear_pointer (&self->value, g_bytes_unref);
  g_free (self);
}

static Invite *
invite_new (void)
{
  return g_new0 (Invite, 1);
}

static void
invite_free (Invite *self)
{
  g_clear_pointer (&self->hash, g_bytes_unref);
  g_free (self->created_by);
  g_free (self);
}

static const struct
{
  gpointer (*make) (void);
  GDestroyNotify destroy;
} records[N_ENTRY_KINDS] = {
  [ENTRY_SETTING] = { (gpointer (*) (void)) setting_new, (GDestroyNotify) setting_free },
  [ENTRY_USER] = { (gpointer (*) (void)) user_new, (GDestroyNotify) user_unref },
  [ENTRY_INVITE] = { (gpointer (*) (void)) invite_new, (GDestroyNotify) invite_free },
  [ENTRY_SESSION] = { (gpointer (*) (void)) session_new, (GDestroyNotify) session_unref },
  [ENTRY_ROOM] = { (gpointer (*) (void)) room_new, (GDestroyNotify) room_unref },
  [ENTRY_MEMBER] = { (gpointer (*) (void)) member_new, (GDestroyNotify) member_unref },
  [ENTRY_MESSAGE] = { (gpointer (*) (void)) message_new, (GDestroyNotify) message_unref },
};

StoreEntry *
store_entry_new (StoreEntryKind kind)
{
  return store_entry_new_take (kind, records[kind].make ());
}

StoreEntry *
store_entry_new_take (StoreEntryKind kind, gpointer record)
{
  StoreEntry *self = g_new0 (StoreEntry, 1);

  self->kind = kind;
  self->record = record;
  return self;
}

void
store_entry_free (StoreEntry *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->record, records[self->kind].destroy);
  g_free (self->password_hash);
  g_strfreev (self->direct_ids);
  g_clear_pointer (&self->versions, g_ptr_array_unref);
  g_free (self);
}
