/* connection.c: a WebSocket peer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The stream tells it of whole messages; what goes out is framed here, once for everybody, and put straight into the
 * stream's buffer.
 */
#define G_LOG_DOMAIN "confab-net"

#include "config.h"

#include "net/connection.h"

#include "net/door-websocket.h"
#include "net/frame.h"

#define MAX_FRAME (64 * 1024)
#define MAX_TOPICS 8192
/* More topics left or joined than this while operations are in flight: the oldest are forgotten. */
#define MAX_NOTED 256
#define MAX_BAD_FRAMES 32
/* When all connections together hold too much unread output, only those with more than this are slow. */
#define FAIR_WAITING (64 * 1024)
#define CLOSE_WAIT 5
#define ALIVE_INTERVAL 30

static const gboolean edges[5][5] = {
  /* to:                    ANONYMOUS JOINING OPEN CLOSING GONE */
  [CONNECTION_ANONYMOUS] = { FALSE,    TRUE,   FALSE, TRUE, TRUE },
  [CONNECTION_JOINING]   = { TRUE,     FALSE,  TRUE,  TRUE, TRUE },
  [CONNECTION_OPEN]      = { FALSE,    FALSE,  FALSE, TRUE, TRUE },
  [CONNECTION_CLOSING]   = { FALSE,    FALSE,  FALSE, FALSE, TRUE },
};

static void connection_schedule (Connection *self);

static NetServer *
connection_get_server (Connection *self)
{
  return self->reactor->server;
}

static gint64
connection_now (Connection *self)
{
  return self->reactor->poller->now;
}

void
connection_set_state (Connection *self, ConnectionState state)
{
  NetCounters *counters = &connection_get_server (self)->counters;

  g_assert (edges[self->state][state]);
  if (self->state == CONNECTION_OPEN)
    net_count (&counters->authenticated, -1);
  if (state == CONNECTION_OPEN)
    net_count (&counters->authenticated, 1);
  g_atomic_int_set ((gint *) &self->state, state);
  if (state != CONNECTION_GONE)
    connection_schedule (self);
}

/* ---- Output ----------------------------------------------------------------------------------------------- */

static gboolean
connection_is_slow (Connection *self)
{
  NetServer *server = connection_get_server (self);
  gsize waiting = stream_get_waiting (&self->stream);

  return waiting > server->options.max_waiting ||
         (waiting > FAIR_WAITING &&
          (gsize) net_counted (&server->counters.bytes_waiting) > server->options.max_waiting_total);
}

static void
connection_close_slow (Connection *self)
{
  net_count (&connection_get_server (self)->counters.closed_slow, 1);
  connection_close (self, CLOSE_SLOW_READER, "slow reader");
}

void
connection_send (Connection *self, GBytes *text)
{
  NetCounters *counters = &connection_get_server (self)->counters;
  guint8 header[FRAME_MAX_HEADER];
  gsize length;
  const char *payload = g_bytes_get_data (text, &length);

  if (self->state >= CONNECTION_CLOSING)
    return;
  if (connection_is_slow (self))
    {
      connection_close_slow (self);
      return;
    }
  stream_append (&self->stream, header, frame_write_text_header (header, length), payload, length);
  net_count (&counters->frames_sent, 1);
}

static void
connection_say_close (Connection *self, guint16 code, const char *reason)
{
  guint8 frame[FRAME_MAX_CLOSE];

  stream_append (&self->stream, frame, frame_write_close (frame, code, reason), NULL, 0);
  stream_finish_output (&self->stream);
  /* The peer's answer has to be read, whatever was held back. */
  stream_set_reading (&self->stream, TRUE);
}

void
connection_close (Connection *self, guint16 code, const char *reason)
{
  if (self->state >= CONNECTION_CLOSING)
    return;
  g_debug ("closing connection from %s with %u: %s", self->caller->address, code, reason);
  connection_say_close (self, code, reason);
  self->closing_ends = connection_now (self) + CLOSE_WAIT;
  connection_set_state (self, CONNECTION_CLOSING);
}

