/* driver.c: clients of Confab's MLS behind lines of JSON (README.md)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "confab-mls-group.h"

typedef struct
{
  char              *name;
  ConfabMlsIdentity *identity;
  ConfabMlsPolicy   *policy;
  ConfabMlsGroup    *group;
  GPtrArray         *key_bundles;
  GHashTable        *psks; /* GBytes to ConfabSecret */
} Client;

typedef JsonObject *(*Operation) (Client     *client,
                                  JsonObject *request,
                                  GError    **error);

static GHashTable *clients;

static void
client_free (Client *client)
{
  g_clear_pointer (&client->group, confab_mls_group_unref);
  g_ptr_array_unref (client->key_bundles);
  g_hash_table_unref (client->psks);
  confab_mls_policy_unref (client->policy);
  confab_mls_identity_unref (client->identity);
  g_free (client->name);
  g_free (client);
}

static GBytes *
get_bytes (JsonObject *object,
           const char *name)
{
  gsize length = 0;
  guint8 *data = g_base64_decode (json_object_get_string_member_with_default (object, name, ""), &length);

  return g_bytes_new_take (data, length);
}

static void
set_span (JsonObject *object,
          const char *name,
          ConfabSpan  span)
{
  g_autofree char *text = g_base64_encode (span.data, span.length);

  json_object_set_string_member (object, name, text);
}

static void
set_bytes (JsonObject *object,
           const char *name,
           GBytes     *bytes)
{
  if (bytes != NULL)
    set_span (object, name, confab_span_from_bytes (bytes));
}

static ConfabSecret *
find_psk (const ConfabMlsPskId *psk,
          gpointer              user_data)
{
  Client *client = user_data;
  ConfabSecret *key = psk->type == CONFAB_MLS_PSK_EXTERNAL ? g_hash_table_lookup (client->psks, psk->id) : NULL;

  return key != NULL ? confab_secret_ref (key) : NULL;
}

static JsonObject *
do_client (Client     *none,
           JsonObject *request,
           GError    **error)
{
  const char *name = json_object_get_string_member (request, "name");
  g_autoptr (GBytes) name_bytes = g_bytes_new (name, strlen (name));
  g_autoptr (ConfabMlsCredential) credential = confab_mls_credential_new_basic (name_bytes);
  g_autoptr (ConfabMlsIdentity) identity = NULL;
  Client *client = NULL;

  identity = confab_mls_identity_generate (json_object_get_int_member (request, "suite"), credential, NULL, error);
  if (identity == NULL)
    return NULL;

  client = g_new0 (Client, 1);
  client->name = g_strdup (name);
  client->identity = g_steal_pointer (&identity);
  client->policy = confab_mls_policy_new ();
  client->key_bundles = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_key_bundle_unref);
  client->psks = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                                        (GDestroyNotify) confab_secret_unref);
  confab_mls_policy_set_credential_func (client->policy, confab_mls_accept_any_credential, NULL, NULL);
  confab_mls_policy_set_psk_func (client->policy, find_psk, client, NULL);
  confab_mls_policy_set_retained_epochs (client->policy, 4);
  confab_mls_policy_set_allow_resync (client->policy, TRUE);
  g_hash_table_replace (clients, client->name, client);

  return json_object_new ();
}

static JsonObject *
do_suites (Client     *none,
           JsonObject *request,
           GError    **error)
{
  gsize n_suites = 0;
  const ConfabCryptoSuite *const *suites = confab_crypto_suite_list (&n_suites);
  JsonObject *answer = json_object_new ();
  JsonArray *ids = json_array_new ();

  for (gsize i = 0; i < n_suites; i++)
    json_array_add_int_element (ids, confab_crypto_suite_get_id (suites[i]));
  json_object_set_array_member (answer, "suites", ids);

  return answer;
}

static JsonObject *
do_forget (Client     *client,
           JsonObject *request,
           GError    **error)
{
  g_hash_table_remove (clients, client->name);

  return json_object_new ();
}

static JsonObject *
do_restart (Client     *client,
            JsonObject *request,
            GError    **error)
{
  g_autoptr (ConfabSecret) state = confab_mls_group_serialize (client->group);
  g_autoptr (ConfabMlsGroup) group = NULL;

  group = confab_mls_group_deserialize (confab_secret_span (state), client->policy, error);
  if (group == NULL)
    return NULL;

  confab_mls_group_unref (client->group);
  client->group = g_steal_pointer (&group);

  return json_object_new ();
}

