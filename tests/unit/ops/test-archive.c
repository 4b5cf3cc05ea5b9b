/* test-archive.c: what is taken as an export, and what is refused, in which line and with what words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include <string.h>

#include "ops/transfer/archive.h"
#include "ops/transfer/line-reader.h"
#include "protocol/confab-error.h"

#define HEADER "{\"confab-export\":1,\"created\":\"2026-01-01T00:00:00.000Z\",\"server\":\"0\",\"store\":\"sqlite\"," \
               "\"sessions\":true}"
#define SETTING "{\"kind\":\"setting\",\"key\":\"token-key\",\"value\":\"AAEC\"}"
#define ADA "{\"kind\":\"user\",\"id\":\"ada\",\"username\":\"ada\",\"role\":\"admin\",\"createdAt\":1}"
#define BEN "{\"kind\":\"user\",\"id\":\"ben\",\"username\":\"ben\",\"role\":\"user\",\"createdAt\":1}"
#define INVITE "{\"kind\":\"invite\",\"hash\":\"AAEC\",\"role\":\"user\"}"
#define SESSION "{\"kind\":\"session\",\"id\":\"s\",\"userId\":\"ada\",\"createdAt\":1,\"lastUsedAt\":1}"
#define ROOM(id, more) "{\"kind\":\"room\",\"id\":\"" id "\",\"type\":\"public\",\"createdBy\":\"ada\"," \
                       "\"createdAt\":1,\"lastActivity\":1,\"membersRev\":1,\"settingsRev\":1," more "}"
#define KITCHEN ROOM ("kitchen", "\"lastSeq\":2,\"rev\":9,\"memberCount\":1")
#define QUIET ROOM ("quiet", "\"lastSeq\":0,\"rev\":1,\"memberCount\":0")
#define MEMBER "{\"kind\":\"member\",\"roomId\":\"kitchen\",\"userId\":\"ada\",\"role\":\"admin\",\"joinedAt\":1," \
               "\"receivedSeq\":2,\"readSeq\":1,\"rev\":1}"
#define FORMER "{\"kind\":\"member\",\"roomId\":\"kitchen\",\"userId\":\"ben\",\"role\":\"member\",\"joinedAt\":1," \
               "\"leftAt\":5,\"receivedSeq\":0,\"readSeq\":0,\"rev\":3}"
#define MESSAGE(id, numbers, more) "{\"kind\":\"message\",\"id\":\"" id "\",\"roomId\":\"kitchen\"," numbers "," \
                                   "\"senderId\":\"ada\",\"type\":\"text\",\"timestamp\":1" more "}"
#define FIRST MESSAGE ("m1", "\"seq\":1,\"rev\":7,\"firstRev\":2", \
                       ",\"content\":\"Hé\",\"editedAt\":5,\"versions\":1,\"reactions\":2")
#define SECOND MESSAGE ("m2", "\"seq\":2,\"rev\":4,\"firstRev\":4", ",\"content\":\"\"")
#define VERSION "{\"kind\":\"version\",\"content\":\"Ha\"}"
#define THUMB "{\"kind\":\"reaction\",\"userId\":\"ben\",\"emoji\":\"👍\"}"
#define CAKE "{\"kind\":\"reaction\",\"userId\":\"ada\",\"emoji\":\"🍰\"}"

static const char *const good[] = {
  HEADER, SETTING, ADA,     BEN,   INVITE, SESSION, KITCHEN, MEMBER,
  FORMER, FIRST,   VERSION, THUMB, CAKE,   SECOND,  QUIET,   NULL,
};

/* ---- Making and reading ------------------------------------------------------------------------------------- */

static void
append_counts (GString *text, const char *const *lines)
{
  for (guint kind = 0; kind < N_LINE_KINDS; kind++)
    {
      g_autofree char *start = g_strdup_printf ("{\"kind\":\"%s\"", line_kind_to_string (kind));
      guint count = 0;

      for (guint i = 0; lines[i] != NULL; i++)
        count += g_str_has_prefix (lines[i], start);
      g_string_append_printf (text, "%s\"%s\":%u", kind > 0 ? "," : "", line_kind_to_string (kind), count);
    }
}

/* With the last line that they need. */
static GString *
make_archive (const char *const *lines)
{
  GString *text = g_string_new (NULL);
  g_autofree char *sha256 = NULL;

  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (text, "%s\n", lines[i]);
  sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text->str, text->len);
  g_string_append (text, "{\"kind\":\"end\",\"counts\":{");
  append_counts (text, lines);
  g_string_append_printf (text, "},\"sha256\":\"%s\"}\n", sha256);
  return text;
}

