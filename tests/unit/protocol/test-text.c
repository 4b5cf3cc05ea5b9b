/* test-text.c: which texts, names and emoji are taken, and in which form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "protocol/confab-error.h"
#include "protocol/confab-text.h"

typedef struct
{
  const char *given;
  const char *wanted;   /* NULL: refused */
} Case;

static void
check (char *(*normalize) (const char *, GError **), const Case *cases, guint n_cases)
{
  for (guint i = 0; i < n_cases; i++)
    {
      g_autoptr(GError) error = NULL;
      g_autofree char *result = normalize (cases[i].given, &error);
      g_autofree char *shown = g_strescape (cases[i].given, NULL);
      g_test_message ("%s", shown);
      g_assert_cmpstr (result, ==, cases[i].wanted);
      if (!cases[i].wanted)
        g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
      else
        g_assert_no_error (error);
    }
}

static char *
text (const char *given, GError **error)
{
  return confab_text_normalize (given, 10, error);
}

static char *
line (const char *given, GError **error)
{
  return confab_line_normalize (given, 10, error);
}

static void
test_text (void)
{
  static const Case cases[] = {
    { "", "" },
    { "hi", "hi" },
    { "  hi \n\t ", "  hi" },
    { "a\r\nb\rc", "a\nb\nc" },
    { "a\tb\nc", "a\tb\nc" },
    { "a\342\200\203", "a" },
    { "e\314\201", "\303\251" },
    { "1234567890", "1234567890" },
    { "12345678901", NULL },
    { "12345678901    ", NULL },
    { "\303\251\303\251\303\251\303\251\303\251\303\251", "\303\251\303\251\303\251\303\251\303\251\303\251" },
    { "a\001", NULL },
    { "a\177", NULL },
    { "a\302\205b", NULL },
    { "\033[1m", NULL },
    { "\377", NULL },
    { "a\342\200\256b", "a\342\200\256b" },
    { "\330\247\342\200\217", "\330\247\342\200\217" },
  };

  check (text, cases, G_N_ELEMENTS (cases));
}

static void
test_line (void)
{
  static const Case cases[] = {
    { "", "" },
    { "   ", "" },
    { "  Ada  L ", "Ada  L" },
    { "a\nb", NULL },
    { "a\tb", NULL },
    { "a\342\200\256b", NULL },
    { "a\342\201\246b", NULL },
    { "a\342\200\213", NULL },
    { "\342\200\215", NULL },
    { "\342\200\216", NULL },
    { "\314\201", NULL },
    { "a\342\200\250b", NULL },
    { "\360\237\221\251\342\200\215\360\237\222\273", "\360\237\221\251\342\200\215\360\237\222\273" },
    { "\343\200\200x", "x" },
    { "12345678901", NULL },
  };

  check (line, cases, G_N_ELEMENTS (cases));
}

static void
test_username (void)
{
  static const Case cases[] = {
    { "Ada", "ada" },
    { "a.b-c_9", "a.b-c_9" },
    { "_x", "_x" },
    { "a", NULL },
    { "", NULL },
    { ".ab", NULL },
    { "ab.", NULL },
    { "ab-", NULL },
    { "a b", NULL },
    { "a@b", NULL },
    { "\320\260da", NULL },
    { "12345678901234567890123456789012", "12345678901234567890123456789012" },
    { "123456789012345678901234567890123", NULL },
  };

  check (confab_username_normalize, cases, G_N_ELEMENTS (cases));
}

static void
test_email (void)
{
  static const Case cases[] = {
    { "ada@example.org", "ada@example.org" },
    { " Ada.L+x@Example.ORG ", "ada.l+x@example.org" },
    { "a@localhost", "a@localhost" },
    { "a@b\303\274cher.example", "a@xn--bcher-kva.example" },
    { "\303\244@x.y", "\303\244@x.y" },
    { "", NULL },
    { "a", NULL },
    { "@b", NULL },
    { "a@", NULL },
    { "a@b@c", NULL },
    { "a b@c", NULL },
    { "a@b c", NULL },
    { "a@-b", NULL },
    { "a@b-", NULL },
    { "a@.b", NULL },
    { "a@b.", NULL },
    { "a@b..c", NULL },
    { ".a@b", NULL },
    { "a.@b", NULL },
    { "a..b@c", NULL },
    { "<a@b>", NULL },
    { "a@b/c", NULL },
    { "a@[1.2.3.4]", NULL },
    { "12345678901234567890123456789012345678901234567890123456789012345@b", NULL },
  };

  check (confab_email_normalize, cases, G_N_ELEMENTS (cases));
}

static void
test_emoji (void)
{
  static const struct
  {
    const char *emoji;
    gboolean valid;
  } cases[] = {
    { "👋", TRUE },
    { "👋🏽", TRUE },
    { "❤️", TRUE },
    { "❤", TRUE },
    { "👩‍💻", TRUE },
    { "👨‍👩‍👧‍👦", TRUE },
    { "🏳️‍🌈", TRUE },
    { "🇩🇪", TRUE },
    { "1️⃣", TRUE },
    { "#⃣", TRUE },
    { "🏴󠁧󠁢󠁳󠁣󠁴󠁿", TRUE },
    { "🫠", TRUE },
    { "✅", TRUE },
    { "ℹ️", TRUE },
    { "", FALSE },
    { NULL, FALSE },
    { "a", FALSE },
    { "1", FALSE },
    { "🇩", FALSE },
    { "🇩🇪🇩", FALSE },
    { "👋👋", FALSE },
    { "👋 ", FALSE },
    { "👩‍", FALSE },
    { "‍", FALSE },
    { "🏽x", FALSE },
    { "<b>", FALSE },
    { "é", FALSE },
    { "🏴󠁧", FALSE },
    { "\377", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("case %u", i);
      g_assert_cmpint (confab_emoji_is_valid (cases[i].emoji), ==, cases[i].valid);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/text/text", test_text);
  g_test_add_func ("/text/line", test_line);
  g_test_add_func ("/text/username", test_username);
  g_test_add_func ("/text/email", test_email);
  g_test_add_func ("/text/emoji", test_emoji);
  return g_test_run ();
}
