/* test-secret.c: secrets keep their bytes, share nothing and leave nothing behind
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "confab-secret-pool.h"
#include "confab-secret.h"

static const gsize sizes[] = { 1, 12, 16, 17, 32, 33, 64, 100, 256, 511, 512, 513, 4096, 100000 };

static void
test_sizes (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (ConfabSecret) zero = confab_secret_new (sizes[i]);
      g_autoptr (ConfabSecret) random = confab_secret_new_random (sizes[i]);
      g_autoptr (ConfabSecret) copy = confab_secret_new_copy (confab_secret_span (random));
      gsize length = 0;
      const guint8 *data = confab_secret_get_data (zero, &length);

      g_assert_cmpuint (length, ==, sizes[i]);
      for (gsize j = 0; j < length; j++)
        g_assert_cmpuint (data[j], ==, 0);
      g_assert_true (confab_secret_equal (random, copy));

      confab_secret_get_writable (copy)[sizes[i] - 1] ^= 1;
      g_assert_false (confab_secret_equal (random, copy));
    }
}

static void
test_empty (void)
{
  g_autoptr (ConfabSecret) empty = confab_secret_new (0);
  g_autoptr (ConfabSecret) other = confab_secret_new_copy (confab_span_empty ());

  g_assert_cmpuint (confab_secret_get_length (empty), ==, 0);
  g_assert_null (confab_secret_get_data (empty, NULL));
  g_assert_true (confab_secret_equal (empty, other));
  g_assert_cmpuint (confab_secret_span (NULL).length, ==, 0);
}

/* As many as a group of 5,000 members may hold: no two overlap, in whatever order they go. */
static void
test_many (void)
{
  g_autoptr (GPtrArray) secrets = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_secret_unref);
  guint32 n_secrets = 10000;

  for (guint32 i = 0; i < n_secrets; i++)
    {
      ConfabSecret *secret = confab_secret_new (32);

      for (guint j = 0; j < 8; j++)
        memcpy (confab_secret_get_writable (secret) + 4 * j, &i, 4);
      g_ptr_array_add (secrets, secret);
    }

  for (guint round = 0; round < 3; round++)
    {
      for (guint32 i = 0; i < n_secrets; i++)
        {
          const guint8 *data = confab_secret_get_data (g_ptr_array_index (secrets, i), NULL);

          for (guint j = 0; j < 8; j++)
            g_assert_cmpmem (data + 4 * j, 4, &i, 4);
        }

      for (guint32 i = round; i < n_secrets; i += 3)
        {
          ConfabSecret *secret = confab_secret_new (32);

          for (guint j = 0; j < 8; j++)
            memcpy (confab_secret_get_writable (secret) + 4 * j, &i, 4);
          confab_secret_unref (secrets->pdata[i]);
          secrets->pdata[i] = secret;
        }
    }
}

/* A slot that comes back is zeroed at once: it is given out again here, and nothing is in it. */
static void
test_zeroed (void)
{
  for (gsize size = 1; size <= CONFAB_SECRET_POOL_MAX_SIZE; size = 2 * size + 1)
    {
      const guint8 *before = NULL;
      ConfabSecret *secret = confab_secret_new (size);

      memset (confab_secret_get_writable (secret), 0xaa, size);
      before = confab_secret_get_data (secret, NULL);
      confab_secret_unref (secret);

      g_autoptr (ConfabSecret) again = confab_secret_new (size);
      const guint8 *data = confab_secret_get_data (again, NULL);

      g_assert_true (data == before);
      for (gsize i = 0; i < size; i++)
        g_assert_cmpuint (data[i], ==, 0);
    }
}

static gpointer
take_and_give (gpointer data)
{
  guint8 mark = GPOINTER_TO_UINT (data);

  for (guint round = 0; round < 200; round++)
    {
      ConfabSecret *held[64] = { NULL };

      for (guint i = 0; i < G_N_ELEMENTS (held); i++)
        {
          held[i] = confab_secret_new (16 + i);
          memset (confab_secret_get_writable (held[i]), mark, 16 + i);
        }
      for (guint i = 0; i < G_N_ELEMENTS (held); i++)
        {
          const guint8 *bytes = confab_secret_get_data (held[i], NULL);

          for (guint j = 0; j < 16 + i; j++)
            g_assert_cmpuint (bytes[j], ==, mark);
          confab_secret_unref (held[i]);
        }
    }

  return NULL;
}

static void
test_threads (void)
{
  GThread *threads[4] = { NULL };

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("secrets", take_and_give, GUINT_TO_POINTER (i + 1));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

static void
test_bytes (void)
{
  guint8 *data = NULL;
  g_autoptr (GBytes) bytes = confab_secret_bytes_new (5, &data);
  g_autoptr (GBytes) none = NULL;

  memcpy (data, "hello", 5);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "hello", 5);

  none = confab_secret_bytes_new (0, &data);
  g_assert_cmpuint (g_bytes_get_size (none), ==, 0);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/crypto/secret/sizes", test_sizes);
  g_test_add_func ("/crypto/secret/empty", test_empty);
  g_test_add_func ("/crypto/secret/many", test_many);
  g_test_add_func ("/crypto/secret/zeroed", test_zeroed);
  g_test_add_func ("/crypto/secret/threads", test_threads);
  g_test_add_func ("/crypto/secret/bytes", test_bytes);

  return g_test_run ();
}
