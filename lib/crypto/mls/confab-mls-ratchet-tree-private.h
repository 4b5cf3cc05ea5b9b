/* confab-mls-ratchet-tree-private.h: the inside of a ratchet tree, for the files that make it up
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-mls-ratchet-tree.h"

G_BEGIN_DECLS

struct _ConfabMlsRatchetTree
{
  gatomicrefcount          ref_count;
  const ConfabCryptoSuite *suite;
  guint32                  n_leaves;    /* a power of two, or 0 */
  gpointer                *nodes;       /* 2 n_leaves - 1: leaf nodes at even places, parent nodes at odd, or NULL */
  guint8                  *hashes;      /* the tree hash of each node … */
  guint8                  *hash_known;  /* … and whether it is up to date */
  guint32                  first_blank; /* no leaf before this one is blank */
};

void confab_mls_ratchet_tree_forget_hashes (ConfabMlsRatchetTree *self,
                                            guint32               node);

G_END_DECLS
