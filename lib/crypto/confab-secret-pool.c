/* confab-secret-pool.c: small pieces of guarded memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-crypto"

#include "config.h"

#include "confab-secret-pool.h"

#include <sodium.h>

#if defined(__SANITIZE_ADDRESS__)
#define POOL_UNDER_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOL_UNDER_ASAN 1
#endif
#endif

#ifdef POOL_UNDER_ASAN
#include <sanitizer/asan_interface.h>
#define POOL_POISON(memory, size) ASAN_POISON_MEMORY_REGION (memory, size)
#define POOL_UNPOISON(memory, size) ASAN_UNPOISON_MEMORY_REGION (memory, size)
#else
#define POOL_POISON(memory, size) ((void) (memory), (void) (size))
#define POOL_UNPOISON(memory, size) ((void) (memory), (void) (size))
#endif

/*
 * sodium_malloc() costs at least four pages and three system calls for 32 bytes: a group of 5,000
 * members whose ratchets are all awake holds some 10,000 secrets, which would be 160 MB of address
 * space and would use up a usual RLIMIT_MEMLOCK (8 MB, or 64 KB on older systems) at once. So a slab of
 * four pages is taken from sodium_malloc(), with its guard pages, canary, mlock and MADV_DONTDUMP, and
 * cut into slots of one size: 32-byte secrets lie 511 to the slab, and 10,000 of them take 320 KB.
 *
 * What is given up is the guard page right behind every single secret. Slots are zeroed when they come
 * back, and under AddressSanitizer free slots and the unused ends of taken ones are poisoned. When the
 * limit for locked memory is reached, libsodium goes on without the lock: such secrets can be swapped
 * out, but are still kept out of core dumps and zeroed.
 */
#define POOL_CANARY_SIZE 16
#define POOL_SLAB_SIZE (16384 - POOL_CANARY_SIZE)
#define POOL_SMALLEST_SHIFT 4
#define POOL_N_CLASSES 6

G_STATIC_ASSERT ((1 << (POOL_SMALLEST_SHIFT + POOL_N_CLASSES - 1)) == CONFAB_SECRET_POOL_MAX_SIZE);

struct _ConfabSecretSlab
{
  GList    link;
  guint8  *memory;
  guint16 *free_slots; /* a stack of slot numbers */
  guint    n_free;
  guint    n_slots;
  guint    size_class;
};

static GMutex pool_lock;
static GQueue pool_with_room[POOL_N_CLASSES];

static guint
pool_class_for_size (gsize size)
{
  guint size_class = 0;

  while (((gsize) 1 << (POOL_SMALLEST_SHIFT + size_class)) < size)
    size_class++;

  return size_class;
}

static gsize
pool_slot_size (guint size_class)
{
  return (gsize) 1 << (POOL_SMALLEST_SHIFT + size_class);
}

static ConfabSecretSlab *
pool_slab_new (guint size_class)
{
  ConfabSecretSlab *slab = g_new0 (ConfabSecretSlab, 1);

  slab->link.data = slab;
  slab->size_class = size_class;
  slab->n_slots = POOL_SLAB_SIZE / pool_slot_size (size_class);
  slab->memory = sodium_malloc (POOL_SLAB_SIZE);
  if (slab->memory == NULL)
    g_error ("No guarded memory left for secrets");

  slab->free_slots = g_new (guint16, slab->n_slots);
  for (guint i = 0; i < slab->n_slots; i++)
    slab->free_slots[slab->n_free++] = slab->n_slots - 1 - i;

  sodium_memzero (slab->memory, POOL_SLAB_SIZE);
  POOL_POISON (slab->memory, POOL_SLAB_SIZE);

  return slab;
}

static void
pool_slab_free (ConfabSecretSlab *slab)
{
  POOL_UNPOISON (slab->memory, POOL_SLAB_SIZE);
  sodium_free (slab->memory);
  g_free (slab->free_slots);
  g_free (slab);
}

/*
 * confab_secret_pool_take:
 * @size: 1 to %CONFAB_SECRET_POOL_MAX_SIZE
 * @slab: (out): what confab_secret_pool_give() wants back
 *
 * Returns: @size zeroed bytes
 */
guint8 *
confab_secret_pool_take (gsize              size,
                         ConfabSecretSlab **slab_out)
{
  guint size_class = pool_class_for_size (size);
  gsize slot_size = pool_slot_size (size_class);
  GQueue *with_room = &pool_with_room[size_class];

  g_assert (size > 0 && size <= CONFAB_SECRET_POOL_MAX_SIZE);

  g_mutex_lock (&pool_lock);

  if (with_room->head == NULL)
    g_queue_push_head_link (with_room, &pool_slab_new (size_class)->link);

  ConfabSecretSlab *slab = with_room->head->data;
  guint8 *memory = slab->memory + slab->free_slots[--slab->n_free] * slot_size;
  if (slab->n_free == 0)
    g_queue_unlink (with_room, &slab->link);

  g_mutex_unlock (&pool_lock);

  POOL_UNPOISON (memory, size);
  *slab_out = slab;

  return memory;
}

/*
 * confab_secret_pool_give:
 *
 * Zeroes @memory and keeps it for the next. An empty slab goes back to the system unless it is the last
 * of its class with room, so that a secret made and dropped in a loop does not map and unmap pages.
 */
void
confab_secret_pool_give (ConfabSecretSlab *slab,
                         guint8           *memory)
{
  gsize slot_size = pool_slot_size (slab->size_class);
  GQueue *with_room = &pool_with_room[slab->size_class];

  POOL_UNPOISON (memory, slot_size);
  sodium_memzero (memory, slot_size);
  POOL_POISON (memory, slot_size);

  g_mutex_lock (&pool_lock);

  slab->free_slots[slab->n_free++] = (memory - slab->memory) / slot_size;
  if (slab->n_free == 1)
    g_queue_push_head_link (with_room, &slab->link);

  if (slab->n_free == slab->n_slots && with_room->length > 1)
    {
      g_queue_unlink (with_room, &slab->link);
      pool_slab_free (slab);
    }

  g_mutex_unlock (&pool_lock);
}
