#!/usr/bin/env python3
"""transfer.py: a server's data moves to another store and back, and its people notice nothing

SPDX-License-Identifier: GPL-3.0-or-later

CONFAB_TEST_SEED=N repeats a run.
"""

import contextlib
import hashlib
import itertools
import json
import os
import pty
import random
import re
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import tap
from door import Refused, Rest
from person import Person
from resume import World, difference
from server import BINARY, SOURCE, Server, clean_environment, eventually

sys.path.insert(0, str(SOURCE / 'tests/services'))
from services import Missing, MongoDB  # pylint: disable=wrong-import-position

WAIT = 240    # seconds that nothing here takes
KINDS = ('setting', 'user', 'invite', 'session', 'room', 'member', 'message', 'version', 'reaction')


class Operator:
    """Somebody at a shell of their own."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def command(self, arguments, store):
        return [str(BINARY), *map(str, arguments), '--store', store, '--state-dir', str(self.folder / 'state')]

    def environment(self):
        # What a sanitizer keeps of freed memory would look like a leak.
        quarantine = f'{os.environ.get("ASAN_OPTIONS", "")}:quarantine_size_mb=1'.lstrip(':')
        return clean_environment(self.folder) | {'ASAN_OPTIONS': quarantine}

    def run(self, *arguments, store, given=b''):
        return subprocess.run(self.command(arguments, store), input=given, capture_output=True, timeout=WAIT,
                              check=False, env=self.environment())

    def measure(self, *arguments, store):
        """The most memory that it took, in MiB."""
        # A process begins with the record of the one that started it, so that has to be a small one.
        script = ('import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=sys.stderr);'
                  'print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)')
        done = subprocess.run([sys.executable, '-c', script, *self.command(arguments, store)], capture_output=True,
                              timeout=WAIT, check=False, env=self.environment())
        assert done.returncode == 0, done.stderr.decode()
        return int(done.stdout) / 1024


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='confab-transfer-')
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.operator = Operator(self.folder)
        self.numbers = itertools.count(1)

    def new_sqlite(self):
        return f'sqlite:{self.folder / f"store-{next(self.numbers)}.db"}'

    def succeed(self, *arguments, store, given=b''):
        done = self.operator.run(*arguments, store=store, given=given)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done

    def fail_with(self, words, *arguments, store, given=b''):
        failed = self.operator.run(*arguments, store=store, given=given)
        self.assertEqual(failed.returncode, 1, failed.stdout.decode())
        self.assertRegex(failed.stderr.decode(), words)
        return failed

    def serve(self, store):
        server = Server('--rate-limits=off', store=store).start()
        self.addCleanup(server.remove)
        self.addCleanup(server.kill)
        return server


def records(path):
    """All but the first and the last line, which tell the time and a checksum of it."""
    return path.read_bytes().splitlines()[1:-1]


def seal(lines):
    """The bytes of a file with these records (bytes each, the header among them), and the last line they need."""
    head = b''.join(line + b'\n' for line in lines)
    counts = dict.fromkeys(KINDS, 0)
    for line in lines[1:]:
        counts[json.loads(line)['kind']] += 1
    last = {'kind': 'end', 'counts': counts, 'sha256': hashlib.sha256(head).hexdigest()}
    return head + json.dumps(last, separators=(',', ':')).encode() + b'\n'


def see(person):
    """Everything that somebody can see, but for who is there at the moment."""
    seen = person.call('resume')
    seen['rooms'] = person.call('list-rooms')['rooms']
    seen['public'] = person.call('list-public-rooms')
    seen['sessions'] = {session['id']: session['name'] for session in person.call('list-sessions')['sessions']}
    seen['me'] = person.call('get-me')['user']
    for room in seen['rooms']:
        room['history'] = read_history(person, room['id'])
        room['all'] = person.call('list-members', roomId=room['id'])
    return json.loads(json.dumps(seen), object_hook=without_presence)


def without_presence(item):
    return {name: value for name, value in item.items() if name not in ('status', 'lastSeen')}


def read_history(person, room):
    history = []
    while True:
        page = person.call('list-messages', roomId=room, after=len(history), limit=100)
        history += page['messages']
        if not page['hasMore']:
            return history


def move(person, server):
    """The same device, with the same tokens, at another server."""
    person.close()
    person.server = server
    person.rest = Rest(server, person.token)


class Journey(Case):
    """People who talk, and whose server moves while they sleep."""

    def setUp(self):
        super().setUp()
        seed = int(os.environ.get('CONFAB_TEST_SEED', random.randrange(10 ** 6)))
        print(f'# seed {seed}')
        self.dice = random.Random(seed)

    def talk(self, server, actions=400):
        world = World(server, self.dice)
        for _ in range(actions):
            world.act()
        ada, ben, cleo = world.people[:3]
        # What chance may have left out.
        self.room = ada.make_room('Tea', members=[ben.id, cleo.id])
        self.first = ada.say(self.room, 'Milk?', clientId='only-once')
        ada.call('edit-message', messageId=self.first['id'], content='@ben milk?')
        ben.call('add-reaction', messageId=self.first['id'], emoji='👍')
        ada.call('add-reaction', messageId=self.first['id'], emoji='🍰')
        cleo.call('delete-message', messageId=cleo.say(self.room, 'Oops')['id'])
        cleo.call('leave-room', roomId=self.room)
        ben.call('mark-read', roomId=self.room, seq=1)
        self.direct = ada.call('create-room', type='direct', members=[ben.id])['room']['id']
        self.invite = Rest(server, ada.token).call('create-invite')['invite'] if self.is_admin(ada) else None
        ben.login(sessionName='Phone')
        return world

    def is_admin(self, person):
        return person.call('get-me')['user']['role'] == 'admin'

    def export(self, store):
        path = self.folder / f'export-{next(self.numbers)}.jsonl'
        self.succeed('export', '--output', path, store=store)
        return path

    def check_journey(self, stores):
        """From the first store to the next and so on: the bytes stay the same, and the last one is lived in."""
        server = self.serve(stores[0])
        world = self.talk(server)
        revs = {person: {room['id']: room['rev'] for room in person.call('list-rooms')['rooms']}
                for person in world.people}
        before = {person: see(person) for person in world.people}
        waiting = {person: person.call('resume', rooms=revs[person]) for person in world.people}
        world.close()
        server.stop()
        path = self.export(stores[0])
        for store in stores[1:]:
            output = self.succeed('restore', path, store=store).stdout.decode()
            self.assertIn('The store holds what the file says', output)
            self.succeed('verify', path, '--with-store', store=store)
            again = self.export(store)
            self.assertEqual(records(path), records(again))
            path = again
        server = self.serve(stores[-1])
        for person in world.people:
            move(person, server)
            with self.subTest('sees the same', name=person.name):
                self.assertIsNone(difference(see(person), before[person]))
            with self.subTest('nothing to fetch', name=person.name):
                again = person.call('resume', rooms=revs[person])
                self.assertEqual(json.loads(json.dumps(again), object_hook=without_presence),
                                 json.loads(json.dumps(waiting[person]), object_hook=without_presence))
                self.assertEqual([update['messages'] for update in again['rooms'] if update['messages']], [])
                self.assertEqual((again['joined'], again['left']), ([], []))
        self.check_life_goes_on(world.people)
        world.close()
        server.stop()

    def check_life_goes_on(self, people):
        ada, ben = people[:2]
        with self.subTest('sent again'):
            again = ada.say(self.room, 'Milk?', clientId='only-once')
            self.assertEqual((again['id'], again['seq'], again['content']),
                             (self.first['id'], self.first['seq'], '@ben milk?'))
        with self.subTest('refreshed'):
            ben.take(Rest(ben.server).call('refresh', refreshToken=ben.refresh_token))
            ben.take(Rest(ben.server).call('refresh', refreshToken=ben.refresh_token))
        with self.subTest('signed in with the password'):
            self.assertEqual(ada.login()['user']['id'], ada.id)
        with self.subTest('the direct room is the same'):
            room = ben.call('create-room', type='direct', members=[ada.id])['room']
            self.assertEqual(room['id'], self.direct)
        with self.subTest('numbers go on'):
            before = ada.call('get-room', roomId=self.room)['room']
            with ben.connect() as socket:
                after = ada.say(self.room, 'And sugar')
                self.assertEqual((after['seq'], after['rev']), (before['lastSeq'] + 1, before['rev'] + 1))
                told = socket.wait('new-message')
                self.assertEqual(told['id'], after['id'])
        if self.invite:
            with self.subTest('an invite that was open is open'):
                Person(ada.server, 'newcomer', invite=self.invite)
                with self.assertRaises(Refused):
                    Person(ada.server, 'another', invite=self.invite)

    def test_sqlite(self):
        self.check_journey([self.new_sqlite(), self.new_sqlite()])

    def test_mongodb_and_back(self):
        try:
            mongodb = MongoDB().start()
        except Missing as missing:
            self.skipTest(str(missing))
        self.addCleanup(mongodb.remove)
        there = mongodb.database(f'confab-transfer-{os.getpid()}')
        if 'was built without MongoDB' in self.operator.run('user', 'list', store=there).stderr.decode():
            self.skipTest('this server was built without MongoDB')
        self.check_journey([self.new_sqlite(), there, self.new_sqlite()])
        # And once more the other way, so that the server lives in MongoDB.
        self.check_journey([self.new_sqlite(), mongodb.database(f'confab-transfer-b-{os.getpid()}')])

    def test_every_kind_and_field_is_documented(self):
        store = self.new_sqlite()
        server = self.serve(store)
        self.talk(server).close()
        server.stop()
        path = self.export(store)
        text = (SOURCE / 'docs/export.md').read_text()
        sections = dict(re.findall(r'^### (\w+)\n(.*?)(?=^#|\Z)', text, re.MULTILINE | re.DOTALL))
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        lines[0]['kind'] = 'header'
        seen = {line['kind'] for line in lines}
        self.assertEqual(seen - {'invite'}, {'header', 'end', *KINDS} - {'invite'})
        for line in lines:
            for field in set(line) - {'kind'}:
                self.assertIn(f'`{field}`', sections[line['kind']], f'docs/export.md, ### {line["kind"]}')

    def test_export_while_people_write(self):
        """One moment of it, whole in itself, whichever that is."""
        store = self.new_sqlite()
        server = self.serve(store)
        world = self.talk(server, 50)
        finished = threading.Event()

        def write():
            while not finished.is_set():
                world.act()

        writer = threading.Thread(target=write, daemon=True)
        writer.start()
        sizes = set()
        for _ in range(5):
            path = self.export(store)
            self.succeed('verify', path, store=store)
            self.succeed('restore', path, store=self.new_sqlite())
            sizes.add(len(records(path)))
        finished.set()
        writer.join(30)
        self.assertFalse(writer.is_alive())
        self.assertGreater(len(sizes), 1, 'nobody wrote')
        world.close()
        server.stop()

    def test_without_sessions(self):
        store, other = self.new_sqlite(), self.new_sqlite()
        server = self.serve(store)
        ada = Person(server, 'ada')
        ada.close()
        server.stop()
        path = self.folder / 'export'
        with open(path, 'wb') as output:
            done = subprocess.run(self.operator.command(['export', '--without-sessions'], store), stdout=output,
                                  stderr=subprocess.PIPE, timeout=WAIT, check=False, env=self.operator.environment())
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        kinds = {json.loads(line)['kind'] for line in records(path)}
        self.assertEqual(kinds & {'session', 'setting'}, set())
        self.succeed('restore', '-', store=other, given=path.read_bytes())
        server = self.serve(other)
        move(ada, server)
        with self.assertRaises(Refused) as refused:
            ada.call('get-me')
        self.assertEqual(refused.exception.code, 'unauthenticated')
        self.assertEqual(ada.login()['user']['id'], ada.id)
        server.stop()


class Trouble(Case):
    """Files and stores that are not as they should be."""

    def setUp(self):
        super().setUp()
        self.store = self.new_sqlite()
        server = self.serve(self.store)
        self.ada = Person(server, 'ada')
        self.room = self.ada.make_room('Tea')
        for n in range(20):
            self.ada.say(self.room, f'Cup {n}')
        self.ada.close()
        server.stop()
        self.path = self.folder / 'export.jsonl'
        self.succeed('export', '--output', self.path, store=self.store)
        self.lines = self.path.read_bytes().splitlines()[:-1]

    def assert_unfinished(self, store):
        """No server starts on it, no command changes it."""
        for command in (['serve', '--listen', '127.0.0.1:0'], ['user', 'list'], ['export', '--output', '/dev/null'],
                        ['restore', str(self.path)]):
            self.fail_with('not finished', *command, store=store)

    def refuse(self, words, content):
        """Nothing of it can be seen; and with a good file the same store is a good one."""
        store = self.new_sqlite()
        self.fail_with(words, 'verify', '-', store=store, given=content)
        self.fail_with(words, 'restore', '-', store=store, given=content)
        self.assert_unfinished(store)
        self.succeed('restore', self.path, '--again', store=store)
        self.succeed('verify', self.path, '--with-store', store=store)

    def test_cut(self):
        content = self.path.read_bytes()
        self.refuse('line 15: the file is cut off', b''.join(line + b'\n' for line in self.lines[:14]) + b'{"kind":')
        before_last = content[:len(content) - len(content.splitlines()[-1]) - 1]
        self.refuse(f'line {len(self.lines)}: .*cut off', before_last[:-1])

    def test_changed(self):
        content = self.path.read_bytes()
        self.refuse('the checksum is another one', content.replace(b'Cup 7', b'Cup 8'))

    def test_sealed_anew(self):
        """Whoever changes a file knowingly gets past the checksum, not past what must fit together."""
        last = json.loads(self.lines[-1])
        for words, line in ((f'line {len(self.lines)}: message 20 is missing', last | {'seq': 21}),
                            (f'line {len(self.lines)}: the revs', last | {'rev': 9999}),
                            (f'lines .* to {len(self.lines) + 1}: There is another message', last | {
                                'clientId': json.loads(self.lines[-2])['clientId']} if 'clientId' in last else last | {
                                'id': json.loads(self.lines[-2])['id']})):
            with self.subTest(words):
                changed = json.dumps(line, ensure_ascii=False, separators=(',', ':')).encode()
                content = seal([*self.lines[:-1], changed])
                store = self.new_sqlite()
                self.fail_with(words, 'restore', '-', store=store, given=content)
                self.assert_unfinished(store)

    def test_not_an_export(self):
        store = self.new_sqlite()
        for words, content in (('line 1: .*cut off', b''), ('line 1: Not valid JSON', b'PK\x03\x04\n'),
                               ('line 1: this is no export', b'{}\n'),
                               ('line 1: .*of version 2', b'{"confab-export":2}\n')):
            with self.subTest(words):
                self.fail_with(words, 'restore', '-', store=store, given=content)
        # Nothing was begun.
        self.succeed('restore', self.path, store=store)

    def test_store_in_use(self):
        self.fail_with('1 accounts and 1 rooms', 'restore', self.path, store=self.store)
        self.fail_with('1 accounts and 1 rooms', 'restore', self.path, '--again', store=self.store)
        self.succeed('verify', self.path, '--with-store', store=self.store)

    def test_killed(self):
        """A restore that ends in the middle, however it ends."""
        store = self.new_sqlite()
        process = subprocess.Popen(self.operator.command(['restore', '-'], store), stdin=subprocess.PIPE,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   env=self.operator.environment())
        process.stdin.write(b''.join(line + b'\n' for line in self.lines[:10]))
        process.stdin.flush()

        def begun():
            return 'not finished' in self.operator.run('user', 'list', store=store).stderr.decode()

        eventually(begun, 'the store is marked')
        process.kill()
        process.wait()
        process.stdin.close()
        self.assert_unfinished(store)
        self.succeed('restore', self.path, '--again', store=store)
        server = self.serve(store)
        move(self.ada, server)
        self.assertEqual(len(read_history(self.ada, self.room)), 20)
        self.ada.close()
        server.stop()

    def test_differs(self):
        other = self.new_sqlite()
        self.succeed('restore', self.path, store=other)
        server = self.serve(other)
        move(self.ada, server)
        self.ada.say(self.room, 'One more')
        self.ada.close()
        server.stop()
        self.fail_with(f'(?s)room {self.room} differs .file: 20 messages.*store: 21 messages.*does not hold',
                       'verify', self.path, '--with-store', store=other)

    def run_at_terminal(self, *arguments, store):
        """What somebody sees."""
        mine, its = pty.openpty()
        process = subprocess.Popen(self.operator.command(arguments, store), stdin=its, stdout=its, stderr=its,
                                   env=self.operator.environment())
        os.close(its)
        seen = b''
        with contextlib.suppress(OSError):    # its way of telling that nobody writes any more
            while part := os.read(mine, 4096):
                seen += part
        os.close(mine)
        process.wait(WAIT)
        return seen.decode()

    def test_output(self):
        self.assertEqual(self.path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(list(self.folder.glob('*.unfinished')), [])
        self.fail_with('/nowhere/export.unfinished cannot be written', 'export', '--output', '/nowhere/export',
                       store=self.store)
        self.fail_with('There is no account in this store', 'export', '--output', self.folder / 'empty',
                       store=self.new_sqlite())
        self.fail_with('/nowhere/file cannot be read', 'restore', '/nowhere/file', store=self.new_sqlite())
        self.fail_with('Usage: confab-server restore', 'restore', store=self.new_sqlite())
        self.assertFalse((self.folder / 'empty').exists())
        with self.subTest('a terminal'):
            self.assertIn('--output FILE', self.run_at_terminal('export', store=self.store))
            self.assertIn('The file is whole', self.run_at_terminal('verify', self.path, store=self.store))
        with self.subTest('a full disk'):
            with open('/dev/full', 'wb') as full:
                failed = subprocess.run(self.operator.command(['export'], self.store), stdout=full, timeout=WAIT,
                                        stderr=subprocess.PIPE, check=False, env=self.operator.environment())
            self.assertEqual(failed.returncode, 1)
            self.assertIn('No space left', failed.stderr.decode())


class Size(Case):
    """Ten times the messages, about the same memory."""

    def write(self, path, n_messages):
        header = {'confab-export': 1, 'created': '2026-01-01T00:00:00.000Z', 'server': '0', 'store': 'sqlite',
                  'sessions': True}
        user = {'kind': 'user', 'id': 'ada', 'username': 'ada', 'role': 'admin', 'createdAt': 1}
        room = {'kind': 'room', 'id': 'tea', 'type': 'public', 'createdBy': 'ada', 'createdAt': 1, 'lastActivity': 1,
                'lastSeq': n_messages, 'rev': n_messages + 1, 'membersRev': 1, 'settingsRev': 1, 'memberCount': 1}
        member = {'kind': 'member', 'roomId': 'tea', 'userId': 'ada', 'role': 'admin', 'joinedAt': 1,
                  'receivedSeq': n_messages, 'readSeq': n_messages, 'rev': 1}
        lines = [json.dumps(line).encode() for line in (header, user, room, member)]
        content = 'x' * 200
        lines += [b'{"kind":"message","id":"m%d","roomId":"tea","seq":%d,"rev":%d,"firstRev":%d,"senderId":"ada",'
                  b'"clientId":"c%d","type":"text","content":"%s","timestamp":1}'
                  % (n, n, n + 1, n + 1, n, content.encode()) for n in range(1, n_messages + 1)]
        path.write_bytes(seal(lines))

    def measure(self, n_messages):
        path, again, store = self.folder / 'export', self.folder / 'again', self.new_sqlite()
        self.write(path, n_messages)
        restored = self.operator.measure('restore', path, store=store)
        exported = self.operator.measure('export', '--output', again, store=store)
        self.assertEqual(len(records(again)), n_messages + 3)
        return restored, exported

    def test_memory(self):
        small, large = self.measure(20000), self.measure(200000)
        for what, one, other in zip(('restore', 'export'), small, large):
            print(f'# {what}: {one:.0f} MiB for 20,000 messages, {other:.0f} MiB for 200,000')
            with self.subTest(what):
                # SQLite's cache of 32 MB fills meanwhile; the messages alone are 80 MB.
                self.assertLess(other, one + 40)


if __name__ == '__main__':
    tap.main()
