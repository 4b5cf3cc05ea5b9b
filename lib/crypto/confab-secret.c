/* confab-secret.c: secret bytes in guarded memory, zeroed when the last reference goes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-secret.h"

#include <sodium.h>

#include "confab-crypto-init.h"
#include "confab-secret-pool.h"

/**
 * ConfabSecret:
 *
 * A key or another secret of fixed length. Its bytes lie in guarded memory, are kept out of core dumps
 * and, as far as the system allows, out of swap, and are zeroed when the last reference is dropped.
 * Referencing is thread-safe; writing through [method@Secret.get_writable] is for the one who made the
 * secret, before anybody else holds it.
 *
 * Since: 0.1
 */
struct _ConfabSecret
{
  gatomicrefcount   ref_count;
  gsize             length;
  guint8           *data; /* NULL when length is 0 */
  ConfabSecretSlab *slab; /* NULL when data has pages of its own */
};

G_DEFINE_BOXED_TYPE (ConfabSecret, confab_secret, confab_secret_ref, confab_secret_unref)

/**
 * confab_secret_new:
 * @length: the length in bytes; 0 is allowed
 *
 * Returns: (transfer full): a secret of @length zero bytes
 *
 * Since: 0.1
 */
ConfabSecret *
confab_secret_new (gsize length)
{
  ConfabSecret *self = g_new0 (ConfabSecret, 1);

  confab_crypto_init ();

  g_atomic_ref_count_init (&self->ref_count);
  self->length = length;

  if (length > CONFAB_SECRET_POOL_MAX_SIZE)
    {
      self->data = sodium_malloc (length);
      if (self->data == NULL)
        g_error ("No guarded memory left for a secret of %" G_GSIZE_FORMAT " bytes", length);

      sodium_memzero (self->data, length);
    }
  else if (length > 0)
    {
      self->data = confab_secret_pool_take (length, &self->slab);
    }

  return self;
}

/**
 * confab_secret_new_copy:
 * @bytes: what to copy
 *
 * The caller's own copy stays where it is: zeroing it is the caller's business.
 *
 * Returns: (transfer full): a secret with the content of @bytes
 *
 * Since: 0.1
 */
ConfabSecret *
confab_secret_new_copy (ConfabSpan bytes)
{
  ConfabSecret *self = confab_secret_new (bytes.length);

  if (bytes.length > 0)
    memcpy (self->data, bytes.data, bytes.length);

  return self;
}

/**
 * confab_secret_new_random:
 * @length: the length in bytes
 *
 * Returns: (transfer full): a secret of @length bytes from the system's generator
 *
 * Since: 0.1
 */
ConfabSecret *
confab_secret_new_random (gsize length)
{
  ConfabSecret *self = confab_secret_new (length);

  if (length > 0)
    randombytes_buf (self->data, length);

  return self;
}

/**
 * confab_secret_ref:
 * @self: a secret
 *
 * Returns: (transfer full): @self
 *
 * Since: 0.1
 */
ConfabSecret *
confab_secret_ref (ConfabSecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

/**
 * confab_secret_unref:
 * @self: (transfer full): a secret
 *
 * Drops a reference; the last one zeroes the bytes.
 *
 * Since: 0.1
 */
void
confab_secret_unref (ConfabSecret *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->slab != NULL)
    confab_secret_pool_give (self->slab, self->data);
  else if (self->data != NULL)
    sodium_free (self->data); /* zeroes first */

  g_free (self);
}

/**
 * confab_secret_get_length:
 * @self: a secret
 *
 * Returns: the length in bytes
 *
 * Since: 0.1
 */
gsize
confab_secret_get_length (const ConfabSecret *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->length;
}

/**
 * confab_secret_get_data:
 * @self: a secret
 * @length: (out) (optional): where to put the length in bytes
 *
 * Returns: (transfer none) (nullable): the bytes, valid as long as @self; %NULL when there are none
 *
 * Since: 0.1
 */
const guint8 *
confab_secret_get_data (const ConfabSecret *self,
                        gsize              *length)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (length != NULL)
    *length = self->length;

  return self->data;
}

/**
 * confab_secret_get_writable:
 * @self: a secret that nobody else holds
 *
 * Returns: (transfer none) (nullable): the bytes, to be filled in; %NULL when there are none
 *
 * Since: 0.1
 */
guint8 *
confab_secret_get_writable (ConfabSecret *self)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (g_atomic_ref_count_compare (&self->ref_count, 1), NULL);

  return self->data;
}

/**
 * confab_secret_span:
 * @self: (nullable): a secret
 *
 * Returns: the bytes of @self, borrowed; the empty span for %NULL
 *
 * Since: 0.1
 */
ConfabSpan
confab_secret_span (const ConfabSecret *self)
{
  return self != NULL ? confab_span (self->data, self->length) : confab_span_empty ();
}

/**
 * confab_secret_equal:
 * @one: a secret
 * @other: another secret
 *
 * Compares in time that depends on the lengths alone.
 *
 * Returns: %TRUE when both hold the same bytes
 *
 * Since: 0.1
 */
gboolean
confab_secret_equal (const ConfabSecret *one,
                     const ConfabSecret *other)
{
  g_return_val_if_fail (one != NULL && other != NULL, FALSE);

  if (one->length != other->length)
    return FALSE;

  return one->length == 0 || sodium_memcmp (one->data, other->data, one->length) == 0;
}

typedef struct
{
  gsize  length;
  guint8 data[];
} ZeroedBytes;

static void
zeroed_bytes_free (gpointer memory)
{
  ZeroedBytes *bytes = memory;

  sodium_memzero (bytes->data, bytes->length);
  g_free (bytes);
}

/**
 * confab_secret_bytes_new:
 * @length: the length in bytes
 * @data: (out): where to write; only before the bytes are handed on
 *
 * Bytes for decrypted messages and files: they are zeroed when freed, but lie in ordinary memory. A
 * message passes through widgets and caches that are no guarded memory either, and mapping pages for
 * every one would make decryption several times slower. Keys do not belong here.
 *
 * Returns: (transfer full): zeroed bytes that are zeroed again when freed
 *
 * Since: 0.1
 */
GBytes *
confab_secret_bytes_new (gsize    length,
                         guint8 **data)
{
  ZeroedBytes *bytes = g_malloc0 (sizeof (ZeroedBytes) + length);

  bytes->length = length;
  *data = bytes->data;

  return g_bytes_new_with_free_func (bytes->data, length, zeroed_bytes_free, bytes);
}
