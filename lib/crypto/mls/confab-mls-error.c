/* confab-mls-error.c: the error domain of Messaging Layer Security
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-error.h"

G_DEFINE_QUARK (confab-mls-error-quark, confab_mls_error)

/* Sets an error and gives FALSE, so that a check can end by returning it. */
gboolean
confab_mls_fail (GError         **error,
                 ConfabMlsError   code,
                 const char      *message)
{
  g_set_error_literal (error, CONFAB_MLS_ERROR, code, message);

  return FALSE;
}
