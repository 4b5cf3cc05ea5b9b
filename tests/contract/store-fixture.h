/* store-fixture.h: a fresh store of one implementation, and short ways to put people, rooms and messages in it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "protocol/confab-error.h"
#include "service.h"
#include "store/store.h"

G_BEGIN_DECLS

/* One way to keep things. */
typedef struct
{
  const char *name;
  /* Of the empty store of that name; folder is the fixture's own. NULL when it cannot be tested here (why: the reason,
   * owned by the caller). */
  char *(*make_address) (const char *folder, const char *store, char **why);
  /* Removes what was kept there. NULL: it goes with the folder. */
  void (*drop) (const char *address);
  /* The server behind it, for those that have one of their own that may be stopped; else NULL. */
  Service *(*get_service) (void);
} StoreImplementation;

/* Ends with one without a name. */
extern const StoreImplementation store_implementations[];
/* Stops the servers that were started. */
void store_implementations_finish (void);

typedef struct
{
  const StoreImplementation *implementation;
  GPtrArray *addresses;  /* of char*: all that were made */
  char *folder;
  char *address;
  Store *store;
  gint64 now;        /* the clock is data: it moves when a test moves it */
} StoreFixture;

typedef struct
{
  const char *name;
  void (*run) (StoreFixture *fixture);
} StoreCase;

/* Each ends with an empty one. */
extern const StoreCase store_account_cases[];
extern const StoreCase store_session_cases[];
extern const StoreCase store_room_cases[];
extern const StoreCase store_message_cases[];
extern const StoreCase store_append_cases[];
extern const StoreCase store_change_cases[];
extern const StoreCase store_member_cases[];
extern const StoreCase store_concurrency_cases[];
extern const StoreCase store_durability_cases[];
/* Only for those with a server behind them. */
extern const StoreCase store_service_cases[];
extern const StoreCase store_transfer_cases[];

void store_fixture_set_up (StoreFixture *fixture, const StoreImplementation *implementation);
void store_fixture_tear_down (StoreFixture *fixture);
void store_fixture_reopen (StoreFixture *fixture);
/* Of another store, with nothing in it. Borrowed. */
const char *store_fixture_make_address (StoreFixture *fixture, const char *store);

/* An account whose id is "user-NAME" and whose display name is its username with a capital. */
User *store_fixture_add_user (StoreFixture *fixture, const char *name);
/* A room of those people (their usernames); the first of them makes it. The accounts must be there. */
Room *store_fixture_add_room (StoreFixture *fixture, ConfabRoomType type, const char *usernames);
/* Accounts for all of them, and a private room. */
Room *store_fixture_add_people_and_room (StoreFixture *fixture, const char *usernames);

/* A change as of now, decided on the room as it is now. */
Change *store_fixture_change (StoreFixture *fixture, ChangeKind kind, const char *room_id, const char *username);
Change *store_fixture_draft (StoreFixture *fixture, const char *room_id, const char *username, const char *text,
                             const char *client_id);
/* Applies one change (taken) and checks what becomes of it. */
Change *store_fixture_apply (StoreFixture *fixture, Change *change, ChangeOutcome outcome);
/* The same, refused with that error. */
void store_fixture_refused (StoreFixture *fixture, Change *change, ConfabError code);
/* A message that is stored. */
Message *store_fixture_say (StoreFixture *fixture, const char *room_id, const char *username, const char *text);
Room *store_fixture_get_room (StoreFixture *fixture, const char *room_id);
Member *store_fixture_get_member (StoreFixture *fixture, const char *room_id, const char *username);

/* Everything that is told about it, as one line: two are the same when their lines are. */
char *store_fixture_describe_message (const Message *message);
char *store_fixture_describe_member (const Member *member);

/* What the tests start as processes of their own, to be killed; neither returns. */
void store_fixture_run_child (const char *address);
void store_fixture_run_writer (const char *address, const char *room_id, const char *seed);

G_END_DECLS
