/* mailbox.c: how other threads reach what a reactor owns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two arrays change places at every drain, so posting costs no allocation, and a poster waits no longer than another
 * poster's append. Only the post that finds the box empty wakes the owner.
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/mailbox.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A drained array that had grown beyond this many letters is given back. */
#define KEEP_LETTERS 4096

struct _Mailbox
{
  GMutex mutex;
  GArray *incoming;   /* of Letter, under mutex */
  GArray *drained;    /* of Letter, the owner's */
  int wake_fd;
};

static GArray *
letters_new (void)
{
  return g_array_new (FALSE, FALSE, sizeof (Letter));
}

Mailbox *
mailbox_new (void)
{
  Mailbox *self = g_new0 (Mailbox, 1);

  g_mutex_init (&self->mutex);
  self->incoming = letters_new ();
  self->drained = letters_new ();
  self->wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->wake_fd < 0)
    g_error ("no eventfd for a mailbox: %s", g_strerror (errno));
  return self;
}

void
mailbox_free (Mailbox *self)
{
  while (mailbox_drain (self, NULL) > 0)
    ;
  g_array_unref (self->incoming);
  g_array_unref (self->drained);
  close (self->wake_fd);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

int
mailbox_get_fd (Mailbox *self)
{
  return self->wake_fd;
}

static void
mailbox_wake (Mailbox *self)
{
  guint64 one = 1;

  /* Only a counter at its limit refuses, and then the owner is awake anyway. */
  if (write (self->wake_fd, &one, sizeof one) < 0 && errno != EAGAIN)
    g_warning ("cannot wake a reactor: %s", g_strerror (errno));
}

void
mailbox_post_many (Mailbox *self, const Letter *letters, guint n_letters)
{
  gboolean was_empty;

  if (n_letters == 0)
    return;

  g_mutex_lock (&self->mutex);
  was_empty = self->incoming->len == 0;
  g_array_append_vals (self->incoming, letters, n_letters);
  g_mutex_unlock (&self->mutex);

  if (was_empty)
    mailbox_wake (self);
}

void
mailbox_post (Mailbox *self, MailFunc func, gpointer subject, gpointer content, gpointer extra)
{
  Letter letter = { func, subject, content, extra };

  mailbox_post_many (self, &letter, 1);
}

static void
mailbox_swap (Mailbox *self)
{
  guint64 ignored;
  GArray *emptied = self->drained;

  /* Before the swap: a post after it must find its wake-up unread. */
  if (read (self->wake_fd, &ignored, sizeof ignored) < 0 && errno != EAGAIN)
    g_warning ("cannot read a reactor's wake-ups: %s", g_strerror (errno));

  g_mutex_lock (&self->mutex);
  self->drained = self->incoming;
  self->incoming = emptied;
  g_mutex_unlock (&self->mutex);
}

guint
mailbox_drain (Mailbox *self, gpointer owner)
{
  guint n;

  mailbox_swap (self);
  n = self->drained->len;
  for (guint i = 0; i < n; i++)
    {
      Letter letter = g_array_index (self->drained, Letter, i);

      letter.func (owner, letter.subject, letter.content, letter.extra);
    }

  if (n > KEEP_LETTERS)
    {
      g_array_unref (self->drained);
      self->drained = letters_new ();
    }
  g_array_set_size (self->drained, 0);
  return n;
}
