/* replay.c: hands every file of a folder to a fuzz target, once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <glib.h>

#include "fuzz.h"

int
main (int argc, char **argv)
{
  g_autoptr(GDir) folder = g_dir_open (argv[1], 0, NULL);
  const char *name;
  guint n_files = 0;

  g_assert_nonnull (folder);
  while ((name = g_dir_read_name (folder)))
    {
      g_autofree char *path = g_build_filename (argv[1], name, NULL);
      g_autofree char *text = NULL;
      gsize length;
      if (!g_file_get_contents (path, &text, &length, NULL))
        g_error ("%s cannot be read", path);
      LLVMFuzzerTestOneInput ((const uint8_t *) text, length);
      n_files++;
    }
  g_assert_cmpuint (n_files, >, 0);
  return 0;
}