void
connection_drain (Connection *self)
{
  if (self->state >= CONNECTION_CLOSING)
    return;
  self->draining = TRUE;
  if (self->in_flight == 0)
    connection_close (self, CLOSE_RESTART, "restart");
  else
    stream_set_reading (&self->stream, FALSE);
}

/* ---- Topics ----------------------------------------------------------------------------------------------- */

static guint
connection_find_topic (Connection *self, const char *name)
{
  guint i = 0;

  while (i < self->n_topics && !g_str_equal (topic_get_name (self->topics[i]), name))
    i++;
  return i;
}

/* Takes the hold. */
static void
connection_join_topic (Connection *self, Topic *topic)
{
  Reactor *reactor = self->reactor;

  if (self->state >= CONNECTION_CLOSING || self->n_topics >= MAX_TOPICS ||
      connection_find_topic (self, topic_get_name (topic)) < self->n_topics)
    {
      hub_release (reactor->server->hub, topic, reactor->seat);
      return;
    }
  if (self->n_topics == self->n_topics_allocated)
    {
      self->n_topics_allocated = MAX (4, self->n_topics_allocated * 3 / 2);
      self->topics = g_renew (Topic *, self->topics, self->n_topics_allocated);
    }
  self->topics[self->n_topics++] = topic;
  topic_add_member (topic, reactor->seat, self);
}

static void
connection_leave_topic_at (Connection *self, guint i)
{
  Reactor *reactor = self->reactor;
  Topic *topic = self->topics[i];

  self->topics[i] = self->topics[--self->n_topics];
  topic_remove_member (topic, reactor->seat, self);
  hub_release (reactor->server->hub, topic, reactor->seat);
}

void
connection_leave_topic (Connection *self, const char *name)
{
  guint i = connection_find_topic (self, name);

  if (i < self->n_topics)
    connection_leave_topic_at (self, i);
}

static gboolean
is_noted (GPtrArray *names, const char *name, guint *i)
{
  return names != NULL && g_ptr_array_find_with_equal_func (names, name, g_str_equal, i);
}

static void
note (GPtrArray **names, const char *name)
{
  if (*names == NULL)
    *names = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (*names, g_strdup (name));
  if ((*names)->len > MAX_NOTED)
    g_ptr_array_remove_index (*names, 0);
}

static void
forget (GPtrArray *names, const char *name)
{
  guint i;

  while (is_noted (names, name, &i))
    g_ptr_array_remove_index_fast (names, i);
}

/* An operation may have looked memberships up before one of them ended or began, and subscribe or unsubscribe after: it
 * must not undo that. Its mail comes before its answer does, so all can be forgotten when nothing is in flight. */
static void
connection_note_leaving (Connection *self, const char *name)
{
  forget (self->joined, name);
  if (self->in_flight > 0)
    note (&self->left, name);
}

static void
connection_note_joining (Connection *self, const char *name)
{
  forget (self->left, name);
  if (self->in_flight > 0)
    note (&self->joined, name);
}

static void
connection_forget_notes (Connection *self)
{
  g_clear_pointer (&self->left, g_ptr_array_unref);
  g_clear_pointer (&self->joined, g_ptr_array_unref);
}

/* subject: Connection, referenced; content: Topic, held. */
static void
on_subscribe (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  Connection *self = subject;
  Reactor *reactor = owner;

  if (reactor == NULL)
    topic_unref (content);
  else if (is_noted (self->left, topic_get_name (content), NULL))
    hub_release (reactor->server->hub, content, reactor->seat);
  else
    connection_join_topic (self, content);
  connection_unref (self);
}

static void
on_unsubscribe (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  g_autofree char *name = content;
  Connection *self = subject;

  if (owner != NULL && self->state != CONNECTION_GONE)
    connection_leave_topic (self, name);
  connection_unref (self);
}

static gboolean
is_kept (Connection *self, const char *name, const char *prefix, GHashTable *ids)
{
  return !g_str_has_prefix (name, prefix) || g_hash_table_contains (ids, name + strlen (prefix)) ||
         is_noted (self->joined, name, NULL);
}

