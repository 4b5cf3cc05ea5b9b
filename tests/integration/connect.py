#!/usr/bin/env python3
"""connect.py: how connections come, stay and end: tokens, sessions, frames, limits, drain

SPDX-License-Identifier: GPL-3.0-or-later
"""

import concurrent.futures
import contextlib
import json
import sqlite3
import struct
import threading
import unittest

import forge
import tap
from door import TABLES, Closed, Refused, Rest, Socket, sign_in
from person import Person
from script import a_time, an_id
from server import Server, eventually
from wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Wire


class WithServer(unittest.TestCase):
    options = ('--rate-limits=off',)

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server(*cls.options))
        cls.ada = Person(cls.server, 'ada')
        cls.ben = Person(cls.server, 'ben')

    @classmethod
    def tearDownClass(cls):
        cls.ada.close()
        cls.ben.close()

    def refused(self, code, call, *arguments, **fields):
        with self.assertRaises(Refused) as caught:
            call(*arguments, **fields)
        self.assertEqual(caught.exception.code, code, caught.exception)
        return caught.exception


class Hello(WithServer):
    def test_ways_in(self):
        for how in ('frame', 'header'):
            with self.subTest(how), sign_in(self.server, self.ada.token, how) as socket:
                self.assertEqual(socket.hello['user']['id'], self.ada.id)
                self.assertEqual(socket.call('get-me')['user']['username'], 'ada')

    def test_hello(self):
        hello = self.ada.connect().hello
        with self.subTest('as the table says'):
            names = {field['name'] for field in TABLES['events']['hello']['fields'] if field.get('required')}
            self.assertLessEqual(names, set(hello))
        with self.subTest('user'):
            self.assertEqual(hello['user'], self.ada.call('get-me')['user'])
        with self.subTest('session'):
            self.assertEqual(hello['session']['id'], self.ada.session['id'])
            self.assertIs(hello['session']['current'], True)
            self.assertTrue(a_time(hello['session']['createdAt']))
        with self.subTest('limits'):
            expected = {'messageLength': 4000, 'membersShown': 50, 'typingMembers': 100, 'pageSize': 100,
                        'frameBytes': 65536, 'reactionKinds': 20}
            self.assertEqual({name: hello['limits'][name] for name in expected}, expected)
        with self.subTest('timings'):
            self.assertEqual(hello['timings'], {'heartbeat': 30, 'silence': 75, 'typingRepeat': 4, 'typingExpiry': 6,
                                                'awayAfter': 300, 'tokenLifetime': 900})
        with self.subTest('features and name'):
            self.assertGreaterEqual(hello['features'], 1)
            self.assertTrue(hello['server'])

    def test_before_signing_in(self):
        with Socket(self.server) as socket:
            with self.subTest('nothing else is answered'):
                self.refused('unauthenticated', socket.call, 'get-me')
                self.refused('unauthenticated', socket.call, 'send-message', roomId=self.ada.id, content='x')
            with self.subTest('and it is not too late'):
                socket.call('authenticate', token=self.ada.token)
                socket.wait('hello')

    def test_fresh_token(self):
        """A connection lives on past its token by telling the next one."""
        socket = self.ben.connect()
        fresh = Rest(self.server).call('refresh', refreshToken=self.ben.refresh_token)
        self.ben.take(fresh)
        self.assertEqual(socket.call('authenticate', token=fresh['token']), {})
        socket.call('get-me')
        self.assertEqual(socket.count('hello'), 0)
        with self.subTest('but not as somebody else'):
            with self.assertRaises((Refused, Closed)):
                socket.call('authenticate', token=self.ada.token)
                self.assertEqual(socket.call('get-me')['user']['id'], self.ben.id)
                raise Closed(0, 'the person stayed the same')

    def test_no_token_in_addresses(self):
        for path in (f'/ws?token={self.ada.token}', f'/ws?access_token={self.ada.token}'):
            with Socket(self.server, path=path) as socket:
                self.refused('unauthenticated', socket.call, 'get-me')
        answer = Rest(self.server).http('GET', f'/api/users/me?token={self.ada.token}')
        self.assertEqual(answer.status, 401)

    def test_not_in_time(self):
        with Socket(self.server) as socket:
            self.assertEqual(socket.wait_closed(within=25), 4001)

    def test_heartbeat(self):
        with Socket(self.server) as anonymous, sign_in(self.server, self.ada.token) as socket:
            anonymous.call('authenticate', token=self.ben.token)
            self.assertEqual(socket.wait('ping', within=60), {})
            self.assertEqual(socket.call('get-me')['user']['id'], self.ada.id)


