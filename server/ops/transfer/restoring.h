/* restoring.h: puts an export into an empty store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "ops/transfer/archive.h"
#include "store/store.h"

G_BEGIN_DECLS

/* Called for every entry. */
typedef void (*RestoringFunc) (gpointer data);

/* Reads to the end and puts everything into the store, which is then complete but still marked as unfinished. What it
 * returns is for store_restore_finish(). func: nullable. */
char *restoring_run (Store *store, ArchiveReader *reader, gboolean again, RestoringFunc func, gpointer data,
                     GError **error);

/* What is in the store, counted the way archive_reader_get_tally() counts what is in the file. sessions: FALSE leaves
 * sessions and settings out. */
Tally *restoring_count_store (Store *store, gboolean sessions, RestoringFunc func, gpointer data, GError **error);

G_END_DECLS
