/* failing-disk.c: SQLite's way to the disk, with a disk that can be full or broken on request
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "failing-disk.h"

#include <sqlite3.h>

typedef struct
{
  sqlite3_file parent;
  sqlite3_file *real;
} File;

static FailingDiskMode disk_mode;
static gint calls_left;
static gint has_failed;

static sqlite3_vfs *real_vfs;
static sqlite3_vfs shim;

#define REAL(file) (((File *) (file))->real)
#define CALL(file, method, ...) (REAL (file)->pMethods->method (REAL (file), ##__VA_ARGS__))

static gboolean
fails (void)
{
  if (g_atomic_int_add (&calls_left, -1) > 0)
    return FALSE;
  g_atomic_int_set (&has_failed, TRUE);
  return TRUE;
}

static int
file_close (sqlite3_file *file)
{
  return CALL (file, xClose);
}

static int
file_read (sqlite3_file *file, void *buffer, int size, sqlite3_int64 offset)
{
  return CALL (file, xRead, buffer, size, offset);
}

static int
file_write (sqlite3_file *file, const void *buffer, int size, sqlite3_int64 offset)
{
  if (disk_mode == FAILING_DISK_FULL && fails ())
    return SQLITE_FULL;
  if (disk_mode == FAILING_DISK_BROKEN && fails ())
    return SQLITE_IOERR_WRITE;
  return CALL (file, xWrite, buffer, size, offset);
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return CALL (file, xTruncate, size);
}

static int
file_sync (sqlite3_file *file, int flags)
{
  if (disk_mode == FAILING_DISK_LOSES_SYNC && fails ())
    return SQLITE_IOERR_FSYNC;
  return CALL (file, xSync, flags);
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return CALL (file, xFileSize, size);
}

static int
file_lock (sqlite3_file *file, int lock)
{
  return CALL (file, xLock, lock);
}

static int
file_unlock (sqlite3_file *file, int lock)
{
  return CALL (file, xUnlock, lock);
}

static int
file_check_reserved_lock (sqlite3_file *file, int *reserved)
{
  return CALL (file, xCheckReservedLock, reserved);
}

static int
file_control (sqlite3_file *file, int operation, void *argument)
{
  return CALL (file, xFileControl, operation, argument);
}

static int
file_sector_size (sqlite3_file *file)
{
  return CALL (file, xSectorSize);
}

static int
file_device_characteristics (sqlite3_file *file)
{
  return CALL (file, xDeviceCharacteristics);
}

static int
file_shm_map (sqlite3_file *file, int page, int page_size, int extend, void volatile **address)
{
  return CALL (file, xShmMap, page, page_size, extend, address);
}

static int
file_shm_lock (sqlite3_file *file, int offset, int count, int flags)
{
  return CALL (file, xShmLock, offset, count, flags);
}

static void
file_shm_barrier (sqlite3_file *file)
{
  CALL (file, xShmBarrier);
}

static int
file_shm_unmap (sqlite3_file *file, int delete)
{
  return CALL (file, xShmUnmap, delete);
}

static const sqlite3_io_methods methods = {
  .iVersion = 2,
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_reserved_lock,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_device_characteristics,
  .xShmMap = file_shm_map,
  .xShmLock = file_shm_lock,
  .xShmBarrier = file_shm_barrier,
  .xShmUnmap = file_shm_unmap,
};

static int
vfs_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  File *self = (File *) file;
  int result = SQLITE_OK;

  /* SQLite gives szOsFile bytes: ours, and the real file behind it. */
  self->real = (sqlite3_file *) &self[1];
  self->parent.pMethods = NULL;
  result = real_vfs->xOpen (real_vfs, name, self->real, flags, out_flags);
  if (self->real->pMethods != NULL)
    self->parent.pMethods = &methods;
  return result;
}

void
failing_disk_install (void)
{
  real_vfs = sqlite3_vfs_find (NULL);
  shim = *real_vfs;
  shim.zName = "failing-disk";
  shim.szOsFile = sizeof (File) + real_vfs->szOsFile;
  shim.xOpen = vfs_open;
  shim.pNext = NULL;
  g_assert_cmpint (sqlite3_vfs_register (&shim, TRUE), ==, SQLITE_OK);
}

void
failing_disk_set (FailingDiskMode mode, int after)
{
  disk_mode = mode;
  g_atomic_int_set (&calls_left, after);
  g_atomic_int_set (&has_failed, FALSE);
}

gboolean
failing_disk_has_failed (void)
{
  return g_atomic_int_get (&has_failed);
}
