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

static gpointer
record_new (StoreEntryKind kind)
{
  switch (kind)
    {
    case ENTRY_SETTING:
      return setting_new ();
    case ENTRY_USER:
      return user_new ();
    case ENTRY_INVITE:
      return invite_new ();
    case ENTRY_SESSION:
      return session_new ();
    case ENTRY_ROOM:
      return room_new ();
    case ENTRY_MEMBER:
      return member_new ();
    case ENTRY_MESSAGE:
      return message_new ();
    case N_ENTRY_KINDS:
    default:
      g_assert_not_reached ();
    }
}

static void
record_free (StoreEntryKind kind, gpointer record)
{
  switch (kind)
    {
    case ENTRY_SETTING:
      setting_free (record);
      break;
    case ENTRY_USER:
      user_unref (record);
      break;
    case ENTRY_INVITE:
      invite_free (record);
      break;
    case ENTRY_SESSION:
      session_unref (record);
      break;
    case ENTRY_ROOM:
      room_unref (record);
      break;
    case ENTRY_MEMBER:
      member_unref (record);
      break;
    case ENTRY_MESSAGE:
      message_unref (record);
      break;
    case N_ENTRY_KINDS:
    default:
      g_assert_not_reached ();
    }
}

StoreEntry *
store_entry_new (StoreEntryKind kind)
{
  return store_entry_new_take (kind, record_new (kind));
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
  if (self->record != NULL)
    record_free (self->kind, self->record);
  g_free (self->password_hash);
  g_strfreev (self->direct_ids);
  g_clear_pointer (&self->versions, g_ptr_array_unref);
  g_free (self);
}
