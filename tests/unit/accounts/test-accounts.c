/* test-accounts.c: the account verbs on a real store: who gets in, who does not, and what ends a session
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/accounts.h"

#include "protocol/confab-error.h"
#include "protocol/confab-json.h"

#define DAY (24 * 60 * 60 * G_GINT64_CONSTANT (1000))
#define PASSWORD "correct horse"

static gint64 now;

static gint64
get_now (void)
{
  return now;
}

/* Of one account, before it has to wait. */
#define LOGIN_TRIES 10

typedef struct
{
  Store *store;
  Backplane *backplane;
  Domain domain;
  Caller nobody;
  GPtrArray *events;   /* of Event*: what was published to user topics */
} Fixture;

static void
on_events (Event **events, guint n_events, gpointer data)
{
  Fixture *self = data;

  for (guint i = 0; i < n_events; i++)
    g_ptr_array_add (self->events, event_ref (events[i]));
}

static void
start (Fixture *self, Registration registration)
{
  g_autoptr(GError) error = NULL;

  g_clear_pointer (&self->domain.accounts, accounts_free);
  self->domain.accounts = accounts_new (self->store, self->backplane, &self->domain.limits, registration, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;

  now = 1767323045000;
  self->store = store_open ("sqlite::memory:", &error);
  g_assert_no_error (error);
  self->backplane = backplane_open ("local", &error);
  g_assert_no_error (error);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) event_unref);
  backplane_set_deliver (self->backplane, on_events, self);
  self->domain =
    (Domain) { .store = self->store, .backplane = self->backplane, .server_name = "test", .clock = get_now };
  limits_init_defaults (&self->domain.limits);
  self->nobody = (Caller) { .address = (char *) "127.0.0.1" };
  start (self, REGISTRATION_OPEN);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  accounts_free (self->domain.accounts);
  backplane_close (self->backplane);
  store_close (self->store);
  g_ptr_array_unref (self->events);
}

/* ---- Calling verbs as a door would, with JSON in and out ----------------------------------------------------- */

typedef gboolean (*Verb) (Domain *, const Caller *, gconstpointer, ConfabJsonWriter *, GError **);

static JsonObject *
call (Fixture *self, Verb verb, ConfabOperationId id, const Caller *caller, GError **error, const char *format, ...)
  G_GNUC_PRINTF (6, 7);