class Tokens(WithServer):
    def signing_key(self):
        """Out of the database: the key that this server's tokens are signed with."""
        with contextlib.closing(sqlite3.connect(f'file:{self.server.database}?mode=ro', uri=True)) as database:
            values = [bytes(value) for (value,) in database.execute('SELECT value FROM settings') if len(value) == 32]
        head, body = forge.parts(self.ada.token)
        return next(value for value in values if forge.make(head, body, value) == self.ada.token)

    def test_forged(self):
        for title, token in forge.forgeries(self.ada.token, self.signing_key()).items():
            with self.subTest(title, door='REST'):
                answer = Rest(self.server).http('GET', '/api/users/me', headers={'Authorization': f'Bearer {token}'})
                self.assertEqual(answer.status, 401)
                self.assertEqual(answer.json['error']['code'], 'unauthenticated')
            with self.subTest(title, door='first frame'), Socket(self.server) as socket:
                with self.assertRaises(Refused) as caught:
                    socket.call('authenticate', token=token)
                self.assertIn(caught.exception.code, ('unauthenticated', 'bad-request'))
                with self.assertRaises(Refused) as caught:
                    socket.call('get-me')
                self.assertEqual(caught.exception.code, 'unauthenticated')

    def test_forged_header(self):
        forged = forge.forgeries(self.ada.token, self.signing_key())
        for title in ('alg none', 'another body', 'expired', 'words'):
            with self.subTest(title), Wire(self.server, {'Authorization': f'Bearer {forged[title]}'}) as wire:
                self.assertEqual(wire.status, 101)
                frame = wire.read_json()
                self.assertEqual((frame['event'], frame['data']['code']), ('error', 'unauthenticated'))

    def test_key_is_the_servers(self):
        """That the forgeries are refused for what they are: with the right form the key does sign people in."""
        head, body = forge.parts(self.ada.token)
        token = forge.make(head, body | {'exp': body['exp'] + 60}, self.signing_key())
        self.assertEqual(Rest(self.server, token).call('get-me')['user']['id'], self.ada.id)

    def test_other_schemes(self):
        for header in (self.ada.token, f'Basic {self.ada.token}', 'Bearer', f'Bearer{self.ada.token}'):
            answer = Rest(self.server).http('GET', '/api/users/me', headers={'Authorization': header})
            self.assertEqual(answer.status, 401, header[:12])


