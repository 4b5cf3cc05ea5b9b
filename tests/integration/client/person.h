/* person.h: somebody with a client: a session, its folder, and what a person would do and see
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "client-fixture.h"
#include "client/confab-client.h"

G_BEGIN_DECLS

/* Iterates the main loop until it is so. */
#define wait_until(condition)                                                             \
  G_STMT_START                                                                            \
  {                                                                                       \
    Patience patience_ = patience_begin ();                                               \
    while (!(condition))                                                                  \
      patience_turn (&patience_, G_STRFUNC, #condition);                                  \
    patience_end (&patience_);                                                            \
  }                                                                                       \
  G_STMT_END

typedef struct
{
  gint64 deadline;
  guint ticker;
} Patience;

Patience patience_begin (void);
void patience_turn (Patience *self, const char *where, const char *what);
void patience_end (Patience *self);

typedef struct
{
  char *name;
  char *id;               /* once there is an account */
  char *folder;           /* of profiles */
  ConfabSession *session; /* NULL: the program is closed */
} Person;

/* Secrets, settings and monitors that a test may use; before everything else in main. */
void people_init (void);

Person *person_new (const char *name);
void person_register (Person *self, const char *url);
void person_sign_in (Person *self, const char *url);
/* Ends the program in good order, and starts it again. */
void person_close (Person *self);
gboolean person_reopen (Person *self);
void person_free (Person *self);

void person_wait_online (Person *self);
/* Waits until the room is in the list. */
ConfabRoom *person_wait_room (Person *self, const char *room_id);
const char *person_id (Person *self);

/* All of the timeline, page by page to the room's first message. */
void load_everything (ConfabTimeline *timeline);
/* Everything that a person would see of their rooms, as text; timelines are held by it in keep (of ConfabTimeline). */
char *describe_rooms (Person *self, GPtrArray *keep);
/* What a timeline shows, a line for each message: "seq sender content" and changes; what is being sent has the seq 0.
 * */
char *describe_timeline (ConfabTimeline *timeline);
/* Position of the first message with this text, or -1. */
int find_text (ConfabTimeline *timeline, const char *text);
guint count_text (ConfabTimeline *timeline, const char *text);
ConfabMessage *peek_message (ConfabTimeline *timeline, guint position);
guint timeline_length (ConfabTimeline *timeline);

G_END_DECLS
