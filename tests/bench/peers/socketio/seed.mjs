// seed.mjs: puts people and rooms into the database before the server that is measured starts
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
//     node seed.mjs PEOPLE ROOM-SIZE        environment: MONGODB_URI, JWT_SECRET
//
// Prints a line for each: id, token, room.

import jwt from 'jsonwebtoken';

import { connect, disconnect, Room, User } from './models.mjs';

const BATCH = 1000;
const [nPeople, roomSize] = process.argv.slice(2).map(Number);

async function insert(model, documents) {
  const ids = [];
  for (let i = 0; i < documents.length; i += BATCH)
    ids.push(...(await model.insertMany(documents.slice(i, i + BATCH))).map((document) => document.id));
  return ids;
}

await connect(process.env.MONGODB_URI);
const people = await insert(User, Array.from({ length: nPeople }, (_, i) => (
  { username: `person-${i}`, email: `person-${i}@example.org` })));
const groups = Array.from({ length: Math.ceil(nPeople / roomSize) }, (_, i) => (
  people.slice(i * roomSize, (i + 1) * roomSize)));
const rooms = await insert(Room, groups.map((members, i) => (
  { name: `Room ${i}`, type: 'private', members, admins: [members[0]], createdBy: members[0] })));
const lines = people.map((id, i) => (
  `${id} ${jwt.sign({ sub: id }, process.env.JWT_SECRET, { expiresIn: '7d' })} ${rooms[Math.floor(i / roomSize)]}\n`));
process.stdout.write(lines.join(''));
await disconnect();
