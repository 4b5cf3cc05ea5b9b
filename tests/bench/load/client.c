/* client.c: many WebSocket connections from one thread, for as little as possible
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define INPUT_SIZE (256 * 1024)
#define MAX_EVENTS 512
#define TEXT_LENGTH 100
#define FIRST_STAMP G_GINT64_CONSTANT (1000000000000000)
#define STAMP_DIGITS strlen (STAMP_PLACE)
#define NUMBER_DIGITS strlen (NUMBER_PLACE)

static void
fail (const char *what)
{
  g_printerr ("%s: %s\n", what, g_strerror (errno));
  exit (1);
}

static void
client_write (Client *self, gconstpointer bytes, gsize length)
{
  gssize sent = send (self->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);

  /* A server that is not read from fast enough stops reading; so little has to fit. */
  if (sent != (gssize) length && self->state != CLIENT_CLOSED)
    {
      g_printerr ("client %u cannot send: %s\n", self->number, sent < 0 ? g_strerror (errno) : "the socket is full");
      exit (1);
    }
}

/* With a mask of zero: masked, but to itself. */
static char *
new_frame (const char *text, gsize *header, gsize *frame_length)
{
  gsize length = strlen (text);
  guint at = 2;
  char *frame = NULL;

  *header = length < 126 ? 6 : 8;
  *frame_length = *header + length;
  frame = g_malloc0 (*frame_length);
  frame[0] = (char) 0x81;
  frame[1] = (char) (0x80 | MIN (length, 126));
  if (length >= 126)
    {
      frame[at++] = (char) (length >> 8);
      frame[at++] = (char) length;
    }
  memcpy (frame + *header, text, length);
  return frame;
}

void
client_send_text (Client *self, const char *text)
{
  gsize header = 0;
  gsize length = 0;
  g_autofree char *frame = new_frame (text, &header, &length);

  client_write (self, frame, length);
}

/* ---- Messages --------------------------------------------------------------------------------------------- */

/* Where mark is from there on; 0: nowhere. */
static gsize
client_find (const Client *self, const char *mark, gsize from)
{
  const char *place = memmem (self->frame + from, self->frame_length - from, mark, strlen (mark));

  return place != NULL ? place - self->frame : 0;
}

static void
client_prepare (Client *self)
{
  g_autoptr(GString) content = g_string_new (DUE STAMP_PLACE " ");
  g_autofree char *text = NULL;
  gsize header = 0;

  for (guint i = content->len; i < TEXT_LENGTH; i++)
    g_string_append_c (content, 'a' + (i * 7) % 26);
  text = self->load->dialect->write_message (self, content->str);
  self->frame = new_frame (text, &header, &self->frame_length);
  self->stamps[0] = client_find (self, STAMP_PLACE, header);
  self->stamps[1] = client_find (self, STAMP_PLACE, self->stamps[0] + STAMP_DIGITS);
  self->number_place = client_find (self, NUMBER_PLACE, header);
}

static void
write_digits (char *place, guint64 value, guint n_digits)
{
  for (guint i = n_digits; i > 0; i--)
    {
      place[i - 1] = '0' + value % 10;
      value /= 10;
    }
}

static gint64
read_stamp (const char *place)
{
  gint64 value = 0;

  for (guint i = 0; i < STAMP_DIGITS; i++)
    value = value * 10 + (place[i] - '0');
  return value - FIRST_STAMP;
}

static void
client_send_message (Client *self, gint64 due)
{
  for (gsize i = 0; i < G_N_ELEMENTS (self->stamps); i++)
    write_digits (self->frame + self->stamps[i], FIRST_STAMP + due, STAMP_DIGITS);
  if (self->number_place != 0)
    write_digits (self->frame + self->number_place, self->n_sent, NUMBER_DIGITS);
  client_write (self, self->frame, self->frame_length);
  self->n_sent++;
  self->load->n_sent++;
}

void
load_send_next (Load *self, gint64 due)
{
  client_send_message (&self->clients[self->next], due);
  self->next = (self->next + 1) % self->n_clients;
}

/* ---- What comes ------------------------------------------------------------------------------------------- */

void
client_become_ready (Client *self)
{
  if (self->state == CLIENT_READY)
    return;
  self->state = CLIENT_READY;
  self->load->n_ready++;
}

void
client_fail (const Client *self, const char *text, gsize length)
{
  g_printerr ("client %u was refused: %.*s\n", self->number, (int) length, text);
  exit (1);
}

