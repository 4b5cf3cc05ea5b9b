"""door.py: the server's doors as a test calls them, with one way of naming operations for both

SPDX-License-Identifier: GPL-3.0-or-later

Written against lib/protocol/operations and RFC 6455 (through python3-websockets), not against the server's or the
client's code: a mistake that those two agree on is still a mistake here.
"""

import contextlib
import http.client
import itertools
import json
import logging
import socket
import time
import urllib.parse
from dataclasses import dataclass

from websockets.exceptions import ConnectionClosed, InvalidMessage
from websockets.sync.client import connect

from server import PATIENCE, SOURCE

SECRET_FIELDS = ('password', 'newPassword', 'token', 'refreshToken', 'invite')


# What it says of servers that were killed is known.
logging.getLogger('websockets').setLevel(logging.CRITICAL + 1)


def read_tables():
    tables = {}
    for path in sorted((SOURCE / 'lib/protocol/operations').glob('*.json')):
        for kind, rows in json.loads(path.read_text()).items():
            if isinstance(rows, dict):
                tables.setdefault(kind, {}).update(rows)
            else:
                tables.setdefault(kind, {}).update({row['name']: row for row in rows})
    return tables


TABLES = read_tables()
OPERATIONS = TABLES['operations']


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, error, status=None, headers=None):
        super().__init__(f'{error.get("code")}: {error.get("message")} {error.get("fields", "")}')
        self.error = error
        self.code = error.get('code')
        self.message = error.get('message')
        self.fields = error.get('fields', {})
        self.retry_after = error.get('retryAfter')
        self.request_id = error.get('requestId')
        self.status = status
        self.headers = headers or {}


@dataclass
class Answer:
    status: int
    headers: dict
    text: str

    @property
    def json(self):
        return json.loads(self.text)


class Rest:
    """The HTTP door, on one kept-alive connection."""

    def __init__(self, server, token=None, patience=PATIENCE):
        self.server = server
        self.token = token
        self.patience = patience
        self.connection = None
        self.start = None      # of the server, that the connection goes to
        self.last = None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def http(self, method, path, body=None, headers=None):
        """One request as it is; body may be an object (sent as JSON), text or bytes."""
        headers = dict(headers or {})
        if self.token is not None:
            headers.setdefault('Authorization', f'Bearer {self.token}')
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if body is not None:
            headers.setdefault('Content-Type', 'application/json')
        if isinstance(body, str):
            body = body.encode()
        if self.start != self.server.starts:
            self.close()
            self.start = self.server.starts
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.server.host, self.server.port,
                                                         timeout=self.patience)
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            text = response.read().decode()
        except (OSError, http.client.HTTPException):
            self.close()
            self.server.check_alive()
            raise
        self.last = Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, text)
        return self.last

    def call(self, name, /, **fields):
        row = OPERATIONS[name]['rest']
        path = row['path']
        fields = dict(fields)
        for part in row['path'].split('/'):
            if part.startswith(':'):
                path = path.replace(part, urllib.parse.quote(str(fields.pop(part[1:], '-')), safe=''))
        self.server.secrets.update(str(fields[field]) for field in SECRET_FIELDS if len(str(fields.get(field, ''))) > 5)
        body = None
        if row['method'] in ('GET', 'DELETE'):
            words = {key: json.dumps(value) if isinstance(value, bool) else value for key, value in fields.items()}
            path += '?' + urllib.parse.urlencode(words) if words else ''
        else:
            body = fields
        answer = self.http(row['method'], path, body)
        if answer.status >= 400:
            raise Refused(answer.json['error'], answer.status, answer.headers)
        assert answer.status == row['status'], f'{name} answered with status {answer.status}'
        result = answer.json
        self.server.secrets.update(result[field] for field in SECRET_FIELDS if field in result)
        return result


class Closed(Exception):
    """The connection is closed, by whomever."""

    def __init__(self, code, reason=''):
        super().__init__(f'closed with {code} {reason}')
        self.code = code
        self.reason = reason


