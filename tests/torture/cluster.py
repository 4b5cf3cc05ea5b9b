"""cluster.py: the instances, what they stand on, and the proxy in front of them

SPDX-License-Identifier: GPL-3.0-or-later
"""

import contextlib
import shutil
import signal
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from nginx import Nginx
from server import Server, eventually
from services import MongoDB, Redis

# The test is the only client: limits on how often are other tests' business.
OPTIONS = ('--rate-limits=off', '--registration=open', '--connections-per-address=0', '--connections-per-user=0',
           '--max-connections=4000', '--trusted-proxies=127.0.0.1', '--reactors=1')
START_SECONDS = 60


class Instance(Server):
    def __init__(self, number, *options, folder, store):
        folder.mkdir()
        super().__init__(*OPTIONS, *options, folder=folder, store=store)
        self.name = f'instance {number}'
        self.wanted = False         # whether it should be running now
        self.unexpected = []        # ends that nobody asked for

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


class Front:
    """Where clients connect, in the shape of a server of the integration tests."""

    starts = 0

    def __init__(self):
        self.host = '127.0.0.1'
        self.port = None
        self.secrets = set()

    def check_alive(self):
        """Whether instances live is watched elsewhere."""


class Cluster:
    def __init__(self, settings):
        self.settings = settings
        self.folder = Path(tempfile.mkdtemp(prefix='confab-torture-'))
        self.front = Front()
        self.database = None
        self.redis = None
        self.instances = []
        self.nginx = None

    def start(self):
        store = f'sqlite:{self.folder / "confab.db"}'
        options = []
        if self.settings.instances > 1:
            self.database = MongoDB().start()
            self.redis = Redis().start()
            store = self.database.database('torture')
            options = ['--backplane', self.redis.address]
        for number in range(self.settings.instances):
            instance = Instance(number, *options, folder=self.folder / f'instance-{number}', store=store)
            instance.secrets = self.front.secrets
            self.instances.append(instance.start())
        self.nginx = Nginx([(instance.host, instance.port) for instance in self.instances]).start()
        self.front.port = self.nginx.port
        return self

    def watch(self):
        for instance in self.instances:
            instance.watch()

    def stop(self):
        """Everything ends by itself and politely; what the instances have to say about it, in words."""
        problems = []
        for instance in self.instances:
            try:
                instance.stop()
            except AssertionError as failure:
                problems.append(f'{instance.name}: {failure}')
        return problems

    def remove(self, keep=False):
        for service in (*self.instances, self.nginx, self.redis, self.database):
            if service is not None and service.process is not None:
                service.kill()
        for service in (self.nginx, self.redis, self.database):
            if service is not None:
                service.remove()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
