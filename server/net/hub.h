/* hub.h: which reactors want to know of what, and which of their connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Reactors are numbered seats. The table of topics belongs to everybody, under a lock; the members of a topic at one
 * seat belong to that seat's thread, without one. Interest is taken at once, on whatever thread asks, and before the
 * member itself is added by mail: what is published after hub_hold() returned reaches the seat behind that mail.
 */
#pragma once

#include "backplane/backplane.h"
#include "net/mailbox.h"

G_BEGIN_DECLS

typedef struct _Hub Hub;
typedef struct _Topic Topic;

/* deliver is posted to the mailbox of each interested seat: subject the Topic, content the Event, extra the Topic that
 * the event's argument names, held for that seat (EVENT_SUBSCRIBE only, else NULL). It releases all three. Becomes the
 * receiver of the backplane's events; backplane and mailboxes are borrowed. */
Hub *hub_new (Backplane *backplane, Mailbox **mailboxes, guint n_seats, MailFunc deliver);
void hub_free (Hub *self);

/* From any thread. A hold comes with a reference, which its release takes. */
Topic *hub_hold (Hub *self, const char *name, guint seat);
void hub_release (Hub *self, Topic *topic, guint seat);
guint hub_count_topics (Hub *self);

Topic *topic_ref (Topic *self);
void topic_unref (Topic *self);
const char *topic_get_name (Topic *self);

/* On the seat's thread. The array is valid until members change; removing moves the last member into the gap. */
void topic_add_member (Topic *self, guint seat, gpointer member);
void topic_remove_member (Topic *self, guint seat, gpointer member);
gpointer *topic_get_members (Topic *self, guint seat, guint *n_members);

G_END_DECLS
