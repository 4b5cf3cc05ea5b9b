/* admission.h: how many of something each address or person may have at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _Admission Admission;

/* limit: 0 for none. */
Admission *admission_new (guint limit);
void admission_free (Admission *self);

/* From any thread. Each TRUE is to be followed by one leave. */
gboolean admission_enter (Admission *self, const char *key);
void admission_leave (Admission *self, const char *key);
guint admission_count (Admission *self, const char *key);

G_END_DECLS