static gboolean
read_all (ArchiveReader *reader, GError **error)
{
  g_autoptr(StoreEntry) entry = NULL;

  do
    {
      g_clear_pointer (&entry, store_entry_free);
      if (!archive_reader_next (reader, &entry, error))
        return FALSE;
    }
  while (entry != NULL);
  return TRUE;
}

/* NULL with an error when it is refused. */
static ArchiveReader *
read_bytes (const char *bytes, gsize size, GError **error)
{
  g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_data (bytes, size, NULL);
  g_autoptr(ArchiveReader) reader = archive_reader_new (stream, error);

  return reader != NULL && read_all (reader, error) ? g_steal_pointer (&reader) : NULL;
}

static void
test_good (void)
{
  g_autoptr(GString) text = make_archive (good);
  g_autoptr(GError) error = NULL;
  g_autoptr(ArchiveReader) reader = read_bytes (text->str, text->len, &error);
  const Tally *tally = NULL;

  g_assert_no_error (error);
  tally = archive_reader_get_tally (reader);
  g_assert_cmpint (tally_get_count (tally, LINE_USER), ==, 2);
  g_assert_cmpint (tally_get_count (tally, LINE_MESSAGE), ==, 2);
  g_assert_cmpint (tally_get_count (tally, LINE_REACTION), ==, 2);
  g_assert_cmpint (tally_get_count (tally, LINE_VERSION), ==, 1);
  g_assert_cmpstr (archive_reader_get_header (reader)->store, ==, "sqlite");
  g_assert_cmpuint (archive_reader_get_size (reader), ==, text->len);
}

/* ---- Refusals ----------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *name;
  const char *from;       /* a line of `good` … */
  const char *to;         /* … and what stands there instead; NULL: nothing */
  guint line;             /* that is named */
  const char *words;      /* that are said */
} Refusal;

