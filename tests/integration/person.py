"""person.py: somebody with an account, as many devices as a test wants, and both doors

SPDX-License-Identifier: GPL-3.0-or-later
"""

import threading
import time

from door import Refused, Rest, sign_in
from server import PATIENCE


def call_again(call, operation, /, **fields):
    """As a client does that is told to come again: what hashes passwords is refused while many people do that."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return call(operation, **fields)
        except Refused as refused:
            if refused.code != 'unavailable' or refused.retry_after is None or time.monotonic() > deadline:
                raise
            threading.Event().wait(refused.retry_after)


class Person:
    def __init__(self, server, name, /, password=None, **fields):
        self.server = server
        self.name = name
        self.password = password or f'secret of {name}'
        self.rest = Rest(server)
        self.sockets = []
        self.take(call_again(self.rest.call, 'register', username=name, email=f'{name}@example.org',
                             password=self.password, **fields))

    def take(self, signed_in):
        self.user = signed_in['user']
        self.session = signed_in['session']
        self.token = signed_in['token']
        self.refresh_token = signed_in['refreshToken']
        self.rest.token = self.token

    @property
    def id(self):
        return self.user['id']

    def call(self, operation, /, **fields):
        return self.rest.call(operation, **fields)

    def login(self, **fields):
        """Another session of the same person: what login answers."""
        return call_again(Rest(self.server).call, 'login',
                          **{'username': self.name, 'password': self.password} | fields)

    def connect(self, **options):
        socket = sign_in(self.server, self.token, **options)
        self.sockets.append(socket)
        return socket

    def close(self):
        self.rest.close()
        for socket in self.sockets:
            socket.close()
        self.sockets = []

    def make_room(self, name='A room', /, **fields):
        return self.call('create-room', name=name, **fields)['room']['id']

    def say(self, room_id, content, **fields):
        return self.call('send-message', roomId=room_id, content=content, **fields)['message']