class Sessions(WithServer):
    def make_person(self, name):
        person = Person(self.server, name)
        self.addCleanup(person.close)
        return person

    def assert_dead(self, token):
        self.refused('unauthenticated', Rest(self.server, token).call, 'get-me')
        with Socket(self.server) as socket:
            self.refused('unauthenticated', socket.call, 'authenticate', token=token)

    def refresh(self, token):
        return Rest(self.server).call('refresh', refreshToken=token)

    def test_rotation(self):
        person = self.make_person('eve')
        first = person.refresh_token
        second = self.refresh(first)
        with self.subTest('the next pair is another'):
            self.assertNotEqual(second['refreshToken'], first)
            self.assertEqual(second['session']['id'], person.session['id'])
            self.assertEqual(Rest(self.server, second['token']).call('get-me')['user']['id'], person.id)
        with self.subTest('the old one works until the new one was used: an answer may be lost'):
            again = self.refresh(first)
        with self.subTest('who asks again gets the same, for the request that seemed lost may come late'):
            self.assertEqual(again['refreshToken'], second['refreshToken'])
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                pairs = list(pool.map(self.refresh, [second['refreshToken']] * 4))
            self.assertEqual(len({pair['refreshToken'] for pair in pairs}), 1)
        with self.subTest('the newest one works'):
            third = self.refresh(pairs[0]['refreshToken'])
        socket = sign_in(self.server, third['token'])
        with self.subTest('an old one after that is a theft'):
            self.refused('unauthenticated', self.refresh, first)
        with self.subTest('which ends the session: its connections'):
            self.assertEqual(socket.wait_closed(), 4001)
            self.assertEqual(socket.count('session-revoked'), 1)
        with self.subTest('its access tokens'):
            self.assert_dead(third['token'])
        with self.subTest('and its refresh tokens'):
            self.refused('unauthenticated', self.refresh, third['refreshToken'])

    def test_refresh_refused(self):
        for token in ('x', 'x' * 43, self.ada.token, f'{self.ada.session["id"]}.{"A" * 43}'):
            with self.subTest(token[:12]):
                self.refused('unauthenticated', self.refresh, token[:256])
        self.assertEqual(self.ada.call('get-me')['user']['id'], self.ada.id)

    def test_list(self):
        person = self.make_person('finn')
        person.login(sessionName='Phone')
        sessions = person.call('list-sessions')['sessions']
        self.assertEqual(sorted(session['name'] for session in sessions), sorted([person.session['name'], 'Phone']))
        self.assertEqual([session['id'] for session in sessions if session.get('current')], [person.session['id']])
        for session in sessions:
            self.assertTrue(an_id(session['id']) and a_time(session['createdAt']) and a_time(session['lastUsedAt']))
            self.assertEqual(session['address'], '127.0.0.1')

    def test_revoke_one(self):
        person = self.make_person('gus')
        other = person.login()
        socket, own = sign_in(self.server, other['token']), person.connect()
        with self.subTest('not by others'):
            self.refused('not-found', self.ada.call, 'revoke-session', sessionId=other['session']['id'])
        person.call('revoke-session', sessionId=other['session']['id'])
        with self.subTest('its connection is closed, after it was told'):
            self.assertEqual(socket.wait_closed(), 4001)
            self.assertEqual(socket.count('session-revoked'), 1)
        with self.subTest('it is dead'):
            self.assert_dead(other['token'])
            self.refused('unauthenticated', self.refresh, other['refreshToken'])
        with self.subTest('others live'):
            self.assertEqual(own.call('get-me')['user']['id'], person.id)
        with self.subTest('once'):
            self.refused('not-found', person.call, 'revoke-session', sessionId=other['session']['id'])

    def test_logout(self):
        person = self.make_person('hal')
        socket = person.connect()
        person.call('logout')
        self.assertEqual(socket.wait_closed(), 4001)
        self.assert_dead(person.token)
        self.refused('unauthenticated', self.refresh, person.refresh_token)

    def test_password(self):
        person = self.make_person('ida')
        other = person.login()
        socket, own = sign_in(self.server, other['token']), person.connect()
        with self.subTest('the present one is asked for'):
            refused = self.refused('bad-request', person.call, 'change-password', password='not the one',
                                   newPassword='another secret')
            self.assertEqual(list(refused.fields), ['password'])
        person.call('change-password', password=person.password, newPassword='another secret')
        with self.subTest('other sessions end'):
            self.assertEqual(socket.wait_closed(), 4001)
            self.assert_dead(other['token'])
        with self.subTest('this one stays'):
            self.assertEqual(own.call('get-me')['user']['id'], person.id)
            self.assertEqual(person.call('get-me')['user']['id'], person.id)
        with self.subTest('the old password is none'):
            self.refused('unauthenticated', person.login)
        with self.subTest('the new one is'):
            self.assertEqual(person.login(password='another secret')['user']['id'], person.id)


