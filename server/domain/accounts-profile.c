/* accounts-profile.c: what people see of accounts, and who lets new ones in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-domain"

#include "config.h"

#include "domain/accounts-private.h"

#include <string.h>

#include "domain/announce.h"
#include "domain/records-json.h"
#include "domain/shared-records.h"
#include "protocol/confab-error.h"

static void
write_user (const User *user, gboolean with_email, ConfabJsonWriter *writer)
{
  confab_json_writer_member (writer, "user");
  user_write_json (user, with_email, writer);
}

gboolean
accounts_get_me (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  g_autoptr(User) user = store_get_user (domain->store, caller->user_id, error);

  if (user == NULL)
    return FALSE;
  write_user (user, TRUE, reply);
  return TRUE;
}

gboolean
accounts_get_user (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabGetUserRequest *request = fields;
  g_autoptr(User) user = store_get_user (domain->store, request->user_id, error);

  if (user == NULL)
    return FALSE;
  write_user (user, caller->role == CONFAB_USER_ROLE_ADMIN || strcmp (user->id, caller->user_id) == 0, reply);
  return TRUE;
}

gboolean
accounts_find_users (Domain *domain,
                     const Caller *caller,
                     gconstpointer fields,
                     ConfabJsonWriter *reply,
                     GError **error)
{
  const ConfabFindUsersRequest *request = fields;
  const char *prefix = request->q[0] == '@' && request->q[1] != '\0' ? request->q + 1 : request->q;
  g_autoptr(GPtrArray) users = store_find_users (domain->store, prefix, request->limit, error);

  if (users == NULL)
    return FALSE;
  confab_json_writer_member (reply, "users");
  confab_json_writer_begin_array (reply);
  for (guint i = 0; i < users->len; i++)
    user_write_json (users->pdata[i], caller->role == CONFAB_USER_ROLE_ADMIN, reply);
  confab_json_writer_end_array (reply);
  return TRUE;
}

/* Clients fetch the address when they show the person: nothing but the web may be behind it. */
static gboolean
check_avatar (const char *avatar, GError **error)
{
  g_autoptr(GUri) uri = NULL;
  GError *wrong = NULL;

  if (avatar == NULL || *avatar == '\0')
    return TRUE;
  uri = g_uri_parse (avatar, G_URI_FLAGS_NONE, NULL);
  if (uri != NULL && (strcmp (g_uri_get_scheme (uri), "https") == 0 || strcmp (g_uri_get_scheme (uri), "http") == 0)
      && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0')
    return TRUE;
  wrong = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "avatar must be a http or https address");
  confab_error_add_field (wrong, "avatar", "must be a http or https address");
  g_propagate_error (error, wrong);
  return FALSE;
}

/* To the account's other devices. */
static void
announce (Domain *domain, const User *user)
{
  g_autofree char *topic = topic_for_user (user->id);
  g_autoptr(Event) event = NULL;
  ConfabJsonWriter writer;

  confab_json_writer_init (&writer, g_string_sized_new (256));
  confab_json_writer_begin_object (&writer);
  write_user (user, TRUE, &writer);
  confab_json_writer_end_object (&writer);
  event = event_new (topic, CONFAB_EVENT_USER_CHANGED, confab_json_writer_steal (&writer));
  backplane_publish (domain->backplane, &event, 1);
}

gboolean
accounts_update_me (Domain *domain, const Caller *caller, gconstpointer fields, ConfabJsonWriter *reply, GError **error)
{
  const ConfabUpdateMeRequest *request = fields;
  gboolean changes = request->display_name != NULL || request->avatar != NULL;
  g_autoptr(User) user = NULL;

  if (!check_avatar (request->avatar, error)
      || (changes
          && !store_update_user (domain->store, caller->user_id, request->display_name, request->avatar, error)))
    return FALSE;
  if (changes)
    shared_drop_user (domain->backplane, caller->user_id);
  user = store_get_user (domain->store, caller->user_id, error);
  if (user == NULL)
    return FALSE;
  if (changes)
    announce (domain, user);
  write_user (user, TRUE, reply);
  return TRUE;
}

gboolean
accounts_create_invite (Domain *domain,
                        const Caller *caller,
                        gconstpointer fields,
                        ConfabJsonWriter *reply,
                        GError **error)
{
  const ConfabCreateInviteRequest *request = fields;
  gint64 expires_at = domain_now (domain) + request->days * 24 * 60 * 60 * 1000;
  g_autofree char *invite =
    accounts_make_invite (domain->accounts, CONFAB_USER_ROLE_USER, caller->user_id, expires_at, error);

  if (invite == NULL)
    return FALSE;
  confab_json_writer_member_string (reply, "invite", invite);
  confab_json_writer_member_timestamp (reply, "expiresAt", expires_at);
  return TRUE;
}
