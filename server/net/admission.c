/* admission.c: how many of something each address or person may have at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Holds an entry per key that is inside, so it is as bounded as what it admits.
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/admission.h"

struct _Admission
{
  GMutex mutex;
  GHashTable *counts;   /* char* → count */
  guint limit;
};

Admission *
admission_new (guint limit)
{
  Admission *self = g_new0 (Admission, 1);

  g_mutex_init (&self->mutex);
  self->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->limit = limit;
  return self;
}

void
admission_free (Admission *self)
{
  g_hash_table_unref (self->counts);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

static void
admission_set (Admission *self, const char *key, guint count)
{
  if (count == 0)
    g_hash_table_remove (self->counts, key);
  else
    g_hash_table_replace (self->counts, g_strdup (key), GUINT_TO_POINTER (count));
}

gboolean
admission_enter (Admission *self, const char *key)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, key));

  if (self->limit > 0 && count >= self->limit)
    return FALSE;
  admission_set (self, key, count + 1);
  return TRUE;
}

void
admission_leave (Admission *self, const char *key)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, key));

  g_return_if_fail (count > 0);
  admission_set (self, key, count - 1);
}

guint
admission_count (Admission *self, const char *key)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, key));
}
