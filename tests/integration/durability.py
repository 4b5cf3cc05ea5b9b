#!/usr/bin/env python3
"""durability.py: the server is killed again and again while people write; nothing acknowledged is lost, nothing doubles

SPDX-License-Identifier: GPL-3.0-or-later

CONFAB_TEST_SEED=N repeats the dice (not the machine's timing); CONFAB_TEST_CYCLES=N makes the run longer.
"""

import contextlib
import os
import random
import sqlite3
import subprocess
import threading
import time
import unittest
from collections import OrderedDict, defaultdict

import tap
from door import Closed, Refused, sign_in
from person import Person
from server import Server, eventually

SENDERS = 6
ROOMS = 4
WINDOW = 16             # requests of one sender that wait for their answers
CYCLES = int(os.environ.get('CONFAB_TEST_CYCLES', 100))
EMOJI = ('👍', '🌻', '🐢')


class Sender(threading.Thread):
    """Somebody who writes as fast as answers come, and sends again whatever was not answered."""

    def __init__(self, test, person, rooms, seed):
        super().__init__(daemon=True)
        self.test = test
        self.person = person
        self.rooms = rooms
        self.dice = random.Random(seed)
        self.socket = None
        self.pending = OrderedDict()    # number → [operation, fields], in the order in which they were decided
        self.sent = {}                  # clientId → (room, content at first)
        self.first = {}                 # clientId → the message that was acknowledged
        self.texts = {}                 # message id → what it must say in the end
        self.reactions = {}             # (message id, emoji) → whether it must be there in the end
        self.counter = 0
        self.resent = 0
        self.connects = 0
        self.failure = None

    def run(self):
        try:
            while not (self.test.finishing.is_set() and not self.pending):
                try:
                    self.work()
                except (Closed, OSError, TimeoutError):
                    self.socket = None
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure
            self.test.finishing.set()
            raise

    def work(self):
        if self.socket is None:
            self.connect()
        while len(self.pending) < WINDOW and not self.test.finishing.is_set():
            self.post(self.socket.post, *self.decide())
        if self.pending:
            self.read_answer()

    def connect(self):
        self.test.up.wait(5)
        self.socket = sign_in(self.person.server, self.person.token)
        self.connects += 1
        again, self.pending = list(self.pending.values()), OrderedDict()
        self.resent += len(again)
        # All of them count as waiting before the first is sent, or a cut between two would forget the rest.
        numbers = [next(self.socket.ids) for _ in again]
        self.pending.update(zip(numbers, again))
        for number, (operation, fields) in zip(numbers, again):
            self.socket.post(operation, fields, number)

    def post(self, send, operation, fields):
        number = next(self.socket.ids)
        self.pending[number] = [operation, fields]
        send(operation, fields, number)

    def decide(self):
        what = self.dice.random()
        if what < 0.12 and self.texts:
            message = self.dice.choice(list(self.texts)[-20:])
            self.counter += 1
            self.texts[message] = f'{self.person.name} changed {self.counter}'
            return 'edit-message', {'messageId': message, 'content': self.texts[message]}
        if what < 0.22 and self.texts:
            message, emoji = self.dice.choice(list(self.texts)[-20:]), self.dice.choice(EMOJI)
            there = self.dice.random() < 0.7
            self.reactions[message, emoji] = there
            return 'add-reaction' if there else 'remove-reaction', {'messageId': message, 'emoji': emoji}
        if what < 0.26 and self.first:
            # As if its answer had been lost: it must be the same message, however long ago it was.
            name = self.dice.choice(list(self.first))
            room, content = self.sent[name]
            return 'send-message', {'roomId': room, 'content': content, 'clientId': name}
        self.counter += 1
        name = f'{self.person.name}-{self.counter}'
        self.sent[name] = (self.dice.choice(self.rooms), f'{self.person.name} says {self.counter}')
        return 'send-message', {'roomId': self.sent[name][0], 'content': self.sent[name][1], 'clientId': name}

    def read_answer(self):
        number = next(iter(self.pending))
        try:
            reply = self.socket.answer(number)
        except Refused as refused:
            if refused.code != 'unavailable':
                raise AssertionError(f'{self.pending[number]}: {refused}') from refused
            raise Closed(0, 'not now') from refused
        operation, _fields = self.pending.pop(number)
        if operation == 'send-message':
            self.acknowledged(reply['message'])
        self.test.count_answer()

    def acknowledged(self, message):
        first = self.first.setdefault(message['clientId'], message)
        same = [name for name in ('id', 'seq', 'roomId', 'timestamp') if first[name] != message[name]]
        assert not same, f'{message["clientId"]} was answered twice, differently: {first} and {message}'
        self.texts.setdefault(message['id'], message['content'])