/* content: the prefix; extra: GHashTable of ids. */
static void
on_keep (gpointer owner, gpointer subject, gpointer content, gpointer extra)
{
  g_autofree char *prefix = content;
  g_autoptr(GHashTable) ids = extra;
  Connection *self = subject;

  for (guint i = self->n_topics; owner != NULL && i > 0; i--)
    if (!is_kept (self, topic_get_name (self->topics[i - 1]), prefix, ids))
      connection_leave_topic_at (self, i - 1);
  connection_unref (self);
}

static void
connection_keep (gpointer subscriber, const char *prefix, const char *const *ids)
{
  Connection *self = subscriber;
  GHashTable *kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (; *ids != NULL; ids++)
    g_hash_table_add (kept, g_strdup (*ids));
  reactor_post (self->reactor, on_keep, connection_ref (self), g_strdup (prefix), kept);
}

static void
connection_subscribe (gpointer subscriber, const char *name)
{
  Connection *self = subscriber;
  Topic *topic = hub_hold (connection_get_server (self)->hub, name, self->reactor->seat);

  reactor_post (self->reactor, on_subscribe, connection_ref (self), topic, NULL);
}

static void
connection_unsubscribe (gpointer subscriber, const char *name)
{
  Connection *self = subscriber;

  reactor_post (self->reactor, on_unsubscribe, connection_ref (self), g_strdup (name), NULL);
}

static gboolean
connection_is_gone (gpointer subscriber)
{
  Connection *self = subscriber;

  return (ConnectionState) g_atomic_int_get ((gint *) &self->state) >= CONNECTION_CLOSING;
}

const SubscriberClass connection_subscriber_class = {
  .subscribe = connection_subscribe,
  .unsubscribe = connection_unsubscribe,
  .keep = connection_keep,
  .is_gone = connection_is_gone,
  .ref = (gpointer (*) (gpointer)) connection_ref,
  .unref = (void (*) (gpointer)) connection_unref,
};

/* ---- Events ----------------------------------------------------------------------------------------------- */

static gboolean
is_for_me (Connection *self, Event *event)
{
  if (event->control == EVENT_CLOSE_SESSION)
    return g_strcmp0 (self->caller->session_id, event->argument) == 0;
  return event->except_user == NULL || g_strcmp0 (self->caller->user_id, event->except_user) != 0;
}

void
connection_tell (Connection *self, Event *event)
{
  Reactor *reactor = self->reactor;

  if (self->state >= CONNECTION_CLOSING || !is_for_me (self, event))
    return;

  if (event->control == EVENT_SUBSCRIBE)
    {
      connection_note_joining (self, event->argument);
      connection_join_topic (self, hub_hold (reactor->server->hub, event->argument, reactor->seat));
    }
  else if (event->control == EVENT_UNSUBSCRIBE)
    {
      connection_note_leaving (self, event->argument);
      connection_leave_topic (self, event->argument);
    }

  /* Before hello nothing is promised: what happened until then is in the snapshot that the client asks for after it. */
  if (event->frame != NULL && self->state == CONNECTION_OPEN)
    connection_send (self, event->frame);
  if (event->control == EVENT_CLOSE_SESSION)
    connection_close (self, CLOSE_SIGN_IN, "session revoked");
}

/* ---- Operations ------------------------------------------------------------------------------------------- */

void
connection_begin_operation (Connection *self)
{
  self->in_flight++;
  if (self->in_flight < connection_get_server (self)->options.max_in_flight || self->resting)
    return;
  self->resting = TRUE;
  stream_set_reading (&self->stream, FALSE);
}

void
connection_end_operation (Connection *self)
{
  self->in_flight--;
  if (self->in_flight == 0)
    connection_forget_notes (self);
  if (self->state >= CONNECTION_CLOSING)
    return;
  if (self->draining)
    {
      if (self->in_flight == 0)
        connection_close (self, CLOSE_RESTART, "restart");
      return;
    }
  if (self->resting && self->in_flight <= connection_get_server (self)->options.max_in_flight / 2)
    {
      self->resting = FALSE;
      stream_set_reading (&self->stream, TRUE);
    }
}

