#!/usr/bin/env python3
"""secured.py: a MongoDB that wants a user and a password, and speaks nothing but TLS

SPDX-License-Identifier: GPL-3.0-or-later
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from urllib.parse import quote

import tap
from cluster import connect, knows_store
from door import Rest
from person import Person
from server import BINARY, SOURCE, Server, clean_environment, eventually

sys.path.insert(0, str(SOURCE / 'tests/services'))

from services import Missing, SecuredMongoDB  # noqa: E402  pylint: disable=wrong-import-position

WAIT = 60


class Secured(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not knows_store('mongodb'):
            raise unittest.SkipTest('this server was built without MongoDB')
        try:
            cls.mongodb = cls.enterClassContext(SecuredMongoDB())
        except Missing as missing:
            raise unittest.SkipTest(str(missing)) from None

    def test_messages_are_kept(self):
        server = self.enterContext(Server(store=self.mongodb.database('confab')))
        server.secrets.add(self.mongodb.password)
        server.secrets.add(quote(self.mongodb.password, safe=''))
        ada = Person(server, 'ada')
        room = ada.make_room(type='public')
        socket = connect(ada, server)
        socket.call('send-message', roomId=room, content='before')
        self.mongodb.stop()
        eventually(lambda: Rest(server).http('GET', '/readyz').status == 503, '/readyz says that the store is away')
        self.mongodb.start()
        eventually(lambda: Rest(server).http('GET', '/readyz').status == 200, '/readyz says that all is well')
        socket.call('send-message', roomId=room, content='after')
        found = socket.call('list-messages', roomId=room)['messages']
        self.assertEqual([message['content'] for message in found], ['before', 'after'])
        ada.close()

    def refuse(self, store):
        """What an operator is told whose address is not right."""
        with tempfile.TemporaryDirectory(prefix='confab-test-') as folder:
            done = subprocess.run([BINARY, 'user', 'list', '--store', store, '--state-dir', f'{folder}/state'],
                                  capture_output=True, text=True, timeout=WAIT, check=False,
                                  env=clean_environment(Path(folder)))
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertNotIn(self.mongodb.password, done.stderr)
        self.assertNotIn(quote(self.mongodb.password, safe=''), done.stderr)
        return done.stderr

    def test_wrong_addresses_are_refused_in_words(self):
        right = self.mongodb.database('confab')
        authority = f'&tlsCAFile={quote(str(self.mongodb.authority), safe="")}'
        cases = (
            ('a wrong password', right.replace(self.mongodb.credentials, f'{self.mongodb.user}:not-it'),
             'does not accept the user and the password'),
            ('nobody', right.replace(f'{self.mongodb.credentials}@', ''), 'does not allow this user'),
            ('an authority that is not known', right.replace(authority, ''), 'of no authority in tlsCAFile'),
            ('no TLS', right.replace(authority, '').replace('tls=true', 'tls=false'), 'cannot be reached'),
            ('a file that is not there', right.replace(authority, '&tlsCAFile=/nowhere/ca.pem'),
             'the file of its option tlscafile cannot be read'),
        )
        for title, store, words in cases:
            with self.subTest(title):
                self.assertNotEqual(store, right)
                self.assertIn(words, self.refuse(store))


if __name__ == '__main__':
    tap.main()
