/* shared-records.c: records that instances read from the store once for all of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Written as GVariants, which can be read without trust: whatever the bytes are, every value is inside of them, and of
 * the type that is asked for.
 */
#include "config.h"

#include "domain/shared-records.h"

/* Shorter than these where the record itself ends earlier. */
#define USER_SECONDS 3600
#define SESSION_SECONDS 600
#define MEMBERS_SECONDS 1800
/* Below, one look at the store is as quick, and above, the list may be larger than what is kept
 * (BACKPLANE_CACHE_MAX). */
#define FEWEST_MEMBERS 20
#define MOST_MEMBERS 800

/* Part of every key, so that instances that write otherwise leave each other alone. */
#define FORMAT "1." G_STRINGIFY (G_BYTE_ORDER)

#define USER_TYPE "(ssmsmsmsixx)"
#define SESSION_TYPE "(ssmsmsxxx)"
#define MEMBER_TYPE "(ssi)"

static char *
make_key (const char *kind, const char *id)
{
  return g_strconcat (kind, ":" FORMAT ":", id, NULL);
}

static GVariant *
get (Backplane *backplane, const char *key, const char *type)
{
  g_autoptr(GBytes) bytes = backplane_is_shared (backplane) ? backplane_cache_get (backplane, key) : NULL;
  g_autoptr(GVariant) variant = NULL;

  if (bytes == NULL)
    return NULL;
  variant = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bytes, FALSE));
  return g_variant_is_normal_form (variant) ? g_steal_pointer (&variant) : NULL;
}

static void
put (Backplane *backplane, const char *key, GVariant *variant, guint seconds)
{
  g_autoptr(GVariant) sunk = g_variant_ref_sink (variant);
  g_autoptr(GBytes) bytes = g_variant_get_data_as_bytes (sunk);

  backplane_cache_put (backplane, key, bytes, seconds);
}

static void
drop (Backplane *backplane, const char *kind, const char *id)
{
  g_autofree char *key = make_key (kind, id);

  if (backplane_is_shared (backplane))
    backplane_cache_drop (backplane, key);
}

/* ---- Users ------------------------------------------------------------------------------------------------ */

static User *
read_user (GVariant *variant)
{
  User *user = user_new ();
  gint32 role = 0;

  g_variant_get (variant, USER_TYPE, &user->id, &user->username, &user->display_name, &user->email, &user->avatar,
                 &role, &user->created_at, &user->last_seen);
  user->role = role;
  return user;
}

static gboolean
is_user (const User *user, const char *user_id)
{
  return g_str_equal (user->id, user_id) && user->role <= CONFAB_USER_ROLE_ADMIN;
}

User *
shared_get_user (Store *store, Backplane *backplane, const char *user_id, GError **error)
{
  g_autofree char *key = make_key ("user", user_id);
  g_autoptr(GVariant) variant = get (backplane, key, USER_TYPE);
  g_autoptr(User) user = variant != NULL ? read_user (variant) : NULL;

  if (user != NULL && is_user (user, user_id))
    return g_steal_pointer (&user);
  g_clear_pointer (&user, user_unref);
  user = store_get_user (store, user_id, error);
  if (user != NULL && backplane_is_shared (backplane))
    put (backplane, key,
         g_variant_new (USER_TYPE, user->id, user->username, user->display_name, user->email, user->avatar,
                        (gint32) user->role, user->created_at, user->last_seen),
         USER_SECONDS);
  return g_steal_pointer (&user);
}

void
shared_drop_user (Backplane *backplane, const char *user_id)
{
  drop (backplane, "user", user_id);
}

/* ---- Sessions --------------------------------------------------------------------------------------------- */

static Session *
read_session (GVariant *variant)
{
  Session *session = session_new ();

  g_variant_get (variant, SESSION_TYPE, &session->id, &session->user_id, &session->name, &session->address,
                 &session->created_at, &session->last_used_at, &session->expires_at);
  return session;
}

Session *
shared_get_session (Store *store, Backplane *backplane, const char *session_id, GError **error)
{
  g_autofree char *key = make_key ("session", session_id);
  g_autoptr(GVariant) variant = get (backplane, key, SESSION_TYPE);
  g_autoptr(Session) session = variant != NULL ? read_session (variant) : NULL;

  if (session != NULL && g_str_equal (session->id, session_id))
    return g_steal_pointer (&session);
  g_clear_pointer (&session, session_unref);
  session = store_get_session (store, session_id, error);
  if (session != NULL && backplane_is_shared (backplane))
    put (backplane, key,
         g_variant_new (SESSION_TYPE, session->id, session->user_id, session->name, session->address,
                        session->created_at, session->last_used_at, session->expires_at),
         SESSION_SECONDS);
  return g_steal_pointer (&session);
}

void
shared_drop_session (Backplane *backplane, const char *session_id)
{
  drop (backplane, "session", session_id);
}

/* ---- Members ---------------------------------------------------------------------------------------------- */

static Member *
read_member (GVariant *variant, const char *room_id)
{
  Member *member = member_new ();
  gint32 role = 0;

  g_variant_get (variant, MEMBER_TYPE, &member->user_id, &member->username, &role);
  member->room_id = g_strdup (room_id);
  member->role = role;
  return member;
}

static GPtrArray *
read_members (GVariant *variant, const char *room_id)
{
  gsize n = g_variant_n_children (variant);
  g_autoptr(GPtrArray) members = g_ptr_array_new_full (n, (GDestroyNotify) member_unref);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr(GVariant) child = g_variant_get_child_value (variant, i);
      Member *member = read_member (child, room_id);

      g_ptr_array_add (members, member);
      if (member->role > CONFAB_MEMBER_ROLE_ADMIN)
        return NULL;
    }
  return g_steal_pointer (&members);
}

static GVariant *
write_members (GPtrArray *members)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a" MEMBER_TYPE));
  for (guint i = 0; i < members->len; i++)
    {
      const Member *member = members->pdata[i];

      g_variant_builder_add (&builder, MEMBER_TYPE, member->user_id, member->username, (gint32) member->role);
    }
  return g_variant_builder_end (&builder);
}

GPtrArray *
shared_list_members (Store *store, Backplane *backplane, const Room *room, GError **error)
{
  g_autofree char *kind = g_strdup_printf ("members:%" G_GINT64_FORMAT, room->members_rev);
  g_autofree char *key = make_key (kind, room->id);
  gboolean shares = room->member_count >= FEWEST_MEMBERS && room->member_count <= MOST_MEMBERS;
  g_autoptr(GVariant) variant = shares ? get (backplane, key, "a" MEMBER_TYPE) : NULL;
  g_autoptr(GPtrArray) members = variant != NULL ? read_members (variant, room->id) : NULL;

  if (members != NULL)
    return g_steal_pointer (&members);
  members = store_list_members (store, room->id, NULL, 0, error);
  if (members != NULL && shares && backplane_is_shared (backplane))
    put (backplane, key, write_members (members), MEMBERS_SECONDS);
  return g_steal_pointer (&members);
}
