/* test-mentions.c: whom a text mentions
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "domain/mentions.h"
#include "records.h"

static const struct
{
  const char *text;
  const char *mentioned;   /* ids, joined by commas */
  gboolean whole_room;
} cases[] = {
  { "good morning", "", FALSE },
  { "good morning @ben", "ben", FALSE },
  { "@ben and @ada, and @ben again", "ben,ada", FALSE },
  { "@nobody here", "", FALSE },
  { "tell @room", "", TRUE },
  { "tell @room and @cem.k", "cem", TRUE },
  { "write to ben@ada.example", "", FALSE },
  { "`@ben` in code is nobody", "", FALSE },
};

static void
check_case (gconstpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr(RoomState) room = make_state (CONFAB_ROOM_TYPE_PUBLIC);
  gboolean whole_room = !cases[i].whole_room;
  g_auto(GStrv) ids = mentions_find (room, cases[i].text, &whole_room);
  g_autofree char *joined = ids != NULL ? g_strjoinv (",", ids) : g_strdup ("");

  g_assert_cmpstr (joined, ==, cases[i].mentioned);
  g_assert_cmpint (whole_room, ==, cases[i].whole_room);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/mentions/%u", i + 1);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), check_case);
    }
  return g_test_run ();
}
