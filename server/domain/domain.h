/* domain.h: what the verbs of the server stand on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "domain/request.h"
#include "backplane/backplane.h"
#include "domain/limits.h"
#include "store/store.h"

G_BEGIN_DECLS

typedef struct _Lanes Lanes;
typedef struct _Accounts Accounts;
typedef struct _Devices Devices;
typedef struct _Instances Instances;
typedef struct _StoreWatch StoreWatch;

/* Handed to every verb; made by the composition root (main.c). Borrowed members outlive it. */
typedef struct
{
  Store *store;
  StoreWatch *store_watch;  /* NULL: nobody looks after the store */
  Backplane *backplane;
  Accounts *accounts;
  Lanes *lanes;
  Devices *devices;
  Instances *instances;     /* NULL: alone */
  Limits limits;
  const char *server_name;
  gint64 (*clock) (void);   /* nullable: the wall clock, milliseconds */
} Domain;

/* The time in milliseconds since 1970; the one place that asks for it, so that tests can set it. */
gint64 domain_now (Domain *self);

G_END_DECLS