class Frames(WithServer):
    def setUp(self):
        self.wires = []
        self.addCleanup(self.close)

    def close(self):
        while self.wires:
            self.wires.pop().close()

    def signed_in(self, **options):
        """A fresh connection; the one before it goes, or there would be too many."""
        self.close()
        wire = Wire(self.server, {'Authorization': f'Bearer {self.ada.token}'}, **options)
        self.wires.append(wire)
        self.assertEqual(wire.status, 101)
        self.assertEqual(wire.read_json()['event'], 'hello')
        return wire

    def assert_alive(self, wire):
        wire.send_json({'event': 'get-me', 'id': 'alive', 'data': {}})
        self.assertEqual(wire.read_json()['reply'], 'alive')

    def test_control_frames(self):
        wire = self.signed_in()
        with self.subTest('ping'):
            wire.send_frame(PING, b'are you there')
            self.assertEqual(wire.read_frame(), (PONG, b'are you there'))
        with self.subTest('pong'):
            wire.send_frame(PONG, b'')
            self.assert_alive(wire)
        with self.subTest('the event pong'):
            wire.send_json({'event': 'pong'})
            self.assert_alive(wire)
        with self.subTest('close'):
            wire.send_frame(CLOSE, struct.pack('>H', 1000))
            self.assertEqual(wire.read_close(), 1000)

    def test_fragments(self):
        wire = self.signed_in()
        text = json.dumps({'event': 'get-me', 'id': 5, 'data': {}}).encode()
        wire.send_frame(TEXT, text[:9], final=False)
        wire.send_frame(PING, b'')
        wire.send_frame(CONTINUATION, text[9:20], final=False)
        wire.send_frame(CONTINUATION, text[20:])
        self.assertEqual(wire.read_frame(), (PONG, b''))
        self.assertEqual(wire.read_json()['reply'], 5)

    def test_byte_by_byte(self):
        wire = self.signed_in()
        frame = b'{"event":"get-me","id":6}'
        whole = bytes([0x81, 0x80 | len(frame)]) + bytes(4) + frame
        for index in range(len(whole)):
            wire.socket.sendall(whole[index:index + 1])
        self.assertEqual(wire.read_json()['reply'], 6)

    def test_ids(self):
        wire = self.signed_in()
        for number in (0, -1, 2 ** 53, 'seventeen', 'ü"\\'):
            with self.subTest(number):
                wire.send_json({'event': 'get-me', 'id': number})
                self.assertEqual(wire.read_json()['reply'], number)
        for number in ({}, [], 1.5, True, 'x' * 65):
            with self.subTest(repr(number)[:20]):
                wire.send_json({'event': 'get-me', 'id': number})
                frame = wire.read_json()
                self.assertEqual((frame['event'], frame['data']['code']), ('error', 'bad-request'))

    def test_refused(self):
        """What makes no sense is answered, and the connection stays."""
        deep = '[' * 17 + ']' * 17
        texts = {
            'empty': '', 'no JSON': 'hello', 'half': '{"event":"get-me"', 'a list': '[1]', 'null': 'null',
            'no event': '{"data":{}}',
            'an event that is no name': '{"event":5}', 'data that is no object': '{"event":"get-me","data":[]}',
            'a member twice': '{"event":"get-me","event":"get-me"}', 'a comment': '{"event":"get-me"/**/}',
            'single quotes': "{'event':'get-me'}", 'a comma too many': '{"event":"get-me",}',
            'NaN': '{"event":"get-me","id":NaN}',
            'a NUL': '{"event":"get-\\u0000me"}', 'half a surrogate pair': '{"event":"\\ud800"}',
            'too deep': '{"event":"get-me","data":{"x":%s}}' % deep, 'very deep': '[' * 30000,
            'an unknown event': '{"event":"make-coffee","data":{}}',
            'an event of the server': '{"event":"new-message","data":{}}',
            'REST only': '{"event":"login","data":{}}',
        }
        for title, text in texts.items():
            with self.subTest(title):
                wire = self.signed_in()
                wire.send_frame(TEXT, text.encode())
                frame = wire.read_json()
                self.assertEqual(frame['event'], 'error', frame)
                self.assertIn(frame['data']['code'], ('bad-request', 'not-found'), frame)
                self.assertTrue(frame['data']['message'])
                self.assert_alive(wire)
        with self.subTest('with an id it is a reply'):
            wire = self.signed_in()
            wire.send_json({'event': 'make-coffee', 'id': 3, 'data': {}})
            frame = wire.read_json()
            self.assertEqual((frame['reply'], frame['error']['code']), (3, 'not-found'))

    def test_only_nonsense(self):
        wire = self.signed_in()
        for _ in range(100):
            try:
                wire.send_frame(TEXT, b'nonsense')
            except OSError:
                break
        self.assertIn(wire.read_close(), (4003, None))

    def test_closes(self):
        """What breaks the protocol ends the connection, with the code that says why."""
        start = {'event': 'send-message', 'data': {'content': 'x' * 70000}}
        cases = {
            'a binary frame': (1003, lambda wire: wire.send_frame(BINARY, b'{}')),
            'text that is not UTF-8': (1007, lambda wire: wire.send_frame(TEXT, b'{"event":"\xff\xfe"}')),
            'a frame above 64 KiB': (1009, lambda wire: wire.send_frame(TEXT, json.dumps(start).encode())),
            'a length of terabytes': (1009, lambda wire: wire.send_frame(TEXT, b'{', length=2 ** 42)),
            'no mask': (1002, lambda wire: wire.send_frame(TEXT, b'{}', masked=False)),
            'reserved bits': (1002, lambda wire: wire.send_frame(TEXT, b'{}', reserved=4)),
            'an unknown opcode': (1002, lambda wire: wire.send_frame(11, b'')),
            'a continuation of nothing': (1002, lambda wire: wire.send_frame(CONTINUATION, b'x')),
            'a long ping': (1002, lambda wire: wire.send_frame(PING, b'x' * 126)),
        }
        for title, (code, act) in cases.items():
            with self.subTest(title):
                wire = self.signed_in()
                try:
                    act(wire)
                except OSError:
                    pass
                self.assertEqual(wire.read_close(), code)

    def test_endless_fragments(self):
        """A message that never ends is cut off before it fills the memory."""
        wire = self.signed_in()
        wire.send_frame(TEXT, b'x' * 60000, final=False)
        try:
            for _ in range(100):
                wire.send_frame(CONTINUATION, b'x' * 60000, final=False)
        except OSError:
            pass
        self.assertIn(wire.read_close(), (1009, None))

    def test_handshakes(self):
        own = f'http://{self.server.host}:{self.server.port}'
        cases = (
            ('no Origin', {}, 101), ('its own Origin', {'Origin': own}, 101),
            ('its own over TLS at a proxy', {'Origin': own.replace('http', 'https')}, 101),
            ('another Origin', {'Origin': 'https://evil.example'}, 403), ('an opaque Origin', {'Origin': 'null'}, 403),
            ('an Origin that begins the same', {'Origin': own + '.evil.example'}, 403),
            ('another port', {'Origin': f'http://{self.server.host}:1'}, 403),
            ('an old version', {'Sec-WebSocket-Version': '8'}, (400, 426)),
            ('no key', {'Sec-WebSocket-Key': None}, 400),
        )
        for title, headers, status in cases:
            with self.subTest(title), Wire(self.server, headers) as wire:
                self.assertIn(wire.status, status if isinstance(status, tuple) else (status,))
        with self.subTest('no handshake at all'):
            self.assertIn(Rest(self.server).http('GET', '/ws').status, (400, 426))


