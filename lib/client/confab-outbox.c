/* confab-outbox.c: what was written here and is not yet with the server
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define G_LOG_DOMAIN "confab-client"

#include "config.h"

#include "client/confab-outbox.h"

#include "client/confab-json-members.h"
#include "client/confab-message-private.h"
#include "client/confab-outbox-private.h"
#include "client/confab-room-private.h"
#include "client/confab-session-private.h"
#include "protocol/confab-error.h"
#include "protocol/confab-ulid.h"

/* A server that fails on one message must not stop the room's later ones for ever. */
#define MAX_INTERNAL_ERRORS 6

/* The messages of a room are sent one after the other, so that they arrive in the order in which they were written. */
typedef struct
{
  char *room_id;
  GPtrArray *messages;   /* of ConfabMessage */
  gboolean sending;
} Lane;

struct _ConfabOutbox
{
  GObject parent_instance;

  ConfabSession *session;   /* borrowed: it owns the outbox */
  GHashTable *lanes;        /* room id → Lane* */
  guint n_waiting;
};

enum
{
  PROP_N_WAITING = 1,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (ConfabOutbox, confab_outbox, G_TYPE_OBJECT)

static void
lane_free (gpointer data)
{
  Lane *lane = data;

  g_free (lane->room_id);
  g_ptr_array_unref (lane->messages);
  g_free (lane);
}

static void
confab_outbox_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  switch (prop_id)
    {
    case PROP_N_WAITING: g_value_set_uint (value, CONFAB_OUTBOX (object)->n_waiting); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
confab_outbox_finalize (GObject *object)
{
  g_hash_table_unref (CONFAB_OUTBOX (object)->lanes);
  G_OBJECT_CLASS (confab_outbox_parent_class)->finalize (object);
}

static void
confab_outbox_class_init (ConfabOutboxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = confab_outbox_get_property;
  object_class->finalize = confab_outbox_finalize;

  properties[PROP_N_WAITING] = g_param_spec_uint ("n-waiting", NULL, NULL, 0, G_MAXUINT, 0,
                                                  G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
confab_outbox_init (ConfabOutbox *self)
{
  self->lanes = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, lane_free);
}

ConfabOutbox *
confab_outbox_new (ConfabSession *session)
{
  ConfabOutbox *self = g_object_new (CONFAB_TYPE_OUTBOX, NULL);

  self->session = session;
  return self;
}

gboolean
confab_outbox_error_is_final (const GError *error)
{
  if (error->domain != CONFAB_ERROR)
    return FALSE;
  switch ((ConfabError) error->code)
    {
    case CONFAB_ERROR_BAD_REQUEST:
    case CONFAB_ERROR_FORBIDDEN:
    case CONFAB_ERROR_NOT_FOUND:
    case CONFAB_ERROR_CONFLICT:
    case CONFAB_ERROR_TOO_LARGE:
      return TRUE;
    case CONFAB_ERROR_UNAUTHENTICATED:
    case CONFAB_ERROR_RATE_LIMITED:
    case CONFAB_ERROR_UNAVAILABLE:
    case CONFAB_ERROR_INTERNAL:
    default:
      return FALSE;
    }
}

static Lane *
confab_outbox_ensure_lane (ConfabOutbox *self, const char *room_id)
{
  Lane *lane = g_hash_table_lookup (self->lanes, room_id);

  if (lane != NULL)
    return lane;
  lane = g_new0 (Lane, 1);
  lane->room_id = g_strdup (room_id);
  lane->messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_hash_table_insert (self->lanes, lane->room_id, lane);
  return lane;
}

static void
confab_outbox_count (ConfabOutbox *self)
{
  GHashTableIter iter;
  Lane *lane = NULL;
  guint n_waiting = 0;

  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane))
    {
      for (guint i = 0; i < lane->messages->len; i++)
        n_waiting += confab_message_get_state (lane->messages->pdata[i]) == CONFAB_MESSAGE_STATE_SENDING;
    }
  if (n_waiting != self->n_waiting)
    {
      self->n_waiting = n_waiting;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_WAITING]);
    }
}

/* Counts again and shows the room what is left. */
static void
confab_outbox_changed (ConfabOutbox *self, const char *room_id)
{
  ConfabRoom *room = confab_room_list_find (confab_session_get_rooms (self->session), room_id);

  confab_outbox_count (self);
  if (room != NULL)
    confab_room_outbox_changed (room);
}