static JsonObject *
do_psk (Client     *client,
        JsonObject *request,
        GError    **error)
{
  g_autoptr (GBytes) key = get_bytes (request, "key");

  g_hash_table_replace (client->psks, get_bytes (request, "id"), confab_secret_new_copy (confab_span_from_bytes (key)));

  return json_object_new ();
}

static JsonObject *
do_key_package (Client     *client,
                JsonObject *request,
                GError    **error)
{
  guint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (ConfabMlsKeyBundle) bundle = NULL;
  g_autoptr (GBytes) message = NULL;
  g_autoptr (JsonObject) answer = json_object_new ();

  bundle = confab_mls_key_bundle_new (client->identity, now - 3600, now + 14 * 86400, FALSE, error);
  if (bundle == NULL)
    return NULL;

  message = confab_mls_key_package_to_message (confab_mls_key_bundle_get_key_package (bundle));
  set_bytes (answer, "keyPackage", message);
  g_ptr_array_add (client->key_bundles, g_steal_pointer (&bundle));

  return g_steal_pointer (&answer);
}

static JsonObject *
do_create (Client     *client,
           JsonObject *request,
           GError    **error)
{
  g_autoptr (GBytes) group_id = get_bytes (request, "groupId");

  client->group = confab_mls_group_create (group_id, client->identity, NULL, client->policy, error);

  return client->group != NULL ? json_object_new () : NULL;
}

static ConfabMlsProposal *
make_psk_proposal (Client     *client,
                   JsonObject *request)
{
  const ConfabCryptoSuite *suite = confab_crypto_suite_lookup (confab_mls_group_get_cipher_suite (client->group));
  g_autoptr (ConfabMlsPskId) id = NULL;
  g_autoptr (GBytes) psk_id = get_bytes (request, "id");
  GBytes *group_id = confab_mls_group_get_id (client->group);

  if (g_str_equal (json_object_get_string_member (request, "type"), "psk"))
    id = confab_mls_psk_id_new_external (suite, psk_id);
  else
    id = confab_mls_psk_id_new_resumption (suite, CONFAB_MLS_RESUMPTION_APPLICATION, group_id,
                                           json_object_get_int_member (request, "epoch"));

  return confab_mls_proposal_new_psk (id);
}

static ConfabMlsProposal *
make_proposal (Client     *client,
               JsonObject *request,
               GError    **error)
{
  const char *type = json_object_get_string_member (request, "type");
  g_autoptr (GPtrArray) extensions = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (g_str_equal (type, "add"))
    {
      g_autoptr (ConfabMlsKeyPackage) key_package = NULL;

      bytes = get_bytes (request, "keyPackage");
      key_package = confab_mls_key_package_from_message (bytes, error);
      return key_package != NULL ? confab_mls_proposal_new_add (key_package) : NULL;
    }

  if (g_str_equal (type, "remove"))
    return confab_mls_proposal_new_remove (json_object_get_int_member (request, "leaf"));

  if (g_str_equal (type, "psk") || g_str_equal (type, "resumption"))
    return make_psk_proposal (client, request);

  if (g_str_equal (type, "extensions"))
    {
      bytes = get_bytes (request, "data");
      extensions = confab_mls_extensions_new ();
      confab_mls_extensions_add (extensions, CONFAB_MLS_EXTENSION_REQUIRED_CAPABILITIES, bytes);
      return confab_mls_proposal_new_group_context_extensions (extensions);
    }

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "No proposal %s", type);
  return NULL;
}

static void
choose_framing (Client     *client,
                JsonObject *request)
{
  confab_mls_policy_set_encrypt_handshakes (client->policy, !json_object_get_boolean_member (request, "public"));
}

static JsonObject *
do_propose (Client     *client,
            JsonObject *request,
            GError    **error)
{
  JsonObject *wanted = json_object_get_object_member (request, "proposal");
  g_autoptr (ConfabMlsProposal) proposal = NULL;
  g_autoptr (GBytes) message = NULL;
  g_autoptr (JsonObject) answer = json_object_new ();

  choose_framing (client, request);

  if (g_str_equal (json_object_get_string_member (wanted, "type"), "update"))
    {
      message = confab_mls_group_propose_update (client->group, error);
    }
  else
    {
      proposal = make_proposal (client, wanted, error);
      if (proposal == NULL)
        return NULL;
      message = confab_mls_group_propose (client->group, proposal, error);
    }

  if (message == NULL)
    return NULL;

  set_bytes (answer, "message", message);
  return g_steal_pointer (&answer);
}

