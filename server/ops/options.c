/* options.c: what an operator can set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ops/options.h"

#include <string.h>

#define NAME_MAX_LENGTH 64

static const Option options[N_OPTIONS] = {
  [OPTION_LISTEN] = { .name = "listen",
                      .kind = OPTION_KIND_TEXT,
                      .fallback = "127.0.0.1:3000",
                      .placeholder = "ADDRESS:PORT",
                      .about = "Where to listen; port 0 picks a free one" },
  [OPTION_STORE] = { .name = "store",
                     .kind = OPTION_KIND_ADDRESS,
                     .fallback = "",
                     .placeholder = "ADDRESS",
                     .about = "The database: sqlite:PATH or mongodb://HOST/DATABASE; confab.db in the state folder "
                              "unless set" },
  [OPTION_BACKPLANE] = { .name = "backplane",
                         .kind = OPTION_KIND_ADDRESS,
                         .fallback = "local",
                         .placeholder = "ADDRESS",
                         .about = "How instances reach each other: local for one, redis://HOST:PORT for several" },
  [OPTION_BLOBS] = { .name = "blobs",
                     .kind = OPTION_KIND_ADDRESS,
                     .fallback = "",
                     .placeholder = "ADDRESS",
                     .about = "Where uploaded files go: dir:PATH; blobs in the state folder unless set" },
  [OPTION_STATE_DIR] = { .name = "state-dir",
                         .kind = OPTION_KIND_TEXT,
                         .fallback = "",
                         .placeholder = "PATH",
                         .about =
                           "Folder of what the server keeps; $STATE_DIRECTORY or ~/.local/state/confab unless set" },
  [OPTION_SERVER_NAME] = { .name = "server-name",
                           .kind = OPTION_KIND_TEXT,
                           .fallback = "Confab",
                           .placeholder = "NAME",
                           .about = "What people see the server called" },
  [OPTION_REGISTRATION] = { .name = "registration",
                            .kind = OPTION_KIND_WORD,
                            .fallback = "auto",
                            .words = { "auto", "open", "invite", "closed" },
                            .placeholder = "MODE",
                            .about = "Who may make an account: open, invite, closed; auto is open on loopback, else "
                                     "invite" },
  [OPTION_LOG_LEVEL] = { .name = "log-level",
                         .kind = OPTION_KIND_WORD,
                         .fallback = "info",
                         .words = { "error", "warning", "info", "debug" },
                         .placeholder = "LEVEL",
                         .about = "error, warning, info or debug" },
  [OPTION_LOG_FORMAT] = { .name = "log-format",
                          .kind = OPTION_KIND_WORD,
                          .fallback = "text",
                          .words = { "text", "json" },
                          .placeholder = "FORMAT",
                          .about = "text, or json: one object per line" },
  [OPTION_RATE_LIMITS] = { .name = "rate-limits",
                           .kind = OPTION_KIND_SWITCH,
                           .fallback = "yes",
                           .placeholder = "yes|no",
                           .about = "Whether clients are slowed down" },
  [OPTION_MESSAGE_LENGTH] = { .name = "message-length",
                              .kind = OPTION_KIND_NUMBER,
                              .fallback = "4000",
                              .minimum = 1,
                              .maximum = 10000,
                              .placeholder = "N",
                              .about = "Characters of a message at most" },
  [OPTION_REACTORS] = { .name = "reactors",
                        .kind = OPTION_KIND_NUMBER,
                        .fallback = "0",
                        .maximum = 64,
                        .placeholder = "N",
                        .about = "Threads for connections; 0: one per core" },
  [OPTION_LANES] = { .name = "lanes",
                     .kind = OPTION_KIND_NUMBER,
                     .fallback = "0",
                     .maximum = 64,
                     .placeholder = "N",
                     .about = "Threads for changes of rooms; 0: as the store likes it" },
  [OPTION_MAX_CONNECTIONS] = { .name = "max-connections",
                               .kind = OPTION_KIND_NUMBER,
                               .fallback = "0",
                               .maximum = 1000000,
                               .placeholder = "N",
                               .about = "Connections in all; 0: as many as the system allows open files" },
  [OPTION_CONNECTIONS_PER_USER] = { .name = "connections-per-user",
                                    .kind = OPTION_KIND_NUMBER,
                                    .fallback = "20",
                                    .maximum = 1000000,
                                    .placeholder = "N",
                                    .about = "Connections of one account; 0: no limit" },
  [OPTION_CONNECTIONS_PER_ADDRESS] = { .name = "connections-per-address",
                                       .kind = OPTION_KIND_NUMBER,
                                       .fallback = "200",
                                       .maximum = 1000000,
                                       .placeholder = "N",
                                       .about = "Connections from one address; 0: no limit" },
  [OPTION_TRUSTED_PROXIES] = { .name = "trusted-proxies",
                               .kind = OPTION_KIND_LIST,
                               .fallback = "",
                               .placeholder = "NETWORK,…",
                               .about = "Proxies whose X-Forwarded-For is believed: 127.0.0.1, 10.0.0.0/8" },
  [OPTION_ALLOWED_ORIGINS] = { .name = "allowed-origins",
                               .kind = OPTION_KIND_LIST,
                               .fallback = "",
                               .placeholder = "ORIGIN,…",
                               .about = "Web pages elsewhere that may talk to the server: https://chat.example.org" },
};

const Option *
option_get (OptionId id)
{
  return &options[id];
}

int
option_find (const char *name, gsize length)
{
  for (guint i = 0; i < N_OPTIONS; i++)
    if (strlen (options[i].name) == length && strncmp (options[i].name, name, length) == 0)
      return i;
  return -1;
}

/* Levenshtein's distance. */
static guint
get_distance (const char *a, gsize a_length, const char *b, gsize b_length)
{
  guint row[NAME_MAX_LENGTH + 1];

  for (gsize j = 0; j <= b_length; j++)
    row[j] = j;
  for (gsize i = 1; i <= a_length; i++)
    {
      guint diagonal = row[0];

      row[0] = i;
      for (gsize j = 1; j <= b_length; j++)
        {
          guint replaced = diagonal + (a[i - 1] != b[j - 1]);

          diagonal = row[j];
          row[j] = MIN (replaced, MIN (row[j], row[j - 1]) + 1);
        }
    }
  return row[b_length];
}