static const Refusal refusals[] = {
  { "no-export", HEADER, "{\"some\":1}", 1, "no export of Confab" },
  { "no-json", HEADER, "SQLite format 3", 1, "Not valid JSON" },
  { "newer", HEADER, "{\"confab-export\":2}", 1, "of version 2" },
  { "unknown-in-header", HEADER, "{\"confab-export\":1,\"created\":\"\",\"server\":\"\",\"store\":\"\","
    "\"sessions\":true,\"more\":1}", 1, "“more” does not belong here" },
  { "promised-no-sessions", HEADER, "{\"confab-export\":1,\"created\":\"\",\"server\":\"\",\"store\":\"\","
    "\"sessions\":false}", 2, "there are no sessions" },
  { "unknown-kind", SETTING, "{\"kind\":\"spoon\"}", 2, "“kind” is none that there is" },
  { "no-kind", SETTING, "{\"key\":\"x\"}", 2, "“kind”" },
  { "no-object", SETTING, "[1]", 2, "is a JSON object" },
  { "deep", SETTING, "{\"kind\":[[1]]}", 2, "nested too deeply" },
  { "twice", SETTING, "{\"kind\":\"setting\",\"kind\":\"setting\"}", 2, "is there twice" },
  { "unfinished-mark", SETTING, "{\"kind\":\"setting\",\"key\":\"restore-unfinished\",\"value\":\"\"}", 2,
    "is no setting" },
  { "base64", SETTING, "{\"kind\":\"setting\",\"key\":\"a\",\"value\":\"AA!C\"}", 2, "“value” is not the base64" },
  { "unknown-field", ADA, "{\"kind\":\"user\",\"id\":\"ada\",\"username\":\"ada\",\"role\":\"admin\",\"createdAt\":1,"
    "\"shoes\":1}", 3, "“shoes” does not belong here" },
  { "missing-field", ADA, "{\"kind\":\"user\",\"id\":\"ada\",\"role\":\"admin\",\"createdAt\":1}", 3,
    "“username” is missing" },
  { "null", ADA, "{\"kind\":\"user\",\"id\":\"ada\",\"username\":null,\"role\":\"admin\",\"createdAt\":1}", 3,
    "“username” is no text" },
  { "word", ADA, "{\"kind\":\"user\",\"id\":\"ada\",\"username\":\"ada\",\"role\":\"god\",\"createdAt\":1}", 3,
    "“role” is none of the words" },
  { "negative", ADA, "{\"kind\":\"user\",\"id\":\"ada\",\"username\":\"ada\",\"role\":\"user\",\"createdAt\":-1}", 3,
    "“createdAt” is not from 0" },
  { "too-big", ADA, "{\"kind\":\"user\",\"id\":\"ada\",\"username\":\"ada\",\"role\":\"user\","
    "\"createdAt\":9007199254740992}", 3, "“createdAt” is not from 0" },
  { "fraction", ADA, "{\"kind\":\"user\",\"id\":\"ada\",\"username\":\"ada\",\"role\":\"user\",\"createdAt\":1.5}", 3,
    "“createdAt” is no whole number" },
  { "id", ADA, "{\"kind\":\"user\",\"id\":\"a b\",\"username\":\"ada\",\"role\":\"user\",\"createdAt\":1}", 3,
    "“id” is no id" },
  { "order", ADA, BEN, 4, "not in order" },
  { "order-of-kinds", SESSION, SETTING, 6, "the order is settings" },
  { "member-without-room", KITCHEN, NULL, 7, "does not belong here" },
  { "room-twice", QUIET, KITCHEN, 15, "not in order" },
  { "direct-without-people", QUIET, "{\"kind\":\"room\",\"id\":\"quiet\",\"type\":\"direct\",\"createdBy\":\"ada\","
    "\"createdAt\":1,\"lastActivity\":1,\"membersRev\":1,\"settingsRev\":1,\"lastSeq\":0,\"rev\":1,\"memberCount\":0}",
    15, "says whose it is" },
  { "people-in-disorder", QUIET, "{\"kind\":\"room\",\"id\":\"quiet\",\"type\":\"direct\",\"direct\":[\"b\",\"a\"],"
    "\"createdBy\":\"ada\",\"createdAt\":1,\"lastActivity\":1,\"membersRev\":1,\"settingsRev\":1,\"lastSeq\":0,"
    "\"rev\":1,\"memberCount\":0}", 15, "not in order" },
  { "rev-behind", QUIET, ROOM ("quiet", "\"lastSeq\":2,\"rev\":1,\"memberCount\":0"), 15, "rev that is behind" },
  { "member-of-other-room", MEMBER, "{\"kind\":\"member\",\"roomId\":\"quiet\",\"userId\":\"ada\",\"role\":\"admin\","
    "\"joinedAt\":1,\"receivedSeq\":0,\"readSeq\":0,\"rev\":1}", 8, "this is of room quiet" },
  { "members-miscounted", MEMBER, NULL, 14, "room kitchen has 0 members, but says 1" },
  { "read-too-far", MEMBER, "{\"kind\":\"member\",\"roomId\":\"kitchen\",\"userId\":\"ada\",\"role\":\"admin\","
    "\"joinedAt\":1,\"receivedSeq\":3,\"readSeq\":1,\"rev\":1}", 8, "has read more" },
  { "message-missing", SECOND, NULL, 14, "room kitchen ends with message 1, but says 2" },
  { "gap", SECOND, MESSAGE ("m2", "\"seq\":3,\"rev\":4,\"firstRev\":4", ",\"content\":\"\""), 14,
    "message 2 is missing" },
  { "first-rev-falls", SECOND, MESSAGE ("m2", "\"seq\":2,\"rev\":4,\"firstRev\":2", ",\"content\":\"\""), 14,
    "revs of message m2" },
  { "rev-above-room", SECOND, MESSAGE ("m2", "\"seq\":2,\"rev\":10,\"firstRev\":4", ",\"content\":\"\""), 14,
    "revs of message m2" },
  { "deleted-and-there", SECOND, MESSAGE ("m2", "\"seq\":2,\"rev\":4,\"firstRev\":4",
    ",\"content\":\"x\",\"deletedAt\":9"), 14, "something left of a deleted message" },
  { "mentions", SECOND, MESSAGE ("m2", "\"seq\":2,\"rev\":4,\"firstRev\":4",
    ",\"content\":\"\",\"mentions\":[\"a b\"]"), 14, "“mentions” holds something that is no id" },
  { "version-missing", VERSION, NULL, 11, "a version of the message before is missing" },
  { "reaction-missing", CAKE, NULL, 13, "a reaction of the message before is missing" },
  { "reaction-twice", CAKE, THUMB, 13, "a reaction is there twice" },
  { "reaction-alone", SECOND, THUMB, 14, "this reaction belongs to no message" },
  { "too-many-versions", SECOND, MESSAGE ("m2", "\"seq\":2,\"rev\":4,\"firstRev\":4",
    ",\"content\":\"\",\"versions\":101"), 14, "“versions” is not from 0 to 100" },
};

