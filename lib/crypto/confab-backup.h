/* confab-backup.h: the keys that a new device needs, sealed for the server to keep
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib-object.h>

#include "confab-secret.h"

G_BEGIN_DECLS

#define CONFAB_BACKUP_VERSION 1
#define CONFAB_BACKUP_KEY_LENGTH 32
#define CONFAB_BACKUP_KEY_ID_LENGTH 8
#define CONFAB_BACKUP_ACCOUNT_KEY_LENGTH 32
#define CONFAB_BACKUP_MAX_SEGMENT (1024 * 1024)

#define CONFAB_TYPE_BACKUP (confab_backup_get_type ())

typedef struct _ConfabBackup ConfabBackup;

/**
 * ConfabBackupForeachFunc:
 * @room_id: a room
 * @epoch: an epoch of it
 * @key: (transfer none): its content key
 * @user_data: what was handed to confab_backup_foreach_key()
 *
 * Since: 0.1
 */
typedef void (*ConfabBackupForeachFunc) (const char   *room_id,
                                         guint64       epoch,
                                         ConfabSecret *key,
                                         gpointer      user_data);

ConfabSecret *confab_backup_derive_key      (ConfabSpan               recovery_key,
                                             GError                 **error);
GBytes       *confab_backup_get_key_id      (ConfabSpan               backup_key,
                                             GError                 **error);

GType         confab_backup_get_type        (void);
ConfabBackup *confab_backup_new             (const char              *user_id);
ConfabBackup *confab_backup_ref             (ConfabBackup            *self);
void          confab_backup_unref           (ConfabBackup            *self);
gboolean      confab_backup_set_account_key (ConfabBackup            *self,
                                             ConfabSpan               account_key,
                                             GError                 **error);
ConfabSecret *confab_backup_get_account_key (ConfabBackup            *self);
gboolean      confab_backup_add_key         (ConfabBackup            *self,
                                             const char              *room_id,
                                             guint64                  epoch,
                                             ConfabSpan               key,
                                             GError                 **error);
ConfabSecret *confab_backup_lookup_key      (ConfabBackup            *self,
                                             const char              *room_id,
                                             guint64                  epoch);
void          confab_backup_foreach_key     (ConfabBackup            *self,
                                             ConfabBackupForeachFunc  function,
                                             gpointer                 user_data);
guint         confab_backup_get_n_entries   (ConfabBackup            *self);
GPtrArray    *confab_backup_seal            (ConfabBackup            *self,
                                             ConfabSpan               backup_key,
                                             guint                    since,
                                             GError                 **error);
gboolean      confab_backup_open_segment    (ConfabBackup            *self,
                                             ConfabSpan               backup_key,
                                             ConfabSpan               segment,
                                             GError                 **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ConfabBackup, confab_backup_unref)

G_END_DECLS
