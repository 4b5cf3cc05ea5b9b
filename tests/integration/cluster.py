"""cluster.py: several servers on one store and one Redis, for tests of what one of them alone does not show

SPDX-License-Identifier: GPL-3.0-or-later

The store is MongoDB; CONFAB_TEST_STORE=sqlite takes one SQLite file, which several processes may share on one machine.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from door import Rest, sign_in
from server import BINARY, SOURCE, Server

sys.path.insert(0, str(SOURCE / 'tests/services'))

from services import Missing, MongoDB, Redis  # noqa: E402  pylint: disable=wrong-import-position

# Under it every process has a clock of its own; what measures time that passes goes on by the real one.
WRONG_CLOCK = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1'


def knows_store(scheme):
    """Whether this server was built with it."""
    checked = subprocess.run([BINARY, '--check', '--store', f'{scheme}://127.0.0.1:1/confab'], capture_output=True,
                             check=False)
    return checked.returncode == 0


def wrong_clock(minutes):
    """The environment of a process whose clock is that far ahead."""
    if not Path(WRONG_CLOCK).exists():
        raise unittest.SkipTest('libfaketime is not installed')
    # AddressSanitizer does not like to come second, and works.
    options = ':'.join(filter(None, (os.environ.get('ASAN_OPTIONS'), 'verify_asan_link_order=0')))
    return {'LD_PRELOAD': WRONG_CLOCK, 'FAKETIME': f'{minutes:+d}m', 'FAKETIME_DONT_FAKE_MONOTONIC': '1',
            'ASAN_OPTIONS': options}


class Cluster:
    """Servers a, b, c… that know of each other by nothing but the store and Redis."""

    def __init__(self, *options, instances=3, environments=()):
        self.folder = Path(tempfile.mkdtemp(prefix='confab-cluster-'))
        self.mongodb = None
        try:
            self.redis = Redis()
            if os.environ.get('CONFAB_TEST_STORE') != 'sqlite' and knows_store('mongodb'):
                self.mongodb = MongoDB()
        except Missing as missing:
            raise unittest.SkipTest(str(missing)) from None
        self.options = options
        self.environments = environments
        self.instances = instances
        self.servers = []

    @property
    def store(self):
        return self.mongodb.database('confab') if self.mongodb else f'sqlite:{self.folder / "confab.db"}'

    def start(self):
        self.redis.start()
        self.start_store()
        for number in range(self.instances):
            self.add(self.environments[number] if number < len(self.environments) else None)
        return self

    def start_store(self):
        if self.mongodb:
            self.mongodb.start()

    def make(self, environment=None):
        """One more server, not started."""
        server = Server('--backplane', self.redis.address, *self.options, store=self.store, environment=environment)
        self.servers.append(server)
        return server

    def add(self, environment=None):
        """One more server."""
        return self.make(environment).start()

    def __iter__(self):
        return iter(self.servers)

    def __getitem__(self, number):
        return self.servers[number]

    def stop(self):
        """Ends all of it; the servers must end well."""
        try:
            for server in self.servers:
                if server.process is not None and server.process.poll() is None:
                    server.stop()
        finally:
            self.remove()

    def remove(self):
        for server in self.servers:
            server.kill()
            server.remove()
        self.redis.remove()
        if self.mongodb:
            self.mongodb.remove()
        shutil.rmtree(self.folder, ignore_errors=True)


def connect(person, server, **options):
    """A connection of the person to that server."""
    socket = sign_in(server, person.token, **options)
    person.sockets.append(socket)
    return socket


def rest(person, server):
    """The person's REST door at that server."""
    return Rest(server, person.token)
