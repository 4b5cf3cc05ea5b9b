#!/usr/bin/env python3
"""degraded.py: Redis goes and comes back, the store goes and comes back; what works meanwhile, and all is well after

SPDX-License-Identifier: GPL-3.0-or-later
"""

import time
import unittest

import tap
from cluster import Cluster, connect, rest
from door import Closed, Refused, Rest, Socket, sign_in
from person import Person
from server import PATIENCE, eventually

# How long a request may wait for a store that is stuck: what the driver waits for an answer, and some more.
STUCK_SECONDS = 12


def readiness(server):
    answer = Rest(server).http('GET', '/readyz')
    return answer.status, answer.json.get('status'), answer.json


def becomes(server, status):
    return eventually(lambda: readiness(server)[1] == status and readiness(server), f'/readyz says {status}')


def count_lines(server, words):
    return sum(words in line for line in server.read_log().splitlines())


def counter(server, name):
    return server.metrics()[f'confab_{name}']


class Redis(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster('--rate-limits=off', instances=2).start()
        self.addCleanup(self.cluster.remove)
        self.a, self.b = self.cluster
        self.ada, self.ben, self.cleo = (Person(self.a, name) for name in ('ada', 'ben', 'cleo'))
        self.room = self.ada.make_room(type='private', members=[self.ben.id, self.cleo.id])

    def tearDown(self):
        for person in (self.ada, self.ben, self.cleo):
            person.close()

    def stop_redis(self):
        self.cluster.redis.stop()
        for server in self.cluster:
            self.assertEqual(becomes(server, 'degraded')[0], 200)

    def start_redis(self):
        self.cluster.redis.start()
        for server in self.cluster:
            becomes(server, 'ready')

    def test_away_and_back(self):
        ada, near, far = connect(self.ada, self.a), connect(self.ben, self.a), connect(self.cleo, self.b)
        self.assertEqual(readiness(self.a), (200, 'ready', {'status': 'ready', 'store': 'up', 'backplane': 'up'}))
        self.stop_redis()
        with self.subTest('/readyz, /metrics and the log say so'):
            self.assertEqual(readiness(self.a)[2], {'status': 'degraded', 'store': 'up', 'backplane': 'away'})
            self.assertEqual(counter(self.a, 'backplane_up'), 0)
            self.assertEqual(count_lines(self.a, 'is away'), 1)
        with self.subTest('local delivery goes on'):
            message = ada.call('send-message', roomId=self.room, content='hello')['message']
            near.wait('new-message', lambda data: data['id'] == message['id'], within=5)
        with self.subTest('the other instance finds it in the store'):
            far.wait('new-message', lambda data: data['id'] == message['id'])
            self.assertGreater(counter(self.b, 'rooms_caught_up_total'), 0)
        with self.subTest('new connections'):
            connect(self.ben, self.b).close()
        self.start_redis()
        with self.subTest('clients are asked to resume'):
            for socket in (ada, near, far):
                self.assertGreaterEqual(socket.wait('resync')['within'], 1)
            self.assertEqual(far.call('resume', rooms={self.room: 0})['rooms'][0]['lastSeq'], 1)
        with self.subTest('and hear of each other again'):
            message = far.call('send-message', roomId=self.room, content='back')['message']
            for socket in (ada, near):
                socket.wait('new-message', lambda data: data['id'] == message['id'])
        with self.subTest('the log says so, once'):
            self.assertEqual(count_lines(self.a, 'is back'), 1)
            self.assertEqual(counter(self.a, 'backplane_up'), 1)
            self.assertEqual(counter(self.a, 'backplane_reconnects_total'), 1)
        self.cluster.stop()

    def test_lost_meanwhile(self):
        """What happened while Redis was away, and nobody will mention again."""
        ada, ben, cleo = connect(self.ada, self.a), connect(self.ben, self.b), connect(self.cleo, self.b)
        dan = Person(self.b, 'dan')
        self.addCleanup(dan.close)
        added = connect(dan, self.b)
        signed_in = self.cleo.login()
        revoked = sign_in(self.b, signed_in['token'])
        ada.call('send-message', roomId=self.room, content='before')
        for socket in (ben, cleo):
            socket.wait('new-message')
        # Nothing has to be compared for a while, so that it is the end of the gap that helps.
        self.cluster.redis.stop()
        message = ada.call('send-message', roomId=self.room, content='missed')['message']
        ada.call('remove-member', roomId=self.room, userId=self.ben.id)
        ada.call('add-member', roomId=self.room, userId=dan.id)
        rest(self.cleo, self.a).call('revoke-session', sessionId=signed_in['session']['id'])
        self.start_redis()
        with self.subTest('a message'):
            cleo.wait('new-message', lambda data: data['id'] == message['id'])
        with self.subTest('a removal: the device is unsubscribed without having asked'):
            ben.wait('room-left', lambda data: data['roomId'] == self.room)
            last = ada.call('send-message', roomId=self.room, content='not for ben')['message']
            cleo.wait('new-message', lambda data: data['id'] == last['id'])
            ben.call('get-me')
            self.assertEqual(ben.count('new-message', lambda data: data['id'] == last['id']), 0)
        with self.subTest('being added: the device is subscribed'):
            self.assertEqual(added.wait('room-joined')['room']['id'], self.room)
            added.wait('new-message', lambda data: data['id'] == last['id'])
        with self.subTest('the end of a session'):
            self.assertEqual(revoked.wait_closed(), 4001)
        self.cluster.stop()

    def test_resume_puts_right(self):
        """Resume subscribes what was joined and unsubscribes what was left, whatever was heard."""
        dan = Person(self.b, 'dan')
        self.addCleanup(dan.close)
        self.cluster.redis.stop()
        socket = connect(dan, self.b)
        ada = connect(self.ada, self.a)
        room = ada.call('create-room', name='New', type='private', members=[dan.id])['room']['id']
        reply = socket.call('resume', rooms={})
        self.assertEqual([joined['id'] for joined in reply['joined']], [room])
        own = rest(dan, self.b).call('send-message', roomId=room, content='mine')['message']
        socket.wait('new-message', lambda data: data['id'] == own['id'])
        ada.call('remove-member', roomId=room, userId=dan.id)
        self.assertEqual(socket.call('resume', rooms={room: 1})['left'], [room])
        eve = Person(self.b, 'eve')
        self.addCleanup(eve.close)
        ada.call('add-member', roomId=room, userId=eve.id)
        last = rest(eve, self.b).call('send-message', roomId=room, content='not for dan')['message']
        connect(eve, self.b).call('get-me')
        socket.call('get-me')
        self.assertEqual(socket.count('new-message', lambda data: data['id'] == last['id']), 0)
        self.cluster.redis.start()
        self.cluster.stop()


class Starting(unittest.TestCase):
    def test_without_redis(self):
        cluster = Cluster('--rate-limits=off', instances=2)
        self.addCleanup(cluster.remove)
        cluster.start_store()
        servers = [cluster.add() for _ in range(2)]
        for server in servers:
            self.assertEqual(readiness(server)[:2], (200, 'degraded'))
            self.assertEqual(count_lines(server, 'is away'), 1)
        ada, ben = Person(servers[0], 'ada'), Person(servers[1], 'ben')
        room = ada.make_room(members=[ben.id])
        socket = connect(ben, servers[1])
        ada.say(room, 'hello')
        cluster.redis.start()
        for server in servers:
            becomes(server, 'ready')
        with self.subTest('caught up, and one server from now on'):
            socket.wait('resync')
            message = ada.say(room, 'hello again')
            socket.wait('new-message', lambda data: data['id'] == message['id'])
        ada.close()
        ben.close()
        cluster.stop()

    def test_without_store(self):
        cluster = Cluster(instances=1)
        self.addCleanup(cluster.remove)
        if cluster.mongodb is None or not cluster.mongodb.can_restart:
            self.skipTest('the store is no server of its own that could be started later')
        cluster.redis.start()
        server = cluster.make()
        server.launch()
        eventually(lambda: count_lines(server, 'Waiting for the store'), 'it waits')
        with self.subTest('stopped while it waits'):
            server.terminate()
            self.assertEqual(server.wait(), 0)
        server.launch()
        eventually(lambda: count_lines(server, 'Waiting for the store') > 1, 'it waits')
        cluster.start_store()
        with self.subTest('goes on when the store is there'), server.changed:
            self.assertTrue(server.changed.wait_for(server.listening, PATIENCE))
        cluster.stop()


class Store(unittest.TestCase):
    def setUp(self):
        self.cluster = Cluster('--rate-limits=off', instances=2).start()
        self.addCleanup(self.cluster.remove)
        if self.cluster.mongodb is None or not self.cluster.mongodb.can_restart:
            self.skipTest('the store is no server of its own that could be stopped')
        self.a, self.b = self.cluster
        self.ada = Person(self.a, 'ada')
        self.ben = Person(self.b, 'ben')
        self.room = self.ada.make_room(members=[self.ben.id])

    def assert_unavailable(self, call):
        started = time.monotonic()
        with self.assertRaises(Refused) as caught:
            call()
        self.assertEqual(caught.exception.code, 'unavailable')
        self.assertGreater(caught.exception.retry_after, 0)
        self.assertLess(time.monotonic() - started, STUCK_SECONDS)
        return caught.exception

    def outage(self, begin, end):
        ada, ben = connect(self.ada, self.a), connect(self.ben, self.b)
        first = ada.call('send-message', roomId=self.room, content='before')['message']
        ben.wait('new-message')
        begin()
        with self.subTest('requests that come just then'):
            # Many at once: none may wait for the ones before it.
            started = time.monotonic()
            numbers = [ada.post('send-message', {'roomId': self.room, 'content': f'{n}', 'clientId': f'c{n}'})
                       for n in range(20)]
            for number in numbers:
                self.assert_unavailable(lambda number=number: ada.answer(number, within=30))
            self.assertLess(time.monotonic() - started, STUCK_SECONDS)
        for server in self.cluster:
            self.assertEqual(becomes(server, 'unavailable')[0], 503)
        with self.subTest('/readyz, /metrics and the log say so'):
            self.assertEqual(readiness(self.a)[2]['store'], 'away')
            self.assertEqual(counter(self.a, 'store_up'), 0)
            self.assertEqual(count_lines(self.a, 'The store is away'), 1)
            self.assertEqual(Rest(self.a).http('GET', '/healthz').status, 200)
        with self.subTest('requests while it is known are refused at once'):
            started = time.monotonic()
            refused = self.assert_unavailable(lambda: self.ada.call('list-rooms'))
            self.assertIn('retry-after', refused.headers)
            self.assert_unavailable(lambda: ben.call('send-message', roomId=self.room, content='x', clientId='x'))
            self.assert_unavailable(lambda: Rest(self.a).call('login', username='ada', password=self.ada.password))
            self.assertLess(time.monotonic() - started, 2)
        with self.subTest('a new connection is told to come back'):
            with Socket(self.b) as socket:
                self.assert_unavailable(lambda: socket.call('authenticate', token=self.ben.token))
                self.assertEqual(socket.wait_closed(), 1012)
        with self.subTest('open ones stay'):
            ada.pump()
            ben.pump()
        end()
        for server in self.cluster:
            becomes(server, 'ready')
        with self.subTest('it recovers by itself'):
            again = eventually(lambda: self.sends_again(ada), 'the same is sent again')
            self.assertEqual(again['seq'], self.seq_of(again))
            ben.wait('new-message', lambda data: data['id'] == again['id'])
            ben.call('send-message', roomId=self.room, content='after')
            history = self.ada.call('list-messages', roomId=self.room, limit=100)['messages']
            self.assertEqual(history[0]['id'], first['id'])
            names = [message['clientId'] for message in history if 'clientId' in message]
            self.assertIn('c0', names)
            self.assertEqual(len(names), len(set(names)))
            self.assertEqual(count_lines(self.a, 'The store is back'), 1)
        self.ada.close()
        self.ben.close()
        self.cluster.stop()

    def sends_again(self, socket):
        try:
            return socket.call('send-message', roomId=self.room, content='0', clientId='c0')['message']
        except Refused as refused:
            self.assertEqual(refused.code, 'unavailable')
            return None
        except Closed as closed:
            raise AssertionError('the connection did not stay') from closed

    def seq_of(self, message):
        history = self.ada.call('list-messages', roomId=self.room, limit=100)['messages']
        return next(other['seq'] for other in history if other['id'] == message['id'])

    def test_stopped(self):
        self.outage(self.cluster.mongodb.stop, self.cluster.mongodb.start)

    def test_stuck(self):
        """It takes requests and does not answer them."""
        self.outage(self.cluster.mongodb.pause, self.cluster.mongodb.resume)


if __name__ == '__main__':
    tap.main()
