// models.mjs: users, rooms and messages as the original application documents them, in mongoose
//
// SPDX-License-Identifier: GPL-3.0-or-later

import mongoose from 'mongoose';

const { Schema, model } = mongoose;
const { ObjectId } = Schema.Types;

const userSchema = new Schema({
  username: { type: String, required: true, unique: true },
  email: { type: String, required: true, unique: true },
  avatar: String,
  status: { type: String, enum: ['online', 'away', 'offline'], default: 'offline' },
  lastSeen: { type: Date, default: Date.now },
});

const roomSchema = new Schema({
  name: { type: String, required: true },
  description: String,
  type: { type: String, enum: ['public', 'private', 'direct'], default: 'public' },
  members: [{ type: ObjectId, ref: 'User' }],
  admins: [{ type: ObjectId, ref: 'User' }],
  createdBy: { type: ObjectId, ref: 'User', required: true },
  createdAt: { type: Date, default: Date.now },
  lastActivity: { type: Date, default: Date.now },
});
roomSchema.index({ members: 1 });

const messageSchema = new Schema({
  roomId: { type: ObjectId, ref: 'Room', required: true },
  senderId: { type: ObjectId, ref: 'User', required: true },
  senderName: { type: String, required: true },
  content: { type: String, required: true, maxlength: 4000 },
  type: { type: String, enum: ['text', 'image', 'file'], default: 'text' },
  timestamp: { type: Date, default: Date.now },
});
messageSchema.index({ roomId: 1, timestamp: -1 });

export const User = model('User', userSchema);
export const Room = model('Room', roomSchema);
export const Message = model('Message', messageSchema);

// Acknowledged means what it means with Confab: the majority has it, in its journal.
export async function connect(address) {
  await mongoose.connect(address, { writeConcern: { w: 'majority', journal: true } });
  await Promise.all([User.init(), Room.init(), Message.init()]);
}

export const disconnect = () => mongoose.disconnect();
