/* domain-fixture.h: people and rooms in a real store, for the tests of this folder
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "store/store.h"

G_BEGIN_DECLS

/* Both give the id; free with g_free(). */
char *make_user (Store *store, const char *username);
/* A public room of its creator alone. */
char *make_store_room (Store *store, const char *creator);

void remove_folder (const char *folder);

G_END_DECLS
