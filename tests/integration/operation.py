#!/usr/bin/env python3
"""operation.py: what operators see and set: options, probes, metrics, first start, registration

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import os
import re
import socket
import subprocess
import tempfile
import unittest
from pathlib import Path

import tap
from door import Refused, Rest
from person import Person
from server import BINARY, SOURCE, Server, clean_environment


def run(*arguments, environment=None, within=20):
    with tempfile.TemporaryDirectory(prefix='confab-test-') as folder:
        return subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, timeout=within,
                              stdin=subprocess.DEVNULL,
                              env=clean_environment(Path(folder)) | (environment or {}))


class CommandLine(unittest.TestCase):
    def test_documents(self):
        for name in ('openapi', 'asyncapi'):
            with self.subTest(name):
                done = run(name)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(json.loads(done.stdout), json.loads((SOURCE / f'docs/{name}.json').read_text()))

    def test_help_and_version(self):
        done = run('--help')
        self.assertEqual(done.returncode, 0)
        for option in ('--listen', '--store', '--config', '--print-config', '--check'):
            self.assertIn(option, done.stdout)
        done = run('--version')
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r'\d+\.\d+')

    def test_print_config(self):
        with tempfile.TemporaryDirectory(prefix='confab-test-') as folder:
            path = Path(folder) / 'confab.ini'
            path.write_text('[server]\nlisten = 127.0.0.1:4001\nserver-name = From the file\nregistration = closed\n')
            done = run('--config', str(path), '--print-config', '--listen', '127.0.0.1:4003',
                       environment={'CONFAB_LISTEN': '127.0.0.1:4002', 'CONFAB_SERVER_NAME': 'From the environment'})
            self.assertEqual(done.returncode, 0, done.stderr)
            origins = dict((line, origin) for origin, line in re.findall(r'# from: (.*)\n(.*)', done.stdout))
            cases = (('a flag goes before all', 'listen=127.0.0.1:4003', 'flag (--listen)'),
                     ('the environment before the file', 'server-name=From the environment',
                      'environment (CONFAB_SERVER_NAME)'),
                     ('the file before what is built in', 'registration=closed', f'file ({path})'),
                     ('what is built in', 'rate-limits=yes', 'built in'))
            for title, line, origin in cases:
                with self.subTest(title):
                    self.assertEqual(origins.get(line), origin)
            with self.subTest('it is a file that can be read again'):
                path.write_text(done.stdout)
                again = run('--config', str(path), '--print-config')
                self.assertEqual(re.sub('# from: .*', '', again.stdout), re.sub('# from: .*', '', done.stdout))

    def test_check(self):
        with tempfile.TemporaryDirectory(prefix='confab-test-') as folder:
            good = run('--check', '--store', f'sqlite:{folder}/confab.db', '--listen', '127.0.0.1:0')
            self.assertEqual(good.returncode, 0, good.stdout + good.stderr)

    def test_refused(self):
        """Every wrong option ends the program with a message that names it."""
        cases = (
            ('an unknown option', ('--colour=green',), 'colour'),
            ('an unknown command', ('dance',), 'dance'),
            ('an address without a port', ('--listen', 'localhost'), 'localhost'),
            ('a port out of range', ('--listen', '127.0.0.1:70000'), '70000'),
            ('an unknown store', ('--store', 'oracle:db'), 'address of a store'),
            ('a store that cannot be made', ('--store', 'sqlite:/proc/no/such/folder/confab.db'), '/proc/no'),
            ('an unknown backplane', ('--backplane', 'smoke'), 'no backplane'),
            ('a network that is none', ('--trusted-proxies', 'everyone'), 'everyone'),
            ('an origin that is none', ('--allowed-origins', 'chat.example.org'), 'chat.example.org'),
            ('a word that is none', ('--registration', 'sometimes'), 'sometimes'),
            ('a number that is none', ('--connections-per-user', 'many'), 'many'),
            ('a negative number', ('--connections-per-user', '-1'), '-1'),
            ('a file that is not there', ('--config', '/no/such/file'), '/no/such/file'),
        )
        for title, arguments, word in cases:
            for check in ((), ('--check',)):
                if check and 'cannot' in title:
                    continue    # --check touches nothing
                with self.subTest(title, check=bool(check)):
                    done = run(*arguments, *check)
                    self.assertNotEqual(done.returncode, 0)
                    self.assertGreater(done.returncode, 0, 'killed by a signal')
                    self.assertIn(word, done.stderr)
                    self.assertNotIn('listening on', done.stdout)

    def test_refused_file(self):
        cases = (
            ('an unknown key', '[server]\ncolour = green\n', 'colour'),
            ('no INI', 'listen: 127.0.0.1:0\n', 'confab.ini'),
            ('a wrong value', '[server]\nregistration = sometimes\n', 'sometimes'),
        )
        for title, content, word in cases:
            with self.subTest(title), tempfile.TemporaryDirectory(prefix='confab-test-') as folder:
                path = Path(folder) / 'confab.ini'
                path.write_text(content)
                done = run('--config', str(path), '--check')
                self.assertGreater(done.returncode, 0)
                self.assertIn(word, done.stderr)

    def test_refused_environment(self):
        done = run('--check', environment={'CONFAB_REGISTRATION': 'sometimes'})
        self.assertGreater(done.returncode, 0)
        self.assertIn('CONFAB_REGISTRATION', done.stderr)

    def test_port_taken(self):
        with socket.socket() as taken:
            taken.bind(('127.0.0.1', 0))
            taken.listen()
            address = f'127.0.0.1:{taken.getsockname()[1]}'
            done = run('--listen', address)
            self.assertGreater(done.returncode, 0)
            self.assertIn(address, done.stderr)

    def test_default_folder(self):
        """Without --store everything is in the state folder, which only its owner may look into."""
        with Server() as server:
            server.stop()
            server.command = lambda: [str(BINARY), '--listen', '127.0.0.1:0']
            server.start()
            state = server.folder / 'state' / 'confab'
            self.assertEqual(list(state.glob('*.db'))[:1] != [], True, list(state.iterdir()))
            self.assertEqual(os.stat(state).st_mode & 0o077, 0)


class Probes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server('--rate-limits=off'))
        cls.ada = Person(cls.server, 'ada')

    @classmethod
    def tearDownClass(cls):
        cls.ada.close()

    def test_health(self):
        for path in ('/healthz', '/readyz'):
            for method in ('GET', 'HEAD'):
                with self.subTest(path, method=method):
                    answer = Rest(self.server).http(method, path)
                    self.assertEqual(answer.status, 200)
                    self.assertEqual(answer.text == '', method == 'HEAD')

    def test_healthcheck(self):
        done = run('healthcheck', '--listen', self.server.listen)
        self.assertEqual(done.returncode, 0, done.stderr)
        done = run('healthcheck', '--listen', '127.0.0.1:1')
        self.assertGreater(done.returncode, 0)

    def test_metrics(self):
        room = self.ada.make_room()
        socket_ = self.ada.connect()
        before = self.server.metrics()
        for n in range(5):
            socket_.call('send-message', roomId=room, content=f'{n}')
        answer = Rest(self.server).http('GET', '/metrics')
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.headers['content-type'].startswith('text/plain'))
        with self.subTest('the format'):
            self.check_format(answer.text)
        after = self.server.metrics()
        with self.subTest('totals only grow'):
            for name, value in before.items():
                if name.split('{')[0].endswith(('_total', '_count', '_bucket')):
                    self.assertGreaterEqual(after.get(name, -1), value, name)
        with self.subTest('requests are counted'):
            def sent(metrics):
                return sum(value for name, value in metrics.items()
                           if 'send-message' in name and name.split('{')[0].endswith(('_total', '_count')))
            self.assertGreaterEqual(sent(after) - sent(before), 5)
        with self.subTest('no names of people or rooms'):
            for word in ('ada', room, self.ada.id, 'example.org'):
                self.assertNotIn(word, answer.text)

    def check_format(self, text):
        """What `promtool check metrics` looks at."""
        sample = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (-?[\d.]+(?:e[+-]?\d+)?|NaN|[+-]Inf)$')
        label = re.compile(r'[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*"')
        types, helps, seen = {}, set(), set()
        self.assertTrue(text.endswith('\n'))
        for line in text.splitlines():
            if line.startswith('# TYPE '):
                _hash, _type, name, kind = line.split(' ')
                self.assertNotIn(name, types, 'a type twice')
                self.assertIn(kind, ('counter', 'gauge', 'histogram', 'summary'))
                types[name] = kind
            elif line.startswith('# HELP '):
                helps.add(line.split(' ')[2])
            elif line:
                match = sample.match(line)
                self.assertIsNotNone(match, line)
                name, labels, _value = match.groups()
                self.assertNotIn((name, labels), seen, 'a sample twice')
                seen.add((name, labels))
                for part in filter(None, re.split(r',(?=[a-zA-Z_]\w*=)', labels or '')):
                    self.assertRegex(part, label)
                base = re.sub(r'_(bucket|sum|count)$', '', name)
                family = base if types.get(base) in ('histogram', 'summary') else name
                self.assertIn(family, types, f'{name} has no type')
                self.assertIn(family, helps, f'{name} has no help')
                if types[family] == 'counter':
                    self.assertTrue(name.endswith('_total'), name)
        for family, kind in types.items():
            if kind == 'histogram':
                self.check_histogram(family, text)

    def check_histogram(self, family, text):
        series = {}
        for match in re.finditer(rf'^{family}_bucket\{{(.*)\}} (\d+)$', text, re.MULTILINE):
            labels = match.group(1)
            bound = re.search(r'le="([^"]*)"', labels).group(1)
            key = re.sub(r',?le="[^"]*"', '', labels)
            series.setdefault(key, []).append((float(bound), int(match.group(2))))
        for key, buckets in series.items():
            self.assertEqual(buckets, sorted(buckets), f'{family}{{{key}}} goes down')
            self.assertEqual(buckets[-1][0], float('inf'), f'{family}{{{key}}} has no +Inf')


class Http(unittest.TestCase):
    """What every HTTP answer keeps to."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server('--rate-limits=off'))
        cls.ada = Person(cls.server, 'ada')
        cls.room = cls.ada.make_room()

    @classmethod
    def tearDownClass(cls):
        cls.ada.close()

    def test_headers(self):
        for path in ('/', '/healthz', '/api/rooms', '/api/nothing', '/.well-known/confab'):
            with self.subTest(path):
                headers = self.ada.rest.http('GET', path).headers
                self.assertEqual(headers['x-content-type-options'], 'nosniff')
                self.assertIn("default-src 'none'", headers['content-security-policy'])
                self.assertNotIn('unsafe', headers['content-security-policy'])
                self.assertNotIn('server', headers)
        with self.subTest('nothing private is cached'):
            self.assertEqual(self.ada.rest.http('GET', '/api/users/me').headers['cache-control'], 'no-store')

    def test_statuses(self):
        cases = (
            ('GET', '/api/nothing', None, 404), ('GET', '/nothing', None, 404), ('GET', '/api/rooms/', None, 404),
            ('PUT', '/api/rooms', '{}', 405), ('DELETE', '/api/auth/login', None, 405), ('POST', '/healthz', '', 405),
            ('GET', '/api/rooms/../users/me', None, (200, 400, 404)), ('GET', '/api/rooms/%00', None, (400, 404)),
            ('GET', '/api/rooms/%ff', None, (400, 404)), ('GET', '/api/rooms/%2e%2e', None, (400, 404)),
            ('POST', '/api/messages', '', 400), ('POST', '/api/messages', 'nonsense', 400),
            ('POST', '/api/messages', '[]', 400),
            ('POST', '/api/messages', '"x"', 400), ('POST', '/api/messages', b'\xff\xfe', 400),
            ('POST', '/api/messages', '{"roomId":"%s","content":"a","content":"b"}', 400),
            ('POST', '/api/messages', '{"content":%s}' % ('[' * 20 + ']' * 20), 400),
            ('POST', '/api/messages', '{"content":"%s"}' % ('x' * 70000), 413),
        )
        for method, path, body, status in cases:
            with self.subTest(method=method, path=path, body=str(body)[:30]):
                answer = self.ada.rest.http(method, path, body)
                self.assertIn(answer.status, status if isinstance(status, tuple) else (status,))
                if path.startswith('/api/') and answer.status >= 400:
                    self.assertTrue(answer.json['error']['code'])
                if answer.status == 405:
                    self.assertTrue(answer.headers['allow'])

    def test_types(self):
        good = {'roomId': self.room, 'content': 'x'}
        for kind, status in (('application/json', 201), ('application/json; charset=utf-8', 201), ('text/plain', 415),
                             ('application/x-www-form-urlencoded', 415)):
            with self.subTest(kind):
                answer = self.ada.rest.http('POST', '/api/messages', good, {'Content-Type': kind})
                self.assertEqual(answer.status, status)

    def test_body_is_no_query(self):
        """What belongs into a body is not taken from an address, which logs and histories keep."""
        answer = self.ada.rest.http('POST', f'/api/messages?roomId={self.room}&content=x', {})
        self.assertEqual(answer.status, 400)
        answer = Rest(self.server).http('POST',
                                        f'/api/auth/login?username=ada&password={self.ada.password.replace(" ", "+")}',
                                        {})
        self.assertEqual(answer.status, 400)

    def test_cors(self):
        for origin, allowed in (('https://chat.example.org', True), ('https://evil.example', False), ('null', False)):
            with self.subTest(origin), Server('--allowed-origins=https://chat.example.org') as server:
                answer = Rest(server).http('OPTIONS', '/api/rooms', headers={
                    'Origin': origin, 'Access-Control-Request-Method': 'POST'})
                self.assertEqual(answer.headers.get('access-control-allow-origin'), origin if allowed else None)
                self.assertNotIn('access-control-allow-credentials', answer.headers)

    def test_discovery(self):
        answer = Rest(self.server).http('GET', '/.well-known/confab')
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.json['websocket'], '/ws')

    def test_request_id(self):
        with self.assertRaises(Refused) as caught:
            self.ada.call('get-room', roomId='01ARZ3NDEKTSV4RRFFQ69G5FAV')
        self.assertTrue(caught.exception.request_id)


