/* confab-mls-secret-tree.c: the keys of an epoch's encrypted messages (RFC 9420, section 9)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-secret-tree.h"

#include <string.h>

#include "confab-mls-tree-math.h"

/* Enough for a day of messages that overtake each other, little enough that a hostile member cannot make this client
 * derive for long or keep much (RFC 9420, section 15.3). */
#define DEFAULT_GENERATIONS_AHEAD 1000
#define DEFAULT_GENERATIONS_KEPT 256

/* Further than this nobody sends in one epoch; the counter must not wrap. */
#define MAXIMUM_GENERATION (G_MAXUINT32 - 1)

typedef struct
{
  guint32       generation;
  ConfabSecret *material;
} KeptKey;

typedef struct
{
  ConfabSecret *secret;     /* of the generation that comes next */
  guint32       generation;
  GArray       *kept;       /* of KeptKey, ascending: derived, not used yet */
} Ratchet;

typedef struct
{
  Ratchet ratchets[2];
} Sender;

/* The tree is derived only as far as senders show up. A node's secret is erased as soon as its children's are known, a
 * leaf's as soon as its ratchets are; so what is here at any time is what was not consumed yet (section 9.2). */
struct _ConfabMlsSecretTree
{
  gatomicrefcount          ref_count;
  const ConfabCryptoSuite *suite;
  guint32                  n_leaves;
  GHashTable              *nodes;   /* node index → ConfabSecret */
  GHashTable              *senders; /* leaf index → Sender */
  guint                    ahead;
  guint                    n_kept_at_most;
};

static void
kept_key_clear (gpointer key)
{
  g_clear_pointer (&((KeptKey *) key)->material, confab_secret_unref);
}

static void
ratchet_init (Ratchet      *self,
              ConfabSecret *secret)
{
  self->secret = secret;
  self->generation = 0;
  self->kept = g_array_new (FALSE, FALSE, sizeof (KeptKey));
  g_array_set_clear_func (self->kept, kept_key_clear);
}

static void
sender_free (Sender *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->ratchets); i++)
    {
      g_clear_pointer (&self->ratchets[i].secret, confab_secret_unref);
      g_clear_pointer (&self->ratchets[i].kept, g_array_unref);
    }

  g_free (self);
}

static ConfabMlsSecretTree *
secret_tree_alloc (const ConfabCryptoSuite *suite,
                   guint32                  n_leaves)
{
  ConfabMlsSecretTree *self = g_new0 (ConfabMlsSecretTree, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->suite = suite;
  self->n_leaves = n_leaves;
  self->ahead = DEFAULT_GENERATIONS_AHEAD;
  self->n_kept_at_most = DEFAULT_GENERATIONS_KEPT;
  self->nodes = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) confab_secret_unref);
  self->senders = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) sender_free);

  return self;
}

/**
 * confab_mls_secret_tree_new: (skip)
 * @suite: the cipher suite
 * @n_leaves: the number of leaves of the ratchet tree
 * @encryption_secret: (transfer full): the encryption_secret of the epoch, which nobody else may keep
 *
 * Returns: (transfer full): a secret tree
 * Since: 0.1
 */
ConfabMlsSecretTree *
confab_mls_secret_tree_new (const ConfabCryptoSuite *suite,
                            guint32                  n_leaves,
                            ConfabSecret            *encryption_secret)
{
  ConfabMlsSecretTree *self = secret_tree_alloc (suite, n_leaves);

  g_hash_table_insert (self->nodes, GUINT_TO_POINTER (confab_mls_tree_root (n_leaves)), encryption_secret);

  return self;
}

ConfabMlsSecretTree *
confab_mls_secret_tree_ref (ConfabMlsSecretTree *self)
{
  g_atomic_ref_count_inc (&self->ref_count);

  return self;
}

void
confab_mls_secret_tree_unref (ConfabMlsSecretTree *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->nodes, g_hash_table_unref);
  g_clear_pointer (&self->senders, g_hash_table_unref);
  g_free (self);
}

