/* setup.c: the people and rooms that a load is made of
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "setup.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <stdlib.h>
#include <string.h>

#define N_WORKERS 4

typedef struct
{
  const char *server;
  Person *people;
  guint n_people;
  guint room_size;
  guint next;   /* atomic: the next piece of work */
  char *prefix; /* of usernames, so that a server can be loaded twice */
} Setup;

static JsonObject *
post (SoupSession *session, const char *server, const char *path, const char *token, const char *text)
{
  g_autofree char *address = g_strconcat ("http://", server, path, NULL);
  g_autoptr(SoupMessage) message = soup_message_new ("POST", address);
  g_autoptr(GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr(GBytes) answer = NULL;
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) node = NULL;
  g_autofree char *answer_text = NULL;

  if (token != NULL)
    {
      g_autofree char *header = g_strconcat ("Bearer ", token, NULL);

      soup_message_headers_replace (soup_message_get_request_headers (message), "Authorization", header);
    }
  soup_message_set_request_body_from_bytes (message, "application/json", body);
  answer = soup_session_send_and_read (session, message, NULL, &error);
  if (answer == NULL)
    {
      g_printerr ("%s: %s\n", path, error->message);
      exit (1);
    }
  answer_text = g_strndup (g_bytes_get_data (answer, NULL), g_bytes_get_size (answer));
  if (soup_message_get_status (message) >= 300)
    {
      g_printerr ("%s: %u %s\n", path, soup_message_get_status (message), answer_text);
      exit (1);
    }
  node = json_from_string (answer_text, NULL);
  return node != NULL ? json_object_ref (json_node_get_object (node)) : NULL;
}

static void
register_person (Setup *self, SoupSession *session, guint i)
{
  g_autofree char *name = g_strdup_printf ("%s%u", self->prefix, i);
  g_autofree char *text = g_strdup_printf ("{\"username\":\"%s\",\"email\":\"%s@example.org\","
                                           "\"password\":\"correct horse\"}",
                                           name, name);
  g_autoptr(JsonObject) answer = post (session, self->server, "/api/auth/register", NULL, text);
  Person *person = &self->people[i];

  person->id = g_strdup (json_object_get_string_member (json_object_get_object_member (answer, "user"), "id"));
  person->token = g_strdup (json_object_get_string_member (answer, "token"));
  person->refresh_token = g_strdup (json_object_get_string_member (answer, "refreshToken"));
}

static void
refresh_person (Setup *self, SoupSession *session, guint i)
{
  Person *person = &self->people[i];
  g_autofree char *text = g_strdup_printf ("{\"refreshToken\":\"%s\"}", person->refresh_token);
  g_autoptr(JsonObject) answer = post (session, self->server, "/api/auth/refresh", NULL, text);

  person->token = g_strdup (json_object_get_string_member (answer, "token"));
  g_free (person->refresh_token);
  person->refresh_token = g_strdup (json_object_get_string_member (answer, "refreshToken"));
}

/* The first of each group makes its room. */
static void
make_room (Setup *self, SoupSession *session, guint group)
{
  Person *first = &self->people[group * self->room_size];
  guint n = MIN (self->room_size, self->n_people - group * self->room_size);
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(JsonObject) answer = NULL;
  const char *room_id;

  g_string_printf (text, "{\"name\":\"Room %u\",\"type\":\"private\",\"members\":[", group);
  for (guint i = 1; i < n; i++)
    g_string_append_printf (text, "%s\"%s\"", i > 1 ? "," : "", first[i].id);
  g_string_append (text, "]}");
  answer = post (session, self->server, "/api/rooms", first->token, text->str);
  room_id = json_object_get_string_member (json_object_get_object_member (answer, "room"), "id");
  for (guint i = 0; i < n; i++)
    first[i].room_id = g_strdup (room_id);
}

static gpointer
register_some (gpointer data)
{
  Setup *self = data;
  g_autoptr(SoupSession) session = soup_session_new ();
  guint i;

  while ((i = g_atomic_int_add (&self->next, 1)) < self->n_people)
    {
      register_person (self, session, i);
      if (i % 100 == 99)
        g_printerr ("registered %u of %u\n", i + 1, self->n_people);
    }
  return NULL;
}

