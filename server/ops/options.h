/* options.h: what an operator can set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One table; every row is a flag (--max-connections), a variable (CONFAB_MAX_CONNECTIONS, or CONFAB_…_FILE that names
 * a file with the value) and a key of the group [server] in an INI file. A flag goes before the environment, the
 * environment before the file, the file before what is built in.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  OPTION_LISTEN,
  OPTION_STORE,
  OPTION_BACKPLANE,
  OPTION_BLOBS,
  OPTION_STATE_DIR,
  OPTION_SERVER_NAME,
  OPTION_REGISTRATION,
  OPTION_LOG_LEVEL,
  OPTION_LOG_FORMAT,
  OPTION_RATE_LIMITS,
  OPTION_MESSAGE_LENGTH,
  OPTION_REACTORS,
  OPTION_LANES,
  OPTION_MAX_CONNECTIONS,
  OPTION_CONNECTIONS_PER_USER,
  OPTION_CONNECTIONS_PER_ADDRESS,
  OPTION_TRUSTED_PROXIES,
  OPTION_ALLOWED_ORIGINS,
  N_OPTIONS,
} OptionId;

typedef enum
{
  OPTION_KIND_TEXT,
  OPTION_KIND_ADDRESS,   /* of something with a login: its password is masked when shown */
  OPTION_KIND_NUMBER,
  OPTION_KIND_SWITCH,
  OPTION_KIND_WORD,      /* one of words */
  OPTION_KIND_LIST,      /* split at commas */
} OptionKind;

typedef struct
{
  const char *name;
  OptionKind kind;
  const char *fallback;        /* what is built in */
  gint64 minimum;
  gint64 maximum;
  const char *words[6];
  const char *placeholder;     /* in --help */
  const char *about;
} Option;

const Option *option_get (OptionId id);
/* -1 when there is none. */
int option_find (const char *name, gsize length);
/* The option whose name is the least different, for messages about one that is not there; NULL when all are far off. */
const char *option_find_nearest (const char *name, gsize length);
/* Why value is none of this option's; NULL when it is one. Free with g_free(). */
char *option_check (const Option *self, const char *value);
/* value as others may see it. Free with g_free(). */
char *option_mask (const Option *self, const char *value);

G_END_DECLS