/**
 * confab_mls_secret_tree_set_window: (skip)
 * @self: a secret tree
 * @ahead: how many generations one message may skip
 * @kept: how many skipped keys are kept for each ratchet
 *
 * Bounds what a sender can make this client derive and keep.
 *
 * Since: 0.1
 */
void
confab_mls_secret_tree_set_window (ConfabMlsSecretTree *self,
                                   guint                ahead,
                                   guint                kept)
{
  self->ahead = ahead;
  self->n_kept_at_most = MAX (kept, 1);
}

static ConfabSecret *
expand (ConfabMlsSecretTree *self,
        const ConfabSecret  *secret,
        const char          *label,
        const char          *context)
{
  return confab_mls_expand_with_label (self->suite, confab_secret_span (secret), label,
                                       confab_span_from_string (context),
                                       confab_crypto_suite_get_hash_length (self->suite));
}

/* Derives the children of @node and forgets @node. */
static void
split_node (ConfabMlsSecretTree *self,
            guint32              node)
{
  ConfabSecret *secret = g_hash_table_lookup (self->nodes, GUINT_TO_POINTER (node));

  g_hash_table_insert (self->nodes, GUINT_TO_POINTER (confab_mls_tree_left (node)),
                       expand (self, secret, "tree", "left"));
  g_hash_table_insert (self->nodes, GUINT_TO_POINTER (confab_mls_tree_right (node)),
                       expand (self, secret, "tree", "right"));
  g_hash_table_remove (self->nodes, GUINT_TO_POINTER (node));
}

static Sender *
ensure_sender (ConfabMlsSecretTree  *self,
               guint32               leaf_index,
               GError              **error)
{
  Sender *sender = g_hash_table_lookup (self->senders, GUINT_TO_POINTER (leaf_index));
  guint32 leaf = 2 * leaf_index;
  guint level = 0;

  if (sender != NULL)
    return sender;

  if (leaf_index >= self->n_leaves)
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_SENDER, "leaf %u is not in the group", leaf_index);
      return NULL;
    }

  while (!g_hash_table_contains (self->nodes, GUINT_TO_POINTER (confab_mls_tree_ancestor (leaf, level))))
    level++;
  for (; level > 0; level--)
    split_node (self, confab_mls_tree_ancestor (leaf, level));

  ConfabSecret *secret = g_hash_table_lookup (self->nodes, GUINT_TO_POINTER (leaf));
  sender = g_new0 (Sender, 1);
  ratchet_init (&sender->ratchets[CONFAB_MLS_RATCHET_HANDSHAKE], expand (self, secret, "handshake", ""));
  ratchet_init (&sender->ratchets[CONFAB_MLS_RATCHET_APPLICATION], expand (self, secret, "application", ""));
  g_hash_table_remove (self->nodes, GUINT_TO_POINTER (leaf));
  g_hash_table_insert (self->senders, GUINT_TO_POINTER (leaf_index), sender);

  return sender;
}

/* Gives key and nonce of the generation that is next and moves on; the secret they came from is erased. */
static ConfabSecret *
ratchet_step (ConfabMlsSecretTree *self,
              Ratchet             *ratchet)
{
  gsize key_length = confab_crypto_suite_get_key_length (self->suite);
  gsize nonce_length = confab_crypto_suite_get_nonce_length (self->suite);
  ConfabSpan secret = confab_secret_span (ratchet->secret);
  g_autoptr (ConfabSecret) key =
    confab_mls_derive_tree_secret (self->suite, secret, "key", ratchet->generation, key_length);
  g_autoptr (ConfabSecret) nonce =
    confab_mls_derive_tree_secret (self->suite, secret, "nonce", ratchet->generation, nonce_length);
  ConfabSecret *next = confab_mls_derive_tree_secret (self->suite, secret, "secret", ratchet->generation,
                                                      confab_crypto_suite_get_hash_length (self->suite));
  ConfabSecret *material = confab_secret_new (key_length + nonce_length);
  guint8 *bytes = confab_secret_get_writable (material);

  memcpy (bytes, confab_secret_get_data (key, NULL), key_length);
  memcpy (bytes + key_length, confab_secret_get_data (nonce, NULL), nonce_length);

  confab_secret_unref (ratchet->secret);
  ratchet->secret = next;
  ratchet->generation++;

  return material;
}

