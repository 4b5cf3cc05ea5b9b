/* pages.c: what a person sees who opens the server's address in a browser
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/pages.h"

#include <string.h>

#include "protocol/confab-json-writer.h"
#include "protocol/confab-operations.h"

#define MAX_INVITE 128

static const char style[] =
  ":root{color-scheme:light dark}"
  "body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:12vh auto;padding:0 1.25rem}"
  "h1{font-size:1.75rem;margin-bottom:.25rem}"
  "p{margin:.75rem 0}"
  "code{font-size:1.05em;padding:.15em .4em;border-radius:.35em;overflow-wrap:anywhere;"
  "background:color-mix(in srgb,currentColor 10%,transparent)}";

/* No script, nothing from elsewhere, and of styles only this one. */
static char *
policy_new (void)
{
  g_autoptr(GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *hash = NULL;
  guint8 digest[32];
  gsize length = sizeof digest;

  g_checksum_update (checksum, (const guchar *) style, strlen (style));
  g_checksum_get_digest (checksum, digest, &length);
  hash = g_base64_encode (digest, length);
  return g_strdup_printf ("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; "
                          "frame-ancestors 'none'", hash);
}

static void
page_write (Page *self, const char *server_name, const char *body)
{
  g_autofree char *title = g_markup_escape_text (server_name, -1);

  self->html = g_string_new (NULL);
  g_string_printf (self->html,
                   "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
                   "<title>%s</title>\n<style>%s</style>\n<main>\n<h1>%s</h1>\n%s</main>\n</html>\n",
                   title, style, title, body);
  self->policy = policy_new ();
}

void
pages_write_front (Page *self, const char *server_name)
{
  page_write (self, server_name,
              "<p>This is a Confab server: rooms and messages for the people who have an account here.</p>\n"
              "<p>To use it, open the Confab application and give it the address that you see in your browser's "
              "address bar.</p>\n"
              "<p>Programs find what they need at <code>/.well-known/confab</code>.</p>\n");
}

static gboolean
is_invite (const char *code)
{
  gsize length = strlen (code);

  return length > 0 && length <= MAX_INVITE &&
         strspn (code, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "-_") == length;
}

gboolean
pages_write_invite (Page *self, const char *server_name, const char *code)
{
  g_autofree char *body = NULL;

  if (!is_invite (code))
    return FALSE;
  body = g_strdup_printf ("<p>You are invited.</p>\n"
                          "<p>Open the Confab application, give it this server's address, choose “Create account”, "
                          "and enter this invite:</p>\n<p><code>%s</code></p>\n"
                          "<p>It works once, so do not pass it on.</p>\n", code);
  page_write (self, server_name, body);
  return TRUE;
}

void
page_clear (Page *self)
{
  if (self->html != NULL)
    g_string_free (g_steal_pointer (&self->html), TRUE);
  g_clear_pointer (&self->policy, g_free);
}

GString *
pages_write_discovery (const char *server_name)
{
  ConfabJsonWriter writer;

  confab_json_writer_init (&writer, g_string_new (NULL));
  confab_json_writer_begin_object (&writer);
  confab_json_writer_member_string (&writer, "name", server_name);
  confab_json_writer_member_string (&writer, "software", "confab-server");
  confab_json_writer_member_string (&writer, "version", PACKAGE_VERSION);
  confab_json_writer_member_int (&writer, "features", CONFAB_FEATURE_LEVEL);
  confab_json_writer_member_string (&writer, "api", "/api");
  confab_json_writer_member_string (&writer, "websocket", "/ws");
  confab_json_writer_end_object (&writer);
  return confab_json_writer_steal (&writer);
}
