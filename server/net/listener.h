/* listener.h: sockets to accept from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* n descriptors that listen on one address, among which the kernel deals out what connects. address: "HOST:PORT"; port
 * 0 picks one. Fills fds and tells the address that it became; NULL and an error when that fails. */
GSocketAddress *listener_open (const char *address, int *fds, guint n_fds, GError **error);

/* As in an URL: brackets around IPv6. Free with g_free(). */
char *listener_write_address (GSocketAddress *address);

G_END_DECLS