void
client_on_answer (Client *self, const char *stamp, gboolean refusal, const char *text, gsize length)
{
  Load *load = self->load;

  load->n_answered++;
  if (refusal)
    {
      load->n_refused++;
      if (load->refusal == NULL)
        load->refusal = g_strndup (text, length);
    }
  else if (load->measuring)
    histogram_add (&load->acknowledgement, g_get_monotonic_time () - read_stamp (stamp));
  if (load->sending)
    load_send_next (load, g_get_monotonic_time ());
}

void
client_on_message (Client *self, const char *text, gsize length)
{
  Load *load = self->load;
  const char *due = NULL;

  load->n_received++;
  if (!load->measuring)
    return;
  due = memmem (text, length, DUE, strlen (DUE));
  /* One's own comes back too: that is no other member's receipt. */
  if (due != NULL && memmem (text, length, self->person->id, strlen (self->person->id)) == NULL)
    histogram_add (&load->delivery, g_get_monotonic_time () - read_stamp (due + strlen (DUE)));
}

static void
on_frame (Client *self, guint8 opcode, const char *text, gsize length)
{
  if (opcode == 0x81)
    self->load->dialect->received (self, text, length);
  else if (opcode == 0x89)
    client_write (self, "\x8a\x80\0\0\0\0", 6);
  else if (opcode == 0x88 && length >= 2)
    g_printerr ("client %u was closed: %u\n", self->number, (guint8) text[0] << 8 | (guint8) text[1]);
}

/* Returns how much of it was whole frames. */
static gsize
read_frames (Client *self, const guint8 *bytes, gsize length)
{
  gsize at = 0;

  while (length - at >= 2)
    {
      gsize header = 2;
      guint64 payload = bytes[at + 1];

      if (payload >= 126)
        {
          guint n = payload == 126 ? 2 : 8;

          if (length - at < 2 + n)
            break;
          payload = 0;
          for (guint i = 0; i < n; i++)
            payload = payload << 8 | bytes[at + 2 + i];
          header += n;
        }
      if (length - at < header + payload)
        break;
      on_frame (self, bytes[at], (const char *) bytes + at + header, payload);
      at += header + payload;
    }
  return at;
}

static gsize
read_handshake (Client *self, const guint8 *bytes, gsize length)
{
  const guint8 *end = memmem (bytes, length, "\r\n\r\n", 4);

  if (end == NULL)
    return 0;
  if (!starts_with ((const char *) bytes, length, "HTTP/1.1 101"))
    client_fail (self, (const char *) bytes, length);
  self->state = CLIENT_SIGNING_IN;
  if (self->load->dialect->opened != NULL)
    self->load->dialect->opened (self);
  return end + 4 - bytes;
}

static gsize
client_understand (Client *self, const guint8 *bytes, gsize length)
{
  gsize at = 0;

  if (self->state == CLIENT_SHAKING_HANDS)
    at = read_handshake (self, bytes, length);
  if (self->state != CLIENT_SHAKING_HANDS)
    at += read_frames (self, bytes + at, length - at);
  return at;
}

static void
client_close (Client *self)
{
  close (self->fd);
  self->fd = -1;
  self->state = CLIENT_CLOSED;
  self->load->n_closed++;
}

static void
client_receive (Client *self)
{
  guint8 *input = self->load->input;
  gsize kept = self->rest != NULL ? self->rest->len : 0;
  gssize length;
  gsize understood;

  if (kept > 0)
    memcpy (input, self->rest->data, kept);
  length = recv (self->fd, input + kept, INPUT_SIZE - kept, MSG_DONTWAIT);
  if (length < 0 && errno == EAGAIN)
    return;
  if (length <= 0)
    {
      client_close (self);
      return;
    }
  understood = client_understand (self, input, kept + length);
  if (self->rest != NULL)
    g_byte_array_set_size (self->rest, 0);
  if (understood == kept + length)
    {
      g_clear_pointer (&self->rest, g_byte_array_unref);
      return;
    }
  if (self->rest == NULL)
    self->rest = g_byte_array_new ();
  g_byte_array_append (self->rest, input + understood, kept + length - understood);
}

/* ---- Connecting ------------------------------------------------------------------------------------------- */

static void
client_watch (Client *self, int operation, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = self };

  if (epoll_ctl (self->load->epoll_fd, operation, self->fd, &event) != 0)
    fail ("epoll");
}