static JsonObject *
call (Fixture *self, Verb verb, ConfabOperationId id, const Caller *caller, GError **error, const char *format, ...)
{
  const ConfabOperation *operation = confab_operation_get (id);
  g_autofree char *json = NULL;
  g_autoptr(JsonNode) node = NULL;
  g_autoptr(JsonNode) reply = NULL;
  g_auto(ConfabJsonWriter) writer = { 0 };
  gpointer fields = NULL;
  gboolean done = FALSE;
  g_autoptr(GError) problem = NULL;
  va_list arguments;

  va_start (arguments, format);
  json = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  node = confab_json_parse (json, strlen (json), NULL);
  g_assert_nonnull (node);
  fields = confab_request_read (operation, json_node_get_object (node), NULL, 0, error);
  if (fields == NULL)
    return NULL;
  confab_json_writer_init (&writer, g_string_new (NULL));
  confab_json_writer_begin_object (&writer);
  done = verb (&self->domain, caller, fields, &writer, &problem);
  confab_request_free (operation, fields);
  g_assert_true (done == (problem == NULL));
  if (!done)
    {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
  confab_json_writer_end_object (&writer);
  reply = confab_json_parse (writer.text->str, writer.text->len, NULL);
  g_assert_nonnull (reply);
  return json_node_dup_object (reply);
}

static JsonObject *
sign_up (Fixture *self, const char *name, const char *invite, GError **error)
{
  return call (self, accounts_register, CONFAB_OPERATION_REGISTER, &self->nobody, error,
               "{\"username\":\"%s\",\"email\":\"%s@Example.org\",\"password\":\"" PASSWORD
               "\",\"sessionName\":\"laptop\",\"invite\":\"%s\"}",
               name, name, invite != NULL ? invite : "");
}

static JsonObject *
log_in (Fixture *self, const char *login, const char *password, GError **error)
{
  return call (self, accounts_login, CONFAB_OPERATION_LOGIN, &self->nobody, error,
               "{\"email\":\"%s\",\"password\":\"%s\"}", login, password);
}

static JsonObject *
refresh (Fixture *self, const char *token, GError **error)
{
  return call (self, accounts_refresh, CONFAB_OPERATION_REFRESH, &self->nobody, error, "{\"refreshToken\":\"%s\"}",
               token);
}

static const char *
get_refresh (JsonObject *reply)
{
  return json_object_get_string_member (reply, "refreshToken");
}

static Caller *
get_caller (Fixture *self, JsonObject *reply)
{
  g_autoptr(GError) error = NULL;
  Caller *caller =
    accounts_verify_token (self->domain.accounts, json_object_get_string_member (reply, "token"), now, NULL, &error);

  g_assert_no_error (error);
  return caller;
}

static void
assert_alive (Fixture *self, const Caller *caller)
{
  g_autoptr(GError) error = NULL;

  accounts_check_session (self->domain.accounts, caller, now, &error);
  g_assert_no_error (error);
}

static void
assert_ended (Fixture *self, const Caller *caller)
{
  g_autoptr(GError) error = NULL;

  g_assert_false (accounts_check_session (self->domain.accounts, caller, now, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
}

/* ---- Register and log in ------------------------------------------------------------------------------------- */

static void
test_register (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) reply = sign_up (self, "Ada", NULL, &error);
  g_assert_no_error (error);
  g_autoptr(Caller) caller = get_caller (self, reply);
  JsonObject *user = json_object_get_object_member (reply, "user");

  g_assert_cmpstr (json_object_get_string_member (user, "username"), ==, "ada");
  g_assert_cmpstr (json_object_get_string_member (user, "displayName"), ==, "Ada");
  g_assert_cmpstr (json_object_get_string_member (user, "email"), ==, "ada@example.org");
  g_assert_cmpstr (json_object_get_string_member (user, "role"), ==, "user");
  g_assert_cmpstr (caller->user_id, ==, json_object_get_string_member (user, "id"));
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (reply, "session"), "name"), ==,
                   "laptop");
  assert_alive (self, caller);
}

static void
test_register_wrong (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *json, *field;
    int code;
  } cases[] = {
    { "{\"username\":\"ada\",\"email\":\"x@y.z\",\"password\":\"12345678\"}", "username", CONFAB_ERROR_CONFLICT },
    { "{\"username\":\"ADA\",\"email\":\"x@y.z\",\"password\":\"12345678\"}", "username", CONFAB_ERROR_CONFLICT },
    { "{\"username\":\"ben\",\"email\":\"ADA@example.org\",\"password\":\"12345678\"}", "email",
      CONFAB_ERROR_CONFLICT },
    { "{\"username\":\"b n\",\"email\":\"x@y.z\",\"password\":\"12345678\"}", "username", CONFAB_ERROR_BAD_REQUEST },
    { "{\"username\":\"room\",\"email\":\"x@y.z\",\"password\":\"12345678\"}", "username", CONFAB_ERROR_BAD_REQUEST },
    { "{\"username\":\"ben\",\"email\":\"x.y.z\",\"password\":\"12345678\"}", "email", CONFAB_ERROR_BAD_REQUEST },
    { "{\"username\":\"benjamin\",\"email\":\"x@y.z\",\"password\":\"Benjamin\"}", "password",
      CONFAB_ERROR_BAD_REQUEST },
    { "{\"username\":\"ben\",\"email\":\"x@y.z\",\"password\":\"1234567\"}", "password", CONFAB_ERROR_BAD_REQUEST },
  };
  g_autoptr(JsonObject) ada = sign_up (self, "ada", NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_assert_null (
        call (self, accounts_register, CONFAB_OPERATION_REGISTER, &self->nobody, &error, "%s", cases[i].json));
      g_assert_error (error, CONFAB_ERROR, cases[i].code);
      g_assert_nonnull (confab_error_get_field (error, cases[i].field));
    }
  g_assert_cmpint (store_count_users (self->store, NULL), ==, 1);
}