class FirstStart(unittest.TestCase):
    def test_claim(self):
        with Server('--rate-limits=off') as server:
            claim = server.claim()
            server.secrets.add(claim)
            with self.subTest('makes an admin'):
                ada = Person(server, 'ada', invite=claim)
                self.assertEqual(ada.user['role'], 'admin')
            with self.subTest('once'):
                with self.assertRaises(Refused) as caught:
                    Person(server, 'ben', invite=claim)
                self.assertEqual(caught.exception.code, 'forbidden')
            server.stop()
            server.start()
            with self.subTest('and is not printed again'):
                self.assertIsNone(server.find_claim())
                self.assertEqual(ada.call('get-me')['user']['role'], 'admin')
            ada.close()

    def test_not_claimed_yet(self):
        with Server('--rate-limits=off') as server:
            first = server.claim()
            server.stop()
            server.start()
            with self.subTest('a start without accounts prints one that works'):
                ada = Person(server, 'ada', invite=server.claim())
                self.assertEqual(ada.user['role'], 'admin')
            with self.subTest('and none makes a second admin'):
                with self.assertRaises(Refused):
                    Person(server, 'ben', invite=first)
            ada.close()

    def test_without_claim(self):
        """Whoever comes first without it is nobody special."""
        with Server('--rate-limits=off') as server:
            ada = Person(server, 'ada')
            self.assertEqual(ada.user['role'], 'user')
            ada.close()

    def test_secrets_are_kept(self):
        with Server('--rate-limits=off') as server:
            ada = Person(server, 'ada')
            server.stop()
            server.start()
            self.assertEqual(ada.call('get-me')['user']['id'], ada.id)
            ada.take(Rest(server).call('refresh', refreshToken=ada.refresh_token))
            self.assertEqual(os.stat(server.database).st_mode & 0o077, 0, 'others may read the database')
            ada.close()