static void
message_key_init (ConfabMlsMessageKey *self,
                  ConfabMlsSecretTree *tree,
                  ConfabSecret        *material)
{
  gsize key_length = confab_crypto_suite_get_key_length (tree->suite);
  const guint8 *bytes = confab_secret_get_data (material, NULL);

  self->material = material;
  self->key = confab_span (bytes, key_length);
  self->nonce = confab_span (bytes + key_length, confab_crypto_suite_get_nonce_length (tree->suite));
}

void
confab_mls_message_key_clear (ConfabMlsMessageKey *self)
{
  g_clear_pointer (&self->material, confab_secret_unref);
}

/**
 * confab_mls_secret_tree_next: (skip)
 * @self: a secret tree
 * @leaf_index: the own leaf
 * @type: which ratchet
 * @generation: (out): the generation of the key
 * @key: (out caller-allocates): the key for the next message
 * @error: return location for an error
 *
 * Takes the next key for sending. Nothing of it stays in the tree.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
confab_mls_secret_tree_next (ConfabMlsSecretTree   *self,
                             guint32                leaf_index,
                             ConfabMlsRatchetType   type,
                             guint32               *generation,
                             ConfabMlsMessageKey   *key,
                             GError               **error)
{
  Sender *sender = ensure_sender (self, leaf_index, error);

  if (sender == NULL)
    return FALSE;

  Ratchet *ratchet = &sender->ratchets[type];
  if (ratchet->generation >= MAXIMUM_GENERATION)
    {
      g_set_error_literal (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_GENERATION,
                           "no more messages can be sent in this epoch");
      return FALSE;
    }

  *generation = ratchet->generation;
  message_key_init (key, self, ratchet_step (self, ratchet));

  return TRUE;
}

static gint
find_kept (Ratchet *ratchet,
           guint32  generation)
{
  for (guint i = ratchet->kept->len; i > 0; i--)
    {
      if (g_array_index (ratchet->kept, KeptKey, i - 1).generation == generation)
        return i - 1;
    }

  return -1;
}

/* Derives up to and including @generation and keeps all keys; the oldest go when there are too many. */
static void
ratchet_advance (ConfabMlsSecretTree *self,
                 Ratchet             *ratchet,
                 guint32              generation)
{
  while (ratchet->generation <= generation)
    {
      KeptKey kept = { .generation = ratchet->generation };

      kept.material = ratchet_step (self, ratchet);
      if (ratchet->kept->len >= self->n_kept_at_most)
        g_array_remove_index (ratchet->kept, 0);
      g_array_append_val (ratchet->kept, kept);
    }
}

/**
 * confab_mls_secret_tree_look_up: (skip)
 * @self: a secret tree
 * @leaf_index: the leaf of a sender
 * @type: which ratchet
 * @generation: the generation that the message names
 * @key: (out caller-allocates): the key
 * @error: return location for an error
 *
 * Finds the key of a received message, in whatever order they come. It stays until confab_mls_secret_tree_erase(),
 * which is to be called when the message turned out to be authentic: a forged one must not cost the real one its
 * key.
 *
 * Returns: %TRUE on success
 * Since: 0.1
 */
