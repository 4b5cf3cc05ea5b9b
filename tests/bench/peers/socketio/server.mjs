// server.mjs: the original application's way of a message, as a careful developer would write it in Node.js
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Environment: MONGODB_URI, REDIS_URL, JWT_SECRET, PORT (0: any). One process, which is what Socket.IO runs as unless
// somebody adds a cluster and sticky sessions; with its Redis adapter, as it is deployed to be scaled.
//
// Written for the benchmark from the documented events: authenticate by the token of the handshake, join-room,
// send-message, new-message, user-joined, typing. In its favour: presence is not written to the database, a message
// does not touch its room's lastActivity, and membership is looked up once, when a room is joined.

import { createServer } from 'node:http';

import { createAdapter } from '@socket.io/redis-adapter';
import express from 'express';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { Server } from 'socket.io';

import { connect, Message, Room, User } from './models.mjs';

const { MONGODB_URI, REDIS_URL, JWT_SECRET, PORT = '0' } = process.env;

const app = express();
const server = createServer(app);
const publisher = new Redis(REDIS_URL);
const subscriber = publisher.duplicate();
const io = new Server(server, {
  adapter: createAdapter(publisher, subscriber),
  transports: ['websocket'],
  perMessageDeflate: false,
  serveClient: false,
});

const verify = (token) => jwt.verify(token, JWT_SECRET, { algorithms: ['HS256'] });

const present = (message) => ({
  id: message.id ?? message._id,
  roomId: message.roomId,
  senderId: message.senderId,
  senderName: message.senderName,
  content: message.content,
  type: message.type,
  timestamp: message.timestamp,
});

app.disable('x-powered-by');
app.get('/healthz', (request, response) => response.send('ok'));
app.get('/api/messages/:roomId', async (request, response) => {
  const { sub } = verify((request.get('authorization') ?? '').replace(/^Bearer /, ''));
  const { roomId } = request.params;
  if (!await Room.exists({ _id: roomId, members: sub })) {
    response.status(404).json({ error: 'not found' });
    return;
  }
  const limit = Math.min(Number(request.query.limit ?? 50), 100);
  const messages = await Message.find({ roomId }).sort({ timestamp: -1 }).limit(limit).lean();
  response.json({ messages: messages.reverse().map(present) });
});

// What the handshake keeps of the HTTP request is dead weight afterwards (Socket.IO's page on performance).
io.engine.on('connection', (connection) => { connection.request = null; });

io.use(async (socket, next) => {
  try {
    const { sub } = verify(socket.handshake.auth.token);
    const user = await User.findById(sub, { username: 1 }).lean();
    if (!user) throw new Error('no such user');
    socket.data.userId = String(user._id);
    socket.data.username = user.username;
    next();
  } catch (error) {
    next(new Error('unauthenticated'));
  }
});

io.on('connection', (socket) => {
  const { userId, username } = socket.data;

  const answering = (handler) => async (data, acknowledge) => {
    try {
      acknowledge?.(await handler(data ?? {}));
    } catch (error) {
      acknowledge?.({ error: error.message });
      socket.emit('error', { message: error.message });
    }
  };

  socket.on('join-room', answering(async ({ roomId }) => {
    if (!await Room.exists({ _id: roomId, members: userId })) throw new Error('not found');
    await socket.join(roomId);
    socket.to(roomId).emit('user-joined', { roomId, userId, username });
    return { roomId };
  }));

  socket.on('send-message', answering(async ({ roomId, message, type }) => {
    if (!socket.rooms.has(roomId)) throw new Error('join the room first');
    const saved = await Message.create({ roomId, senderId: userId, senderName: username, content: message, type });
    io.to(roomId).emit('new-message', present(saved));
    return { id: saved.id, timestamp: saved.timestamp };
  }));

  socket.on('typing', ({ roomId, isTyping } = {}) => {
    if (socket.rooms.has(roomId)) socket.to(roomId).emit('user-typing', { roomId, userId, username, isTyping });
  });
});

await connect(MONGODB_URI);
server.listen(Number(PORT), '127.0.0.1', 4096, () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
process.on('SIGTERM', () => process.exit(0));
