/* confab-text.c: which texts and names people may write
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-protocol"

#include "config.h"

#include "protocol/confab-text.h"

#include <string.h>

#include "protocol/confab-error.h"

#define USERNAME_MIN 2
#define USERNAME_MAX 32
#define EMAIL_MAX 254      /* RFC 5321 §4.5.3.1.3, without the brackets */
#define EMAIL_LOCAL_MAX 64 /* §4.5.3.1.1 */

static char *
refuse (GError **error, const char *problem)
{
  g_set_error_literal (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, problem);
  return NULL;
}

static gboolean
is_ascii (const char *text)
{
  for (; *text; text++)
    if ((guchar) *text >= 0x80)
      return FALSE;
  return TRUE;
}

/* NFC, so that what looks the same is the same. Most texts are ASCII, which is NFC already. */
static char *
compose (const char *text, GError **error)
{
  if (is_ascii (text))
    return g_strdup (text);
  char *composed = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
  return composed ? composed : refuse (error, "is not UTF-8");
}

static gboolean
is_control (gunichar c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

/* Line ends of other systems become newlines. */
static void
unify_newlines (char *text)
{
  char *to = text;

  for (const char *from = text; *from; from++)
    if (*from == '\r')
      {
        *to++ = '\n';
        if (from[1] == '\n')
          from++;
      }
    else
      {
        *to++ = *from;
      }
  *to = '\0';
}

static void
trim_end (char *text)
{
  char *end = text + strlen (text);

  while (end > text)
    {
      char *before = g_utf8_prev_char (end);
      if (!g_unichar_isspace (g_utf8_get_char (before)))
        break;
      end = before;
    }
  *end = '\0';
}

static gboolean
is_within (const char *text, gsize max_characters, GError **error)
{
  if (max_characters == 0 || strlen (text) <= max_characters || (gsize) g_utf8_strlen (text, -1) <= max_characters)
    return TRUE;
  g_set_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST, "must have at most %" G_GSIZE_FORMAT " characters",
               max_characters);
  return FALSE;
}

/**
 * confab_text_normalize:
 * @text: what somebody wrote, of any number of lines
 * @max_characters: how many code points it may have; 0: any number
 * @error: %CONFAB_ERROR_BAD_REQUEST with words that can stand behind the name of a field
 *
 * Brings @text into the form that messages are kept in: NFC, lines ended by newlines, no space at the end. Control
 * characters but newline and tab are refused. Bidirectional controls are let through: Arabic and Hebrew need some of
 * them, a message is laid out by itself, and its sender's name stands outside of it.
 *
 * Returns: (transfer full) (nullable): the text, which may be empty
 *
 * Since: 0.1
 */
char *
confab_text_normalize (const char *text, gsize max_characters, GError **error)
{
  g_autofree char *result = compose (text, error);
  if (!result)
    return NULL;

  if (strchr (result, '\r'))
    unify_newlines (result);
  for (const char *at = result; *at; at = g_utf8_next_char (at))
    if (is_control (g_utf8_get_char (at)) && *at != '\n' && *at != '\t')
      return refuse (error, "holds a control character");
  trim_end (result);
  return is_within (result, max_characters, error) ? g_steal_pointer (&result) : NULL;
}

/* Would change how what stands around a name is read, or is there and cannot be seen. The joiners (U+200C, U+200D)
 * stay: Persian words and many emoji are written with them. So do the two plain marks (U+200E, U+200F), which reach
 * no further than themselves. */
static gboolean
is_misleading (gunichar c)
{
  return c == 0x200b || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb);
}

static gboolean
is_seen (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return g_unichar_isgraph (c) && type != G_UNICODE_FORMAT && type != G_UNICODE_NON_SPACING_MARK
         && type != G_UNICODE_ENCLOSING_MARK;
}

/**
 * confab_line_normalize:
 * @text: a name, a title, a word to search for
 * @max_characters: how many code points it may have; 0: any number
 * @error: %CONFAB_ERROR_BAD_REQUEST with words that can stand behind the name of a field
 *
 * Brings @text into the form that names are kept in: NFC, one line, no space around it. Refused are control characters,
 * those that turn the direction of the text around them, invisible ones, and what has nothing to be seen in it.
 *
 * Returns: (transfer full) (nullable): the line, which may be empty
 *
 * Since: 0.1
 */
char *
confab_line_normalize (const char *text, gsize max_characters, GError **error)
{
  while (*text && g_unichar_isspace (g_utf8_get_char (text)))
    text = g_utf8_next_char (text);

  g_autofree char *result = compose (text, error);
  gboolean seen = FALSE;
  if (!result)
    return NULL;
  trim_end (result);
  for (const char *at = result; *at; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (is_control (c))
        return refuse (error, "holds a control character");
      if (is_misleading (c))
        return refuse (error, "holds an invisible character");
      seen = seen || is_seen (c);
    }
  if (*result && !seen)
    return refuse (error, "holds nothing that can be seen");
  return is_within (result, max_characters, error) ? g_steal_pointer (&result) : NULL;
}

/**
 * confab_username_normalize:
 * @username: what somebody wants to be called
 * @error: %CONFAB_ERROR_BAD_REQUEST with words that can stand behind the name of a field
 *
 * Usernames are of ASCII only, because they are typed in mentions and nobody must be able to pass for somebody else
 * with a letter that looks the same. They end in what cannot be the end of a sentence, so that "@ada." mentions ada.
 *
 * Returns: (transfer full) (nullable): it in lower case
 *
 * Since: 0.1
 */