static void
test_login (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *login, *password;
    gboolean good;
  } cases[] = {
    { "ada", PASSWORD, TRUE },
    { "ADA", PASSWORD, TRUE },
    { "ada@example.org", PASSWORD, TRUE },
    { "Ada@EXAMPLE.org", PASSWORD, TRUE },
    { "ada", "Correct horse", FALSE },
    { "ben", PASSWORD, FALSE },
    { "ben@example.org", PASSWORD, FALSE },
    { "@", PASSWORD, FALSE },
    { "a b", PASSWORD, FALSE },
  };
  g_autoptr(JsonObject) ada = sign_up (self, "ada", NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr(GError) error = NULL;
      g_autoptr(JsonObject) reply = log_in (self, cases[i].login, cases[i].password, &error);
      g_test_message ("%s", cases[i].login);
      if (cases[i].good)
        g_assert_nonnull (reply);
      else
        g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
      /* An account that is not there is told of in the same words as a wrong password. */
      if (error != NULL)
        g_assert_cmpstr (error->message, ==, "Wrong username or password");
    }
}

/* How many wrong passwords were looked at. The bucket fills while they are, which takes long on a busy machine. */
static guint
try_until_refused (Fixture *self, const char *login)
{
  for (guint i = 0;; i++)
    {
      g_autoptr(GError) error = NULL;

      g_assert_null (log_in (self, login, "wrong", &error));
      if (g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED))
        return i;
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
      g_assert_cmpuint (i, <, 10 * LOGIN_TRIES);
    }
}

static void
test_login_tries (Fixture *self, gconstpointer data)
{
  static const char *const logins[] = { "ada", "nobody" };
  g_autoptr(JsonObject) ada = sign_up (self, "ada", NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (logins); i++)
    {
      g_autoptr(GError) error = NULL;
      guint tries = try_until_refused (self, logins[i]);

      g_assert_cmpuint (tries, >=, LOGIN_TRIES);
      g_assert_null (log_in (self, logins[i], PASSWORD, &error));
      g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_RATE_LIMITED);
      g_assert_cmpfloat (confab_error_get_retry_after (error), >, 0);
    }
}

/* ---- Invites ------------------------------------------------------------------------------------------------- */

