"""servers.py: those that are measured side by side, each with how it is filled and started

SPDX-License-Identifier: GPL-3.0-or-later
"""

import secrets
import subprocess
from pathlib import Path

import node
from process import Failed, Process, run

SERVICES = {'mongodb': 'MongoDB', 'redis': 'Redis'}


class Place:
    """What the servers of one run share."""

    def __init__(self, build, output, folder, mongodb, redis):
        self.build = Path(build).resolve()
        self.output = output       # a folder that stays
        self.folder = folder       # one that goes, on a disk
        self.mongodb = mongodb     # with address and pid; or None and why
        self.redis = redis
        self.missing = {}          # why there is none of these: service → words


class Peer:
    """A server for one group of cells: prepare() once, then start(), stop(), start()… on the same data."""

    name = ''
    title = ''
    dialect = 'confab'
    needs = ()                     # of mongodb and redis

    def __init__(self, place):
        self.place = place
        self.processes = []
        self.seeded = None         # file of the people
        self.run = None            # names this group's data

    def install(self):
        """Once, before anything is measured; Failed when it cannot be had."""
        for service in self.needs:
            if getattr(self.place, service) is None:
                raise Failed(self.place.missing[service])

    def prepare(self, people, room_size):
        self.run = f'bench_{people}_{room_size}_{self.name.replace("-", "_")}'
        self.seeded = self.place.folder / f'{self.run}.people'
        self.seeded.write_text(self.seed(people, room_size))

    def seed(self, people, room_size):
        """A line for each: id, token, room."""
        raise NotImplementedError

    def start(self):
        raise NotImplementedError

    def stop(self):
        for process in self.processes:
            process.stop()
        self.processes = []

    def is_alive(self):
        return bool(self.processes) and all(process.is_alive() for process in self.processes)

    @property
    def log(self):
        return self.place.output / f'{self.name}.log'

    @property
    def addresses(self):
        return ','.join(process.address for process in self.processes)

    @property
    def pids(self):
        return ','.join(str(process.pid) for process in self.processes)

    @property
    def services(self):
        """Those beside it whose time can be told: name → process id."""
        services = {name: getattr(self.place, name) for name in self.needs}
        return {SERVICES[name]: service.pid for name, service in services.items() if service.pid}

    @property
    def pids_beside(self):
        return ','.join(str(pid) for pid in self.services.values())

    @property
    def process_names(self):
        """In the order of the process ids: the servers, then those beside them."""
        n = len(self.processes)
        servers = ['server'] if n == 1 else [f'server {i + 1}' for i in range(n)]
        return servers + list(self.services)


class SocketIO(Peer):
    name = 'socketio'
    title = '(a) Express + Socket.IO + Redis adapter + mongoose'
    dialect = 'socketio'
    needs = ('mongodb', 'redis')

    def install(self):
        super().install()
        self.program = node.install('socketio', self.place.output / 'node')
        self.secret = secrets.token_urlsafe(32)

    def environment(self):
        return node.environment() | {'MONGODB_URI': self.place.mongodb.database(self.run), 'JWT_SECRET': self.secret,
                                     'REDIS_URL': self.place.redis.address}

    def seed(self, people, room_size):
        return run(['node', 'seed.mjs', str(people), str(room_size)], cwd=self.program, env=self.environment())

    def start(self):
        self.processes = [Process(['node', 'server.mjs'], self.log, self.environment(), self.program)]


class Ws(Peer):
    name = 'ws'
    title = '(b) ws, no storage'
    dialect = 'ws'

    def install(self):
        super().install()
        self.program = node.install('ws', self.place.output / 'node')

    def seed(self, people, room_size):
        return ''.join(f'person-{i} - room-{i // room_size}\n' for i in range(people))

    def start(self):
        self.processes = [Process(['node', 'server.mjs'], self.log, node.environment(), self.program)]


class Confab(Peer):
    instances = 1
    backplane = 'local'

    @property
    def server(self):
        return str(self.place.build / 'server/confab-server')

    @property
    def store(self):
        raise NotImplementedError

    def install(self):
        super().install()
        self.run = 'bench'
        result = subprocess.run([self.server, '--check', '--store', self.store, '--backplane', self.backplane],
                                capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise Failed(result.stderr.strip())

    def seed(self, people, room_size):
        return run([str(self.place.build / 'tests/bench/confab-seed'), self.store, str(people), str(room_size)])

    def start(self):
        self.processes = []
        for i in range(self.instances):
            state = self.place.folder / f'{self.run}.state-{i}'
            command = [self.server, '--listen', '127.0.0.1:0', '--state-dir', str(state), '--store', self.store,
                       '--backplane', self.backplane, '--no-rate-limits', '--connections-per-address', '0',
                       '--connections-per-user', '0', '--log-level', 'warning']
            self.processes.append(Process(command, self.log))


class ConfabSqlite(Confab):
    name = 'confab-sqlite'
    title = '(c) Confab on SQLite'

    @property
    def store(self):
        return f'sqlite:{self.place.folder / self.run}.db'


class ConfabMongo(Confab):
    name = 'confab-mongo-1'
    title = '(d1) Confab on MongoDB + Redis'
    needs = ('mongodb', 'redis')

    @property
    def store(self):
        return self.place.mongodb.database(self.run)

    @property
    def backplane(self):
        return self.place.redis.address


class ConfabMongoTwice(ConfabMongo):
    name = 'confab-mongo-2'
    title = '(d2) the same, 2 instances'
    instances = 2


PEERS = (SocketIO, Ws, ConfabSqlite, ConfabMongo, ConfabMongoTwice)