class Socket:
    """The WebSocket door: one connection. Events that nobody waited for yet are kept, in order."""

    def __init__(self, server, headers=None, path='/ws', **options):
        self.server = server
        self.ids = itertools.count(1)
        self.events = []
        self.answers = {}
        self.hello = None
        self.code = None
        try:
            self.wire = self.connect(headers, path, options)
        except (InvalidMessage, ConnectionClosed):
            # The server went while they shook hands.
            raise ConnectionResetError('no answer to the handshake') from None

    def connect(self, headers, path, options):
        # No pings of its own, no proxy of the machine's: the test says what goes over the wire. It always reads.
        server = self.server
        return connect(f'ws://{server.host}:{server.port}{path}', additional_headers=headers, proxy=None,
                       ping_interval=None, max_size=None, max_queue=None, open_timeout=PATIENCE, close_timeout=1,
                       **options)

    def __enter__(self):
        return self

    def __exit__(self, *_rest):
        self.close()

    def close(self):
        self.wire.close()

    def cut(self):
        """Goes away without a word."""
        with contextlib.suppress(OSError):
            # close() alone says nothing while the reading thread holds on to the socket.
            self.wire.socket.shutdown(socket.SHUT_RDWR)
        self.wire.socket.close()

    def send_text(self, text):
        try:
            self.wire.send(text)
        except ConnectionClosed as closed:
            raise self.closing(closed) from None

    def closing(self, closed):
        self.server.check_alive()
        frame = closed.rcvd
        self.code = frame.code if frame else 1006
        return Closed(self.code, frame.reason if frame else 'without a close frame')

    def receive(self, within=None):
        """Reads one frame and puts it where it belongs."""
        try:
            text = self.wire.recv(timeout=PATIENCE if within is None else within)
        except ConnectionClosed as closed:
            raise self.closing(closed) from None
        assert isinstance(text, str), 'a binary frame came'
        frame = json.loads(text)
        if 'reply' in frame:
            assert set(frame) in ({'reply', 'data'}, {'reply', 'error'}), text
            assert frame['reply'] not in self.answers, f'two answers: {text}'
            self.answers[frame['reply']] = frame
        else:
            assert set(frame) <= {'event', 'data'} and 'event' in frame, text
            self.events.append((frame['event'], frame.get('data', {})))
            if frame['event'] == 'ping':
                self.send_text('{"event":"pong"}')

    def pump(self):
        """Reads what is there, without waiting; answers pings."""
        with contextlib.suppress(TimeoutError):
            while True:
                self.receive(0)

    def post(self, event, fields=None, number=None):
        """Sends a request and does not wait; returns its number."""
        number = next(self.ids) if number is None else number
        fields = fields or {}
        self.server.secrets.update(str(fields[field]) for field in SECRET_FIELDS if len(str(fields.get(field, ''))) > 5)
        self.send_text(json.dumps({'event': event, 'id': number, 'data': fields}, ensure_ascii=False))
        return number

    def answer(self, number, within=None):
        deadline = time.monotonic() + (PATIENCE if within is None else within)
        while number not in self.answers:
            self.receive(max(deadline - time.monotonic(), 0))
        frame = self.answers.pop(number)
        if 'error' in frame:
            raise Refused(frame['error'])
        return frame['data']

    def call(self, name, /, **fields):
        return self.answer(self.post(name, fields))

    def wait(self, event, where=None, within=None):
        """The data of the first such event, which is taken out; those before it stay."""
        deadline = time.monotonic() + (PATIENCE if within is None else within)
        seen = 0
        while True:
            for index in range(seen, len(self.events)):
                name, data = self.events[index]
                if name == event and (where is None or where(data)):
                    del self.events[index]
                    return data
            seen = len(self.events)
            left = deadline - time.monotonic()
            try:
                self.receive(max(left, 0))
            except TimeoutError:
                names = [name for name, _data in self.events]
                raise AssertionError(f'no {event} came; there were {names}') from None

    def count(self, event, where=None):
        """How many such events came and were not waited for."""
        return sum(1 for name, data in self.events if name == event and (where is None or where(data)))

    def wait_closed(self, within=None):
        """Reads until the server closes, and returns the code."""
        deadline = time.monotonic() + (PATIENCE if within is None else within)
        try:
            while True:
                self.receive(max(deadline - time.monotonic(), 0))
        except Closed as closed:
            return closed.code
        except TimeoutError:
            raise AssertionError('the server did not close') from None


def sign_in(server, token, how='frame', **options):
    """A connection that has been told hello."""
    if how == 'header':
        socket = Socket(server, headers={'Authorization': f'Bearer {token}'}, **options)
    else:
        socket = Socket(server, **options)
        socket.call('authenticate', token=token)
    socket.hello = socket.wait('hello')
    return socket
