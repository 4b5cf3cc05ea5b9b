/* confab-secrets.c: where the tokens of a sign-in are kept: the desktop's secret service
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-secrets.h"

#include <libsecret/secret.h>

static const SecretSchema session_schema = {
  "chat.confab.Session", SECRET_SCHEMA_NONE,
  {
    { "profile", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "server", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { "user", SECRET_SCHEMA_ATTRIBUTE_STRING },
    { NULL, 0 },
  },
};

static void
on_stored (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(DexPromise) promise = data;
  g_autoptr(GError) error = NULL;

  if (secret_password_store_finish (result, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

DexFuture *
confab_secrets_store (const char *profile, const char *server, const char *user_id, const char *secret)
{
  DexPromise *promise = dex_promise_new_cancellable ();
  g_autofree char *label = g_strdup_printf ("Confab on %s", server);

  secret_password_store (&session_schema, SECRET_COLLECTION_DEFAULT, label, secret,
                         dex_promise_get_cancellable (promise), on_stored, dex_ref (promise), "profile", profile,
                         "server", server, "user", user_id, NULL);
  return DEX_FUTURE (promise);
}

static void
on_loaded (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(DexPromise) promise = data;
  g_autoptr(GError) error = NULL;
  char *secret = secret_password_lookup_finish (result, &error);

  if (secret != NULL)
    dex_promise_resolve_string (promise, g_strdup (secret));
  else if (error != NULL)
    dex_promise_reject (promise, g_steal_pointer (&error));
  else
    dex_promise_reject (promise, g_error_new (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No sign-in is kept"));
  secret_password_free (secret);
}

DexFuture *
confab_secrets_load (const char *profile, const char *server, const char *user_id)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  secret_password_lookup (&session_schema, dex_promise_get_cancellable (promise), on_loaded, dex_ref (promise),
                          "profile", profile, "server", server, "user", user_id, NULL);
  return DEX_FUTURE (promise);
}

static void
on_forgotten (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr(DexPromise) promise = data;
  g_autoptr(GError) error = NULL;

  secret_password_clear_finish (result, &error);
  if (error == NULL)
    dex_promise_resolve_boolean (promise, TRUE);
  else
    dex_promise_reject (promise, g_steal_pointer (&error));
}

DexFuture *
confab_secrets_forget (const char *profile, const char *server, const char *user_id)
{
  DexPromise *promise = dex_promise_new_cancellable ();

  secret_password_clear (&session_schema, dex_promise_get_cancellable (promise), on_forgotten, dex_ref (promise),
                         "profile", profile, "server", server, "user", user_id, NULL);
  return DEX_FUTURE (promise);
}
