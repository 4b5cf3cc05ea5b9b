/* hub.c: which reactors want to know of what, and which of their connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/hub.h"

typedef struct
{
  guint holds;         /* under the hub's lock */
  guint n_members;     /* these three are the seat's own */
  guint n_allocated;
  gpointer *members;
} Seat;

struct _Topic
{
  gatomicrefcount references;
  char *name;
  guint n_seats;
  Seat seats[];
};

struct _Hub
{
  GMutex mutex;
  GHashTable *topics;  /* name → Topic, those with holds */
  Backplane *backplane;
  Mailbox **mailboxes;
  guint n_seats;
  MailFunc deliver;
};

static Topic *
topic_new (const char *name, guint n_seats)
{
  Topic *self = g_malloc0 (sizeof (Topic) + n_seats * sizeof (Seat));

  g_atomic_ref_count_init (&self->references);
  self->name = g_strdup (name);
  self->n_seats = n_seats;
  return self;
}

Topic *
topic_ref (Topic *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
topic_unref (Topic *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  for (guint i = 0; i < self->n_seats; i++)
    g_free (self->seats[i].members);
  g_free (self->name);
  g_free (self);
}

const char *
topic_get_name (Topic *self)
{
  return self->name;
}

void
topic_add_member (Topic *self, guint seat_number, gpointer member)
{
  Seat *seat = &self->seats[seat_number];

  if (seat->n_members == seat->n_allocated)
    {
      seat->n_allocated = MAX (1, 2 * seat->n_allocated);
      seat->members = g_renew (gpointer, seat->members, seat->n_allocated);
    }
  seat->members[seat->n_members++] = member;
}

void
topic_remove_member (Topic *self, guint seat_number, gpointer member)
{
  Seat *seat = &self->seats[seat_number];
  guint i = seat->n_members;

  /* From the end: who came last often leaves first. */
  while (i > 0 && seat->members[i - 1] != member)
    i--;
  g_return_if_fail (i > 0);
  seat->members[i - 1] = seat->members[--seat->n_members];

  if (seat->n_members == 0)
    {
      g_clear_pointer (&seat->members, g_free);
      seat->n_allocated = 0;
    }
}

gpointer *
topic_get_members (Topic *self, guint seat, guint *n_members)
{
  *n_members = self->seats[seat].n_members;
  return self->seats[seat].members;
}

static gboolean
topic_is_held (Topic *self)
{
  for (guint i = 0; i < self->n_seats; i++)
    {
      if (self->seats[i].holds > 0)
        return TRUE;
    }
  return FALSE;
}

/* Under the lock, which the backplane never holds while it delivers. */
static Topic *
hub_hold_locked (Hub *self, const char *name, guint seat)
{
  Topic *topic = g_hash_table_lookup (self->topics, name);

  if (topic == NULL)
    {
      topic = topic_new (name, self->n_seats);
      g_hash_table_insert (self->topics, topic->name, topic);
      backplane_subscribe (self->backplane, name);
    }
  topic->seats[seat].holds++;
  return topic;
}

Topic *
hub_hold (Hub *self, const char *name, guint seat)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return topic_ref (hub_hold_locked (self, name, seat));
}

/* Takes the reference that came with the hold. */
void
hub_release (Hub *self, Topic *topic, guint seat)
{
  g_mutex_lock (&self->mutex);
  topic->seats[seat].holds--;
  if (topic->seats[seat].holds == 0 && !topic_is_held (topic))
    {
      g_hash_table_remove (self->topics, topic->name);
      backplane_unsubscribe (self->backplane, topic->name);
    }
  g_mutex_unlock (&self->mutex);
  topic_unref (topic);
}

guint
hub_count_topics (Hub *self)
{
  g_autoptr(GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return g_hash_table_size (self->topics);
}

static void
hub_add_letter (Hub *self, GArray *letters, Event *event, Topic *topic, guint seat)
{
  Letter letter = { self->deliver, topic_ref (topic), event_ref (event), NULL };

  if (event->control == EVENT_SUBSCRIBE)
    letter.extra = topic_ref (hub_hold_locked (self, event->argument, seat));
  g_array_append_val (letters, letter);
}

static void
on_events (Event **events, guint n_events, gpointer data)
{
  Hub *self = data;
  g_autofree GArray **letters = g_new0 (GArray *, self->n_seats);

  for (guint seat = 0; seat < self->n_seats; seat++)
    letters[seat] = g_array_new (FALSE, FALSE, sizeof (Letter));

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < n_events; i++)
    {
      Topic *topic = g_hash_table_lookup (self->topics, events[i]->topic);

      for (guint seat = 0; topic != NULL && seat < self->n_seats; seat++)
        {
          if (topic->seats[seat].holds > 0)
            hub_add_letter (self, letters[seat], events[i], topic, seat);
        }
    }
  g_mutex_unlock (&self->mutex);

  for (guint seat = 0; seat < self->n_seats; seat++)
    {
      mailbox_post_many (self->mailboxes[seat], (const Letter *) (gpointer) letters[seat]->data, letters[seat]->len);
      g_array_unref (letters[seat]);
    }
}

Hub *
hub_new (Backplane *backplane, Mailbox **mailboxes, guint n_seats, MailFunc deliver)
{
  Hub *self = g_new0 (Hub, 1);

  g_mutex_init (&self->mutex);
  self->topics = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) topic_unref);
  self->backplane = backplane;
  self->mailboxes = mailboxes;
  self->n_seats = n_seats;
  self->deliver = deliver;
  backplane_set_deliver (backplane, on_events, self);
  return self;
}

void
hub_free (Hub *self)
{
  backplane_set_deliver (self->backplane, NULL, NULL);
  g_hash_table_unref (self->topics);
  g_mutex_clear (&self->mutex);
  g_free (self);
}
