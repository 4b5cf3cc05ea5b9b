/* domain-fixture.h: people and rooms in a real store, and what verbs stand on, for tests of the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/domain.h"

G_BEGIN_DECLS

/* Both give the id; free with g_free(). */
char *make_user (Store *store, const char *username);
/* A public room of its creator alone. */
char *make_store_room (Store *store, const char *creator);

/* A server of its own, without doors: store, local backplane, accounts, devices and one lane. */
void open_domain (Domain *domain, const char *address);
void close_domain (Domain *domain);

void remove_folder (const char *folder);

G_END_DECLS
