/* confab-mls-welcome.c: what brings new members into a group (RFC 9420, section 12.4.3.1)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-welcome.h"

ConfabMlsGroupSecrets *
confab_mls_group_secrets_new (void)
{
  ConfabMlsGroupSecrets *self = g_new0 (ConfabMlsGroupSecrets, 1);

  self->psks = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_psk_id_free);

  return self;
}

void
confab_mls_group_secrets_free (ConfabMlsGroupSecrets *self)
{
  g_clear_pointer (&self->joiner_secret, confab_secret_unref);
  g_clear_pointer (&self->path_secret, confab_secret_unref);
  g_clear_pointer (&self->psks, g_ptr_array_unref);
  g_free (self);
}

ConfabMlsGroupSecrets *
confab_mls_group_secrets_read (ConfabMlsReader *reader)
{
  ConfabMlsGroupSecrets *self = confab_mls_group_secrets_new ();
  ConfabMlsReader vector;

  self->joiner_secret = confab_secret_new_copy (confab_mls_reader_opaque (reader));
  if (confab_mls_reader_optional (reader))
    self->path_secret = confab_secret_new_copy (confab_mls_reader_opaque (reader));

  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    g_ptr_array_add (self->psks, confab_mls_psk_id_read (&vector));
  confab_mls_reader_leave (reader, &vector);

  return self;
}

void
confab_mls_group_secrets_write (const ConfabMlsGroupSecrets *self,
                                GByteArray                  *out)
{
  confab_mls_write_opaque (out, confab_secret_span (self->joiner_secret));
  confab_mls_write_u8 (out, self->path_secret != NULL);
  if (self->path_secret != NULL)
    confab_mls_write_opaque (out, confab_secret_span (self->path_secret));

  guint begin = confab_mls_write_begin (out);
  for (guint i = 0; i < self->psks->len; i++)
    confab_mls_psk_id_write (g_ptr_array_index (self->psks, i), out);
  confab_mls_write_end (out, begin);
}

static void
encrypted_group_secrets_free (ConfabMlsEncryptedGroupSecrets *self)
{
  g_clear_pointer (&self->new_member, g_bytes_unref);
  g_clear_pointer (&self->encrypted_group_secrets, confab_mls_hpke_ciphertext_free);
  g_free (self);
}

ConfabMlsWelcome *
confab_mls_welcome_new (guint16 cipher_suite)
{
  ConfabMlsWelcome *self = g_new0 (ConfabMlsWelcome, 1);

  self->cipher_suite = cipher_suite;
  self->secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) encrypted_group_secrets_free);

  return self;
}

void
confab_mls_welcome_free (ConfabMlsWelcome *self)
{
  g_clear_pointer (&self->secrets, g_ptr_array_unref);
  g_clear_pointer (&self->encrypted_group_info, g_bytes_unref);
  g_free (self);
}

void
confab_mls_welcome_take_secrets (ConfabMlsWelcome        *self,
                                 GBytes                  *new_member,
                                 ConfabMlsHpkeCiphertext *encrypted)
{
  ConfabMlsEncryptedGroupSecrets *entry = g_new0 (ConfabMlsEncryptedGroupSecrets, 1);

  entry->new_member = g_bytes_ref (new_member);
  entry->encrypted_group_secrets = encrypted;
  g_ptr_array_add (self->secrets, entry);
}

const ConfabMlsHpkeCiphertext *
confab_mls_welcome_find_secrets (const ConfabMlsWelcome *self,
                                 GBytes                 *new_member)
{
  for (guint i = 0; i < self->secrets->len; i++)
    {
      ConfabMlsEncryptedGroupSecrets *entry = g_ptr_array_index (self->secrets, i);

      if (g_bytes_equal (entry->new_member, new_member))
        return entry->encrypted_group_secrets;
    }

  return NULL;
}

ConfabMlsWelcome *
confab_mls_welcome_read (ConfabMlsReader *reader)
{
  ConfabMlsWelcome *self = confab_mls_welcome_new (confab_mls_reader_u16 (reader));
  ConfabMlsReader vector;

  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    {
      g_autoptr (GBytes) new_member = confab_mls_reader_bytes (&vector);

      confab_mls_welcome_take_secrets (self, new_member, confab_mls_hpke_ciphertext_read (&vector));
    }
  confab_mls_reader_leave (reader, &vector);
  self->encrypted_group_info = confab_mls_reader_bytes (reader);

  return self;
}

void
confab_mls_welcome_write (const ConfabMlsWelcome *self,
                          GByteArray             *out)
{
  confab_mls_write_u16 (out, self->cipher_suite);

  guint begin = confab_mls_write_begin (out);
  for (guint i = 0; i < self->secrets->len; i++)
    {
      ConfabMlsEncryptedGroupSecrets *entry = g_ptr_array_index (self->secrets, i);

      confab_mls_write_bytes (out, entry->new_member);
      confab_mls_hpke_ciphertext_write (entry->encrypted_group_secrets, out);
    }
  confab_mls_write_end (out, begin);

  confab_mls_write_bytes (out, self->encrypted_group_info);
}
