/* trouble.c: what libmongoc and the server complain about, as errors of the store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-store"

#include "config.h"

#include "store/mongodb/trouble.h"

#include <string.h>

#define RETRY_AFTER 1.0           /* seconds: what clients are told when it did not answer */

/* Of the server: no primary, on its way down, out of time, out of room. Another try may cure each of them. */
static const struct
{
  guint32 code;
  const char *words;
} passing[] = {
  { 6, "MongoDB cannot be reached" },
  { 7, "MongoDB cannot be reached" },
  { 89, "MongoDB does not answer in time" },
  { 91, "MongoDB is being shut down" },
  { 189, "MongoDB has no primary at the moment" },
  { 9001, "MongoDB cannot be reached" },
  { 10058, "MongoDB has no primary at the moment" },
  { 10107, "MongoDB has no primary at the moment" },
  { 11600, "MongoDB is being shut down" },
  { 11602, "MongoDB has no primary at the moment" },
  { 13435, "MongoDB has no primary at the moment" },
  { 13436, "MongoDB has no primary at the moment" },
  { 50, "MongoDB does not answer in time" },
  { 262, "MongoDB does not answer in time" },
  { 64, "MongoDB has no majority of its members at the moment" },
  { 100, "MongoDB has no majority of its members at the moment" },
  { MONGODB_WRITE_CONFLICT, "Others write to the same rooms; try again in a moment" },
  { 24, "Others write to the same rooms; try again in a moment" },
  { 246, "Others write to the same rooms; try again in a moment" },
  { 43, "MongoDB was restarted in the middle of an answer" },
  { 175, "MongoDB was interrupted in the middle of an answer" },
  { 237, "MongoDB was interrupted in the middle of an answer" },
  { 11601, "MongoDB was interrupted in the middle of an answer" },
  { 251, "MongoDB has given up a transaction" },
  { 290, "MongoDB has given up a transaction" },
  { MONGODB_DUPLICATE_KEY, "Others write the same at this moment; try again" },
  { 14031, "The disk of MongoDB is full" },
  { 13, "MongoDB does not allow this user what the server needs: the role readWrite on its database" },
  { 18, "MongoDB does not accept the user and the password of the address" },
};

/* libmongoc tells only in its text why none of the servers will do. */
static const char *
explain_unreachable (const char *text)
{
  if (strstr (text, "TLS handshake failed") != NULL)
    return "MongoDB cannot be reached: its certificate is not for this name, or of no authority in tlsCAFile";
  if (strstr (text, "Failed to resolve") != NULL)
    return "MongoDB cannot be reached: there is no host of this name";
  return "MongoDB cannot be reached";
}

static const char *
explain (const bson_error_t *problem)
{
  switch (problem->domain)
    {
    case MONGOC_ERROR_SERVER_SELECTION:
      return explain_unreachable (problem->message);
    case MONGOC_ERROR_STREAM:
      return "MongoDB does not answer";
    case MONGOC_ERROR_CLIENT:
    case MONGOC_ERROR_SASL:
    case MONGOC_ERROR_SCRAM:
      if (problem->code == MONGOC_ERROR_CLIENT_AUTHENTICATE || problem->domain != MONGOC_ERROR_CLIENT)
        return "MongoDB does not accept the user and the password of the address";
      return NULL;
    case MONGOC_ERROR_WRITE_CONCERN:
      return "MongoDB has no majority of its members at the moment";
    case MONGOC_ERROR_SERVER:
      for (gsize i = 0; i < G_N_ELEMENTS (passing); i++)
        if (passing[i].code == problem->code)
          return passing[i].words;
      return NULL;
    default:
      return NULL;
    }
}

GError *
mongodb_trouble_new_unavailable (const char *words)
{
  GError *error = g_error_new_literal (CONFAB_ERROR, CONFAB_ERROR_UNAVAILABLE, words);

  confab_error_set_retry_after (error, RETRY_AFTER);
  return error;
}

GError *
mongodb_trouble_new (const bson_error_t *problem)
{
  const char *words = explain (problem);
  g_autofree char *whole = NULL;

  if (words == NULL)
    return g_error_new (CONFAB_ERROR, CONFAB_ERROR_INTERNAL, "MongoDB refused an operation: %s (%u.%u)",
                        problem->message, problem->domain, problem->code);
  whole = g_strdup_printf ("%s (MongoDB %u.%u)", words, problem->domain, problem->code);
  return mongodb_trouble_new_unavailable (whole);
}
