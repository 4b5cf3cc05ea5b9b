/* confab-member-list.c: the people of a room, as a list model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-member-list.h"

#include "client/confab-member-list-private.h"

struct _ConfabMemberList
{
  GObject parent_instance;

  GPtrArray *items;
  GHashTable *by_user;   /* user id → ConfabMember*, borrowed from items */
};

static GType
confab_member_list_get_item_type (GListModel *model)
{
  return CONFAB_TYPE_MEMBER;
}

static guint
confab_member_list_get_n_items (GListModel *model)
{
  return CONFAB_MEMBER_LIST (model)->items->len;
}

static gpointer
confab_member_list_get_item (GListModel *model, guint position)
{
  ConfabMemberList *self = CONFAB_MEMBER_LIST (model);

  return position < self->items->len ? g_object_ref (self->items->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = confab_member_list_get_item_type;
  iface->get_n_items = confab_member_list_get_n_items;
  iface->get_item = confab_member_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (ConfabMemberList, confab_member_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

static void
confab_member_list_finalize (GObject *object)
{
  ConfabMemberList *self = CONFAB_MEMBER_LIST (object);

  g_hash_table_unref (self->by_user);
  g_ptr_array_unref (self->items);
  G_OBJECT_CLASS (confab_member_list_parent_class)->finalize (object);
}

static void
confab_member_list_class_init (ConfabMemberListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = confab_member_list_finalize;
}

static void
confab_member_list_init (ConfabMemberList *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->by_user = g_hash_table_new (g_str_hash, g_str_equal);
}

ConfabMemberList *
confab_member_list_new (void)
{
  return g_object_new (CONFAB_TYPE_MEMBER_LIST, NULL);
}

void
confab_member_list_add (ConfabMemberList *self, GPtrArray *members)
{
  guint position = self->items->len;

  for (guint i = 0; i < members->len; i++)
    {
      ConfabMember *member = members->pdata[i];
      const char *user_id = confab_user_get_id (confab_member_get_user (member));

      if (g_hash_table_contains (self->by_user, user_id))
        continue;
      g_ptr_array_add (self->items, g_object_ref (member));
      g_hash_table_insert (self->by_user, (gpointer) user_id, member);
    }
  if (self->items->len > position)
    g_list_model_items_changed (G_LIST_MODEL (self), position, 0, self->items->len - position);
}

void
confab_member_list_remove (ConfabMemberList *self, const char *user_id)
{
  ConfabMember *member = g_hash_table_lookup (self->by_user, user_id);
  guint position = 0;

  if (member == NULL || !g_ptr_array_find (self->items, member, &position))
    return;
  g_hash_table_remove (self->by_user, user_id);
  g_ptr_array_remove_index (self->items, position);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 1, 0);
}

void
confab_member_list_clear (ConfabMemberList *self)
{
  guint length = self->items->len;

  if (length == 0)
    return;
  g_hash_table_remove_all (self->by_user);
  g_ptr_array_set_size (self->items, 0);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, length, 0);
}

guint
confab_member_list_get_length (ConfabMemberList *self)
{
  return self->items->len;
}

ConfabMember *
confab_member_list_peek (ConfabMemberList *self, guint position)
{
  return self->items->pdata[position];
}

/**
 * confab_member_list_find:
 * @self: a list of members
 * @user_id: an account
 *
 * Returns: (transfer none) (nullable): the membership of that account
 *
 * Since: 0.1
 */
ConfabMember *
confab_member_list_find (ConfabMemberList *self, const char *user_id)
{
  g_return_val_if_fail (CONFAB_IS_MEMBER_LIST (self), NULL);
  g_return_val_if_fail (user_id != NULL, NULL);
  return g_hash_table_lookup (self->by_user, user_id);
}
