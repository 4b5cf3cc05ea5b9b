"""proxy.py: nginx and HAProxy with the configurations of data/, on a free port and as nobody

SPDX-License-Identifier: GPL-3.0-or-later

The files are used as an operator would: only addresses, ports and the certificate are put in. To doors (door.py) a
proxy looks like a server.
"""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from server import PATIENCE, SOURCE, eventually

DATA = SOURCE / 'data'


def free_port():
    with socket.socket() as found:
        found.bind(('127.0.0.1', 0))
        return found.getsockname()[1]


def substitute(text, pattern, replacement):
    """A place that a file no longer has is a mistake of the test, not nothing."""
    text, count = re.subn(pattern, replacement, text, flags=re.MULTILINE)
    assert count > 0, f'there is no {pattern}'
    return text


class Proxy:
    program = None
    host = '127.0.0.1'

    def __init__(self, servers, tls=False, in_front=None):
        self.servers = servers
        self.tls = tls
        self.in_front = in_front    # the address of another proxy, which is believed
        self.folder = Path(tempfile.mkdtemp(prefix='confab-proxy-'))
        self.secrets = set()     # what must never be found in the log
        self.starts = 1          # for doors: the other end of their connections stays the same
        self.process = None
        self.port = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_rest):
        self.stop()

    def addresses(self):
        return [f'{server.host}:{server.port}' for server in self.servers]

    @property
    def log_path(self):
        return self.folder / 'log'

    def read_log(self):
        return self.log_path.read_text(errors='replace') if self.log_path.exists() else ''

    def make_certificate(self):
        """For chat.example.org; the proxies want key and certificate in different ways."""
        key, certificate = self.folder / 'privkey.pem', self.folder / 'fullchain.pem'
        subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
                        '-nodes', '-days', '1', '-subj', '/CN=chat.example.org',
                        '-addext', 'subjectAltName=DNS:chat.example.org', '-keyout', key,
                        '-out', certificate], check=True, capture_output=True)
        (self.folder / 'confab.pem').write_text(certificate.read_text() + key.read_text())

    def write_configuration(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def environment(self):
        return {}

    def check_configuration(self):
        """What the program says about it before it is used."""
        raise NotImplementedError

    def hand_over(self):
        """The folder, to the one who runs the proxy: nobody, who is not root and owns nothing."""
        if os.geteuid() != 0:
            return {}
        for path in (self.folder, *self.folder.rglob('*')):
            shutil.chown(path, 'nobody', 'nogroup')
        return {'user': 'nobody', 'group': 'nogroup', 'extra_groups': []}

    def run(self, *arguments):
        environment = {'PATH': os.environ['PATH'] + ':/usr/sbin'} | self.environment()
        return subprocess.run([*self.command(), *arguments], cwd=self.folder, env=environment, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **self.hand_over())

    def launch(self):
        self.port = free_port()
        self.write_configuration()
        environment = {'PATH': os.environ['PATH'] + ':/usr/sbin'} | self.environment()
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(['setpriv', '--pdeathsig', 'TERM', *self.command()], cwd=self.folder,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment,
                                            **self.hand_over())

    def start(self):
        if self.tls:
            self.make_certificate()
        # A port that was free a moment ago may be somebody else's by now.
        for _attempt in range(5):
            self.launch()
            eventually(lambda: self.process.poll() is not None or self.is_listening(), f'{self.program} listens')
            if self.process.poll() is None:
                return self
        raise AssertionError(f'{self.program} did not start: {self.read_log()[-2000:]}')

    def is_listening(self):
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), timeout=1):
            return True
        return False

    def check_alive(self):
        assert self.process.poll() is None, f'{self.program} ended: {self.read_log()[-2000:]}'

    def children(self):
        with contextlib.suppress(OSError):
            return [int(pid) for pid in Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children')
                    .read_text().split()]
        return []

    def stop(self):
        children = self.children()
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            for pid in (self.process.pid, *children):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            raise AssertionError(f'{self.program} did not end') from None
        log = self.read_log()
        if not os.environ.get('CONFAB_TEST_KEEP'):
            shutil.rmtree(self.folder, ignore_errors=True)
        told = sorted(secret for secret in self.secrets if secret in log)
        assert not told, f'the log tells secrets: {told}'

    def set_aside(self, server):
        """The operator's way to take an instance out: nobody new goes there, and who is there stays."""
        raise NotImplementedError

    def take_back(self, server):
        raise NotImplementedError


def is_leaving(worker):
    """nginx says in its title what a worker is about."""
    try:
        return b'shutting down' in Path(f'/proc/{worker}/cmdline').read_bytes()
    except OSError:
        return True


