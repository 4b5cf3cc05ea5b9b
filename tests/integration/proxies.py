#!/usr/bin/env python3
"""proxies.py: several instances behind nginx and behind HAProxy, with the configurations that data/ has

SPDX-License-Identifier: GPL-3.0-or-later
"""

import contextlib
import http.client
import json
import re
import shutil
import socket
import ssl
import threading
import time
import unittest

import tap
from cluster import Cluster
from door import Closed, Refused, Rest, Socket
from person import Person
from proxy import DATA, Haproxy, Nginx, substitute
from server import PATIENCE, eventually

ELSEWHERE = '127.0.0.9'     # also this machine, and not where the proxy calls from
FORGED = '203.0.113.7'
# A client that a proxy in front of the proxy tells of.
BEHIND = '198.51.100.2'
BODY = 65536                # bytes that the server takes
FAIL_OVER = 3               # seconds until the clients of an instance that was killed are with another


def call_from(address, proxy, method, path, body=None, headers=None):
    """One request from another address of this machine; the status and the JSON."""
    connection = http.client.HTTPConnection(proxy.host, proxy.port, timeout=PATIENCE, source_address=(address, 0))
    with contextlib.closing(connection):
        data = json.dumps(body) if body is not None else None
        connection.request(method, path, data, {'Content-Type': 'application/json'} | (headers or {}))
        answer = connection.getresponse()
        text = answer.read().decode()
        return answer.status, json.loads(text) if text.startswith('{') else text


class Speaker(threading.Thread):
    """Asks and writes by REST through the proxy until told to stop, and remembers what was not answered well."""

    def __init__(self, proxy, person, room, kept_alive):
        super().__init__(daemon=True)
        self.rest = Rest(proxy, person.token)
        self.room = room
        self.kept_alive = kept_alive
        self.stopping = threading.Event()
        self.changed = threading.Condition()
        self.rounds = 0
        self.acknowledged = []
        self.failures = []
        self.start()

    def run(self):
        while not self.stopping.is_set():
            try:
                client_id = f'{self.name} {self.rounds}'
                sent = self.rest.call('send-message', roomId=self.room, content=client_id, clientId=client_id)
                self.acknowledged.append(sent['message']['id'])
                self.rest.call('list-messages', roomId=self.room, limit=1)
            except (Refused, OSError, http.client.HTTPException) as failure:
                self.failures.append(repr(failure))
            if not self.kept_alive:
                self.rest.close()
            with self.changed:
                self.rounds += 1
                self.changed.notify_all()

    def wait_rounds(self, count):
        with self.changed:
            goal = self.rounds + count
            assert self.changed.wait_for(lambda: self.rounds >= goal, PATIENCE), 'nothing is answered any more'

    def stop(self):
        self.stopping.set()
        self.join(PATIENCE)
        self.rest.close()


