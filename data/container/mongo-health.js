// mongo-health.js: whether mongod takes writes; makes it a replica set of one when it is none yet
//
// SPDX-License-Identifier: GPL-3.0-or-later

const password = require('fs').readFileSync('/run/secrets/mongo-root-password', 'utf8').trim();
const admin = new Mongo('mongodb://127.0.0.1:27017/?directConnection=true').getDB('admin');

admin.auth('root', password);
try {
  admin.runCommand({replSetGetStatus: 1}).ok || initiate();
} catch (problem) {
  // mongosh throws where the command fails: 94 is NotYetInitialized.
  if (problem.code !== 94) throw problem;
  initiate();
}

function initiate() {
  // By the name that the servers use: they connect to what the set calls its members.
  admin.runCommand({replSetInitiate: {_id: 'confab', members: [{_id: 0, host: 'mongo:27017'}]}});
}

if (!admin.runCommand({hello: 1}).isWritablePrimary) quit(1);
