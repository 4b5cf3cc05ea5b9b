/* confab-mls-event.c: what a processed message did to a group
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define G_LOG_DOMAIN "confab-mls"

#include "config.h"

#include "confab-mls-event.h"

/**
 * confab_mls_event_free:
 * @self: (transfer full): an event
 *
 * Frees an event.
 *
 * Since: 0.1
 */
void
confab_mls_event_free (ConfabMlsEvent *self)
{
  g_clear_pointer (&self->sender, confab_mls_member_free);
  g_clear_pointer (&self->authenticated_data, g_bytes_unref);
  g_clear_pointer (&self->application_data, g_bytes_unref);
  g_clear_pointer (&self->proposal, confab_mls_proposal_unref);
  g_clear_pointer (&self->proposal_reference, g_bytes_unref);
  g_clear_pointer (&self->added, g_ptr_array_unref);
  g_clear_pointer (&self->removed, g_ptr_array_unref);
  g_clear_pointer (&self->updated, g_ptr_array_unref);
  g_clear_pointer (&self->reinit, confab_mls_proposal_unref);
  g_free (self);
}