class SlowReaders(WithServer):
    def test_slow_reader(self):
        room = self.ada.make_room('Loud')
        self.ben.call('join-room', roomId=room)
        slow = Wire(self.server, {'Authorization': f'Bearer {self.ben.token}'}, receive_buffer=4096)
        self.addCleanup(slow.close)
        self.assertEqual(slow.read_json()['event'], 'hello')
        quick = self.ben.connect()
        speaker = self.ada.connect()
        content = '🐢' * 4000
        sent = []

        def closed_slow():
            number = speaker.post('send-message', {'roomId': room, 'content': content})
            sent.append(speaker.answer(number)['message']['seq'])
            return self.server.metrics()['confab_closed_slow_total'] > 0

        with self.subTest('closed'):
            eventually(closed_slow, 'the slow reader was not closed', within=60)
            self.assertEqual(slow.read_close(), 4000)
        with self.subTest('others got everything'):
            for seq in sent:
                quick.wait('new-message', lambda data, seq=seq: data['seq'] == seq)
        with self.subTest('and the one that was closed gets it when it comes back'):
            back = self.ben.connect()
            update = back.call('resume', rooms={room: 0})['rooms'][0]
            self.assertEqual(update['lastSeq'], sent[-1])


class Limits(unittest.TestCase):
    def test_connections_of_one_address(self):
        with Server('--rate-limits=off', '--connections-per-address=6') as server:
            wires = [Wire(server) for _ in range(6)]
            self.assertEqual([wire.status for wire in wires], [101] * 6)
            with self.subTest('one too many'):
                with self.assertRaises((ConnectionResetError, BrokenPipeError)):
                    Wire(server)
            with self.subTest('a place that is free again'):
                wires.pop().close()

                def taken():
                    try:
                        return Wire(server)
                    except OSError:
                        return None
                wires.append(eventually(taken, 'no place'))
            for wire in wires:
                wire.close()

            def healthy():
                with contextlib.suppress(OSError):
                    return Rest(server).http('GET', '/healthz').status == 200
                return False

            eventually(healthy, 'all places stayed taken')

    def test_connections_of_one_person(self):
        with Server('--rate-limits=off', '--connections-per-user=3') as server:
            ada, ben = Person(server, 'ada'), Person(server, 'ben')
            sockets = [ada.connect() for _ in range(3)]
            with self.subTest('one too many'), Socket(server) as socket:
                with self.assertRaises((Refused, Closed)):
                    socket.call('authenticate', token=ada.token)
            with self.subTest('others'):
                ben.connect()
            with self.subTest('a place that is free again'):
                sockets[0].close()

                def taken():
                    try:
                        return ada.connect()
                    except (Refused, Closed):
                        return None
                eventually(taken, 'no place')
            ada.close()
            ben.close()

    def test_pipelining(self):
        """Far more at once than the server works on at a time: nothing is lost, and all is answered."""
        with Server('--rate-limits=off') as server:
            ada = Person(server, 'ada')
            room = ada.make_room()
            socket = ada.connect()
            numbers = [socket.post('send-message', {'roomId': room, 'content': f'{n}'}) for n in range(2000)]
            seqs = [socket.answer(number)['message']['seq'] for number in numbers]
            self.assertEqual(seqs, list(range(1, 2001)))
            ada.close()

    def test_order(self):
        """Who does not wait for answers is still taken at their word in the order in which they said it."""
        with Server('--rate-limits=off') as server:
            ada = Person(server, 'ada')
            room = ada.make_room()
            socket = ada.connect()
            message = ada.say(room, 'first')['id']
            with self.subTest('edits'):
                numbers = [socket.post('edit-message', {'messageId': message, 'content': f'{n}'}) for n in range(90)]
                revs = [socket.answer(number)['message']['rev'] for number in numbers]
                self.assertEqual(revs, sorted(revs))
            with self.subTest('reactions'):
                for n in range(200):
                    socket.post('add-reaction' if n % 2 == 0 else 'remove-reaction',
                                {'messageId': message, 'emoji': '👍'})
                last = socket.answer(socket.post('add-reaction', {'messageId': message, 'emoji': '👍'}))['message']
                self.assertEqual((last['content'], len(last['reactions'])), ('89', 1))
                self.assertEqual(last['rev'], revs[-1] + 201)
            with self.subTest('presence'):
                watcher = ada.connect()
                watcher.call('open-room', roomId=room)
                for status in ('away', 'dnd') * 50:
                    number = socket.post('set-presence', {'status': status})
                socket.answer(number)
                told = [watcher.wait('presence')['status'] for _ in range(100)]
                self.assertEqual(told, ['away', 'dnd'] * 50)
            ada.close()


