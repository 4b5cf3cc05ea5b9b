/* mailbox.h: how other threads reach what a reactor owns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Mailbox Mailbox;

/* Runs on the owner's thread; frees what it was given. */
typedef void (*MailFunc) (gpointer owner, gpointer subject, gpointer content, gpointer extra);

typedef struct
{
  MailFunc func;
  gpointer subject;
  gpointer content;
  gpointer extra;
} Letter;

Mailbox *mailbox_new (void);
/* Mail that was never drained is run with a NULL owner, so that it can free what it carries. */
void mailbox_free (Mailbox *self);

/* Becomes readable when there is mail. */
int mailbox_get_fd (Mailbox *self);

/* From any thread. Mail is run in the order in which it was posted. */
void mailbox_post (Mailbox *self, MailFunc func, gpointer subject, gpointer content, gpointer extra);

/* All of them at once: no drain happens in between. letters: nullable when there are none. */
void mailbox_post_many (Mailbox *self, const Letter *letters, guint n_letters);

/* On the owner's thread: runs all that is there, and not what comes meanwhile. Returns how many that were. */
guint mailbox_drain (Mailbox *self, gpointer owner);

G_END_DECLS