static void
test_refusal (gconstpointer data)
{
  const Refusal *refusal = data;
  const char *lines[G_N_ELEMENTS (good)] = { NULL };
  g_autoptr(GString) text = NULL;
  g_autoptr(GError) error = NULL;
  g_autofree char *start = g_strdup_printf ("line %u: ", refusal->line);
  guint n = 0;
  gboolean found = FALSE;

  for (guint i = 0; good[i] != NULL; i++)
    if (!g_str_equal (good[i], refusal->from))
      lines[n++] = good[i];
    else
      {
        found = TRUE;
        if (refusal->to != NULL)
          lines[n++] = refusal->to;
      }
  g_assert_true (found);
  text = make_archive (lines);
  g_assert_null (read_bytes (text->str, text->len, &error));
  g_assert_error (error, CONFAB_ERROR, CONFAB_ERROR_BAD_REQUEST);
  g_assert_cmpstr (strstr (error->message, refusal->words), !=, NULL);
  if (!g_str_has_prefix (error->message, start))
    g_error ("“%s” does not begin with “%s”", error->message, start);
}

static void
assert_refused (const char *bytes, gsize size, const char *words)
{
  g_autoptr(GError) error = NULL;

  g_assert_null (read_bytes (bytes, size, &error));
  g_assert_nonnull (error);
  if (strstr (error->message, words) == NULL)
    g_error ("“%s” does not say “%s”", error->message, words);
}

static void
test_cut_anywhere (void)
{
  g_autoptr(GString) text = make_archive (good);

  for (gsize size = 0; size < text->len; size++)
    assert_refused (text->str, size, "cut off");
}

static void
test_changed_anywhere (void)
{
  g_autoptr(GString) text = make_archive (good);

  for (gsize i = 0; i < text->len; i++)
    for (guint bit = 0; bit < 8; bit++)
      {
        text->str[i] ^= 1 << bit;
        assert_refused (text->str, text->len, "line ");
        text->str[i] ^= 1 << bit;
      }
}

static void
test_last_line (void)
{
  g_autoptr(GString) text = make_archive (good);
  g_autoptr(GString) more = g_string_new_len (text->str, text->len);
  g_autoptr(GString) counts = g_string_new_len (text->str, text->len);
  g_autoptr(GString) line_gone = g_string_new_len (text->str, text->len);

  g_string_append (more, "\n");
  assert_refused (more->str, more->len, "line 17: something stands behind the last line");
  g_assert_cmpuint (g_string_replace (counts, "\"user\":2", "\"user\":3", 1), ==, 1);
  assert_refused (counts->str, counts->len, "line 16: the file has 2 lines of the kind “user”, but says 3");
  g_assert_cmpuint (g_string_replace (line_gone, INVITE "\n", "", 1), ==, 1);
  assert_refused (line_gone->str, line_gone->len, "the file has 0 lines of the kind “invite”, but says 1");
  g_assert_cmpuint (g_string_replace (text, "Ha", "Hu", 1), ==, 1);
  assert_refused (text->str, text->len, "line 16: the checksum is another one");
}

/* A line without an end must not fill the memory. */
static void
test_long_line (void)
{
  g_autoptr(GString) text = g_string_new (HEADER "\n");
  gsize start = text->len;

  g_string_set_size (text, start + LINE_LENGTH_MAX);
  memset (text->str + start, 'x', LINE_LENGTH_MAX);
  assert_refused (text->str, text->len, "line 2: the file is cut off in this line");
  g_string_append_c (text, 'x');
  assert_refused (text->str, text->len, "line 2: this line has more than");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/archive/good", test_good);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *path = g_strdup_printf ("/archive/refused/%s", refusals[i].name);

      g_test_add_data_func (path, &refusals[i], test_refusal);
    }
  g_test_add_func ("/archive/cut-anywhere", test_cut_anywhere);
  g_test_add_func ("/archive/changed-anywhere", test_changed_anywhere);
  g_test_add_func ("/archive/last-line", test_last_line);
  g_test_add_func ("/archive/long-line", test_long_line);
  return g_test_run ();
}