class Drain(unittest.TestCase):
    def test_terminate(self):
        server = Server('--rate-limits=off').start()
        self.addCleanup(server.remove)
        people = [Person(server, f'person{n}') for n in range(3)]
        room = people[0].make_room()
        for person in people[1:]:
            person.call('join-room', roomId=room)
        idle = people[0].connect()
        anonymous = Socket(server)
        acknowledged, codes = [], []
        busy = threading.Semaphore(0)

        def speak(person):
            socket = person.connect()
            try:
                for n in range(100000):
                    acknowledged.append(socket.call('send-message', roomId=room, content=f'{n}',
                                                    clientId=f'{n}')['message'])
                    busy.release()
            except Closed as closed:
                codes.append(closed.code)
            except Refused as refused:
                codes.append(refused.code)
                codes[-1:] = [socket.wait_closed()] if refused.code == 'unavailable' else [refused.code]

        threads = [threading.Thread(target=speak, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for _ in range(30):
            self.assertTrue(busy.acquire(timeout=20))
        server.terminate()
        with self.subTest('ends by itself in time'):
            self.assertEqual(server.wait(), 0)
        for thread in threads:
            thread.join()
        with self.subTest('connections are told to come back'):
            self.assertEqual(codes, [1012] * 3)
            self.assertEqual(idle.wait_closed(), 1012)
            self.assertEqual(anonymous.wait_closed(), 1012)
        server.check_log()
        server.start()
        with self.subTest('tokens are good after a restart'):
            self.assertEqual(people[0].call('get-me')['user']['id'], people[0].id)
        with self.subTest('what was acknowledged is there'):
            there = {}
            for after in range(0, len(acknowledged) + 100, 100):
                for message in people[0].call('list-messages', roomId=room, after=after, limit=100)['messages']:
                    there[message['id']] = message
            for message in acknowledged:
                self.assertEqual(there[message['id']], message)
        for person in people:
            person.close()
        server.stop()

    def test_not_ready_while_draining(self):
        """A kept-alive request that comes during the drain is told to go elsewhere, or finds the door closed."""
        server = Server('--rate-limits=off').start()
        self.addCleanup(server.remove)
        rest = Rest(server)
        self.assertEqual(rest.http('GET', '/readyz').status, 200)
        server.terminate()
        self.assertEqual(server.wait(), 0)
        with self.assertRaises(OSError):
            Rest(server).http('GET', '/healthz')


if __name__ == '__main__':
    tap.main()