gboolean
confab_mls_secret_tree_look_up (ConfabMlsSecretTree   *self,
                                guint32                leaf_index,
                                ConfabMlsRatchetType   type,
                                guint32                generation,
                                ConfabMlsMessageKey   *key,
                                GError               **error)
{
  Sender *sender = ensure_sender (self, leaf_index, error);

  if (sender == NULL)
    return FALSE;

  Ratchet *ratchet = &sender->ratchets[type];
  if (generation > MAXIMUM_GENERATION
      || (generation >= ratchet->generation && generation - ratchet->generation > self->ahead))
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_GENERATION,
                   "generation %u is too far ahead of %u", generation, ratchet->generation);
      return FALSE;
    }

  ratchet_advance (self, ratchet, generation);

  gint place = find_kept (ratchet, generation);
  if (place < 0)
    {
      g_set_error (error, CONFAB_MLS_ERROR, CONFAB_MLS_ERROR_REPLAY,
                   "the key of generation %u was used already or is not kept any more", generation);
      return FALSE;
    }

  message_key_init (key, self, confab_secret_ref (g_array_index (ratchet->kept, KeptKey, place).material));

  return TRUE;
}

/* Erases a key that decrypted a message (section 9.2). */
void
confab_mls_secret_tree_erase (ConfabMlsSecretTree  *self,
                              guint32               leaf_index,
                              ConfabMlsRatchetType  type,
                              guint32               generation)
{
  Sender *sender = g_hash_table_lookup (self->senders, GUINT_TO_POINTER (leaf_index));
  gint place = sender != NULL ? find_kept (&sender->ratchets[type], generation) : -1;

  if (place >= 0)
    g_array_remove_index (sender->ratchets[type].kept, place);
}

/* How many keys wait for messages that were skipped: for tests of the erasure. */
guint
confab_mls_secret_tree_count_kept (ConfabMlsSecretTree *self)
{
  GHashTableIter iter;
  gpointer value = NULL;
  guint n_kept = 0;

  g_hash_table_iter_init (&iter, self->senders);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    n_kept += ((Sender *) value)->ratchets[0].kept->len + ((Sender *) value)->ratchets[1].kept->len;

  return n_kept;
}

gboolean
confab_mls_secret_tree_holds_root (ConfabMlsSecretTree *self)
{
  return g_hash_table_contains (self->nodes, GUINT_TO_POINTER (confab_mls_tree_root (self->n_leaves)));
}

/* An upper bound of what confab_mls_secret_tree_write() writes. */
gsize
confab_mls_secret_tree_get_size (ConfabMlsSecretTree *self)
{
  return 32 + g_hash_table_size (self->nodes) * (CONFAB_MLS_MAXIMUM_HASH + 8)
         + g_hash_table_size (self->senders) * 2 * (CONFAB_MLS_MAXIMUM_HASH + 24)
         + confab_mls_secret_tree_count_kept (self) * (CONFAB_MLS_MAXIMUM_HASH + 8);
}

static void
write_ratchet (const Ratchet *ratchet,
               GByteArray    *out)
{
  confab_mls_write_u32 (out, ratchet->generation);
  confab_mls_write_opaque (out, confab_secret_span (ratchet->secret));

  guint begin = confab_mls_write_begin (out);
  for (guint i = 0; i < ratchet->kept->len; i++)
    {
      KeptKey *kept = &g_array_index (ratchet->kept, KeptKey, i);

      confab_mls_write_u32 (out, kept->generation);
      confab_mls_write_opaque (out, confab_secret_span (kept->material));
    }
  confab_mls_write_end (out, begin);
}

/**
 * confab_mls_secret_tree_write: (skip)
 * @self: a secret tree
 * @out: an encoding that is kept secret
 *
 * Stores a secret tree for a restart.
 *
 * Since: 0.1
 */
void
confab_mls_secret_tree_write (ConfabMlsSecretTree *self,
                              GByteArray          *out)
{
  GHashTableIter iter;
  gpointer key = NULL;
  gpointer value = NULL;

  confab_mls_write_u32 (out, self->n_leaves);

  guint begin = confab_mls_write_begin (out);
  g_hash_table_iter_init (&iter, self->nodes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      confab_mls_write_u32 (out, GPOINTER_TO_UINT (key));
      confab_mls_write_opaque (out, confab_secret_span (value));
    }
  confab_mls_write_end (out, begin);

  begin = confab_mls_write_begin (out);
  g_hash_table_iter_init (&iter, self->senders);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      confab_mls_write_u32 (out, GPOINTER_TO_UINT (key));
      write_ratchet (&((Sender *) value)->ratchets[0], out);
      write_ratchet (&((Sender *) value)->ratchets[1], out);
    }
  confab_mls_write_end (out, begin);
}

