/* notify.h: tells systemd how the service is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

/* state: "READY=1", "STOPPING=1", "STATUS=…". Does nothing when nobody listens. */
void notify_service_manager (const char *state);
