/* confab-kem.h: the key encapsulation mechanisms a cipher suite can name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-secret.h"
#include "confab-span.h"

G_BEGIN_DECLS

typedef struct _ConfabKem ConfabKem;

/* Spans that reach the functions of a row have the lengths of the row, except for @key_material. */
struct _ConfabKem
{
  const char *name;
  guint16     hpke_id; /* RFC 9180, section 7.1 */
  gsize       public_length;
  gsize       private_length;
  gsize       output_length;
  gsize       secret_length;
  gsize       randomness_length; /* what an encapsulation needs */

  /* DeriveKeyPair */
  gboolean (*derive)      (const ConfabKem *kem,
                           ConfabSpan       key_material,
                           guint8          *private_key,
                           guint8          *public_key,
                           GError         **error);
  gboolean (*get_public)  (const ConfabKem *kem,
                           ConfabSpan       private_key,
                           guint8          *public_key,
                           GError         **error);
  /* Encap and Decap. For Diffie-Hellman, the randomness is the key material of the ephemeral key pair, which
   * RFC 9180, section 4.1, lets GenerateKeyPair do. */
  gboolean (*encapsulate) (const ConfabKem *kem,
                           ConfabSpan       public_key,
                           ConfabSpan       randomness,
                           guint8          *output,
                           ConfabSecret   **shared_secret,
                           GError         **error);
  gboolean (*decapsulate) (const ConfabKem *kem,
                           ConfabSpan       private_key,
                           ConfabSpan       output,
                           ConfabSecret   **shared_secret,
                           GError         **error);
};

extern const ConfabKem confab_kem_x25519;
extern const ConfabKem confab_kem_xwing; /* with libsodium 1.0.21 or newer */

G_END_DECLS