gboolean
connection_set_caller (Connection *self, const Caller *caller)
{
  g_assert (!self->counted_user);
  if (!admission_enter (connection_get_server (self)->users, caller->user_id))
    return FALSE;
  self->counted_user = TRUE;
  caller_free (self->caller);
  self->caller = caller_copy (caller);
  return TRUE;
}

void
connection_renew_token (Connection *self, gint64 expires)
{
  gint64 lifetime = (expires - g_get_real_time () / 1000) / 1000;

  self->token_ends = connection_now (self) + lifetime + connection_get_server (self)->options.token_grace;
  connection_schedule (self);
}

void
connection_count_bad_frame (Connection *self)
{
  if (++self->bad_frames < MAX_BAD_FRAMES)
    return;
  net_count (&connection_get_server (self)->counters.closed_protocol, 1);
  connection_close (self, CLOSE_GO_AWAY, "too many frames that make no sense");
}

/* ---- Time ------------------------------------------------------------------------------------------------- */

static gint64
connection_get_next_deadline (Connection *self)
{
  const NetOptions *options = &connection_get_server (self)->options;
  gint64 heard = stream_get_last_heard (&self->stream);

  switch (self->state)
    {
    case CONNECTION_ANONYMOUS:
      return self->opened + options->authentication_timeout;
    case CONNECTION_JOINING:
    case CONNECTION_OPEN:
      return MIN (MIN (MAX (heard, self->pinged) + options->heartbeat, heard + options->silence), self->token_ends);
    default:
      return self->closing_ends;
    }
}

static void
connection_schedule (Connection *self)
{
  wheel_set (&self->reactor->wheel, &self->timer, connection_get_next_deadline (self));
}

static void
connection_ping (Connection *self)
{
  static const char ping[] = "{\"event\":\"ping\",\"data\":{}}";
  g_autoptr(GBytes) text = g_bytes_new_static (ping, sizeof ping - 1);

  self->pinged = connection_now (self);
  connection_send (self, text);
}

static void
connection_tell_alive (Connection *self)
{
  gint64 heard = stream_get_last_heard (&self->stream);

  if (heard < self->last_alive + ALIVE_INTERVAL)
    return;
  self->last_alive = heard;
  api_connection_alive (connection_get_server (self)->api, self->caller);
}

static void
connection_check_open (Connection *self)
{
  NetServer *server = connection_get_server (self);
  gint64 now = connection_now (self);
  gint64 heard = stream_get_last_heard (&self->stream);

  if (self->token_ends <= now)
    {
      connection_close (self, CLOSE_SIGN_IN, "token ran out");
      return;
    }
  if (heard + server->options.silence <= now)
    {
      net_count (&server->counters.closed_silent, 1);
      connection_release (self);
      return;
    }
  if (MAX (heard, self->pinged) + server->options.heartbeat <= now)
    connection_ping (self);
  if (self->state == CONNECTION_OPEN)
    connection_tell_alive (self);
}

static void
on_due (WheelEntry *timer)
{
  Connection *self = (Connection *) (gpointer) ((guint8 *) timer - G_STRUCT_OFFSET (Connection, timer));
  NetServer *server = connection_get_server (self);

  connection_ref (self);
  if (self->state == CONNECTION_ANONYMOUS &&
      self->opened + server->options.authentication_timeout <= connection_now (self))
    {
      net_count (&server->counters.closed_unauthenticated, 1);
      connection_close (self, CLOSE_SIGN_IN, "not signed in in time");
    }
  else if (self->state == CONNECTION_JOINING || self->state == CONNECTION_OPEN)
    connection_check_open (self);
  else if (self->state == CONNECTION_CLOSING && self->closing_ends <= connection_now (self))
    connection_release (self);

  if (self->state != CONNECTION_GONE && !wheel_has (&self->timer))
    connection_schedule (self);
  connection_unref (self);
}

/* ---- What the stream tells -------------------------------------------------------------------------------- */

static void
connection_answer_ping (Connection *self, const Frame *ping)
{
  guint8 header[FRAME_MAX_HEADER];

  if (connection_is_slow (self))
    connection_close_slow (self);
  else
    stream_append (&self->stream, header, frame_write_pong_header (header, ping->length), ping->bytes, ping->length);
}