static void
test_invites (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *claim = accounts_make_claim (self->domain.accounts, now, &error);
  g_autofree char *again = accounts_make_claim (self->domain.accounts, now, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (claim, ==, again);

  start (self, REGISTRATION_INVITE);
  g_assert_null (sign_up (self, "ben", NULL, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  g_assert_cmpstr (confab_error_get_field (error, "invite"), ==, "is required");
  g_clear_error (&error);
  g_assert_null (sign_up (self, "ben", "made-up", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  g_clear_error (&error);

  g_autoptr(JsonObject) ada = sign_up (self, "ada", claim, &error);
  g_assert_no_error (error);
  g_autoptr(Caller) admin = get_caller (self, ada);
  g_assert_cmpint (admin->role, ==, CONFAB_USER_ROLE_ADMIN);
  g_assert_null (accounts_make_claim (self->domain.accounts, now, &error));
  g_assert_no_error (error);
  g_assert_null (sign_up (self, "eve", claim, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  g_clear_error (&error);

  g_autoptr(JsonObject) invite =
    call (self, accounts_create_invite, CONFAB_OPERATION_CREATE_INVITE, admin, &error, "{\"days\":2}");
  g_assert_no_error (error);
  const char *text = json_object_get_string_member (invite, "invite");
  g_autoptr(JsonObject) ben = sign_up (self, "ben", text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (json_object_get_object_member (ben, "user"), "role"), ==, "user");
  g_assert_null (sign_up (self, "eve", text, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
}

static void
test_invite_runs_out (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *invite =
    accounts_make_invite (self->domain.accounts, CONFAB_USER_ROLE_USER, NULL, now + DAY, &error);
  g_assert_no_error (error);

  now += DAY + 1;
  g_assert_null (sign_up (self, "ben", invite, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
}

static void
test_closed (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *claim = accounts_make_claim (self->domain.accounts, now, NULL);
  g_autofree char *invite = accounts_make_invite (self->domain.accounts, CONFAB_USER_ROLE_USER, NULL, now + DAY, NULL);
  start (self, REGISTRATION_CLOSED);

  g_assert_null (sign_up (self, "eve", NULL, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
  g_clear_error (&error);
  g_autoptr(JsonObject) ada = sign_up (self, "ada", claim, &error);
  g_assert_no_error (error);
  g_assert_null (sign_up (self, "eve", invite, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_FORBIDDEN);
}

/* ---- Sessions ------------------------------------------------------------------------------------------------ */

static void
test_refresh (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) first = sign_up (self, "ada", NULL, &error);
  g_autoptr(Caller) caller = get_caller (self, first);
  now += 10 * 60 * 1000;
  g_autoptr(JsonObject) second = refresh (self, get_refresh (first), &error);
  g_assert_no_error (error);
  g_autoptr(Caller) same = get_caller (self, second);
  g_assert_cmpstr (same->session_id, ==, caller->session_id);
  /* The answer got lost: the old one still works. */
  g_autoptr(JsonObject) third = refresh (self, get_refresh (first), &error);
  g_assert_no_error (error);
  g_autoptr(JsonObject) fourth = refresh (self, get_refresh (third), &error);
  g_assert_no_error (error);
  g_autoptr(JsonObject) fifth = refresh (self, get_refresh (fourth), &error);
  g_assert_no_error (error);
  assert_alive (self, caller);
}

static void
test_reuse_revokes (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) first = sign_up (self, "ada", NULL, &error);
  g_autoptr(Caller) caller = get_caller (self, first);
  g_autofree char *topic = g_strconcat ("user:", caller->user_id, NULL);
  backplane_subscribe (self->backplane, topic);
  g_autoptr(JsonObject) second = refresh (self, get_refresh (first), &error);
  g_autoptr(JsonObject) third = refresh (self, get_refresh (second), &error);
  g_assert_no_error (error);
  assert_alive (self, caller);

  /* The first was given up when the second was used. */
  g_assert_null (refresh (self, get_refresh (first), &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
  assert_ended (self, caller);
  g_clear_error (&error);
  g_assert_null (refresh (self, get_refresh (third), &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
  g_assert_cmpuint (self->events->len, ==, 1);
  const Event *event = self->events->pdata[0];
  g_assert_cmpstr (event->name, ==, "session-revoked");
  g_assert_cmpint (event->control, ==, EVENT_CLOSE_SESSION);
  g_assert_cmpstr (event->argument, ==, caller->session_id);
}

static void
test_made_up_revokes_nothing (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) ada = sign_up (self, "ada", NULL, &error);
  g_autoptr(Caller) caller = get_caller (self, ada);
  g_autofree char *made_up = g_strconcat (caller->session_id, ".AAAA.AAAAAAAAAAAAAAAAAAAAAA", NULL);

  g_assert_null (refresh (self, made_up, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
  assert_alive (self, caller);
}

static void
test_session_runs_out (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) ada = sign_up (self, "ada", NULL, &error);
  g_autoptr(Caller) caller = get_caller (self, ada);

  now += 61 * DAY;
  g_assert_null (refresh (self, get_refresh (ada), &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
  assert_ended (self, caller);
  g_assert_null (
    accounts_verify_token (self->domain.accounts, json_object_get_string_member (ada, "token"), now, NULL, NULL));
}

static void
test_sessions (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) laptop = sign_up (self, "ada", NULL, &error);
  g_autoptr(JsonObject) ben = sign_up (self, "ben", NULL, &error);
  now += 1000;
  g_autoptr(JsonObject) phone = log_in (self, "ada", PASSWORD, &error);
  g_assert_no_error (error);
  g_autoptr(Caller) on_laptop = get_caller (self, laptop);
  g_autoptr(Caller) on_phone = get_caller (self, phone);
  g_autoptr(Caller) bens = get_caller (self, ben);

  g_autoptr(JsonObject) list =
    call (self, accounts_list_sessions, CONFAB_OPERATION_LIST_SESSIONS, on_laptop, &error, "{}");
  JsonArray *sessions = json_object_get_array_member (list, "sessions");
  g_assert_cmpuint (json_array_get_length (sessions), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (json_array_get_object_element (sessions, 0), "id"), ==,
                   on_phone->session_id);
  g_assert_true (json_object_get_boolean_member (json_array_get_object_element (sessions, 1), "current"));

  g_assert_null (call (self, accounts_revoke_session, CONFAB_OPERATION_REVOKE_SESSION, bens, &error,
                       "{\"sessionId\":\"%s\"}", on_phone->session_id));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  assert_alive (self, on_phone);
  g_autoptr(JsonObject) revoked = call (self, accounts_revoke_session, CONFAB_OPERATION_REVOKE_SESSION, on_laptop,
                                         &error, "{\"sessionId\":\"%s\"}", on_phone->session_id);
  g_assert_no_error (error);
  assert_ended (self, on_phone);
  assert_alive (self, on_laptop);

  g_autoptr(JsonObject) out = call (self, accounts_logout, CONFAB_OPERATION_LOGOUT, on_laptop, &error, "{}");
  g_autoptr(JsonObject) out_again = call (self, accounts_logout, CONFAB_OPERATION_LOGOUT, on_laptop, &error, "{}");
  g_assert_no_error (error);
  assert_ended (self, on_laptop);
  assert_alive (self, bens);
}

static void
test_change_password (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) laptop = sign_up (self, "ada", NULL, &error);
  g_autoptr(JsonObject) phone = log_in (self, "ada", PASSWORD, &error);
  g_autoptr(Caller) on_laptop = get_caller (self, laptop);
  g_autoptr(Caller) on_phone = get_caller (self, phone);

  g_assert_null (call (self, accounts_change_password, CONFAB_OPERATION_CHANGE_PASSWORD, on_laptop, &error,
                       "{\"password\":\"wrong\",\"newPassword\":\"battery staple\"}"));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
  g_assert_nonnull (confab_error_get_field (error, "password"));
  g_clear_error (&error);
  assert_alive (self, on_phone);
  g_autoptr(JsonObject) changed =
    call (self, accounts_change_password, CONFAB_OPERATION_CHANGE_PASSWORD, on_laptop, &error,
          "{\"password\":\"" PASSWORD "\",\"newPassword\":\"battery staple\"}");
  g_assert_no_error (error);
  assert_ended (self, on_phone);
  assert_alive (self, on_laptop);
  g_assert_null (log_in (self, "ada", PASSWORD, NULL));
  g_autoptr(JsonObject) with_new = log_in (self, "ada", "battery staple", &error);
  g_assert_no_error (error);
}

static void
test_reset_password (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) ada = sign_up (self, "ada", NULL, &error);
  g_autoptr(Caller) caller = get_caller (self, ada);

  g_assert_false (accounts_reset_password (self->domain.accounts, "ben", "battery staple", &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (accounts_reset_password (self->domain.accounts, "Ada@example.org", "battery staple", &error));
  assert_ended (self, caller);
  g_autoptr(JsonObject) with_new = log_in (self, "ada", "battery staple", &error);
  g_assert_no_error (error);
}

static void
test_instances_share_the_key (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) ada = sign_up (self, "ada", NULL, &error);

  start (self, REGISTRATION_OPEN);
  g_autoptr(Caller) caller = get_caller (self, ada);
  g_autoptr(JsonObject) next = refresh (self, get_refresh (ada), &error);
  g_assert_no_error (error);
}

static void
test_load (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) ada = sign_up (self, "ada", NULL, &error);
  g_autoptr(Caller) caller = get_caller (self, ada);
  g_autoptr(User) user = NULL;
  g_autoptr(Session) session = NULL;
  g_autoptr(JsonObject) renamed =
    call (self, accounts_update_me, CONFAB_OPERATION_UPDATE_ME, caller, &error, "{\"displayName\":\"Ada L\"}");

  g_assert_true (accounts_load (self->domain.accounts, caller, &user, &session, &error));
  g_assert_cmpstr (caller->display_name, ==, "Ada L");
  g_assert_cmpstr (session->id, ==, caller->session_id);
  g_assert_true (store_delete_session (self->store, session->id, &error));
  g_assert_false (accounts_load (self->domain.accounts, caller, &user, &session, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_UNAUTHENTICATED);
}

/* ---- Profiles ------------------------------------------------------------------------------------------------ */

static void
test_profiles (Fixture *self, gconstpointer data)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonObject) ada = sign_up (self, "ada", NULL, &error);
  g_autoptr(JsonObject) ben = sign_up (self, "ben", NULL, &error);
  g_autoptr(Caller) adas = get_caller (self, ada);
  g_autoptr(Caller) bens = get_caller (self, ben);
  g_autofree char *topic = g_strconcat ("user:", adas->user_id, NULL);
  backplane_subscribe (self->backplane, topic);

  g_assert_null (call (self, accounts_update_me, CONFAB_OPERATION_UPDATE_ME, adas, &error,
                       "{\"avatar\":\"javascript:alert(1)\"}"));
  g_assert_nonnull (confab_error_get_field (error, "avatar"));
  g_clear_error (&error);
  g_autoptr(JsonObject) changed = call (self, accounts_update_me, CONFAB_OPERATION_UPDATE_ME, adas, &error,
                                        "{\"displayName\":\"Augusta\",\"avatar\":\"https://example.org/a.png\"}");
  g_assert_no_error (error);
  g_assert_cmpuint (self->events->len, ==, 1);
  g_assert_cmpstr (((Event *) self->events->pdata[0])->name, ==, "user-changed");

  g_autoptr(JsonObject) me = call (self, accounts_get_me, CONFAB_OPERATION_GET_ME, adas, &error, "{}");
  g_assert_true (json_object_has_member (json_object_get_object_member (me, "user"), "email"));
  g_autoptr(JsonObject) her =
    call (self, accounts_get_user, CONFAB_OPERATION_GET_USER, bens, &error, "{\"userId\":\"%s\"}", adas->user_id);
  JsonObject *seen = json_object_get_object_member (her, "user");
  g_assert_false (json_object_has_member (seen, "email"));
  g_assert_cmpstr (json_object_get_string_member (seen, "displayName"), ==, "Augusta");
  g_assert_cmpstr (json_object_get_string_member (seen, "avatar"), ==, "https://example.org/a.png");

  static const char *const queries[] = { "aug", "AD", "@ada" };
  for (guint i = 0; i < G_N_ELEMENTS (queries); i++)
    {
      g_autoptr(JsonObject) found =
        call (self, accounts_find_users, CONFAB_OPERATION_FIND_USERS, bens, &error, "{\"q\":\"%s\"}", queries[i]);
      JsonArray *users = json_object_get_array_member (found, "users");
      g_assert_cmpuint (json_array_get_length (users), ==, 1);
      g_assert_false (json_object_has_member (json_array_get_object_element (users, 0), "email"));
    }
  g_autoptr(JsonObject) plain =
    call (self, accounts_update_me, CONFAB_OPERATION_UPDATE_ME, adas, &error, "{\"avatar\":\"\"}");
  g_assert_false (json_object_has_member (json_object_get_object_member (plain, "user"), "avatar"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, function) g_test_add ("/accounts/" path, Fixture, NULL, set_up, function, tear_down)
  ADD ("register", test_register);
  ADD ("register-wrong", test_register_wrong);
  ADD ("login", test_login);
  ADD ("login-tries", test_login_tries);
  ADD ("invites", test_invites);
  ADD ("invite-runs-out", test_invite_runs_out);
  ADD ("closed", test_closed);
  ADD ("refresh", test_refresh);
  ADD ("reuse-revokes", test_reuse_revokes);
  ADD ("made-up-revokes-nothing", test_made_up_revokes_nothing);
  ADD ("session-runs-out", test_session_runs_out);
  ADD ("sessions", test_sessions);
  ADD ("change-password", test_change_password);
  ADD ("reset-password", test_reset_password);
  ADD ("instances-share-the-key", test_instances_share_the_key);
  ADD ("load", test_load);
  ADD ("profiles", test_profiles);
  return g_test_run ();
}