char *
confab_username_normalize (const char *username, GError **error)
{
  gsize length = strlen (username);

  if (length < USERNAME_MIN || length > USERNAME_MAX)
    return refuse (error, "must have 2 to 32 characters");
  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isalnum (username[i]) && !strchr ("._-", username[i]))
      return refuse (error, "may hold letters a to z, digits, dots, dashes and underscores");
  if (strchr (".-", username[0]) || strchr (".-", username[length - 1]))
    return refuse (error, "must not begin or end with a dot or a dash");
  return g_ascii_strdown (username, length);
}

/**
 * confab_email_normalize:
 * @email: an e-mail address
 * @error: %CONFAB_ERROR_BAD_REQUEST with words that can stand behind the name of a field
 *
 * Looks at the form only. The domain is written in ASCII (IDNA), everything in lower case: servers that tell case in
 * the local part apart are not met with, people who write theirs in another case are.
 *
 * Returns: (transfer full) (nullable): the address
 *
 * Since: 0.1
 */
char *
confab_email_normalize (const char *email, GError **error)
{
  const char *problem = "is not an e-mail address";
  g_autofree char *line = confab_line_normalize (email, 0, error);
  if (!line)
    return NULL;

  char *at = strrchr (line, '@');
  if (!at || at == line || at - line > EMAIL_LOCAL_MAX || strpbrk (line, " <>(),;:\"\\[]") || strchr (line, '@') != at)
    return refuse (error, problem);
  *at = '\0';
  g_autofree char *local = g_utf8_strdown (line, -1);
  g_autofree char *host = g_hostname_to_ascii (at + 1);
  if (!host || *host == '\0' || *host == '.' || *host == '-' || strstr (host, "..") || local[0] == '.' ||
      strstr (local, "..") || at[-1] == '.')
    return refuse (error, problem);
  for (const char *c = host; *c; c++)
    if (!g_ascii_isalnum (*c) && *c != '.' && *c != '-')
      return refuse (error, problem);
  gsize length = strlen (host);
  if (strchr (".-", host[length - 1]) || strlen (local) + 1 + length > EMAIL_MAX)
    return refuse (error, problem);

  g_autofree char *host_folded = g_ascii_strdown (host, -1);
  return g_strconcat (local, "@", host_folded, NULL);
}

/* Code points that emoji are made of, by block: a superset of Extended_Pictographic in emoji-data.txt of Unicode 16. */
static gboolean
is_pictograph (gunichar c)
{
  static const struct
  {
    gunichar first, last;
  } ranges[] = {
    { 0xa9, 0xa9 },     { 0xae, 0xae },     { 0x203c, 0x203c },   { 0x2049, 0x2049 },   { 0x2122, 0x2122 },
    { 0x2139, 0x2139 }, { 0x2194, 0x21aa }, { 0x231a, 0x23ff },   { 0x24c2, 0x24c2 },   { 0x25aa, 0x25fe },
    { 0x2600, 0x27bf }, { 0x2934, 0x2935 }, { 0x2b05, 0x2b55 },   { 0x3030, 0x3030 },   { 0x303d, 0x303d },
    { 0x3297, 0x3297 }, { 0x3299, 0x3299 }, { 0x1f000, 0x1f1e5 }, { 0x1f200, 0x1f3fa }, { 0x1f400, 0x1faff },
  };

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    if (c >= ranges[i].first && c <= ranges[i].last)
      return TRUE;
  return FALSE;
}

static gboolean
skip_character (const char **at, gunichar first, gunichar last)
{
  gunichar c = g_utf8_get_char (*at);

  if (c == 0 || c < first || c > last)
    return FALSE;
  *at = g_utf8_next_char (*at);
  return TRUE;
}

/* One of the things that zero-width joiners join: UTS #51 ED-15a, tag sequences (ED-14a) included. */
static gboolean
skip_emoji_element (const char **at)
{
  if (!is_pictograph (g_utf8_get_char (*at)))
    return FALSE;
  *at = g_utf8_next_char (*at);
  if (!skip_character (at, 0x1f3fb, 0x1f3ff))
    skip_character (at, 0xfe0f, 0xfe0f);
  if (!skip_character (at, 0xe0020, 0xe007e))
    return TRUE;
  while (skip_character (at, 0xe0020, 0xe007e))
    ;
  return skip_character (at, 0xe007f, 0xe007f);
}

/**
 * confab_emoji_is_valid:
 * @emoji: (nullable): a text
 *
 * Returns: whether it has the form of exactly one emoji: a pictograph with its modifiers, several joined, a flag or
 * a keycap
 *
 * Since: 0.1
 */
gboolean
confab_emoji_is_valid (const char *emoji)
{
  const char *at = emoji;

  if (!emoji || !g_utf8_validate (emoji, -1, NULL))
    return FALSE;
  if (skip_character (&at, 0x1f1e6, 0x1f1ff))
    return skip_character (&at, 0x1f1e6, 0x1f1ff) && *at == '\0';
  if (skip_character (&at, '0', '9') || skip_character (&at, '#', '#') || skip_character (&at, '*', '*'))
    {
      skip_character (&at, 0xfe0f, 0xfe0f);
      return skip_character (&at, 0x20e3, 0x20e3) && *at == '\0';
    }
  do
    if (!skip_emoji_element (&at))
      return FALSE;
  while (skip_character (&at, 0x200d, 0x200d));
  return *at == '\0';
}