static JsonObject *
do_commit (Client     *client,
           JsonObject *request,
           GError    **error)
{
  JsonArray *wanted = json_object_get_array_member (request, "proposals");
  g_autoptr (GPtrArray) proposals = g_ptr_array_new_with_free_func ((GDestroyNotify) confab_mls_proposal_unref);
  g_autoptr (ConfabMlsCommitResult) result = NULL;
  g_autoptr (JsonObject) answer = json_object_new ();
  ConfabMlsCommitFlags flags = CONFAB_MLS_COMMIT_DEFAULT;

  for (guint i = 0; i < json_array_get_length (wanted); i++)
    {
      ConfabMlsProposal *proposal = make_proposal (client, json_array_get_object_element (wanted, i), error);

      if (proposal == NULL)
        return NULL;
      g_ptr_array_add (proposals, proposal);
    }

  choose_framing (client, request);
  if (!json_object_get_boolean_member (request, "tree"))
    flags |= CONFAB_MLS_COMMIT_OMIT_TREE;

  result = confab_mls_group_commit (client->group, proposals, flags, NULL, error);
  if (result == NULL || !confab_mls_group_merge_pending (client->group, error))
    return NULL;

  set_bytes (answer, "commit", result->commit);
  set_bytes (answer, "welcome", result->welcome);
  return g_steal_pointer (&answer);
}

/* Whoever was added tries the key packages that it gave out: the Welcome says for which one it is. */
static JsonObject *
do_join (Client     *client,
         JsonObject *request,
         GError    **error)
{
  g_autoptr (GBytes) welcome = get_bytes (request, "welcome");
  g_autoptr (GBytes) tree = NULL;
  g_autoptr (GError) local_error = NULL;

  if (json_object_has_member (request, "tree") && !json_object_get_null_member (request, "tree"))
    tree = get_bytes (request, "tree");

  for (guint i = 0; client->group == NULL && i < client->key_bundles->len; i++)
    {
      g_clear_error (&local_error);
      client->group = confab_mls_group_join (welcome, g_ptr_array_index (client->key_bundles, i), client->identity,
                                             tree, NULL, client->policy, &local_error);
    }

  if (client->group == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return NULL;
    }

  g_ptr_array_set_size (client->key_bundles, 0);
  return json_object_new ();
}

static JsonObject *
do_group_info (Client     *client,
               JsonObject *request,
               GError    **error)
{
  g_autoptr (GBytes) group_info = confab_mls_group_make_group_info (client->group, TRUE, error);
  g_autoptr (JsonObject) answer = json_object_new ();

  if (group_info == NULL)
    return NULL;

  set_bytes (answer, "groupInfo", group_info);
  return g_steal_pointer (&answer);
}

static JsonObject *
do_join_external (Client     *client,
                  JsonObject *request,
                  GError    **error)
{
  g_autoptr (GBytes) group_info = get_bytes (request, "groupInfo");
  g_autoptr (GBytes) commit = NULL;
  g_autoptr (JsonObject) answer = json_object_new ();
  gint64 former_leaf = json_object_get_int_member_with_default (request, "formerLeaf", -1);

  g_clear_pointer (&client->group, confab_mls_group_unref);
  client->group = confab_mls_group_join_external (group_info, client->identity, NULL, NULL, former_leaf,
                                                  client->policy, &commit, error);
  if (client->group == NULL)
    return NULL;

  set_bytes (answer, "commit", commit);
  return g_steal_pointer (&answer);
}

static JsonObject *
do_process (Client     *client,
            JsonObject *request,
            GError    **error)
{
  static const char *const kinds[] = {
    [CONFAB_MLS_EVENT_APPLICATION] = "application",
    [CONFAB_MLS_EVENT_PROPOSAL] = "proposal",
    [CONFAB_MLS_EVENT_COMMIT] = "commit",
  };
  g_autoptr (GBytes) message = get_bytes (request, "message");
  g_autoptr (ConfabMlsEvent) event = confab_mls_group_process (client->group, message, error);
  g_autoptr (JsonObject) answer = json_object_new ();

  if (event == NULL)
    return NULL;

  json_object_set_string_member (answer, "kind", kinds[event->type]);
  set_bytes (answer, "data", event->application_data);
  return g_steal_pointer (&answer);
}

