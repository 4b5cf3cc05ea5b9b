/* confab-crypto-error.h: the error domain of everything cryptographic
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define CONFAB_CRYPTO_ERROR (confab_crypto_error_quark ())

typedef enum
{
  CONFAB_CRYPTO_ERROR_UNSUPPORTED,    /* a suite, version or algorithm that this build does not have */
  CONFAB_CRYPTO_ERROR_INVALID_LENGTH, /* a key, nonce, tag or output of a length the algorithm does not take */
  CONFAB_CRYPTO_ERROR_INVALID_KEY,    /* right length, but no valid key (or key agreement gave the all-zero secret) */
  CONFAB_CRYPTO_ERROR_AUTHENTICATION, /* AEAD tag wrong: another key, or changed bytes */
  CONFAB_CRYPTO_ERROR_SIGNATURE,      /* signature wrong */
  CONFAB_CRYPTO_ERROR_MALFORMED,      /* bytes that are not what they claim to be */
  CONFAB_CRYPTO_ERROR_TRUNCATED,      /* a stream that ends before its last chunk */
  CONFAB_CRYPTO_ERROR_TRAILING,       /* bytes after the end */
  CONFAB_CRYPTO_ERROR_TOO_LARGE,      /* past a limit of the format */
  CONFAB_CRYPTO_ERROR_CHECKSUM,       /* a recovery key that was mistyped */
  CONFAB_CRYPTO_ERROR_MISMATCH,       /* authentic, but not about this room, epoch, sender or key */
  CONFAB_CRYPTO_ERROR_INTERNAL,       /* the library underneath failed where it must not */
} ConfabCryptoError;

GQuark confab_crypto_error_quark (void);

G_END_DECLS