class Nginx(Proxy):
    program = 'nginx'

    def command(self):
        return ['nginx', '-p', str(self.folder), '-c', str(self.folder / 'etc/nginx.conf')]

    def write_configuration(self, aside=()):
        etc = self.folder / 'etc'
        (etc / 'confab').mkdir(parents=True, exist_ok=True)
        shutil.copy(DATA / 'nginx/confab.conf', etc)
        # Two workers are enough to see that they agree; a test has fewer files than a server.
        main = substitute((DATA / 'nginx/nginx.conf').read_text(), r'^worker_processes auto', 'worker_processes 2')
        main = substitute(main, r'^worker_rlimit_nofile .*\n', '')
        main = substitute(main, r'worker_connections \d+', 'worker_connections 1024')
        (etc / 'nginx.conf').write_text(main)
        self.write_servers(aside)
        self.write_listen(etc / 'confab/listen.conf')

    def write_servers(self, aside=()):
        """The lists of data/ with other addresses."""
        for name in ('servers.conf', 'servers-again.conf'):
            lines = (DATA / 'nginx/confab' / name).read_text().splitlines()
            settings = next(line for line in lines if line.startswith('server ')).split(' ', 2)[2].rstrip(';')
            taken_out = aside if name == 'servers.conf' else ()
            (self.folder / 'etc/confab' / name).write_text(
                ''.join(f'server {address} {settings}{" down" if server in taken_out else ""};\n'
                        for server, address in zip(self.servers, self.addresses(), strict=True)))

    def write_listen(self, path):
        name = 'listen-tls.conf' if self.tls else 'listen.conf'
        text = (DATA / 'nginx/confab' / name).read_text()
        text = substitute(text, r'^access_log \S+', f'access_log {self.log_path}')
        if self.tls:
            text = substitute(text, r'^listen \[::\]:443.*\n', '')
            text = substitute(text, r'^listen 443', f'listen {self.host}:{self.port}')
            text = substitute(text, r'/etc/ssl/confab', str(self.folder))
        else:
            text = substitute(text, r'^listen \S+;', f'listen {self.host}:{self.port};')
        if self.in_front:
            text = substitute(text, r'^# set_real_ip_from \S+;', f'set_real_ip_from {self.in_front};')
        path.write_text(text)

    def check_configuration(self):
        self.port = free_port()
        self.write_configuration()
        return self.run('-t')

    def reload(self):
        """Workers of before stay while they have connections, but take no new ones."""
        before = self.children()
        self.process.send_signal(signal.SIGHUP)
        eventually(lambda: set(self.children()) - set(before) and all(map(is_leaving, before)), 'new workers')

    def set_aside(self, server):
        self.write_servers([server])
        self.reload()

    def take_back(self, _server):
        self.write_servers()
        self.reload()


class Haproxy(Proxy):
    program = 'haproxy'

    @property
    def configuration(self):
        changed = self.tls or self.in_front
        return self.folder / 'haproxy.cfg' if changed else DATA / 'haproxy/haproxy.cfg'

    @property
    def runtime_api(self):
        return self.folder / 'api'

    def command(self):
        # -db: in the foreground, whatever the file says.
        return ['haproxy', '-db', '-f', str(self.configuration)]

    def environment(self):
        servers = {f'CONFAB_SERVER_{number}': address for number, address in enumerate(self.addresses(), 1)}
        return {'CONFAB_UNPRIVILEGED': '1', 'CONFAB_BIND': f'{self.host}:{self.port}', 'CONFAB_MAXCONN': '1000',
                'CONFAB_RUNTIME_API': str(self.runtime_api)} | servers

    def write_configuration(self):
        text = (DATA / 'haproxy/haproxy.cfg').read_text()
        if self.tls:
            text = substitute(text, r'^  bind "\$\{CONFAB_BIND\}".*\n', '')
            text = substitute(text, r'^  # bind :443(.*)', rf'  bind {self.host}:{self.port}\1')
            text = substitute(text, r'/etc/ssl/confab', str(self.folder))
        if self.in_front:
            text = substitute(text, r'acl from_front src \S+', f'acl from_front src {self.in_front}')
        if self.tls or self.in_front:
            self.configuration.write_text(text)

    def check_configuration(self):
        self.port = free_port()
        self.write_configuration()
        return self.run('-c')

    def say(self, command):
        with socket.socket(socket.AF_UNIX) as link:
            link.settimeout(PATIENCE)
            link.connect(str(self.runtime_api))
            link.sendall(command.encode() + b'\n')
            return b''.join(iter(lambda: link.recv(4096), b'')).decode()

    def set_state(self, server, state):
        name = ('one', 'two', 'three')[self.servers.index(server)]
        answer = self.say(f'set server confab/{name} state {state}')
        assert not answer.strip(), answer

    def set_aside(self, server):
        self.set_state(server, 'drain')

    def take_back(self, server):
        self.set_state(server, 'ready')