static void
client_connect (Client *self)
{
  g_auto(GStrv) parts = g_strsplit (self->server, ":", 2);
  struct sockaddr_in address = { .sin_family = AF_INET };

  address.sin_port = htons (atoi (parts[1]));
  if (inet_pton (AF_INET, parts[0], &address.sin_addr) != 1)
    fail (self->server);
  self->fd = socket (AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (self->fd < 0)
    fail ("socket");
  setsockopt (self->fd, IPPROTO_TCP, TCP_NODELAY, &(int) { 1 }, sizeof (int));
  if (connect (self->fd, (struct sockaddr *) &address, sizeof address) != 0 && errno != EINPROGRESS)
    fail ("connect");
  self->state = CLIENT_CONNECTING;
  client_watch (self, EPOLL_CTL_ADD, EPOLLOUT);
}

static void
client_shake_hands (Client *self)
{
  const Dialect *dialect = self->load->dialect;
  g_autofree char *request = NULL;
  int error = 0;

  getsockopt (self->fd, SOL_SOCKET, SO_ERROR, &error, &(socklen_t) { sizeof error });
  if (error != 0)
    {
      errno = error;
      fail ("connect");
    }
  request = g_strdup_printf ("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                             "%s%s%s\r\n",
                             dialect->path, self->server,
                             dialect->token_in_handshake ? "Authorization: Bearer " : "",
                             dialect->token_in_handshake ? self->person->token : "",
                             dialect->token_in_handshake ? "\r\n" : "");
  client_watch (self, EPOLL_CTL_MOD, EPOLLIN);
  self->state = CLIENT_SHAKING_HANDS;
  client_write (self, request, strlen (request));
}

/* ---- The whole -------------------------------------------------------------------------------------------- */

void
load_init (Load *self, const Dialect *dialect, const char *const *servers, const Person *people, guint n_people,
           guint n_clients)
{
  guint n_servers = g_strv_length ((char **) servers);

  *self = (Load) { .dialect = dialect, .n_clients = n_clients };
  self->clients = g_new0 (Client, n_clients);
  self->input = g_malloc (INPUT_SIZE);
  self->epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  for (guint i = 0; i < n_clients; i++)
    {
      Client *client = &self->clients[i];

      client->load = self;
      client->person = &people[i % n_people];
      client->server = servers[i % n_servers];
      client->number = i;
      client->fd = -1;
      if (client->person->room_id != NULL)
        client_prepare (client);
    }
}

void
load_clear (Load *self)
{
  for (guint i = 0; i < self->n_clients; i++)
    {
      if (self->clients[i].fd >= 0)
        close (self->clients[i].fd);
      g_clear_pointer (&self->clients[i].rest, g_byte_array_unref);
      g_free (self->clients[i].frame);
    }
  close (self->epoll_fd);
  g_free (self->clients);
  g_free (self->input);
  g_free (self->refusal);
}

static void
load_turn (Load *self, gint64 microseconds)
{
  const struct timespec patience = { microseconds / G_USEC_PER_SEC, microseconds % G_USEC_PER_SEC * 1000 };
  struct epoll_event events[MAX_EVENTS];
  int n = epoll_pwait2 (self->epoll_fd, events, MAX_EVENTS, &patience, NULL);

  for (int i = 0; i < n; i++)
    {
      Client *client = events[i].data.ptr;

      if (client->state == CLIENT_CONNECTING)
        client_shake_hands (client);
      else if (client->state != CLIENT_CLOSED)
        client_receive (client);
    }
}

void
load_run (Load *self, gint64 until, gboolean once)
{
  gint64 now;

  while ((now = g_get_monotonic_time ()) < until)
    {
      load_turn (self, until - now);
      if (once)
        return;
    }
}

static gboolean
load_is_connecting (const Load *self, gint64 deadline)
{
  return self->n_ready + self->n_closed < self->n_clients && g_get_monotonic_time () < deadline;
}

double
load_connect (Load *self, guint at_once, guint patience)
{
  gint64 begin = g_get_monotonic_time ();
  guint next = 0;

  while (load_is_connecting (self, begin + patience * G_USEC_PER_SEC))
    {
      while (next < self->n_clients && next - self->n_ready - self->n_closed < at_once)
        client_connect (&self->clients[next++]);
      load_turn (self, G_USEC_PER_SEC / 10);
    }
  if (self->n_closed > 0 || self->n_ready < self->n_clients)
    {
      g_printerr ("of %u connections %u were ready after %u s at most, and %u closed\n", self->n_clients, self->n_ready,
                  patience, self->n_closed);
      exit (1);
    }
  return (double) (g_get_monotonic_time () - begin) / G_USEC_PER_SEC;
}
