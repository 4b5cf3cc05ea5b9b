/* confab-signature.h: the signature schemes a cipher suite can name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-secret.h"
#include "confab-span.h"

G_BEGIN_DECLS

typedef struct _ConfabSignature ConfabSignature;

struct _ConfabSignature
{
  const char *name;
  gsize       seed_length;      /* the private key as it is written elsewhere */
  gsize       private_length;   /* the private key as it is quickest to sign with */
  gsize       public_length;
  gsize       signature_length;

  /* A private key has either length; public_key and signature have those of the row. */
  void     (*generate)   (guint8    *private_key,
                          guint8    *public_key);
  void     (*get_public) (ConfabSpan private_key,
                          guint8    *public_key);
  void     (*sign)       (ConfabSpan private_key,
                          ConfabSpan message,
                          guint8    *signature);
  gboolean (*verify)     (ConfabSpan public_key,
                          ConfabSpan message,
                          ConfabSpan signature);
};

extern const ConfabSignature confab_signature_ed25519;

gboolean confab_signature_check_private (const ConfabSignature *signature,
                                         ConfabSpan             private_key,
                                         GError               **error);
GBytes  *confab_signature_sign          (const ConfabSignature *signature,
                                         ConfabSpan             private_key,
                                         ConfabSpan             message,
                                         GError               **error);
gboolean confab_signature_verify        (const ConfabSignature *signature,
                                         ConfabSpan             public_key,
                                         ConfabSpan             message,
                                         ConfabSpan             bytes,
                                         GError               **error);

G_END_DECLS
