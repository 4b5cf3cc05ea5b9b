/* confab-crypto-suite-private.h: a row of the table of cipher suites
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "confab-crypto-provider.h"
#include "confab-hpke.h"
#include "confab-signature.h"

G_BEGIN_DECLS

/**
 * ConfabCryptoSuite:
 *
 * A cipher suite of MLS (RFC 9420, section 17.1): which key encapsulation, cipher, hash and signature go
 * together. Suites are constant and live for ever. Every function that takes one checks the lengths it is
 * given and answers with an error of the domain %CONFAB_CRYPTO_ERROR.
 *
 * Since: 0.1
 */
struct _ConfabCryptoSuite
{
  guint16                id;
  const char            *name;
  ConfabHpke             hpke;
  const ConfabSignature *signature;
};

G_END_DECLS
