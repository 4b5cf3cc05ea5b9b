// mongo-user.js: the account of confab-server, which may do what it likes in its own database and nothing elsewhere
//
// SPDX-License-Identifier: GPL-3.0-or-later

db.getSiblingDB('confab').createUser({
  user: 'confab',
  pwd: process.env.CONFAB_MONGO_PASSWORD,
  roles: [{role: 'readWrite', db: 'confab'}],
});
