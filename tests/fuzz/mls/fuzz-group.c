/* fuzz-group.c: a group that is the same in every run, with one member who attacks and one who is attacked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "fuzz-group.h"

#include <sodium.h>

#define NOW ((guint64) 1800000000)
#define N_MEMBERS 4

/* Random numbers that are none: what a corpus has found stays found. */
static guint32 counter;

static const char *
get_name (void)
{
  return "counter";
}

static void
fill (void *const  buffer,
      const size_t size)
{
  unsigned char seed[randombytes_SEEDBYTES] = { 0 };

  counter++;
  memcpy (seed, &counter, sizeof counter);
  randombytes_buf_deterministic (buffer, size, seed);
}

static uint32_t
get_number (void)
{
  uint32_t number = 0;

  fill (&number, sizeof number);

  return number;
}

static struct randombytes_implementation generator = {
  .implementation_name = get_name,
  .random = get_number,
  .buf = fill,
};

static guint64
tell_time (gpointer user_data)
{
  return NOW;
}

static ConfabMlsIdentity *
make_identity (const char *name)
{
  g_autoptr (GBytes) bytes = g_bytes_new (name, strlen (name));
  g_autoptr (ConfabMlsCredential) credential = confab_mls_credential_new_basic (bytes);

  return confab_mls_identity_generate (0x0003, credential, NULL, NULL);
}

static ConfabMlsKeyBundle *
make_bundle (ConfabMlsIdentity *identity)
{
  return confab_mls_key_bundle_new (identity, NOW - 3600, NOW + 30 * 24 * 3600, FALSE, NULL);
}

static void
add_members (FuzzGroup *self)
{
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new ();
  g_autoptr (GPtrArray) bundles = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_bundle_unref);
  g_autoptr (ConfabMlsIdentity) victim = NULL;

  for (guint i = 1; i < N_MEMBERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("member %u", i);
      g_autoptr (ConfabMlsIdentity) identity = make_identity (name);
      ConfabMlsKeyBundle *bundle = make_bundle (identity);

      g_ptr_array_add (bundles, bundle);
      g_ptr_array_add (key_packages, confab_mls_key_bundle_get_key_package (bundle));
      if (i == 1)
        victim = confab_mls_identity_ref (identity);
    }

  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_add (self->hostile, key_packages, NULL);
  confab_mls_group_merge_pending (self->hostile, NULL);
  g_autoptr (ConfabMlsGroup) group =
    confab_mls_group_join (result->welcome, g_ptr_array_index (bundles, 0), victim, NULL, NULL, self->policy, NULL);
  self->victim_state = confab_mls_group_serialize (group);
}

static void
welcome_newcomer (FuzzGroup *self)
{
  g_autoptr (GPtrArray) key_packages = g_ptr_array_new ();

  self->newcomer = make_identity ("newcomer");
  self->newcomer_bundle = make_bundle (self->newcomer);
  g_ptr_array_add (key_packages, confab_mls_key_bundle_get_key_package (self->newcomer_bundle));
  g_autoptr (ConfabMlsCommitResult) result = confab_mls_group_add (self->hostile, key_packages, NULL);
  self->welcome = g_bytes_ref (result->welcome);
  confab_mls_group_clear_pending (self->hostile);
}

const FuzzGroup *
fuzz_group_get (void)
{
  static FuzzGroup group;
  g_autoptr (ConfabMlsIdentity) hostile = NULL;
  g_autoptr (GBytes) id = g_bytes_new_static ("fuzz", 4);

  if (group.policy != NULL)
    return &group;

  randombytes_set_implementation (&generator);
  group.policy = confab_mls_policy_new ();
  confab_mls_policy_set_credential_func (group.policy, confab_mls_accept_any_credential, NULL, NULL);
  confab_mls_policy_set_clock (group.policy, tell_time, NULL, NULL);
  confab_mls_policy_set_encrypt_handshakes (group.policy, FALSE);

  hostile = make_identity ("hostile");
  group.hostile = confab_mls_group_create (id, hostile, NULL, group.policy, NULL);
  add_members (&group);
  welcome_newcomer (&group);
  group.group_info = confab_mls_group_make_group_info (group.hostile, TRUE, NULL);

  return &group;
}

ConfabMlsGroup *
fuzz_group_restore_victim (const FuzzGroup *self)
{
  return confab_mls_group_deserialize (confab_secret_span (self->victim_state), self->policy, NULL);
}

/* Whatever the message does, the group can go on, or be stored, afterwards. */
void
fuzz_process (ConfabMlsGroup *group,
              GBytes         *message)
{
  guint64 epoch = confab_mls_group_get_epoch (group);
  g_autoptr (GError) error = NULL;
  g_autoptr (ConfabMlsEvent) event = confab_mls_group_process (group, message, &error);

  g_assert_true ((event == NULL) == (error != NULL));
  if (event == NULL)
    g_assert_cmpuint (confab_mls_group_get_epoch (group), ==, epoch);
  else if (event->type == CONFAB_MLS_EVENT_COMMIT && !event->was_removed)
    g_assert_cmpuint (confab_mls_group_get_epoch (group), ==, epoch + 1);

  g_autoptr (ConfabSecret) state = confab_mls_group_serialize (group);
  g_assert_nonnull (state);
}