static JsonObject *
do_encrypt (Client     *client,
            JsonObject *request,
            GError    **error)
{
  g_autoptr (GBytes) data = get_bytes (request, "data");
  g_autoptr (GBytes) message = confab_mls_group_encrypt (client->group, data, NULL, error);
  g_autoptr (JsonObject) answer = json_object_new ();

  if (message == NULL)
    return NULL;

  set_bytes (answer, "message", message);
  return g_steal_pointer (&answer);
}

static JsonObject *
describe_members (ConfabMlsGroup *group)
{
  g_autoptr (GPtrArray) members = confab_mls_group_get_members (group);
  JsonObject *described = json_object_new ();

  for (guint i = 0; i < members->len; i++)
    {
      const ConfabMlsMember *member = g_ptr_array_index (members, i);
      GBytes *identity = confab_mls_credential_get_identity (member->credential);
      g_autofree char *name = g_strndup (g_bytes_get_data (identity, NULL), g_bytes_get_size (identity));

      json_object_set_int_member (described, name, member->leaf_index);
    }

  return described;
}

static JsonObject *
do_state (Client     *client,
          JsonObject *request,
          GError    **error)
{
  ConfabMlsGroup *group = client->group;
  g_autoptr (GBytes) context = get_bytes (request, "context");
  g_autoptr (GBytes) authenticator = NULL;
  g_autoptr (GBytes) tree = NULL;
  g_autoptr (ConfabSecret) exported = NULL;
  g_autoptr (JsonObject) answer = json_object_new ();

  json_object_set_boolean_member (answer, "active", confab_mls_group_is_active (group));
  if (!confab_mls_group_is_active (group))
    return g_steal_pointer (&answer);

  exported = confab_mls_group_export (group, json_object_get_string_member (request, "label"),
                                      confab_span_from_bytes (context),
                                      json_object_get_int_member (request, "length"), error);
  if (exported == NULL)
    return NULL;

  authenticator = confab_mls_group_get_epoch_authenticator (group);
  tree = confab_mls_group_export_ratchet_tree (group);
  json_object_set_int_member (answer, "epoch", confab_mls_group_get_epoch (group));
  set_bytes (answer, "authenticator", authenticator);
  set_span (answer, "exported", confab_secret_span (exported));
  set_bytes (answer, "tree", tree);
  json_object_set_int_member (answer, "leaf", confab_mls_group_get_own_leaf (group));
  json_object_set_object_member (answer, "members", describe_members (group));

  return g_steal_pointer (&answer);
}

static const struct
{
  const char *name;
  Operation   function;
} operations[] = {
  { "suites", do_suites },
  { "client", do_client },
  { "forget", do_forget },
  { "restart", do_restart },
  { "psk", do_psk },
  { "key-package", do_key_package },
  { "create", do_create },
  { "propose", do_propose },
  { "commit", do_commit },
  { "join", do_join },
  { "group-info", do_group_info },
  { "join-external", do_join_external },
  { "process", do_process },
  { "encrypt", do_encrypt },
  { "state", do_state },
};

static JsonObject *
answer_request (JsonObject *request,
                GError    **error)
{
  const char *name = json_object_get_string_member_with_default (request, "name", "");
  const char *wanted = json_object_get_string_member_with_default (request, "op", "");
  Client *client = g_hash_table_lookup (clients, name);

  for (guint i = 0; i < G_N_ELEMENTS (operations); i++)
    {
      if (!g_str_equal (operations[i].name, wanted))
        continue;

      if (client == NULL && operations[i].function != do_client && operations[i].function != do_suites)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no client %s", name);
          return NULL;
        }

      return operations[i].function (client, request, error);
    }

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "There is no operation %s", wanted);
  return NULL;
}

static void
answer_line (const char *line)
{
  g_autoptr (JsonNode) request = NULL;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  request = json_from_string (line, &error);
  if (request != NULL)
    answer = answer_request (json_node_get_object (request), &error);

  if (answer == NULL)
    {
      answer = json_object_new ();
      json_object_set_string_member (answer, "error", error != NULL ? error->message : "not JSON");
    }

  json_node_set_object (node, answer);
  text = json_to_string (node, FALSE);
  puts (text);
  fflush (stdout);
}

int
main (void)
{
  g_autofree char *line = NULL;
  size_t size = 0;

  clients = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) client_free);
  while (getline (&line, &size, stdin) > 0)
    answer_line (line);
  g_hash_table_unref (clients);

  return 0;
}
