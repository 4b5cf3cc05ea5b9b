"""services.py: real databases for tests, Redis and a server of MongoDB's protocol, on free ports, in temporary folders

SPDX-License-Identifier: GPL-3.0-or-later

What is started for MongoDB: nothing when CONFAB_TEST_MONGODB names a replica set that is running already; else the
first of a mongod on PATH, secantusd-rs in the cache of ./dev, and secantusd-py there, which `./dev test` installs.
"""

import os
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

CACHE = Path(os.environ.get('CONFAB_DEV_CACHE', '/var/cache/confab-dev'))
PATIENCE = float(os.environ.get('CONFAB_TEST_PATIENCE', '30'))
STOP_SECONDS = 20


class Missing(Exception):
    """This machine has not got the service; the words say what it lacks."""


def free_port():
    with socket.socket() as found:
        found.bind(('127.0.0.1', 0))
        return found.getsockname()[1]


class Service:
    """A process that listens on 127.0.0.1:port. It ends with the thread that started it, whatever becomes of that, so
    start it from one that lasts."""

    name = 'service'

    def __init__(self, port=None):
        self.folder = Path(tempfile.mkdtemp(prefix=f'confab-{self.name}-'))
        self.port = port or free_port()
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_rest):
        self.remove()

    @property
    def pid(self):
        return self.process.pid

    @property
    def address(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def answers(self):
        """Whether it does what it is for; OSError while it does not."""
        raise NotImplementedError

    def prepare(self):
        """What a first start needs once the port is open."""

    def read_log(self):
        path = self.folder / 'log'
        return path.read_text(errors='replace') if path.exists() else ''

    def start(self):
        """Starts it, or starts it again on the same port and data, and waits until it answers."""
        with open(self.folder / 'log', 'ab') as log:
            self.process = subprocess.Popen(['setpriv', '--pdeathsig', 'KILL', *self.command()], stdout=log, stderr=log,
                                            stdin=subprocess.DEVNULL, cwd=self.folder)
        pause = threading.Event()
        deadline = time.monotonic() + PATIENCE
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = self.read_log()[-2000:]
                self.kill()
                raise AssertionError(f'{self.name} did not start: {log}')
            pause.wait(0.02)
        return self

    def is_ready(self):
        try:
            self.prepare()
            return self.answers()
        except OSError:
            return False

    def stop(self):
        """SIGTERM, and the end of it."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self):
        """SIGKILL: as a power cut leaves it, but for what the system has not written yet."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)
        # On a busy machine its threads go on for a moment.
        os.waitid(os.P_PID, self.pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def remove(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis(Service):
    name = 'redis'

    def __init__(self, *options, port=None, password=None):
        if shutil.which('redis-server') is None:
            raise Missing('redis-server is not installed')
        super().__init__(port)
        self.options = options
        self.password = password

    @property
    def address(self):
        return f'redis://{f":{self.password}@" if self.password else ""}127.0.0.1:{self.port}'

    def command(self):
        password = ['--requirepass', self.password] if self.password else []
        return ['redis-server', '--port', str(self.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no',
                '--dir', str(self.folder), *password, *self.options]

    def answers(self):
        with socket.create_connection(('127.0.0.1', self.port), timeout=1) as link:
            link.sendall(b'PING\r\n')
            return link.recv(64).startswith((b'+PONG', b'-NOAUTH'))


class Sentinel(Redis):
    """Watches the Redis on 127.0.0.1:PORT, called "confab", and makes a replica of it the master when it is gone."""

    name = 'sentinel'

    def __init__(self, _option, watched, port=None):
        super().__init__(port=port)
        # It writes into its own configuration.
        (self.folder / 'sentinel.conf').write_text(f"""\
port {self.port}
bind 127.0.0.1
dir {self.folder}
sentinel monitor confab 127.0.0.1 {watched} 1
sentinel down-after-milliseconds confab 500
sentinel failover-timeout confab 2000
""")

    @property
    def address(self):
        return f'redis+sentinel://127.0.0.1:{self.port}/confab'

    def command(self):
        return ['redis-server', str(self.folder / 'sentinel.conf'), '--sentinel']


def bson(value):
    """A document of the few types that the commands below need."""
    body = b''
    for key, item in value.items():
        name = key.encode() + b'\0'
        if isinstance(item, int):
            body += b'\x10' + name + struct.pack('<i', item)
        elif isinstance(item, str):
            text = item.encode() + b'\0'
            body += b'\x02' + name + struct.pack('<i', len(text)) + text
        elif isinstance(item, list):
            body += b'\x04' + name + bson({str(index): part for index, part in enumerate(item)})
        else:
            body += b'\x03' + name + bson(item)
    return struct.pack('<i', len(body) + 5) + body + b'\0'


def receive(link, size):
    data = b''
    while len(data) < size:
        part = link.recv(size - len(data))
        if not part:
            raise ConnectionError('closed')
        data += part
    return data


def run_command(port, command, tls=None):
    """One command of MongoDB's protocol (OP_MSG); the bytes of the answer's document."""
    body = struct.pack('<IB', 0, 0) + bson({**command, '$db': 'admin'})
    with socket.create_connection(('127.0.0.1', port), timeout=2) as plain:
        link = tls.wrap_socket(plain, server_hostname='127.0.0.1') if tls else plain
        link.sendall(struct.pack('<iiii', 16 + len(body), 1, 0, 2013) + body)
        return receive(link, struct.unpack('<i', receive(link, 4))[0] - 4)[17:]


class MongoDB(Service):
    """A replica set of one. The address has no database; database() makes one that has."""

    name = 'mongodb'
    alone = False      # in no replica set
    tls = None

    def __init__(self, port=None):
        self.outside = os.environ.get('CONFAB_TEST_MONGODB')
        self.program, self.arguments, self.replica_set = (None, [], None) if self.outside else find_mongodb()
        super().__init__(port)

    @property
    def can_restart(self):
        return self.outside is None

    @property
    def kind(self):
        """What is behind the address: mongod, secantusd-rs, secantusd-py, or outside."""
        return Path(self.program).name if self.program else 'outside'

    @property
    def address(self):
        return self.outside or f'mongodb://127.0.0.1:{self.port}/?replicaSet={self.replica_set}'

    def database(self, name):
        parts = urlsplit(self.address)
        return urlunsplit(parts._replace(path=f'/{name}'))

    def command(self):
        data = self.folder / 'data'
        data.mkdir(exist_ok=True)
        command = [str(self.program), *(part.format(port=self.port, data=data) for part in self.arguments)]
        if not self.alone:
            return command
        if self.kind != 'mongod':
            return [*command, '--standalone']
        place = command.index('--replSet')
        return command[:place] + command[place + 2:]

    def start(self):
        return self if self.outside else super().start()

    def start_alone(self):
        """Starts it again as no member of its replica set, as one does to maintain it; start() makes it one again."""
        self.alone = True
        try:
            return self.start()
        finally:
            self.alone = False

    def prepare(self):
        if self.kind == 'mongod' and not self.alone:
            members = [{'_id': 0, 'host': f'127.0.0.1:{self.port}'}]
            run_command(self.port, {'replSetInitiate': {'_id': self.replica_set, 'members': members}})

    def answers(self):
        answer = run_command(self.port, {'hello': 1}, self.tls)
        return b'\x08isWritablePrimary\0\x01' in answer


class LoneMongoDB(MongoDB):
    """A single server that is no replica set: what Confab refuses to work with."""

    name = 'lone-mongodb'
    alone = True

    def __init__(self, port=None):
        super().__init__(port)
        self.outside = None
        self.program, self.arguments, self.replica_set = find_mongodb()

    @property
    def address(self):
        return f'mongodb://127.0.0.1:{self.port}/'


class SecuredMongoDB(MongoDB):
    """Speaks only TLS, with a certificate of an authority of its own, and only with its user. A stand-in everywhere."""

    name = 'secured-mongodb'
    user = 'confab'
    password = 's3kr1t/with?odd@letters'

    def __init__(self, port=None):
        Service.__init__(self, port)
        self.outside = None
        self.program, self.arguments, self.replica_set = find_stand_in()
        self.authority = self.folder / 'ca.pem'
        self.make_certificate()

    def make_certificate(self):
        def openssl(*arguments):
            subprocess.run(['openssl', *arguments], cwd=self.folder, check=True, capture_output=True)

        new_key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
        openssl('req', '-x509', *new_key, '-days', '1', '-subj', '/CN=Authority', '-keyout', 'ca.key', '-out', 'ca.pem')
        openssl('req', *new_key, '-subj', '/CN=MongoDB', '-addext', 'subjectAltName=IP:127.0.0.1',
                '-keyout', 'key.pem', '-out', 'request.pem')
        openssl('x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-days', '1',
                '-copy_extensions', 'copy', '-out', 'certificate.pem')

    @property
    def credentials(self):
        return f'{self.user}:{quote(self.password, safe="")}'

    @property
    def address(self):
        return (f'mongodb://{self.credentials}@127.0.0.1:{self.port}/?replicaSet={self.replica_set}&authSource=admin'
                f'&tls=true&tlsCAFile={quote(str(self.authority), safe="")}')

    def command(self):
        access = ['--auth', '--tls-cert-file', self.folder / 'certificate.pem', '--tls-key-file',
                  self.folder / 'key.pem']
        return [*super().command(), *(access if self.tls else [])]

    def start(self):
        if self.tls is None:
            super().start()
            run_command(self.port, {'createUser': self.user, 'pwd': self.password,
                                    'roles': [{'role': 'readWrite', 'db': 'confab'}]})
            self.stop()
            # Whether its certificate is right is for those to find out who want to talk to it.
            self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self.tls.check_hostname = False
            self.tls.verify_mode = ssl.CERT_NONE
        return super().start()


def runs(path):
    """Built for another system, a program is there and does not start."""
    return path.exists() and subprocess.run([path, '--help'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                            check=False).returncode == 0


def find_mongodb():
    """The program, its arguments, and the name of its replica set."""
    mongod = shutil.which('mongod')
    if mongod:
        return mongod, ['--port', '{port}', '--bind_ip', '127.0.0.1', '--dbpath', '{data}', '--replSet', 'confab',
                        '--wiredTigerCacheSizeGB', '0.5'], 'confab'
    return find_stand_in()


def find_stand_in():
    for path, more in ((CACHE / 'secantus/bin/secantusd-rs', ['--log-file-max', '32MB']),
                       (CACHE / 'secantusd-py/bin/secantusd-py', [])):
        # Without --sync-on-commit a kill loses what was acknowledged.
        if runs(path):
            return path, ['--host', '127.0.0.1', '--port', '{port}', '--storage-path', '{data}', '--log-level', 'ERROR',
                          '--sync-on-commit', '--cache-size', '512M', *more], 'secantus'
    raise Missing('there is no MongoDB: CONFAB_TEST_MONGODB is not set, no mongod is on PATH, and ./dev could not '
                  'install its stand-in')
