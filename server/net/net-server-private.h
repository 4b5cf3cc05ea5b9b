/* net-server-private.h: what the reactors and doors share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "net/admission.h"
#include "net/hub.h"
#include "net/net-server.h"
#include "net/origins.h"
#include "net/proxies.h"

G_BEGIN_DECLS

typedef struct _Reactor Reactor;

struct _NetServer
{
  NetOptions options;         /* without the two lists, which became: */
  Proxies *proxies;
  Origins *origins;
  char *server_name;
  NetHooks hooks;
  Api *api;                   /* borrowed */
  Hub *hub;
  Mailbox **mailboxes;        /* of the reactors, by seat */
  Reactor **reactors;
  guint n_reactors;
  Admission *addresses;
  Admission *users;
  NetCounters counters;
  GThreadPool *probes;        /* runs the hooks */
  gboolean draining;          /* atomic */
};

static inline gboolean
net_server_is_draining (NetServer *self)
{
  return g_atomic_int_get (&self->draining);
}

G_END_DECLS