static ConfabSecret *
read_secret (ConfabMlsReader *reader,
             gsize            length)
{
  ConfabSpan bytes = confab_mls_reader_opaque (reader);

  if (confab_mls_reader_is_good (reader) && bytes.length != length)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "a secret has the wrong length");

  return confab_secret_new_copy (bytes);
}

static void
read_ratchet (ConfabMlsSecretTree *self,
              Ratchet             *ratchet,
              ConfabMlsReader     *reader)
{
  gsize key_length = confab_crypto_suite_get_key_length (self->suite)
                     + confab_crypto_suite_get_nonce_length (self->suite);
  guint32 generation = confab_mls_reader_u32 (reader);
  ConfabMlsReader vector;

  ratchet_init (ratchet, read_secret (reader, confab_crypto_suite_get_hash_length (self->suite)));
  ratchet->generation = generation;

  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    {
      KeptKey kept = { .generation = confab_mls_reader_u32 (&vector) };

      kept.material = read_secret (&vector, key_length);
      g_array_append_val (ratchet->kept, kept);
    }
  confab_mls_reader_leave (reader, &vector);
}

static void
read_sender (ConfabMlsSecretTree *self,
             ConfabMlsReader     *reader)
{
  guint32 leaf_index = confab_mls_reader_u32 (reader);
  Sender *sender = g_new0 (Sender, 1);

  if (leaf_index >= self->n_leaves)
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "a secret tree has a leaf outside of it");
  read_ratchet (self, &sender->ratchets[0], reader);
  read_ratchet (self, &sender->ratchets[1], reader);
  g_hash_table_replace (self->senders, GUINT_TO_POINTER (leaf_index), sender);
}

/* Every leaf must be reachable: through its sender or through exactly one node at or above it. */
static gboolean
covers_all_leaves (ConfabMlsSecretTree *self)
{
  guint top = confab_mls_tree_level (confab_mls_tree_root (self->n_leaves));

  for (guint32 i = 0; i < self->n_leaves; i++)
    {
      guint n_found = g_hash_table_contains (self->senders, GUINT_TO_POINTER (i));

      for (guint level = 0; level <= top; level++)
        n_found += g_hash_table_contains (self->nodes, GUINT_TO_POINTER (confab_mls_tree_ancestor (2 * i, level)));

      if (n_found != 1)
        return FALSE;
    }

  return TRUE;
}

ConfabMlsSecretTree *
confab_mls_secret_tree_read (const ConfabCryptoSuite *suite,
                             ConfabMlsReader         *reader)
{
  guint32 n_leaves = confab_mls_reader_u32 (reader);
  ConfabMlsSecretTree *self = NULL;
  ConfabMlsReader vector;

  if (n_leaves == 0 || n_leaves > CONFAB_MLS_MAXIMUM_LEAVES || (n_leaves & (n_leaves - 1)) != 0)
    {
      confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "a secret tree has an impossible size");
      n_leaves = 1;
    }
  self = secret_tree_alloc (suite, n_leaves);

  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    {
      guint32 node = confab_mls_reader_u32 (&vector);

      g_hash_table_replace (self->nodes, GUINT_TO_POINTER (node),
                            read_secret (&vector, confab_crypto_suite_get_hash_length (suite)));
    }
  confab_mls_reader_leave (reader, &vector);

  confab_mls_reader_enter (reader, &vector);
  while (confab_mls_reader_has_more (&vector))
    read_sender (self, &vector);
  confab_mls_reader_leave (reader, &vector);

  if (confab_mls_reader_is_good (reader) && !covers_all_leaves (self))
    confab_mls_reader_fail (reader, CONFAB_MLS_ERROR_STATE, "a secret tree has holes");

  return self;
}
