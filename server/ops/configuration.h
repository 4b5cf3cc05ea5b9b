/* configuration.h: the options as they are set, and by what
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

#include "ops/options.h"

G_BEGIN_DECLS

typedef enum
{
  ORIGIN_BUILT_IN,
  ORIGIN_FILE,
  ORIGIN_ENVIRONMENT,
  ORIGIN_FLAG,
} Origin;

typedef struct _Configuration Configuration;

Configuration *configuration_new (void);
void configuration_free (Configuration *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Configuration, configuration_free)

/* The later of these goes before the earlier, in whatever order they are called. Unknown names are errors that name
 * the nearest option; so are values out of bounds. */
gboolean configuration_load_file (Configuration *self, const char *path, GError **error);
/* CONFAB_STORE has the value of store, CONFAB_STORE_FILE names a file whose first line is the value. */
gboolean configuration_load_environment (Configuration *self, const char *const *environment, GError **error);
/* Takes --NAME VALUE, --NAME=VALUE, --SWITCH and --no-SWITCH out of arguments and leaves the others. */
gboolean configuration_load_flags (Configuration *self, GPtrArray *arguments, GError **error);
/* Fills in what depends on the environment (folders), and looks at what only makes sense together. */
gboolean configuration_finish (Configuration *self, GError **error);

const char *configuration_get_text (Configuration *self, OptionId id);
gint64 configuration_get_number (Configuration *self, OptionId id);
gboolean configuration_get_switch (Configuration *self, OptionId id);
/* NULL-terminated; NULL when empty. Free with g_strfreev(). */
char **configuration_get_list (Configuration *self, OptionId id);
Origin configuration_get_origin (Configuration *self, OptionId id);

/* Whether only this machine can reach the address that is listened on. */
gboolean configuration_is_loopback (Configuration *self);

/* As a file that can be read again, each value with its origin above it, secrets masked. */
char *configuration_print (Configuration *self);

G_END_DECLS
