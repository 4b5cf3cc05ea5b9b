#!/usr/bin/env python3
"""instances.py: several servers are one: whatever happens at one of them is so at all of them

SPDX-License-Identifier: GPL-3.0-or-later
"""

import contextlib
import random
import subprocess
import threading
import time
import unittest

import tap
from cluster import Cluster, connect, rest, wrong_clock
from door import TABLES, Closed, Refused, sign_in
from person import Person
from server import BINARY, eventually


def hears(socket, event, where=None):
    """Whether such an event is among those that came."""
    socket.pump()
    return socket.count(event, where) > 0


def is_refused(door):
    try:
        door.call('get-me')
        return False
    except Refused as refused:
        return refused.code == 'unauthenticated'


class Together(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster('--rate-limits=off')
        cls.addClassCleanup(cls.cluster.stop)
        cls.a, cls.b, cls.c = cls.cluster.start()
        cls.ada = Person(cls.a, 'ada')
        cls.ben = Person(cls.b, 'ben')
        cls.cleo = Person(cls.c, 'cleo')

    @classmethod
    def tearDownClass(cls):
        for person in (cls.ada, cls.ben, cls.cleo):
            person.close()

    def setUp(self):
        for person in (self.ada, self.ben, self.cleo):
            person.close()
        self.room = self.ada.make_room(type='private', members=[self.ben.id, self.cleo.id])

    def connect_all(self):
        return connect(self.ada, self.a), connect(self.ben, self.b), connect(self.cleo, self.c)

    def test_messages(self):
        ada, ben, cleo = self.connect_all()
        message = ada.call('send-message', roomId=self.room, content='hello')['message']
        with self.subTest('sent'):
            for socket in (ada, ben, cleo):
                self.assertEqual(socket.wait('new-message')['id'], message['id'])
        with self.subTest('edited'):
            ada.call('edit-message', messageId=message['id'], content='hello again')
            for socket in (ben, cleo):
                self.assertEqual(socket.wait('message-changed')['message']['content'], 'hello again')
        with self.subTest('a reaction from another instance'):
            cleo.call('add-reaction', messageId=message['id'], emoji='👍')
            for socket in (ada, ben):
                changed = socket.wait('message-changed', lambda data: data['message'].get('reactions'))['message']
                self.assertEqual(changed['reactions'], [{'userId': self.cleo.id, 'emoji': '👍'}])
        with self.subTest('deleted'):
            ada.call('delete-message', messageId=message['id'])
            for socket in (ben, cleo):
                socket.wait('message-changed', lambda data: 'deletedAt' in data['message'])

    def test_same_client_id(self):
        """Sent again at another instance, as after a lost connection."""
        ada, second = connect(self.ada, self.a), connect(self.ada, self.b)
        watcher = connect(self.cleo, self.c)
        numbers = [(socket, socket.post('send-message', {'roomId': self.room, 'content': 'once', 'clientId': 'c1'}))
                   for socket in (ada, second) for _ in range(5)]
        messages = [socket.answer(number)['message'] for socket, number in numbers]
        self.assertEqual(len({message['id'] for message in messages}), 1)
        self.assertEqual(self.ada.call('get-room', roomId=self.room)['room']['lastSeq'], 1)
        fence = self.ada.say(self.room, 'fence')['id']
        watcher.wait('new-message', lambda data: data['id'] == fence)
        self.assertEqual(watcher.count('new-message'), 1)

    def test_concurrent_writers(self):
        """One room, written to from everywhere at once: every seq once, and everybody has all of it."""
        sockets = self.connect_all()
        sent = [(socket, socket.post('send-message', {'roomId': self.room, 'content': f'{n}', 'clientId': f'w{n}'}))
                for n in range(100) for socket in sockets]
        seqs = [socket.answer(number)['message']['seq'] for socket, number in sent]
        self.assertEqual(sorted(seqs), list(range(1, 301)))
        for socket in sockets:
            heard = set()
            while len(heard) < 300:
                heard.add(socket.wait('new-message')['seq'])
            self.assertEqual(heard, set(seqs))

    def test_revocation(self):
        signed_in = self.ben.login()
        elsewhere = sign_in(self.b, signed_in['token'])
        door = rest(self.ben, self.b)
        door.token = signed_in['token']
        door.call('get-me')
        self.ben.rest.token = self.ben.token
        rest(self.ben, self.a).call('revoke-session', sessionId=signed_in['session']['id'])
        with self.subTest('the connection at the other instance is closed'):
            self.assertEqual(elsewhere.wait_closed(), 4001)
            self.assertEqual(elsewhere.count('session-revoked'), 1)
        with self.subTest('and REST ends there'):
            eventually(lambda: is_refused(door), 'REST goes on', within=2)
        door.close()

    def test_password_from_the_command_line(self):
        """The operator's command is not one of the servers, and is heard by all of them."""
        fay = Person(self.b, f'fay{random.randrange(10 ** 9)}')
        sockets = [connect(fay, server) for server in self.cluster]
        done = subprocess.run([BINARY, 'user', 'password', fay.name, '--store', self.cluster.store, '--backplane',
                               self.cluster.redis.address, '--state-dir', str(self.cluster.folder)],
                              input='another secret\n', capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        for socket in sockets:
            self.assertEqual(socket.wait_closed(), 4001)
        with self.assertRaises(Refused):
            fay.call('get-me')
        fay.close()

    def test_removed(self):
        ada, ben, cleo = self.connect_all()
        ben.call('open-room', roomId=self.room)
        ada.call('send-message', roomId=self.room, content='before')
        ben.wait('new-message')
        cleo.call('send-message', roomId=self.room, content='cleo')
        ben.wait('new-message')
        ada.call('remove-member', roomId=self.room, userId=self.ben.id)
        ben.wait('room-left', lambda data: data['roomId'] == self.room)
        ada.call('send-message', roomId=self.room, content='not for ben')
        fence = self.cleo.say(self.room, 'fence')['id']
        cleo.wait('new-message', lambda data: data['id'] == fence)
        ben.call('get-me')
        with self.subTest('hears nothing any more'):
            self.assertEqual(ben.count('new-message'), 0)
        for name, fields in (('send-message', {'content': 'let me in'}), ('typing', {'isTyping': True}),
                             ('mark-read', {'seq': 1})):
            with self.subTest('and may nothing at an instance that knew him', operation=name):
                with self.assertRaises(Refused) as caught:
                    ben.call(name, roomId=self.room, **fields)
                self.assertEqual(caught.exception.code, 'not-found')

    def test_joined(self):
        dan = Person(self.c, f'dan{random.randrange(10 ** 9)}')
        socket = connect(dan, self.c)
        ada = connect(self.ada, self.a)
        # Refused first, so that the instance remembers the room without him.
        with self.assertRaises(Refused):
            socket.call('send-message', roomId=self.room, content='may I?')
        ada.call('add-member', roomId=self.room, userId=dan.id)
        with self.subTest('may write at once, whatever instance'):
            socket.call('send-message', roomId=self.room, content='here I am')
        with self.subTest('his device is told and follows the room'):
            self.assertEqual(socket.wait('room-joined')['room']['id'], self.room)
            message = ada.call('send-message', roomId=self.room, content='welcome')['message']
            self.assertEqual(socket.wait('new-message', lambda data: data['content'] == 'welcome')['id'],
                             message['id'])
        with self.subTest('leaves here, and is gone there'):
            ada.wait('user-joined')
            rest(dan, self.b).call('leave-room', roomId=self.room)
            ada.wait('user-left')
            socket.wait('room-left')
        dan.close()

    def test_role(self):
        ada, ben, _cleo = self.connect_all()
        with self.assertRaises(Refused):
            ben.call('update-room', roomId=self.room, name='Ours')
        ada.call('set-member-role', roomId=self.room, userId=self.ben.id, role='admin')
        ben.call('update-room', roomId=self.room, name='Ours')
        self.assertEqual(ada.wait('room-changed')['room']['name'], 'Ours')
        ben.call('set-member-role', roomId=self.room, userId=self.ada.id, role='member')
        with self.assertRaises(Refused) as caught:
            ada.call('update-room', roomId=self.room, name='Mine')
        self.assertEqual(caught.exception.code, 'forbidden')

    def test_deleted_room(self):
        ada, ben, _cleo = self.connect_all()
        ben.call('send-message', roomId=self.room, content='here')
        ada.call('delete-room', roomId=self.room)
        self.assertEqual(ben.wait('room-left')['roomId'], self.room)
        with self.assertRaises(Refused) as caught:
            ben.call('send-message', roomId=self.room, content='still here?')
        self.assertEqual(caught.exception.code, 'not-found')

    def test_presence_and_typing(self):
        dora = Person(self.b, 'dora')
        self.addCleanup(dora.close)
        self.room = self.ada.make_room(type='private', members=[dora.id, self.cleo.id])
        ada = connect(self.ada, self.a)
        ada.call('open-room', roomId=self.room)
        her = connect(dora, self.b)
        with self.subTest('coming'):
            told = ada.wait('presence', lambda data: data['userId'] == dora.id)
            self.assertEqual(told['status'], 'online')
        with self.subTest('who is there'):
            cleo = connect(self.cleo, self.c)
            shown = {row['userId']: row['status'] for row in cleo.call('open-room', roomId=self.room)['presence']}
            self.assertEqual(shown[self.ada.id], 'online')
            self.assertEqual(shown[dora.id], 'online')
        with self.subTest('set'):
            her.call('set-presence', status='dnd')
            told = ada.wait('presence', lambda data: data['userId'] == dora.id and data['status'] != 'online')
            self.assertEqual(told['status'], 'dnd')
        with self.subTest('typing'):
            her.call('typing', roomId=self.room, isTyping=True)
            self.assertEqual(ada.wait('user-typing')['userId'], dora.id)
            self.assertEqual(cleo.wait('user-typing')['userId'], dora.id)
        with self.subTest('a second connection of the session at another instance keeps somebody there'):
            second = connect(dora, self.c)
            her.call('set-presence', status='online')
            ada.wait('presence', lambda data: data['userId'] == dora.id and data['status'] == 'online')
            her.cut()
            deadline = time.monotonic() + 25
            eventually(lambda: self.stays(ada, second, dora, deadline), 'the time in which she could go', 30)
        with self.subTest('going'):
            second.cut()
            eventually(lambda: hears(ada, 'presence', lambda data: data['userId'] == dora.id and
                                     data['status'] == 'offline'), 'nobody was told that she went', within=75)

    def stays(self, watcher, socket, person, deadline):
        socket.pump()
        watcher.pump()
        self.assertEqual(watcher.count('presence', lambda data: data['userId'] == person.id), 0)
        return time.monotonic() > deadline

    def test_receipts(self):
        ada, ben, cleo = self.connect_all()
        ada.call('send-message', roomId=self.room, content='read me')
        ben.call('mark-read', roomId=self.room, seq=1)
        for socket in (ada, cleo):
            receipt = socket.wait('receipt', lambda data: data['userId'] == self.ben.id)
            self.assertEqual((receipt['roomId'], receipt['readSeq']), (self.room, 1))


class Shared(unittest.TestCase):
    def test_rate_limit(self):
        """Whoever goes from one instance to the next does not get a new allowance."""
        cluster = Cluster(instances=2).start()
        self.addCleanup(cluster.remove)
        ada = Person(cluster[0], 'ada')
        room = ada.make_room()
        doors = [rest(ada, server) for server in cluster]
        done = refused = 0
        started = time.monotonic()
        for n in range(400):
            try:
                doors[n % 2].call('send-message', roomId=room, content='again')
                done += 1
            except Refused as refusal:
                self.assertEqual(refusal.code, 'rate-limited')
                refused += 1
        bucket = TABLES['buckets']['send']
        allowed = bucket['burst'] + bucket['rate'] * (time.monotonic() - started)
        self.assertGreater(refused, 0)
        # What an instance let through before it heard of the other's is not much.
        self.assertLess(done, allowed * 1.25 + 5)
        for door in doors:
            door.close()
        ada.close()
        cluster.stop()

    def test_wrong_clock(self):
        """One instance is five minutes ahead, one five minutes behind."""
        cluster = Cluster('--rate-limits=off', environments=[None, wrong_clock(5), wrong_clock(-5)]).start()
        self.addCleanup(cluster.remove)
        people = [Person(server, name) for server, name in zip(cluster, ('ada', 'ben', 'cleo'))]
        room = people[0].make_room(members=[person.id for person in people[1:]])
        for person in people:
            for server in cluster:
                with self.subTest('a token is good everywhere', of=person.name, at=cluster.servers.index(server)):
                    self.assertEqual(rest(person, server).call('get-me')['user']['id'], person.id)
                    connect(person, server).close()
        sockets = [connect(person, server) for person, server in zip(people, cluster)]
        with self.subTest('order is by seq'):
            sent = [socket.call('send-message', roomId=room, content=f'{n}')['message']
                    for n in range(5) for socket in sockets]
            self.assertEqual([message['seq'] for message in sent], list(range(1, 16)))
            self.assertNotEqual(sorted(sent, key=lambda message: message['timestamp']), sent)
            history = people[1].call('list-messages', roomId=room, limit=100)['messages']
            self.assertEqual([message['id'] for message in history], [message['id'] for message in sent])
            for socket in sockets:
                for message in sent:
                    socket.wait('new-message', lambda data, wanted=message: data['id'] == wanted['id'])
        with self.subTest('presence'):
            shown = {row['userId']: row['status']
                     for row in sockets[2].call('open-room', roomId=room)['presence']}
            self.assertEqual(set(shown.values()), {'online'})
        with self.subTest('refreshing at another instance'):
            for person, server in zip(people, (cluster[1], cluster[2], cluster[0])):
                person.take(rest(person, server).call('refresh', refreshToken=person.refresh_token))
                self.assertEqual(rest(person, cluster[2]).call('get-me')['user']['id'], person.id)
        with self.subTest('revoking'):
            signed_in = people[0].login()
            socket = sign_in(cluster[1], signed_in['token'])
            rest(people[0], cluster[2]).call('revoke-session', sessionId=signed_in['session']['id'])
            self.assertEqual(socket.wait_closed(), 4001)
        for person in people:
            person.close()
        cluster.stop()


class Writer(threading.Thread):
    """Writes as fast as answers come, at whatever instance lets it in; sends again what was not answered."""

    def __init__(self, person, cluster, room, number):
        super().__init__(daemon=True)
        self.person = person
        self.cluster = cluster
        self.room = room
        self.dice = random.Random(number)
        self.first = cluster[number % len(cluster.servers)]
        self.finishing = threading.Event()
        self.answers = {}          # clientId → message
        self.resent = 0
        self.codes = []            # of closes
        self.away = []             # seconds from a lost connection to the next
        self.failure = None
        self.lost = None

    def run(self):
        try:
            while not self.finishing.is_set():
                with contextlib.suppress(Closed, OSError, TimeoutError):
                    self.write(self.come_in())
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure
            raise

    def come_in(self):
        while True:
            server, self.first = self.first or self.dice.choice(self.cluster.servers), None
            try:
                socket = sign_in(server, self.person.token)
                if self.lost is not None:
                    self.away.append(time.monotonic() - self.lost)
                return socket
            except (Closed, OSError, TimeoutError, Refused):
                if self.finishing.is_set():
                    raise Closed(0, 'it is over') from None

    def write(self, socket):
        try:
            while not self.finishing.is_set():
                name = f'{self.person.name}-{len(self.answers)}'
                while name not in self.answers:
                    try:
                        reply = socket.call('send-message', roomId=self.room, content=name, clientId=name)
                        self.answers[name] = reply['message']
                    except Refused as refused:
                        # An instance that goes down, or whose store is away.
                        if refused.code != 'unavailable':
                            raise
                    socket.events.clear()
        except (Closed, OSError, TimeoutError) as gone:
            self.resent += 1
            self.lost = time.monotonic()
            self.codes.append(getattr(gone, 'code', None))
            raise

    def finish(self):
        self.finishing.set()
        self.join(60)


class Restarts(unittest.TestCase):
    def check_history(self, room, reader, writers):
        history = []
        while True:
            page = reader.call('list-messages', roomId=room, after=len(history), limit=100)
            history += page['messages']
            if not page['hasMore']:
                break
        self.assertEqual([message['seq'] for message in history], list(range(1, len(history) + 1)))
        by_name = {}
        for message in history:
            self.assertNotIn(message['clientId'], by_name, 'doubled')
            by_name[message['clientId']] = message
        for writer in writers:
            for name, message in writer.answers.items():
                self.assertEqual(by_name.get(name, {}).get('id'), message['id'], f'{name} was acknowledged and is lost')
        return history

    def run_writers(self, act):
        """act (cluster, writers) while people write; the history must hold. Returns cluster and writers."""
        cluster = Cluster('--rate-limits=off').start()
        self.addCleanup(cluster.remove)
        people = [Person(cluster[n % 3], f'person{n}') for n in range(6)]
        room = people[0].make_room(members=[person.id for person in people[1:]])
        writers = [Writer(person, cluster, room, n) for n, person in enumerate(people)]
        for writer in writers:
            writer.start()
        eventually(lambda: all(len(writer.answers) > 5 for writer in writers), 'everybody writes')
        act(cluster, writers)
        marks = [len(writer.answers) for writer in writers]
        eventually(lambda: all(len(writer.answers) > mark + 5 for writer, mark in zip(writers, marks)),
                   'everybody goes on')
        for writer in writers:
            writer.finish()
            self.assertIsNone(writer.failure)
        history = self.check_history(room, rest(people[0], cluster[0]), writers)
        print(f'# {len(history)} messages, {sum(writer.resent for writer in writers)} connections lost, '
              f'away for {max((most for writer in writers for most in writer.away), default=0):.2f} s at the most')
        for person in people:
            person.close()
        cluster.stop()
        return writers

    def test_rolling_restart(self):
        """Each instance in turn ends politely and comes back; people write all the time."""

        def act(cluster, _writers):
            for server in cluster:
                server.stop()
                server.start()

        writers = self.run_writers(act)
        codes = {code for writer in writers for code in writer.codes}
        self.assertTrue(codes <= {1012, 1006, None}, codes)
        self.assertIn(1012, codes)

    def test_killed(self):
        """One instance is killed: its people are elsewhere within three seconds."""

        def act(cluster, writers):
            cluster[1].kill()
            # Two of the six were there; the others do not notice.
            eventually(lambda: sum(bool(writer.away) for writer in writers) >= 2, 'those who were there are elsewhere')
            marks = [len(writer.answers) for writer in writers]
            eventually(lambda: all(len(writer.answers) > mark for writer, mark in zip(writers, marks)), 'all write')

        writers = self.run_writers(act)
        self.assertLess(max(away for writer in writers for away in writer.away), 3)

    def test_killed_before_telling(self):
        """What an instance wrote before it was killed reaches the others' connections with no further event."""
        cluster = Cluster('--rate-limits=off', instances=2).start()
        self.addCleanup(cluster.remove)
        ada, ben = Person(cluster[0], 'ada'), Person(cluster[1], 'ben')
        room = ada.make_room(members=[ben.id])
        watcher = connect(ben, cluster[1])
        numbers = set()
        for round_number in range(5):
            socket = connect(ada, cluster[0])
            for n in range(100):
                socket.post('send-message', {'roomId': room, 'content': f'{n}', 'clientId': f'{round_number}-{n}'})
            with contextlib.suppress(Closed, OSError):
                socket.receive()
            cluster[0].kill()
            last = rest(ben, cluster[1]).call('get-room', roomId=room)['room']['lastSeq']
            while len(numbers) < last:
                numbers.add(watcher.wait('new-message', within=30)['seq'])
            self.assertEqual(numbers, set(range(1, last + 1)))
            cluster[0].start()
        ada.close()
        ben.close()
        cluster.stop()


if __name__ == '__main__':
    tap.main()
