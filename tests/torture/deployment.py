"""deployment.py: the instances, what they stand on, and the proxy in front of them

SPDX-License-Identifier: GPL-3.0-or-later
"""

import contextlib
import shutil
import signal
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import proxy
from network import Namespace, inside
from server import Server, eventually
from services import MongoDB, Redis

# The test is the only client: limits on how often are other tests' business.
OPTIONS = ('--rate-limits=off', '--registration=open', '--connections-per-address=0', '--connections-per-user=0',
           '--max-connections=4000', '--trusted-proxies=127.0.0.1,10.83.0.0/16', '--reactors=1')
START_SECONDS = 60
SLOW = {'secantusd-py': 3}      # times slower than others; the machine would do nothing but catch up


class Instance(Server):
    def __init__(self, number, *options, folder, store, namespace=None):
        folder.mkdir()
        super().__init__(*OPTIONS, *options, folder=folder, store=store)
        self.name = f'instance {number}'
        self.namespace = namespace
        self.wanted = False         # whether it should be running now
        self.unexpected = []        # ends that nobody asked for
        if namespace is not None:
            self.listen = f'{namespace.address}:0'

    def command(self):
        return super().command() if self.namespace is None else self.namespace.command(*super().command())

    def start(self):
        super().start()
        self.wanted = True
        return self

    def kill(self):
        self.wanted = False
        super().kill()

    def terminate(self):
        self.wanted = False
        super().terminate()

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def bring_up(self):
        """Starts it as a service manager does: again, when what it stands on is not there yet."""
        def started():
            with contextlib.suppress(AssertionError):
                return self.start()
        eventually(started, f'{self.name} starts', within=START_SECONDS)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f'http://{self.host}:{self.port}/readyz', timeout=2) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def check_alive(self):
        """Looked at by watch(); a door that is closed is no crash here."""

    def watch(self):
        if self.wanted and self.process.poll() is not None:
            self.wanted = False
            self.unexpected.append(f'{self.name} ended with status {self.process.returncode}: '
                                   f'{self.read_log()[-2000:]}')


class Nginx(proxy.Nginx):
    """With data's configuration, for more clients, and telling each which instance it reached."""

    name = 'nginx'

    def hand_over(self):
        """In a user namespace there is nobody else to hand anything to."""
        return {}

    def write_configuration(self, aside=()):
        super().write_configuration(aside)
        path = self.folder / 'etc/nginx.conf'
        text = proxy.substitute(path.read_text(), r'worker_connections \d+', 'worker_connections 4096')
        path.write_text(proxy.substitute(text, r'^daemon off;', 'daemon off;\nuser root;'))

    def write_listen(self, path):
        super().write_listen(path)
        path.write_text(path.read_text() + 'add_header X-Upstream $upstream_addr always;\n')


class Deployment:
    def __init__(self, settings):
        self.settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix='confab-torture-'))
        self.database = None
        self.redis = None
        self.namespaces = []
        self.instances = []
        self.nginx = None

    def start(self):
        store = f'sqlite:{self.folder / "confab.db"}'
        options = []
        if self.settings.instances > 1:
            self.start_services()
            store = self.database.database('torture')
            options = ['--backplane', self.redis.address]
        for number in range(self.settings.instances):
            namespace = self.make_namespace(number) if self.redis is not None and inside() else None
            instance = Instance(number, *options, folder=self.folder / f'instance-{number}', store=store,
                                namespace=namespace)
            self.instances.append(instance.start())
        self.nginx = Nginx(self.instances).start()
        for instance in self.instances:
            instance.secrets = self.nginx.secrets
        return self

    def start_services(self):
        """In a network of the test's own nobody else reaches what listens everywhere."""
        everywhere = ('--bind', '0.0.0.0', '--protected-mode', 'no') if inside() else ()
        self.redis = Redis(*everywhere).start()
        self.database = MongoDB()
        if inside() and self.database.can_restart:
            self.database.arguments = ['0.0.0.0' if part == '127.0.0.1' else part for part in self.database.arguments]
        self.database.start()

    @property
    def pace(self):
        return SLOW.get(self.database.kind, 1) if self.database is not None else 1

    def make_namespace(self, number):
        namespace = Namespace(number + 1)
        self.namespaces.append(namespace)
        for service in (self.redis, self.database):
            namespace.lead_to(service.name, service.port)
        return namespace

    def watch(self):
        for instance in self.instances:
            instance.watch()

    def stop(self):
        """Everything ends by itself and politely; what the instances have to say about it, in words."""
        problems = []
        for part in (*self.instances, self.nginx):
            try:
                part.stop()
            except AssertionError as failure:
                problems.append(f'{part.name}: {failure}')
        return problems

    def remove(self, keep=False):
        for instance in self.instances:
            instance.kill()
        if self.nginx is not None and self.nginx.process.poll() is None:
            self.nginx.stop()
        for part in (self.redis, self.database, *self.namespaces):
            if part is not None:
                part.remove()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