class Registration(unittest.TestCase):
    def refused(self, server, name, **fields):
        with self.assertRaises(Refused) as caught:
            Person(server, name, **fields)
        self.assertEqual(caught.exception.code, 'forbidden')

    def test_invite(self):
        with Server('--rate-limits=off', '--registration=invite') as server:
            with self.subTest('nobody without'):
                self.refused(server, 'ben')
            admin = Person(server, 'admin', invite=server.claim())
            invite = admin.call('create-invite', days=1)
            with self.subTest('one person with'):
                ben = Person(server, 'ben', invite=invite['invite'])
                self.assertEqual(ben.user['role'], 'user')
                self.refused(server, 'cleo', invite=invite['invite'])
            with self.subTest('an attempt that fails does not use it up'):
                second = admin.call('create-invite')['invite']
                with self.assertRaises(Refused) as caught:
                    Person(server, 'ben', invite=second)
                self.assertEqual(caught.exception.code, 'conflict')
                Person(server, 'cleo', invite=second).close()
            with self.subTest('only admins make them'):
                with self.assertRaises(Refused) as caught:
                    ben.call('create-invite')
                self.assertEqual(caught.exception.code, 'forbidden')
            with self.subTest('the page behind the link'):
                code = admin.call('create-invite')['invite']
                answer = Rest(server).http('GET', f'/invite/{code}')
                self.assertEqual(answer.status, 200)
                self.assertIn(code, answer.text)
                self.assertEqual(Rest(server).http('GET', '/invite/%3Cscript%3E').status, 404)
            admin.close()
            ben.close()

    def test_closed(self):
        with Server('--rate-limits=off', '--registration=closed') as server:
            with self.subTest('nobody'):
                self.refused(server, 'ben')
            with self.subTest('but the one who claims the server'):
                admin = Person(server, 'admin', invite=server.claim())
                self.assertEqual(admin.user['role'], 'admin')
            with self.subTest('nor with an invite'):
                try:
                    invite = admin.call('create-invite')['invite']
                except Refused as refused:
                    self.assertEqual(refused.code, 'forbidden')
                else:
                    self.refused(server, 'ben', invite=invite)
            admin.close()

    def test_default(self):
        """Open where only this machine can come, by invite everywhere else."""
        with self.subTest('loopback'), Server() as server:
            Person(server, 'ada').close()
        with self.subTest('everywhere'):
            server = Server()
            server.listen = '0.0.0.0:0'
            with server:
                server.listen = f'127.0.0.1:{server.port}'
                self.refused(server, 'ada')


