/* test-devices.c: sessions come with their first connection and go with their last
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/devices.h"

static void
assert_devices (Devices *devices, guint n)
{
  g_autoptr(GPtrArray) list = devices_list (devices);

  g_assert_cmpuint (list->len, ==, n);
}

static void
test_counting (void)
{
  g_autoptr(Devices) devices = devices_new ();
  g_autoptr(GPtrArray) list = NULL;
  const Device *device = NULL;

  assert_devices (devices, 0);
  g_assert_cmpuint (devices_add (devices, "s1", "ada"), ==, 1);
  g_assert_cmpuint (devices_add (devices, "s1", "ada"), ==, 2);
  list = devices_list (devices);
  g_assert_cmpuint (list->len, ==, 1);
  device = list->pdata[0];
  g_assert_cmpstr (device->session_id, ==, "s1");
  g_assert_cmpstr (device->user_id, ==, "ada");
  g_assert_cmpuint (devices_add (devices, "s2", "ben"), ==, 1);
  assert_devices (devices, 2);
  g_assert_cmpuint (devices_remove (devices, "s1"), ==, 1);
  assert_devices (devices, 2);
  g_assert_cmpuint (devices_remove (devices, "s1"), ==, 0);
  assert_devices (devices, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/devices/counting", test_counting);
  return g_test_run ();
}
