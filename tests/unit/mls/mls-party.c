/* mls-party.c: a client for tests: an identity, a policy, a clock and the groups it is in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "mls-party.h"

static guint64
tell_time (gpointer user_data)
{
  return ((Party *) user_data)->now;
}

static ConfabSecret *
find_psk (const ConfabMlsPskId *psk,
          gpointer              user_data)
{
  Party *self = user_data;
  ConfabSecret *secret = psk->type == CONFAB_MLS_PSK_EXTERNAL ? g_hash_table_lookup (self->psks, psk->id) : NULL;

  return secret != NULL ? confab_secret_ref (secret) : NULL;
}

Party *
party_new_with_suite (const char *name,
                      guint16     suite)
{
  Party *self = g_new0 (Party, 1);
  g_autoptr (GBytes) identity = g_bytes_new (name, strlen (name));
  g_autoptr (ConfabMlsCredential) credential = confab_mls_credential_new_basic (identity);
  g_autoptr (GError) error = NULL;

  self->name = g_strdup (name);
  self->suite = suite;
  self->now = PARTY_NOW;
  self->psks = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                                      (GDestroyNotify) confab_secret_unref);
  self->identity = confab_mls_identity_generate (suite, credential, NULL, &error);
  g_assert_no_error (error);
  self->policy = confab_mls_policy_new ();
  confab_mls_policy_set_credential_func (self->policy, confab_mls_accept_any_credential, NULL, NULL);
  confab_mls_policy_set_psk_func (self->policy, find_psk, self, NULL);
  confab_mls_policy_set_clock (self->policy, tell_time, self, NULL);

  return self;
}

Party *
party_new (const char *name)
{
  return party_new_with_suite (name, PARTY_SUITE);
}

void
party_free (Party *self)
{
  g_clear_pointer (&self->group, confab_mls_group_unref);
  g_clear_pointer (&self->bundle, confab_mls_key_bundle_unref);
  g_clear_pointer (&self->identity, confab_mls_identity_unref);
  g_clear_pointer (&self->policy, confab_mls_policy_unref);
  g_clear_pointer (&self->psks, g_hash_table_unref);
  g_free (self->name);
  g_free (self);
}

void
party_add_psk (Party      *self,
               const char *id,
               const char *value)
{
  g_hash_table_insert (self->psks, g_bytes_new (id, strlen (id)),
                       confab_secret_new_copy (confab_span_from_string (value)));
}

/* The key package goes through its message, as it would through a server. */
ConfabMlsKeyPackage *
party_publish (Party *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->bundle, confab_mls_key_bundle_unref);
  self->bundle =
    confab_mls_key_bundle_new (self->identity, self->now - 3600, self->now + 30 * 24 * 3600, FALSE, &error);
  g_assert_no_error (error);

  g_autoptr (GBytes) message =
    confab_mls_key_package_to_message (confab_mls_key_bundle_get_key_package (self->bundle));
  ConfabMlsKeyPackage *key_package = confab_mls_key_package_from_message (message, &error);
  g_assert_no_error (error);

  return key_package;
}

void
party_create (Party      *self,
              const char *group_id)
{
  g_autoptr (GBytes) id = g_bytes_new (group_id, strlen (group_id));
  g_autoptr (GError) error = NULL;

  self->group = confab_mls_group_create (id, self->identity, NULL, self->policy, &error);
  g_assert_no_error (error);
}

void
party_join (Party  *self,
            GBytes *welcome)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->group, confab_mls_group_unref);
  self->group = confab_mls_group_join (welcome, self->bundle, self->identity, NULL, NULL, self->policy, &error);
  g_assert_no_error (error);
}

/* Makes the commit; neither merges it nor hands out the Welcome. */
ConfabMlsCommitResult *
party_add (Party  *self,
           Party **others,
           gsize   n_others)
{
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_package_unref);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < n_others; i++)
    g_ptr_array_add (key_packages, party_publish (others[i]));

  ConfabMlsCommitResult *result = confab_mls_group_add (self->group, key_packages, &error);
  g_assert_no_error (error);

  return result;
}

void
party_merge (Party *self)
{
  g_autoptr (GError) error = NULL;

  confab_mls_group_merge_pending (self->group, &error);
  g_assert_no_error (error);
}

ConfabMlsEvent *
party_process (Party  *self,
               GBytes *message)
{
  g_autoptr (GError) error = NULL;
  ConfabMlsEvent *event = confab_mls_group_process (self->group, message, &error);

  g_assert_no_error (error);
  g_assert_nonnull (event);

  return event;
}

