/* failing-disk.h: SQLite's way to the disk, with a disk that can be full or broken on request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It becomes the default VFS of the process, between SQLite and the real one.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  FAILING_DISK_SOUND,
  FAILING_DISK_FULL,         /* writes fail for want of space */
  FAILING_DISK_BROKEN,       /* writes fail */
  FAILING_DISK_LOSES_SYNC,   /* what was written cannot be made durable */
} FailingDiskMode;

void failing_disk_install (void);
/* after: how many calls of that kind still succeed. */
void failing_disk_set (FailingDiskMode mode, int after);
/* Whether a call has failed since. */
gboolean failing_disk_has_failed (void);

G_END_DECLS