/* The peer says goodbye: first, then it hears the same, or in answer to ours. Nothing more comes after it. */
static void
connection_part (Connection *self, const Frame *frame)
{
  if (self->state < CONNECTION_CLOSING)
    connection_say_close (self, frame->length >= 2 ? frame->bytes[0] << 8 | frame->bytes[1] : CLOSE_NORMAL, NULL);
  connection_release (self);
}

static void
connection_read_message (Connection *self, const Frame *frame)
{
  net_count (&connection_get_server (self)->counters.frames_received, 1);
  if (frame->kind == FRAME_TEXT)
    door_websocket_receive (self, (const char *) frame->bytes, frame->length);
  else
    connection_close (self, CLOSE_UNSUPPORTED, "text frames only");
}

static void
on_stream_received (gpointer owner, const Frame *frame)
{
  Connection *self = owner;

  if (frame->kind == FRAME_CLOSE)
    connection_part (self, frame);
  else if (self->state >= CONNECTION_CLOSING)
    return;
  else if (frame->kind == FRAME_PING)
    connection_answer_ping (self, frame);
  else if (frame->kind != FRAME_PONG)
    connection_read_message (self, frame);
}

/* The peer may be in the middle of sending, and a socket closed then is reset under it, the reason lost: so it is
 * waited for. */
static void
on_stream_broken (gpointer owner, guint16 code)
{
  Connection *self = owner;

  if (self->state >= CONNECTION_CLOSING)
    return;
  net_count (&connection_get_server (self)->counters.closed_protocol, 1);
  connection_close (self, code, code == CLOSE_TOO_BIG ? "message too big" : NULL);
}

static void
on_stream_ended (gpointer owner)
{
  connection_release (owner);
}

static const StreamOwnerClass stream_owner_class = {
  .ended = on_stream_ended,
  .received = on_stream_received,
  .broken = on_stream_broken,
};

/* ---- Life ------------------------------------------------------------------------------------------------- */

Connection *
connection_new (Reactor *reactor, int fd, const char *address, char *counted_address)
{
  Connection *self = g_new0 (Connection, 1);
  NetCounters *counters = &reactor->server->counters;

  reactor_assert_mine (reactor);
  g_atomic_ref_count_init (&self->references);
  self->link.data = self;
  self->timer.call = on_due;
  self->reactor = reactor;
  self->counted_address = counted_address;
  self->caller = g_new0 (Caller, 1);
  self->caller->address = g_strdup (address);
  self->opened = self->last_alive = reactor->poller->now;
  stream_init (&self->stream, reactor->poller, fd, MAX_FRAME, &stream_owner_class, self);
  g_queue_push_tail_link (&reactor->connections, &self->link);
  net_count (&counters->connections, 1);
  net_count (&counters->connections_opened, 1);
  connection_schedule (self);
  return self;
}

Connection *
connection_ref (Connection *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
connection_unref (Connection *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_assert (self->state == CONNECTION_GONE);
  caller_free (self->caller);
  g_free (self->counted_address);
  g_free (self);
}

static void
connection_leave_counts (Connection *self)
{
  NetServer *server = connection_get_server (self);

  if (self->counted_address != NULL)
    admission_leave (server->addresses, self->counted_address);
  if (self->counted_user)
    admission_leave (server->users, self->caller->user_id);
  net_count (&server->counters.connections, -1);
  net_count (&server->counters.sockets, -1);
}

void
connection_release (Connection *self)
{
  Reactor *reactor = self->reactor;

  if (self->state == CONNECTION_GONE)
    return;
  reactor_assert_mine (reactor);
  connection_set_state (self, CONNECTION_GONE);
  wheel_remove (&self->timer);
  g_queue_unlink (&reactor->connections, &self->link);
  stream_shut (&self->stream);
  while (self->n_topics > 0)
    connection_leave_topic_at (self, self->n_topics - 1);
  g_clear_pointer (&self->topics, g_free);
  connection_forget_notes (self);
  connection_leave_counts (self);
  if (self->announced)
    api_connection_closed (reactor->server->api, self->caller);
  /* We may be inside the stream. */
  poller_bury (reactor->poller, self, (GDestroyNotify) connection_unref);
}