void
confab_outbox_load (ConfabOutbox *self, GPtrArray *pending)
{
  ConfabUser *me = confab_session_get_user (self->session);

  for (guint i = 0; i < pending->len; i++)
    {
      const ConfabCachedPending *row = pending->pdata[i];
      Lane *lane = confab_outbox_ensure_lane (self, row->room_id);
      ConfabMessage *message =
        confab_message_new_pending (row->room_id, row->client_id, me, row->content, row->reply_to, row->timestamp);

      if (row->failure != NULL)
        confab_message_set_failure (message, row->failure);
      g_ptr_array_add (lane->messages, message);
      confab_outbox_changed (self, row->room_id);
    }
}

void
confab_outbox_clear (ConfabOutbox *self)
{
  GHashTableIter iter;
  Lane *lane = NULL;

  /* The lanes stay: a fiber may still look at one. */
  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane))
    g_ptr_array_set_size (lane->messages, 0);
  confab_outbox_count (self);
}

GPtrArray *
confab_outbox_peek_room (ConfabOutbox *self, const char *room_id)
{
  Lane *lane = g_hash_table_lookup (self->lanes, room_id);

  return lane != NULL ? lane->messages : NULL;
}

static ConfabMessage *
lane_find_next (Lane *lane)
{
  for (guint i = 0; i < lane->messages->len; i++)
    {
      ConfabMessage *message = lane->messages->pdata[i];

      if (confab_message_get_state (message) == CONFAB_MESSAGE_STATE_SENDING)
        return message;
    }
  return NULL;
}

static JsonNode *
send_request_new (ConfabMessage *message)
{
  JsonObject *object = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (object, "roomId", confab_message_get_room_id (message));
  json_object_set_string_member (object, "content", confab_message_get_content (message));
  json_object_set_string_member (object, "clientId", confab_message_get_client_id (message));
  if (confab_message_get_reply_to (message) != NULL)
    json_object_set_string_member (object, "replyTo", confab_message_get_reply_to (message));
  json_node_take_object (node, object);
  return node;
}

static void
confab_outbox_accept (ConfabOutbox *self, Lane *lane, JsonNode *reply)
{
  ConfabRoom *room = confab_room_list_find (confab_session_get_rooms (self->session), lane->room_id);
  JsonObject *stored = confab_json_get_object (json_node_get_object (reply), "message");
  const char *client_id = confab_json_get_string (stored, "clientId");
  g_autoptr(ConfabMessage) left = NULL;

  if (room != NULL && stored != NULL)
    confab_room_arrive_one (room, stored);
  /* The room may have been left since; the message is with the server all the same. */
  if (client_id != NULL)
    left = confab_outbox_take (self, lane->room_id, client_id);
}

static void
confab_outbox_refuse (ConfabOutbox *self, ConfabMessage *message, const GError *error)
{
  g_debug ("A message was refused: %s", error->message);
  confab_message_set_failure (message, error->message);
  confab_cache_batch_set_pending_failure (confab_session_get_batch (self->session),
                                          confab_message_get_client_id (message), error->message);
  confab_outbox_changed (self, confab_message_get_room_id (message));
}

/* On a fiber. FALSE: the connection is gone, its return starts the lane again. */
static gboolean
confab_outbox_send_next (ConfabOutbox *self, Lane *lane, ConfabMessage *message, ConfabBackoff *backoff)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) request = send_request_new (message);
  g_autoptr(JsonNode) reply = NULL;
  gboolean hopeless = FALSE;

  reply =
    dex_await_boxed (confab_session_call_operation (self->session, CONFAB_OPERATION_SEND_MESSAGE, request), &error);
  if (reply != NULL)
    {
      confab_backoff_reset (backoff);
      confab_outbox_accept (self, lane, reply);
      return TRUE;
    }
  hopeless = g_error_matches (error, CONFAB_ERROR, CONFAB_ERROR_INTERNAL) && backoff->tries >= MAX_INTERNAL_ERRORS;
  if (confab_outbox_error_is_final (error) || hopeless)
    {
      confab_backoff_reset (backoff);
      confab_outbox_refuse (self, message, error);
      return TRUE;
    }
  if (!confab_session_is_online (self->session))
    return FALSE;
  dex_await (dex_timeout_new_msec (
               confab_backoff_next (backoff, g_random_double (), confab_error_get_retry_after (error))),
             NULL);
  return confab_session_is_online (self->session);
}

