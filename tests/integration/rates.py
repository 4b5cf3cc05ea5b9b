#!/usr/bin/env python3
"""rates.py: how often one may, and what who asks too often is told

SPDX-License-Identifier: GPL-3.0-or-later
"""

import time
import unittest

import tap
from door import TABLES, Refused, Rest
from person import Person
from server import Server, eventually

BUCKETS = TABLES['buckets']


class Rates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server())
        cls.ada = Person(cls.server, 'ada')
        cls.ben = Person(cls.server, 'ben')
        cls.room = cls.ada.make_room(members=[cls.ben.id])

    @classmethod
    def tearDownClass(cls):
        cls.ada.close()
        cls.ben.close()

    def exhaust(self, call, most):
        """Calls until refused; how many went through, and the refusal."""
        for n in range(most + 1):
            try:
                call()
            except Refused as refused:
                self.assertEqual(refused.code, 'rate-limited')
                return n, refused
        raise self.failureException(f'{most} in a row were let through')

    def test_send_over_rest(self):
        bucket = BUCKETS['send']
        started = time.monotonic()
        through, refused = self.exhaust(lambda: self.ada.say(self.room, 'x'), 400)
        spent = time.monotonic() - started
        with self.subTest('as many as the table says'):
            self.assertGreaterEqual(through, bucket['burst'])
            self.assertLessEqual(through, bucket['burst'] + spent * bucket['rate'] + 1)
        with self.subTest('429'):
            self.assertEqual(refused.status, 429)
            self.assertTrue(0 < refused.retry_after <= 1 / bucket['rate'] + 0.01, refused.retry_after)
            self.assertGreaterEqual(int(refused.headers['retry-after']), 1)
        with self.subTest('headers of the refusal'):
            self.assertEqual(int(refused.headers['ratelimit-limit']), bucket['burst'])
            self.assertEqual(int(refused.headers['ratelimit-remaining']), 0)
            self.assertGreaterEqual(int(refused.headers['ratelimit-reset']), 1)
        with self.subTest('other things go on'):
            self.ada.call('list-rooms')
        with self.subTest('others go on'):
            self.ben.say(self.room, 'y')
        with self.subTest('it passes'):
            def again():
                try:
                    return self.ada.say(self.room, 'z')
                except Refused:
                    return None
            eventually(again, 'let through again', within=5)
        with self.subTest('headers of what went through'):
            self.ben.say(self.room, 'y')
            headers = self.ben.rest.last.headers
            self.assertEqual(int(headers['ratelimit-limit']), bucket['burst'])
            self.assertTrue(0 <= int(headers['ratelimit-remaining']) < bucket['burst'])
            self.assertGreaterEqual(int(headers['ratelimit-reset']), 0)

    def test_doors_share(self):
        cleo = Person(self.server, 'cleo')
        room = cleo.make_room()
        socket = cleo.connect()
        through, refused = self.exhaust(lambda: socket.call('send-message', roomId=room, content='x'), 400)
        with self.subTest('retryAfter'):
            self.assertGreater(refused.retry_after, 0)
        with self.subTest('the other door'), self.assertRaises(Refused) as caught:
            for _ in range(3):
                cleo.say(room, 'x')
        self.assertEqual(caught.exception.code, 'rate-limited')
        with self.subTest('the connection stays'):
            self.assertEqual(socket.call('get-me')['user']['id'], cleo.id)
        cleo.close()

    def test_live(self):
        dan = Person(self.server, 'dan')
        room = dan.make_room()
        socket = dan.connect()
        for name, operation, fields in (('typing', 'typing', {'roomId': room, 'isTyping': True}),
                                        ('presence', 'set-presence', {'status': 'away'}), ('resume', 'resume', {})):
            with self.subTest(name):
                through, _refused = self.exhaust(lambda o=operation, f=fields: socket.call(o, **f), 200)
                self.assertGreaterEqual(through, BUCKETS[name]['burst'] - 1)
        dan.close()

    def test_without_frames_numbered(self):
        """Who wants no answer still hears that it was too much."""
        eve = Person(self.server, 'eve')
        room = eve.make_room()
        socket = eve.connect()
        for _ in range(BUCKETS['typing']['burst'] + 5):
            socket.send_text('{"event":"typing","data":{"roomId":"%s","isTyping":true}}' % room)
        error = socket.wait('error')
        self.assertEqual(error['code'], 'rate-limited')
        self.assertGreater(error['retryAfter'], 0)
        eve.close()


class SigningIn(unittest.TestCase):
    """Guessing passwords is slow, whoever is guessed at."""

    def attempts(self, server, most, **fields):
        codes = []
        for n in range(most):
            try:
                Rest(server).call('login', **{'password': f'wrong guess {n}'} | fields)
                codes.append('in')
            except Refused as refused:
                codes.append(refused.code)
                if refused.code == 'rate-limited':
                    self.assertEqual(refused.status, 429)
                    self.assertGreaterEqual(int(refused.headers['retry-after']), 1)
                    break
        return codes

    def test_one_account(self):
        with Server() as server:
            Person(server, 'ada')
            codes = self.attempts(server, 60, username='ada')
            self.assertEqual(codes[-1], 'rate-limited')
            self.assertEqual(set(codes[:-1]), {'unauthenticated'})
            self.assertLessEqual(len(codes), BUCKETS['sign-in']['burst'] + 5)
            with self.subTest('the right password has to wait as well'):
                with self.assertRaises(Refused) as caught:
                    Rest(server).call('login', username='ada', password='secret of ada')
                self.assertEqual(caught.exception.code, 'rate-limited')

    def test_many_accounts(self):
        with Server() as server:
            codes = []
            for n in range(60):
                codes += self.attempts(server, 1, username=f'somebody{n}')
                if codes[-1] == 'rate-limited':
                    break
            self.assertEqual(codes[-1], 'rate-limited')

    def test_registering(self):
        with Server() as server:
            count = 0
            with self.assertRaises(Refused) as caught:
                for count in range(60):
                    Person(server, f'person{count}').close()
            self.assertEqual(caught.exception.code, 'rate-limited')
            self.assertLessEqual(count, BUCKETS['sign-in']['burst'] + 5)


if __name__ == '__main__':
    tap.main()
