/* domain.c: what the verbs of the server stand on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/domain.h"

gint64
domain_now (Domain *self)
{
  return self->clock != NULL ? self->clock () : g_get_real_time () / 1000;
}