const char *
option_find_nearest (const char *name, gsize length)
{
  const char *nearest = NULL;
  guint least = MAX (2, length / 3);

  if (length > NAME_MAX_LENGTH)
    return NULL;
  for (guint i = 0; i < N_OPTIONS; i++)
    {
      guint distance = get_distance (name, length, options[i].name, strlen (options[i].name));

      if (distance > least || (nearest != NULL && distance == least))
        continue;
      least = distance;
      nearest = options[i].name;
    }
  return nearest;
}

static gboolean
is_word (const Option *self, const char *value)
{
  for (guint i = 0; self->words[i] != NULL; i++)
    if (strcmp (self->words[i], value) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_switch (const char *value)
{
  static const char *const words[] = { "yes", "no", "true", "false", "on", "off", "1", "0", NULL };

  return g_strv_contains (words, value);
}

char *
option_check (const Option *self, const char *value)
{
  g_autofree char *words = NULL;
  gint64 number = 0;

  if (!g_utf8_validate (value, -1, NULL))
    return g_strdup ("is not UTF-8");
  switch (self->kind)
    {
    case OPTION_KIND_NUMBER:
      if (g_ascii_string_to_signed (value, 10, self->minimum, self->maximum, &number, NULL))
        return NULL;
      return g_strdup_printf ("is “%s”, but must be a number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, value,
                              self->minimum, self->maximum);
    case OPTION_KIND_SWITCH:
      return is_switch (value) ? NULL : g_strdup_printf ("is “%s”, but must be yes or no", value);
    case OPTION_KIND_WORD:
      words = g_strjoinv (", ", (char **) self->words);
      return is_word (self, value) ? NULL : g_strdup_printf ("is “%s”, but must be one of %s", value, words);
    case OPTION_KIND_TEXT:
    case OPTION_KIND_ADDRESS:
    case OPTION_KIND_LIST:
    default:
      return NULL;
    }
}

char *
option_mask (const Option *self, const char *value)
{
  const char *scheme = strstr (value, "://");
  const char *host = scheme != NULL ? scheme + 3 + strcspn (scheme + 3, "/?#") : NULL;
  const char *at = scheme != NULL ? g_strrstr_len (scheme + 3, host - scheme - 3, "@") : NULL;
  const char *colon = at != NULL ? memchr (scheme + 3, ':', at - scheme - 3) : NULL;

  if (self->kind != OPTION_KIND_ADDRESS || colon == NULL)
    return g_strdup (value);
  return g_strdup_printf ("%.*s***%s", (int) (colon + 1 - value), value, at);
}