void
party_process_quietly (Party  *self,
                       GBytes *message)
{
  g_autoptr (ConfabMlsEvent) event = party_process (self, message);
}

/* After a refusal the group is as it was. */
void
party_refuse (Party          *self,
              GBytes         *message,
              ConfabMlsError  code)
{
  guint64 epoch = confab_mls_group_get_epoch (self->group);
  g_autoptr (GBytes) authenticator = confab_mls_group_get_epoch_authenticator (self->group);
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabMlsEvent) event = confab_mls_group_process (self->group, message, &error);

  g_assert_null (event);
  g_assert_error (error, CONFAB_MLS_ERROR, (gint) code);
  g_assert_cmpuint (confab_mls_group_get_epoch (self->group), ==, epoch);
  g_autoptr (GBytes) after = confab_mls_group_get_epoch_authenticator (self->group);
  g_assert_true (g_bytes_equal (authenticator, after));
}

GBytes *
party_say (Party      *self,
           const char *text)
{
  g_autoptr (GBytes) data = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  GBytes *message = confab_mls_group_encrypt (self->group, data, NULL, &error);

  g_assert_no_error (error);

  return message;
}

void
party_hear (Party      *self,
            GBytes     *message,
            const char *text)
{
  g_autoptr (ConfabMlsEvent) event = party_process (self, message);

  g_assert_cmpint (event->type, ==, CONFAB_MLS_EVENT_APPLICATION);
  g_assert_cmpmem (g_bytes_get_data (event->application_data, NULL), g_bytes_get_size (event->application_data), text,
                   strlen (text));
}

void
party_restart (Party *self)
{
  g_autoptr (ConfabSecret) state = confab_mls_group_serialize (self->group);
  g_autoptr (GError) error = NULL;

  confab_mls_group_unref (self->group);
  self->group = confab_mls_group_deserialize (confab_secret_span (state), self->policy, &error);
  g_assert_no_error (error);
}

/* Epoch, authenticator, tree and exported secrets are the same for all, and each can write to each. */
void
parties_assert_agree (Party **parties,
                      gsize   n_parties)
{
  g_autoptr (GBytes) expected = confab_mls_group_get_epoch_authenticator (parties[0]->group);
  g_autoptr (GBytes) tree = confab_mls_group_export_ratchet_tree (parties[0]->group);
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabSecret) secret =
    confab_mls_group_export (parties[0]->group, "test", confab_span_from_string ("context"), 32, &error);

  for (gsize i = 1; i < n_parties; i++)
    {
      g_autoptr (GBytes) actual = confab_mls_group_get_epoch_authenticator (parties[i]->group);
      g_autoptr (GBytes) other_tree = confab_mls_group_export_ratchet_tree (parties[i]->group);
      g_autoptr (ConfabSecret) other =
        confab_mls_group_export (parties[i]->group, "test", confab_span_from_string ("context"), 32, &error);

      g_assert_cmpuint (confab_mls_group_get_epoch (parties[i]->group), ==,
                        confab_mls_group_get_epoch (parties[0]->group));
      g_assert_true (g_bytes_equal (actual, expected));
      g_assert_true (g_bytes_equal (tree, other_tree));
      g_assert_true (confab_secret_equal (secret, other));
    }
}

/* The first creates a group and adds the others. */
void
parties_found (Party      **parties,
               gsize        n_parties,
               const char  *group_id)
{
  party_create (parties[0], group_id);
  if (n_parties == 1)
    return;

  g_autoptr (ConfabMlsCommitResult) result = party_add (parties[0], parties + 1, n_parties - 1);
  party_merge (parties[0]);
  for (gsize i = 1; i < n_parties; i++)
    party_join (parties[i], result->welcome);

  parties_assert_agree (parties, n_parties);
}

/* Everybody but @except, who made the message, processes it. */
void
parties_follow (Party  **parties,
                gsize    n_parties,
                Party   *except,
                GBytes  *message)
{
  for (gsize i = 0; i < n_parties; i++)
    {
      if (parties[i] != except)
        party_process_quietly (parties[i], message);
    }
}

GBytes *
bytes_flip (GBytes *bytes,
            gsize   place)
{
  gsize length = 0;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  guint8 *copy = g_memdup2 (data, length);

  copy[place] ^= 0x01;

  return g_bytes_new_take (copy, length);
}