typedef struct
{
  ConfabOutbox *outbox;
  ConfabSession *session;
  Lane *lane;
} Sending;

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  g_object_unref (sending->outbox);
  g_object_unref (sending->session);
  g_free (sending);
}

static DexFuture *
send_fiber (gpointer data)
{
  Sending *sending = data;
  ConfabBackoff backoff = { 0 };
  gboolean going_on = TRUE;

  while (going_on && confab_session_is_online (sending->session))
    {
      g_autoptr(ConfabMessage) message = lane_find_next (sending->lane);

      if (message == NULL)
        break;
      g_object_ref (message);
      going_on = confab_outbox_send_next (sending->outbox, sending->lane, message, &backoff);
    }
  sending->lane->sending = FALSE;
  return dex_future_new_true ();
}

static void
confab_outbox_run_lane (ConfabOutbox *self, Lane *lane)
{
  Sending *sending = NULL;

  if (lane->sending || lane_find_next (lane) == NULL || !confab_session_is_online (self->session))
    return;
  lane->sending = TRUE;
  sending = g_new0 (Sending, 1);
  sending->outbox = g_object_ref (self);
  sending->session = g_object_ref (self->session);
  sending->lane = lane;
  dex_future_disown (dex_scheduler_spawn (NULL, 0, send_fiber, sending, sending_free));
}

void
confab_outbox_run (ConfabOutbox *self)
{
  GHashTableIter iter;
  Lane *lane = NULL;

  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &lane))
    confab_outbox_run_lane (self, lane);
}

ConfabMessage *
confab_outbox_add (ConfabOutbox *self, const char *room_id, const char *content, const char *reply_to)
{
  Lane *lane = confab_outbox_ensure_lane (self, room_id);
  g_autofree char *client_id = confab_ulid_new ();
  gint64 now = g_get_real_time () / 1000;
  ConfabMessage *message = NULL;

  message =
    confab_message_new_pending (room_id, client_id, confab_session_get_user (self->session), content, reply_to, now);
  g_ptr_array_add (lane->messages, message);
  /* On its way to the disk first: the server may have it and the answer be lost, and then it must be asked for again.
   */
  confab_cache_batch_put_pending (confab_session_get_batch (self->session), client_id, room_id, content, reply_to, now);
  confab_session_flush (self->session);
  confab_outbox_changed (self, room_id);
  confab_outbox_run_lane (self, lane);
  return message;
}

static gboolean
find_by_client_id (gconstpointer message, gconstpointer client_id)
{
  return g_strcmp0 (confab_message_get_client_id ((ConfabMessage *) message), client_id) == 0;
}

ConfabMessage *
confab_outbox_take (ConfabOutbox *self, const char *room_id, const char *client_id)
{
  Lane *lane = g_hash_table_lookup (self->lanes, room_id);
  ConfabMessage *message = NULL;
  guint index = 0;

  if (lane == NULL || !g_ptr_array_find_with_equal_func (lane->messages, client_id, find_by_client_id, &index))
    return NULL;
  message = g_ptr_array_steal_index (lane->messages, index);
  confab_cache_batch_remove_pending (confab_session_get_batch (self->session), client_id);
  confab_outbox_count (self);
  return message;
}

void
confab_outbox_retry (ConfabOutbox *self, ConfabMessage *message)
{
  Lane *lane = g_hash_table_lookup (self->lanes, confab_message_get_room_id (message));

  if (lane == NULL || !g_ptr_array_find (lane->messages, message, NULL))
    return;
  confab_message_set_failure (message, NULL);
  confab_cache_batch_set_pending_failure (confab_session_get_batch (self->session),
                                          confab_message_get_client_id (message), NULL);
  confab_outbox_changed (self, lane->room_id);
  confab_outbox_run_lane (self, lane);
}

void
confab_outbox_discard (ConfabOutbox *self, ConfabMessage *message)
{
  g_autoptr(ConfabMessage) taken = confab_outbox_take (self, confab_message_get_room_id (message),
                                                       confab_message_get_client_id (message));

  if (taken != NULL)
    confab_outbox_changed (self, confab_message_get_room_id (taken));
}

/**
 * confab_outbox_get_n_waiting:
 * @self: an outbox
 *
 * Returns: how many messages are still to be sent, those that were refused not counted
 *
 * Since: 0.1
 */
guint
confab_outbox_get_n_waiting (ConfabOutbox *self)
{
  g_return_val_if_fail (CONFAB_IS_OUTBOX (self), 0);
  return self->n_waiting;
}
