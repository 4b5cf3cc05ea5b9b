/* confab-hash.h: the hash functions a cipher suite can name, with HMAC and HKDF on them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-secret.h"
#include "confab-span.h"

G_BEGIN_DECLS

#define CONFAB_HASH_MAX_LENGTH 64

typedef struct
{
  const char *name;
  gsize       length;
  guint16     hpke_kdf_id; /* of HKDF on this hash (RFC 9180, section 7.2) */

  void (*digest) (ConfabSpan        data,
                  guint8           *out);
  void (*hmac)   (ConfabSpan        key,
                  const ConfabSpan *parts,
                  guint             n_parts,
                  guint8           *out);
} ConfabHash;

extern const ConfabHash confab_hash_sha256;
extern const ConfabHash confab_hash_sha512;

ConfabSecret *confab_hash_extract (const ConfabHash *hash,
                                   ConfabSpan        salt,
                                   const ConfabSpan *parts,
                                   guint             n_parts);
ConfabSecret *confab_hash_expand  (const ConfabHash *hash,
                                   ConfabSpan        pseudorandom_key,
                                   const ConfabSpan *parts,
                                   guint             n_parts,
                                   gsize             length,
                                   GError          **error);

G_END_DECLS