static gpointer
refresh_some (gpointer data)
{
  Setup *self = data;
  g_autoptr(SoupSession) session = soup_session_new ();
  guint i;

  while ((i = g_atomic_int_add (&self->next, 1)) < self->n_people)
    refresh_person (self, session, i);
  return NULL;
}

static gpointer
make_some_rooms (gpointer data)
{
  Setup *self = data;
  g_autoptr(SoupSession) session = soup_session_new ();
  guint n_rooms = (self->n_people + self->room_size - 1) / self->room_size;
  guint i;

  while ((i = g_atomic_int_add (&self->next, 1)) < n_rooms)
    make_room (self, session, i);
  return NULL;
}

static void
work (Setup *self, GThreadFunc func)
{
  GThread *workers[N_WORKERS];

  g_atomic_int_set (&self->next, 0);
  for (guint i = 0; i < N_WORKERS; i++)
    workers[i] = g_thread_new ("setup", func, self);
  for (guint i = 0; i < N_WORKERS; i++)
    g_thread_join (workers[i]);
}

/* One line for each: account, a token, room. */
static void
read_lines (Person *people, guint n, const char *file, const char *text, gboolean access_tokens)
{
  g_auto(GStrv) lines = g_strsplit (text, "\n", -1);
  guint n_lines = g_strv_length (lines);

  for (guint i = 0; i < n; i++)
    {
      g_auto(GStrv) words = g_strsplit (i < n_lines ? lines[i] : "", " ", 3);

      if (g_strv_length (words) != 3)
        {
          g_printerr ("%s has %u people, not %u\n", file, i, n);
          exit (1);
        }
      people[i].id = g_strdup (words[0]);
      *(access_tokens ? &people[i].token : &people[i].refresh_token) = g_strdup (words[1]);
      people[i].room_id = g_str_equal (words[2], "-") ? NULL : g_strdup (words[2]);
    }
}

static gboolean
read_people (Setup *self, const char *file)
{
  g_autofree char *text = NULL;

  if (file == NULL || !g_file_get_contents (file, &text, NULL, NULL))
    return FALSE;
  read_lines (self->people, self->n_people, file, text, FALSE);
  return TRUE;
}

Person *
read_seeded_people (const char *file, guint n)
{
  g_autofree char *text = NULL;
  g_autoptr(GError) error = NULL;
  Person *people = NULL;

  if (!g_file_get_contents (file, &text, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      exit (1);
    }
  people = g_new0 (Person, n);
  read_lines (people, n, file, text, TRUE);
  return people;
}

static void
write_people (Setup *self, const char *file)
{
  g_autoptr(GString) text = g_string_new (NULL);
  g_autoptr(GError) error = NULL;

  for (guint i = 0; i < self->n_people; i++)
    {
      const Person *person = &self->people[i];

      g_string_append_printf (text, "%s %s %s\n", person->id, person->refresh_token,
                              person->room_id != NULL ? person->room_id : "-");
    }
  if (!g_file_set_contents_full (file, text->str, text->len, G_FILE_SET_CONTENTS_NONE, 0600, &error))
    g_printerr ("%s\n", error->message);
}

Person *
setup_people (const char *server, guint n, guint room_size, const char *file)
{
  Setup self = { .server = server, .n_people = n, .room_size = room_size };

  self.people = g_new0 (Person, n);
  self.prefix = g_strdup_printf ("load-%" G_GINT64_FORMAT "-", g_get_real_time () / G_USEC_PER_SEC);
  if (read_people (&self, file))
    work (&self, refresh_some);
  else
    {
      work (&self, register_some);
      if (room_size > 0)
        work (&self, make_some_rooms);
    }
  if (file != NULL)
    write_people (&self, file);
  g_free (self.prefix);
  return self.people;
}

void
setup_free (Person *people, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      g_free (people[i].id);
      g_free (people[i].token);
      g_free (people[i].refresh_token);
      g_free (people[i].room_id);
    }
  g_free (people);
}