class Listener(threading.Thread):
    """Hears what is told, of which nothing may ever be untrue."""

    def __init__(self, test, person):
        super().__init__(daemon=True)
        self.test = test
        self.person = person
        self.told = {}      # (room, seq) → (id, clientId)
        self.failure = None

    def run(self):
        while not self.test.finishing.is_set():
            with contextlib.suppress(Closed, OSError, TimeoutError, Refused):
                self.test.up.wait(5)
                with sign_in(self.person.server, self.person.token) as socket:
                    self.listen(socket)

    def listen(self, socket):
        while not self.test.finishing.is_set():
            with contextlib.suppress(TimeoutError):
                socket.receive(0.5)
            for name, data in socket.events:
                if name == 'new-message':
                    told = (data['id'], data['clientId'])
                    before = self.told.setdefault((data['roomId'], data['seq']), told)
                    if before != told:
                        self.failure = f'seq {data["seq"]} was told twice: {before} and {told}'
            socket.events.clear()


class Durability(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get('CONFAB_TEST_SEED', random.randrange(10 ** 6)))
        self.dice = random.Random(self.seed)
        self.up = threading.Event()
        self.finishing = threading.Event()
        self.answers = 0
        self.answered = threading.Condition()
        self.kills = 0

    def count_answer(self):
        with self.answered:
            self.answers += 1
            self.answered.notify_all()

    def run_until_kill(self, server):
        """Lets people write until so many answers came, and then kills in the middle of whatever goes on."""
        wanted = self.answers + self.dice.choice((1, 30, 200, 500, 1000)) * self.dice.random()
        with self.answered:
            self.answered.wait_for(lambda: self.answers >= wanted or self.finishing.is_set(), 10)
        self.assertIsNone(server.process.poll(), f'the server ended by itself: {server.read_log()[-3000:]}')
        self.up.clear()
        server.kill()
        self.kills += 1

    def kill_while_starting(self, server):
        server.launch()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.process.wait(self.dice.random() * 0.1)
        server.kill()
        self.kills += 1

    def test_kill(self):
        started = time.monotonic()
        server = Server('--rate-limits=off').start()
        self.addCleanup(server.remove)
        self.addCleanup(server.kill)
        people = [Person(server, f'person{n}') for n in range(SENDERS + 1)]
        rooms = [people[0].make_room(f'Room {n}', members=[person.id for person in people]) for n in range(ROOMS)]
        senders = [Sender(self, person, rooms, f'{self.seed}-{person.name}') for person in people[:-1]]
        listener = Listener(self, people[-1])
        self.up.set()
        for thread in (*senders, listener):
            thread.start()
        while self.kills < CYCLES and not self.finishing.is_set():
            self.run_until_kill(server)
            if self.dice.random() < 0.15:
                self.kill_while_starting(server)
            server.start()
            self.up.set()
        self.finishing.set()
        for thread in senders:
            thread.join(60)
            self.assertFalse(thread.is_alive(), 'somebody still waits for an answer')
        listener.join(60)
        for thread in (*senders, listener):
            self.assertIsNone(thread.failure)
        self.up.clear()
        server.kill()
        server.start()
        self.check(server, people, rooms, senders, listener)
        server.stop()
        print(f'# seed {self.seed}: {self.kills} kills in {time.monotonic() - started:.0f} s, {self.answers} answers, '
              f'{sum(len(sender.first) for sender in senders)} messages, '
              f'{sum(sender.resent for sender in senders)} requests sent again, {len(listener.told)} events')

    def read_history(self, person, room):
        history = []
        while True:
            page = person.call('list-messages', roomId=room, after=len(history), limit=100)
            history += page['messages']
            if not page['hasMore']:
                return history

    def check(self, server, people, rooms, senders, listener):
        history = {room: self.read_history(people[-1], room) for room in rooms}
        messages = {message['id']: message for room in rooms for message in history[room]}
        with self.subTest('seq without gaps'):
            for room in rooms:
                self.assertEqual([message['seq'] for message in history[room]], list(range(1, len(history[room]) + 1)))
        with self.subTest('lost = 0'):
            lost = [message for sender in senders for message in sender.first.values()
                    if messages.get(message['id'], {}).get('seq') != message['seq']]
            self.assertEqual(lost, [])
            self.assertEqual(sum(len(sender.sent) for sender in senders), len(messages))
        with self.subTest('doubled = 0'):
            names = defaultdict(list)
            for message in messages.values():
                names[message['senderId'], message['clientId']].append(message['seq'])
            self.assertEqual([name for name, seqs in names.items() if len(seqs) > 1], [])
        with self.subTest('order of each sender'):
            for room in rooms:
                for person in people:
                    counters = [int(message['clientId'].split('-')[1]) for message in history[room]
                                if message['senderId'] == person.id]
                    self.assertEqual(counters, sorted(counters))
        with self.subTest('edits'):
            for sender in senders:
                for message_id, text in sender.texts.items():
                    self.assertEqual(messages[message_id]['content'], text)
        with self.subTest('reactions'):
            for sender in senders:
                for (message_id, emoji), there in sender.reactions.items():
                    found = {'userId': sender.person.id, 'emoji': emoji} in messages[message_id].get('reactions', [])
                    self.assertEqual(found, there)
        with self.subTest('nothing was told that is not so'):
            for (room, seq), (message_id, name) in listener.told.items():
                message = history[room][seq - 1]
                self.assertEqual((message['id'], message['clientId']), (message_id, name))
            self.assertGreater(len(listener.told), 0)
        with self.subTest('the database is whole'):
            with contextlib.closing(sqlite3.connect(f'file:{server.database}?mode=ro', uri=True)) as database:
                self.assertEqual(database.execute('PRAGMA integrity_check').fetchall(), [('ok',)])
        with self.subTest('it was a test'):
            self.assertGreaterEqual(self.kills, CYCLES)
            self.assertGreater(sum(sender.resent for sender in senders), self.kills)


class PowerCut(unittest.TestCase):
    def test_answer_means_durable(self):
        """The very moment an answer is there, the server is killed: the message is in the database."""
        server = Server('--rate-limits=off').start()
        self.addCleanup(server.remove)
        self.addCleanup(server.kill)
        ada = Person(server, 'ada')
        room = ada.make_room()
        for n in range(10):
            socket = sign_in(server, ada.token)
            message = socket.call('send-message', roomId=room, content=f'{n}')['message']
            server.kill()
            with contextlib.closing(sqlite3.connect(server.database)) as database:
                self.assertEqual(self.count(database, message['id']), 1)
            server.start()
        eventually(lambda: ada.call('get-room', roomId=room)['room']['lastSeq'] == 10, 'all of them')
        ada.close()
        server.stop()

    def count(self, database, message_id):
        """Looks into every text column of every table: how messages are stored is the store's business."""
        found = 0
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            for column in columns:
                found += database.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}" = ?',
                                          (message_id,)).fetchone()[0]
        return found and 1


if __name__ == '__main__':
    tap.main()
