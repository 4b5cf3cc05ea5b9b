/* confab-operation.h: what is known of each verb of the protocol
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "protocol/confab-vocabulary.h"

G_BEGIN_DECLS

/* Who may call. */
typedef enum
{
  CONFAB_AUTH_NONE,
  CONFAB_AUTH_USER,
  CONFAB_AUTH_ADMIN,
} ConfabAuth;

/* Where the server runs it. */
typedef enum
{
  CONFAB_PLACE_REACTOR,
  CONFAB_PLACE_POOL,
  CONFAB_PLACE_LANE,
} ConfabPlace;

typedef struct
{
  const char *name;
  gboolean per_address;  /* else per user */
  double rate;           /* tokens a second */
  double burst;
} ConfabBucket;

typedef enum
{
  CONFAB_FIELD_ID,
  CONFAB_FIELD_IDS,
  CONFAB_FIELD_STRING,
  CONFAB_FIELD_TEXT,
  CONFAB_FIELD_SECRET,
  CONFAB_FIELD_INT,
  CONFAB_FIELD_BOOL,
  CONFAB_FIELD_TIMESTAMP,
  CONFAB_FIELD_REVS,
  CONFAB_FIELD_ENUM,
} ConfabFieldKind;

typedef struct
{
  const char *name;
  const char *alias;             /* nullable: a second name under which it is accepted */
  ConfabFieldKind kind;
  gboolean required;
  gint64 minimum;                /* of characters, value or count; G_MININT64: none */
  gint64 maximum;                /* G_MAXINT64: none */
  gint64 default_value;          /* of int, bool and enum fields */
  const char * const *words;     /* of an enum field, NULL-terminated, in the order of the enum's values */
  gsize offset;                  /* in the request structure */
} ConfabField;

typedef struct
{
  ConfabOperationId id;
  const char *name;
  const char *summary;
  const char *event;             /* name on connections; nullable */
  const char *method;            /* nullable, with path */
  const char *path;              /* "/api/rooms/:roomId" */
  guint status;                  /* of a good REST answer */
  ConfabAuth auth;
  const ConfabBucket *bucket;
  ConfabPlace runs;
  guint since;                   /* feature level */
  const ConfabField *fields;
  guint n_fields;
  gsize size;                    /* of the request structure */
} ConfabOperation;

const ConfabOperation *confab_operation_get (ConfabOperationId id);
const ConfabOperation *confab_operation_find_event (const char *event);
const ConfabOperation *confab_operation_find_path (const char *method, const char *path, GHashTable **path_values,
                                                   gboolean *path_known);

G_END_DECLS
