// server.mjs: the least that a chat server in Node.js can do: who is in which room, and sending it on
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Environment: PORT (0: any). Nothing is stored, nobody is asked for a token, a message is acknowledged at once: what
// ws itself can do, as a yardstick for the fan-out of the others.
//
//     → {"event":"join","userId":…,"roomId":…}            ← {"event":"joined"}
//     → {"event":"send","id":N,"roomId":…,"content":…}    ← {"reply":N}     to all of the room {"event":"new-message",…}

import { createServer } from 'node:http';

import { WebSocketServer } from 'ws';

const server = createServer((request, response) => response.end('ok'));
const sockets = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: 64 * 1024 });
const rooms = new Map();
const asText = { binary: false };
let nMessages = 0;

function join(socket, { userId, roomId }) {
  socket.userId = userId;
  socket.roomId = roomId;
  if (!rooms.has(roomId)) rooms.set(roomId, new Set());
  rooms.get(roomId).add(socket);
  socket.send('{"event":"joined"}');
}

function leave(socket) {
  const members = rooms.get(socket.roomId);
  members?.delete(socket);
  if (members?.size === 0) rooms.delete(socket.roomId);
}

function send(socket, { id, roomId, content }) {
  if (roomId !== socket.roomId) return;
  const message = { id: ++nMessages, roomId, senderId: socket.userId, content, timestamp: new Date().toISOString() };
  const frame = Buffer.from(JSON.stringify({ event: 'new-message', data: message }));
  for (const member of rooms.get(roomId)) member.send(frame, asText);
  socket.send(`{"reply":${id}}`);
}

sockets.on('connection', (socket) => {
  socket.on('message', (data) => {
    const frame = JSON.parse(data);
    if (frame.event === 'send') send(socket, frame);
    else if (frame.event === 'join') join(socket, frame);
  });
  socket.on('close', () => leave(socket));
});

server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', 4096, () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
process.on('SIGTERM', () => process.exit(0));