class Secrets(unittest.TestCase):
    def test_log(self):
        """At the most talkative, nothing that opens a door is told. server.stop() looks for all that was ever sent."""
        with Server('--rate-limits=off',
                    environment={'G_MESSAGES_DEBUG': 'all', 'CONFAB_LOG_LEVEL': 'debug'}) as server:
            claim = server.claim()
            ada = Person(server, 'ada', invite=claim)
            invite = ada.call('create-invite')['invite']
            Person(server, 'ben', invite=invite).close()
            socket_ = ada.connect()
            room = ada.make_room()
            socket_.call('send-message', roomId=room, content='a private message of ada')
            server.secrets.add('a private message of ada')
            for fields in ({'username': 'ada', 'password': 'a wrong guess of mine'},
                           {'username': 'ada', 'password': 'x' * 300}):
                with self.assertRaises(Refused):
                    Rest(server).call('login', **fields)
            with self.assertRaises(Refused):
                socket_.call('change-password', password='wrong present one', newPassword='never to be seen')
            with self.assertRaises(Refused):
                Rest(server).call('refresh', refreshToken='no refresh token of ours')
            socket_.send_text('{"event":"authenticate","data":{"token":"a token in a broken frame"')
            server.secrets.add('a token in a broken frame')
            socket_.wait('error')
            ada.take(Rest(server).call('refresh', refreshToken=ada.refresh_token))
            ada.call('logout')
            ada.close()
            # The last part of a token is what makes it one.
            server.secrets.update(secret.split('.')[2] for secret in list(server.secrets) if secret.count('.') == 2)
            server.stop()
            self.assertTrue(server.read_log(), 'there is no log to look into')


if __name__ == '__main__':
    tap.main()