class Cases:
    """The same for both; kind is the proxy."""

    kind = None

    @classmethod
    def setUpClass(cls):
        if shutil.which(cls.kind.program, path='/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin') is None:
            raise unittest.SkipTest(f'{cls.kind.program} is not installed')
        # Whoever calls from this address is a proxy; the log says where a request came from.
        cls.cluster = Cluster('--rate-limits=off', '--log-level=debug', '--trusted-proxies=127.0.0.1')
        cls.addClassCleanup(cls.cluster.stop)
        cls.servers = cls.cluster.start().servers
        cls.proxy = cls.kind(cls.servers).start()
        cls.addClassCleanup(cls.proxy.stop)
        cls.ada = Person(cls.proxy, 'ada')
        cls.ben = Person(cls.proxy, 'ben')

    @classmethod
    def tearDownClass(cls):
        cls.ada.close()
        cls.ben.close()

    def setUp(self):
        for server in self.servers:
            if server.process.poll() is not None:
                server.start()
        # A reload of the proxy may have ended them since.
        self.ada.rest.close()
        self.ben.rest.close()
        for server in self.servers:
            self.bring_back(server)
        self.wait_empty()
        self.room = self.ada.make_room('Room', members=[self.ben.id])

    # ---- Who is where

    def opened(self):
        """How many WebSocket connections each instance has taken so far; None for one that is away."""
        counts = []
        for server in self.servers:
            try:
                counts.append(server.metrics()['confab_connections_opened_total'])
            except OSError:
                counts.append(None)
        return counts

    def connect(self, person):
        """A signed-in connection, and the instance that it is with."""
        before = self.opened()
        socket_ = person.connect()
        self.addCleanup(socket_.cut)
        changed = [server for server, old, new in zip(self.servers, before, self.opened(), strict=True)
                   if old is not None and new is not None and new > old]
        self.assertEqual(len(changed), 1, 'nobody else connects meanwhile')
        return socket_, changed[0]

    def connect_to(self, server, person):
        """A signed-in connection with this instance: as many as it takes until it is its turn."""
        others = []

        def try_once():
            socket_, where = self.connect(person)
            if where is server:
                return socket_
            # Kept for a while, so that the others have more and it is this one's turn.
            others.append(socket_)
            while len(others) > 12:
                others.pop(0).cut()
            return None
        found = eventually(try_once, 'a connection to that instance')
        for socket_ in others:
            socket_.cut()
        return found

    def bring_back(self, server):
        """Until the proxy gives it connections again."""
        self.connect_to(server, self.ada).cut()

    def wait_empty(self):
        eventually(lambda: all(server.metrics()['confab_connections'] == 0 for server in self.servers), 'nobody there')

    # ---- What goes through

    def test_rest(self):
        self.assertEqual(self.ada.call('get-me')['user']['id'], self.ada.id)
        message = self.ada.say(self.room, 'Good morning')
        self.ben.call('add-reaction', messageId=message['id'], emoji='🌻')
        self.ada.call('edit-message', messageId=message['id'], content='Good day')
        listed = self.ben.call('list-messages', roomId=self.room)['messages'][0]
        self.assertEqual((listed['content'], len(listed['reactions'])), ('Good day', 1))
        self.ben.call('delete-room', roomId=self.ben.make_room('Gone'))
        with self.assertRaises(Refused) as refused:
            self.ben.call('get-room', roomId='0' * 26)
        self.assertEqual(refused.exception.code, 'not-found')

    def test_websocket(self):
        adas, server = self.connect(self.ada)
        bens, another = self.connect(self.ben)
        self.assertIsNot(another, server)
        adas.call('open-room', roomId=self.room)
        sent = adas.call('send-message', roomId=self.room, content='Milk?' + '🌻' * 3900, clientId='milk')['message']
        self.assertEqual(bens.wait('new-message'), sent)
        again = adas.call('send-message', roomId=self.room, content='Milk?', clientId='milk')['message']
        self.assertEqual(again['id'], sent['id'])

    def test_header_token(self):
        with Socket(self.proxy, headers={'Authorization': f'Bearer {self.ada.token}'}) as socket_:
            self.assertEqual(socket_.wait('hello')['user']['id'], self.ada.id)

    def test_spread(self):
        """Connections that last are dealt out by how many each has."""
        places = [self.connect(self.ada)[1] for _ in range(6)]
        self.assertEqual({places.count(server) for server in self.servers}, {2})

    # ---- Who is believed

    def test_client_address(self):
        forged = {'X-Forwarded-For': FORGED, 'X-Real-IP': FORGED, 'Forwarded': f'for={FORGED}',
                  'X-Forwarded-Proto': 'https'}
        for title, headers in (('plain', {}), ('forged', forged),
                               ('forged twice', forged | {'X-Forwarded-For': f'{FORGED}, 127.0.0.1'})):
            with self.subTest(title, door='REST'):
                status, signed_in = call_from(ELSEWHERE, self.proxy, 'POST', '/api/auth/login',
                                              {'username': 'ada', 'password': self.ada.password}, headers)
                self.assertEqual(status, 200, signed_in)
                self.assertEqual(signed_in['session']['address'], ELSEWHERE)
            with self.subTest(title, door='WebSocket'):
                with Socket(self.proxy, headers=headers, source_address=(ELSEWHERE, 0)) as socket_:
                    socket_.call('authenticate', token=signed_in['token'])
                    socket_.call('get-me')
                logs = ''.join(server.read_log() for server in self.servers)
                self.assertIn(f' for {self.ada.id} from {ELSEWHERE} (', logs)
                self.assertNotIn(FORGED, logs)

    def test_scheme(self):
        """A client that claims to come by TLS is not told to insist on it."""
        answer = Rest(self.proxy).http('GET', '/healthz', headers={'X-Forwarded-Proto': 'https'})
        self.assertEqual(answer.status, 200)
        self.assertNotIn('strict-transport-security', answer.headers)

    def test_origin(self):
        """The server sees the address that the page has, port and all."""
        own = f'http://{self.proxy.host}:{self.proxy.port}'
        with Socket(self.proxy, headers={'Origin': own}) as socket_:
            socket_.call('authenticate', token=self.ada.token)
        answer = Rest(self.proxy).http('GET', '/ws', headers={'Origin': 'http://elsewhere.example'})
        self.assertEqual(answer.status, 403)

    def test_another_proxy_in_front(self):
        """Named in the configuration, and only then, it is believed."""
        login = {'username': 'ada', 'password': self.ada.password}
        told = {'X-Forwarded-For': f'198.51.100.1, {BEHIND}', 'X-Forwarded-Proto': 'https'}
        with self.kind(self.servers, in_front=ELSEWHERE) as proxy:
            status, signed_in = call_from(ELSEWHERE, proxy, 'POST', '/api/auth/login', login, told)
            self.assertEqual((status, signed_in['session']['address']), (200, BEHIND))
            status, signed_in = call_from('127.0.0.8', proxy, 'POST', '/api/auth/login', login, told)
            self.assertEqual((status, signed_in['session']['address']), (200, '127.0.0.8'))
            for address, secure in ((ELSEWHERE, True), ('127.0.0.8', False)):
                with contextlib.closing(http.client.HTTPConnection(proxy.host, proxy.port, timeout=PATIENCE,
                                                                   source_address=(address, 0))) as connection:
                    connection.request('GET', '/healthz', headers=told)
                    insists = connection.getresponse().getheader('Strict-Transport-Security')
                    self.assertEqual(insists is not None, secure)

    # ---- What stays inside

    def test_inside(self):
        for path in ('/metrics', '/readyz', '/%6detrics', '/%72eadyz', '/x/../readyz', '/./readyz', '/x/%2e%2e/metrics',
                     '/readyz?x', f'http://{self.proxy.host}:{self.proxy.port}/readyz'):
            with self.subTest(path):
                answer = Rest(self.proxy).http('GET', path)
                self.assertIn(answer.status, (400, 404))
                self.assertNotIn('confab_', answer.text)
                self.assertNotIn('ready', answer.text)
        self.assertEqual(Rest(self.proxy).http('GET', '/healthz').status, 200)

    def test_log(self):
        """Addresses that are as good as a password are not written down."""
        Rest(self.proxy).http('GET', '/invite/abcdefghijkl')
        Rest(self.proxy).http('GET', '/healthz?sid=mnopqrstuvwx')
        eventually(lambda: '/healthz' in self.proxy.read_log() and '/invite/' in self.proxy.read_log(), 'lines')
        for secret in ('abcdefghijkl', 'mnopqrstuvwx'):
            self.assertNotIn(secret, self.proxy.read_log())

    # ---- Bounds

    def send_body(self, size, headers=None):
        rest = Rest(self.proxy, self.ada.token)
        empty = json.dumps({'roomId': self.room, 'content': 'x', 'passedOver': ''})
        body = empty[:-2] + 'x' * (size - len(empty)) + '"}'
        with contextlib.closing(rest):
            return rest.http('POST', '/api/messages', body, headers)

    def test_bodies(self):
        with self.subTest('as large as the server takes it'):
            self.assertEqual(self.send_body(BODY).status, 201)
        with self.subTest('one byte more'):
            answer = self.send_body(BODY + 1)
            self.assertEqual(answer.status, 413)
            self.assertEqual(answer.json['error']['code'], 'too-large')
        with self.subTest('one byte more, and no word of it before'):
            self.assertEqual(self.send_chunked(BODY + 1), 413)

    def send_chunked(self, size):
        connection = http.client.HTTPConnection(self.proxy.host, self.proxy.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            headers = {'Authorization': f'Bearer {self.ada.token}', 'Content-Type': 'application/json'}
            connection.request('POST', '/api/messages', iter([b'x' * 8192] * (size // 8192) + [b'x' * (size % 8192)]),
                               headers, encode_chunked=True)
            return connection.getresponse().status

    def running(self):
        return sum(server.metrics()['confab_sockets'] for server in self.servers)

    def test_slow_client(self):
        """Half of a request keeps no instance waiting, and nobody else."""
        body = json.dumps({'roomId': self.room, 'content': 'slowly'}).encode()
        head = (f'POST /api/messages HTTP/1.1\r\nHost: {self.proxy.host}\r\nContent-Type: application/json\r\n'
                f'Authorization: Bearer {self.ada.token}\r\nContent-Length: {len(body)}\r\n\r\n').encode()
        before = [server.metrics()['confab_http_requests_total'] for server in self.servers]
        with socket.create_connection((self.proxy.host, self.proxy.port), timeout=PATIENCE) as slow:
            slow.sendall(head + body[:-1])
            self.assertEqual(self.ada.call('get-me')['user']['id'], self.ada.id)
            after = [server.metrics()['confab_http_requests_total'] for server in self.servers]
            # One of mine each for these metrics, the request in between, and checks of the proxy.
            running = [server.metrics()['confab_http_requests_running'] for server in self.servers]
            self.assertEqual(max(running), 1, f'only the one that asks; {before}, {after}')
            slow.sendall(body[-1:])
            self.assertIn(b' 201 ', slow.makefile('rb').readline())

    def test_silence(self):
        """The proxy waits longer than the server, whose heartbeat is what keeps a connection."""
        socket_, _server = self.connect(self.ada)
        silence = socket_.hello['timings']['silence']
        for name, seconds in self.patience().items():
            with self.subTest(name):
                self.assertGreater(seconds, silence)
                self.assertLess(seconds, 2 * silence)

    def patience(self):
        raise NotImplementedError

    # ---- Instances that go and come

    def test_drain(self):
        """SIGTERM: its clients are told to come back and do; nobody's request fails."""
        server = self.servers[0]
        leaving = [self.connect_to(server, person) for person in (self.ada, self.ben)]
        speakers = self.start_speakers()
        for speaker in speakers:
            speaker.wait_rounds(5)
        server.terminate()
        with self.subTest('clients are told'):
            self.assertEqual([socket_.wait_closed() for socket_ in leaving], [1012, 1012])
        with self.subTest('clients are elsewhere'):
            for person in (self.ada, self.ben):
                self.assertIsNot(self.connect(person)[1], server)
        self.assertEqual(server.wait(), 0)
        for speaker in speakers:
            speaker.wait_rounds(20)
        server.start()
        self.bring_back(server)
        self.finish(speakers, rounds=20)

    def test_rolling_restart(self):
        """All instances, one after the other, as soon as the one before is there again."""
        speakers = self.start_speakers()
        for server in self.servers * 2:
            for speaker in speakers:
                speaker.wait_rounds(2)
            server.terminate()
            self.assertEqual(server.wait(), 0)
            server.start()
            # As the operator waits, who does not know what the proxy thinks of it.
            self.assertEqual(Rest(server).http('GET', '/readyz').status, 200)
        self.finish(speakers, rounds=5)

    def start_speakers(self):
        return [Speaker(self.proxy, person, self.room, kept_alive)
                for person in (self.ada, self.ben) for kept_alive in (True, False)]

    def finish(self, speakers, rounds):
        for speaker in speakers:
            speaker.wait_rounds(rounds)
            speaker.stop()
        with self.subTest('no request failed'):
            self.assertEqual(self.failures(speakers), [])
        self.check_messages(speakers)

    def failures(self, speakers):
        """What failed; the proxy's log has the reason."""
        failures = [failure for speaker in speakers for failure in speaker.failures]
        if failures:
            lines = [line for line in self.proxy.read_log().splitlines()
                     if re.search(r'"status":5|status=5|error', line)]
            print('\n'.join(f'# {line}' for line in lines[-10:]))
        return failures

    def check_messages(self, speakers):
        messages = []
        while page := self.ada.call('list-messages', roomId=self.room, limit=100,
                                    after=messages[-1]['seq'] if messages else 0)['messages']:
            messages += page
        ids = [message['id'] for message in messages]
        texts = [message['content'] for message in messages]
        self.assertEqual(len(texts), len(set(texts)), 'something was said twice')
        for speaker in speakers:
            self.assertLessEqual(set(speaker.acknowledged), set(ids), 'something acknowledged is lost')

    def test_kill(self):
        """kill -9: its clients are with another in less than 3 s."""
        server = self.servers[1]
        lost = [self.connect_to(server, self.ada) for _ in range(3)]
        killed = time.monotonic()
        server.kill()
        for socket_ in lost:
            with self.assertRaises(Closed):
                socket_.wait('nothing')
        for _ in lost:
            self.assertIsNot(self.connect(self.ada)[1], server)
        self.ada.say(self.room, 'Still here')
        taken = time.monotonic() - killed
        print(f'# {self.kind.program}: elsewhere after {taken:.2f} s')
        self.assertLess(taken, FAIL_OVER)

    def test_kill_while_talking(self):
        """What was acknowledged is there; what was not is said again with its clientId, and is there once."""
        server = self.servers[2]
        speakers = [Speaker(self.proxy, self.ada, self.room, kept_alive) for kept_alive in (True, False)]
        for speaker in speakers:
            speaker.wait_rounds(10)
        server.kill()
        for speaker in speakers:
            speaker.wait_rounds(20)
        server.start()
        self.bring_back(server)
        for speaker in speakers:
            speaker.wait_rounds(5)
            speaker.stop()
            for number in range(speaker.rounds):
                text = f'{speaker.name} {number}'
                self.ada.say(self.room, text, clientId=text)
        failures = self.failures(speakers)
        print(f'# {self.kind.program}: {len(failures)} requests failed: {failures[:2]}')
        self.check_messages(speakers)

    def test_all_away(self):
        """Says so in the server's words, and recovers by itself."""
        for server in self.servers:
            server.kill()
        for method in ('GET', 'POST'):
            with self.subTest(method):
                answer = Rest(self.proxy).http(method, '/api/users/me' if method == 'GET' else '/api/auth/login',
                                               '{}' if method == 'POST' else None)
                self.assertIn(answer.status, (502, 503))
                self.assertIn(answer.json['error']['code'], ('internal', 'unavailable'))
                self.assertIn('retry-after', answer.headers)
        for server in self.servers:
            server.start()

        def answered():
            return Rest(self.proxy, self.ada.token).http('GET', '/api/users/me').status == 200
        eventually(answered, 'an answer')

    def test_set_aside(self):
        """As an operator takes an instance out: who is there stays, nobody new comes, until it is back."""
        server = self.servers[0]
        staying = self.connect_to(server, self.ada)
        self.proxy.set_aside(server)
        for _ in range(6):
            self.assertIsNot(self.connect(self.ada)[1], server)
        self.assertEqual(staying.call('get-me')['user']['id'], self.ada.id)
        self.proxy.take_back(server)
        self.bring_back(server)

    # ---- Long-polling

    def polled(self):
        return [server.metrics()['confab_http_requests_total'] for server in self.servers]

    def poll(self, count, headers=None, address=ELSEWHERE):
        """Asks for /socket.io/ and says which instances were asked, and the cookie that came."""
        cookies = set()
        before = self.polled()
        for _ in range(count):
            connection = http.client.HTTPConnection(self.proxy.host, self.proxy.port, timeout=PATIENCE,
                                                    source_address=(address, 0))
            with contextlib.closing(connection):
                connection.request('GET', '/socket.io/?EIO=4&transport=polling&sid=x', headers=headers or {})
                answer = connection.getresponse()
                answer.read()
                cookies.update(re.findall(r'(confab_route=[^;]*)', answer.getheader('Set-Cookie') or ''))
        asked = [new - old for old, new in zip(before, self.polled(), strict=True)]
        # Metrics and checks ask them all; a session's requests stand out.
        return [server for server, number in zip(self.servers, asked, strict=True) if number >= count], cookies

    def test_sticky(self):
        count = 40
        places, cookies = self.poll(count)
        with self.subTest('without a cookie: by address'):
            self.assertEqual(len(places), 1)
            self.assertTrue(cookies)
        with self.subTest('with a cookie: wherever the client is'):
            cookie = cookies.pop()
            for address in ('127.0.0.10', '127.0.0.11', '127.0.0.12'):
                elsewhere, _cookies = self.poll(count, {'Cookie': cookie}, address)
                self.assertEqual(elsewhere, places)
        with self.subTest('and not all at one'):
            found = {tuple(self.poll(count, address=f'127.0.0.{number}')[0]) for number in range(20, 32)}
            self.assertGreater(len(found), 1)

    # ---- TLS

    def test_tls(self):
        with self.kind(self.servers, tls=True) as proxy:
            context = ssl.create_default_context(cafile=proxy.folder / 'fullchain.pem')
            raw = socket.create_connection((proxy.host, proxy.port), timeout=PATIENCE)
            with context.wrap_socket(raw, server_hostname='chat.example.org') as link:
                link.sendall(b'GET /healthz HTTP/1.1\r\nHost: chat.example.org\r\nConnection: close\r\n\r\n')
                answer = b''.join(iter(lambda: link.recv(4096), b''))
            self.assertIn(b' 200 ', answer.splitlines()[0])
            self.assertIn(b'strict-transport-security:', answer.lower())
            context.set_alpn_protocols(['h2'])
            raw = socket.create_connection((proxy.host, proxy.port), timeout=PATIENCE)
            with context.wrap_socket(raw, server_hostname='chat.example.org') as link:
                self.assertEqual(link.selected_alpn_protocol(), 'h2')

    def test_configuration(self):
        """As the operator is told to check it."""
        for tls in (False, True):
            with self.subTest(tls=tls):
                proxy = self.kind(self.servers, tls=tls)
                self.addCleanup(shutil.rmtree, proxy.folder)
                if tls:
                    proxy.make_certificate()
                checked = proxy.check_configuration()
                self.assertEqual(checked.returncode, 0, checked.stdout)
                self.assertNotIn('warn', checked.stdout.lower())


class NginxTest(Cases, unittest.TestCase):
    kind = Nginx

    def patience(self):
        text = (DATA / 'nginx/confab.conf').read_text()
        location = re.search(r'location = /ws \{(.*?)\n  \}', text, re.DOTALL).group(1)
        return {name: int(seconds) for name, seconds in re.findall(r'(\w+_timeout) (\d+)s', location)}


    def test_lists_agree(self):
        """Both lists name the same instances."""
        for folder in (DATA / 'nginx/confab', DATA / 'container/nginx'):
            first, again = (re.findall(r'^server (\S+) (.*);', (folder / name).read_text(), re.MULTILINE)
                            for name in ('servers.conf', 'servers-again.conf'))
            self.assertEqual([address for address, _rest in first], [address for address, _rest in again])
            self.assertTrue(all(rest.startswith('backup ') for _address, rest in again))

    def test_container(self):
        """The files that compose.yaml mounts are in order too."""
        proxy = Nginx(self.servers)
        self.addCleanup(shutil.rmtree, proxy.folder)
        proxy.port = 0
        proxy.write_configuration()
        etc = proxy.folder / 'etc'
        shutil.copy(DATA / 'nginx/nginx.conf', etc)
        for name in ('servers.conf', 'servers-again.conf'):
            servers = (DATA / 'container/nginx' / name).read_text()
            # Names that only the containers' network knows.
            (etc / 'confab' / name).write_text(substitute(servers, r'^server server-\d', 'server 127.0.0.1'))
        listen = (DATA / 'container/nginx/listen.conf').read_text()
        (etc / 'confab/listen.conf').write_text(substitute(listen, '/dev/stdout', str(proxy.log_path)))
        checked = proxy.run('-t')
        self.assertEqual(checked.returncode, 0, checked.stdout)


class HaproxyTest(Cases, unittest.TestCase):
    kind = Haproxy

    def patience(self):
        text = (DATA / 'haproxy/haproxy.cfg').read_text()
        return {'tunnel': int(re.search(r'^  timeout tunnel (\d+)s', text, re.MULTILINE).group(1))}


if __name__ == '__main__':
    tap.main()
