/* delivery.c: an event's last step, from a reactor's mailbox to its connections
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/delivery.h"

#include "net/connection.h"

static void
deliver (Reactor *reactor, Topic *topic, Event *event)
{
  guint n;
  gpointer *members = topic_get_members (topic, reactor->seat, &n);

  /* From the end, because of a member that leaves the last one takes the place; anew, because the array may move. */
  for (guint i = n; i > 0; i--)
    {
      connection_tell (members[i - 1], event);
      members = topic_get_members (topic, reactor->seat, &n);
    }
}

void
delivery_run (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  Reactor *reactor = owner;
  g_autoptr(Event) event = content;
  Topic *argument = extra;

  if (reactor != NULL)
    deliver (reactor, subject, event);
  topic_unref (subject);

  /* Held until here so that nothing published meanwhile was missed; now the connections that joined hold it. */
  if (argument != NULL && reactor != NULL)
    hub_release (reactor->server->hub, argument, reactor->seat);
  else if (argument != NULL)
    topic_unref (argument);
}
