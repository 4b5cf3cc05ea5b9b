/* setup.h: the people and rooms that a load is made of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  char *id;
  char *token;
  char *refresh_token;
  char *room_id; /* nullable; the room's own string */
} Person;

/* n people, registered at the server with a few requests at a time; in rooms of room_size (0: none). With a file
 * (nullable) they are kept for the next time: a password's hash takes longer than all else. Exits with a message when
 * the server does not play along. */
Person *setup_people (const char *server, guint n, guint room_size, const char *file);
/* Those that are at the server already: one line for each with id, access token and room. Exits with a message when
 * there are fewer. */
Person *read_seeded_people (const char *file, guint n);
void setup_free (Person *people, guint n);

G_END_DECLS
