"""server.py: a real confab-server process for a test, on a port and a folder of its own

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BINARY = Path(os.environ.get('CONFAB_SERVER', SOURCE / '_build/dev/server/confab-server'))
# How long anything may take that should take a blink: generous, because a busy machine is no failure.
PATIENCE = float(os.environ.get('CONFAB_TEST_PATIENCE', '20'))
DRAIN_SECONDS = 10

COMPLAINT = re.compile(r'CRITICAL|\bERROR\b|AddressSanitizer|LeakSanitizer|runtime error:')


def eventually(condition, what, within=None):
    """Waits until condition() is true, and returns what it returned; for what no event tells of."""
    pause = threading.Event()
    deadline = time.monotonic() + (PATIENCE if within is None else within)
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f'{what}: not within {PATIENCE if within is None else within:g} s')
        pause.wait(0.01)


def clean_environment(folder):
    kept = {name: value for name, value in os.environ.items() if not name.startswith('CONFAB_')}
    return kept | {'HOME': str(folder), 'XDG_STATE_HOME': str(folder / 'state'),
                   'XDG_CONFIG_HOME': str(folder / 'config')}


class Server:
    """Starts with start(); stop() ends it politely and looks at what it left, kill() does not."""

    def __init__(self, *options, folder=None, store=None, environment=None):
        self.own_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix='confab-test-'))
        self.store = store or f'sqlite:{self.folder / "confab.db"}'
        self.options = options
        self.environment = environment or {}
        self.listen = '127.0.0.1:0'
        self.secrets = set()      # what must never be found in the log
        self.process = None
        self.url = None
        self.lines = []           # of standard output, of all starts
        self.changed = threading.Condition()
        self.starts = 0

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_rest):
        if kind is None:
            self.stop()
        else:
            self.kill()
        self.remove()

    @property
    def database(self):
        return self.store.removeprefix('sqlite:')

    @property
    def host(self):
        return self.listen.rpartition(':')[0]

    @property
    def port(self):
        return int(self.listen.rpartition(':')[2])

    @property
    def log_path(self):
        return self.folder / 'log'

    def read_log(self):
        return self.log_path.read_text(errors='replace') if self.log_path.exists() else ''

    def command(self):
        return [str(BINARY), '--listen', self.listen, '--store', self.store, *self.options]

    def launch(self):
        """Starts the process and does not wait for it."""
        self.starts += 1
        with open(self.log_path, 'ab') as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            stderr=log,
                                            env=clean_environment(self.folder) | self.environment)
        threading.Thread(target=self.follow, args=(self.process, len(self.lines)), daemon=True).start()
        return self

    def follow(self, process, _first):
        for line in process.stdout:
            with self.changed:
                self.lines.append((self.starts, line.decode(errors='replace').rstrip('\n')))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def output(self, start=None):
        """The lines of standard output of one start, of the last one unless told."""
        return [line for number, line in self.lines if number == (start or self.starts)]

    def listening(self):
        return next((line for line in self.output() if line.startswith('listening on ')), None)

    def start(self):
        self.launch()
        with self.changed:
            self.changed.wait_for(lambda: self.listening() or self.process.poll() is not None, PATIENCE)
        line = self.listening()
        if line is None:
            self.kill()
            raise AssertionError(f'the server did not start: {self.read_log()[-2000:] or self.output()}')
        self.url = line.removeprefix('listening on ')
        # The same port again after a restart, so that clients find it.
        self.listen = self.url.removeprefix('http://')
        return self

    def find_claim(self):
        """The code of the link that this start printed for the first admin, if it did."""
        for line in self.output():
            match = re.search(r'/invite/([\w-]+)', line)
            if match:
                return match.group(1)
        return None

    def claim(self):
        with self.changed:
            assert self.changed.wait_for(self.find_claim, PATIENCE), f'no claim link: {self.output()}'
        return self.find_claim()

    def metrics(self):
        """What /metrics says: sample with its labels → value."""
        with urllib.request.urlopen(f'http://{self.host}:{self.port}/metrics', timeout=PATIENCE) as answer:
            lines = answer.read().decode().splitlines()
        samples = [line.rpartition(' ') for line in lines if line[:1] not in ('', '#')]
        return {name: float(value) for name, _blank, value in samples}

    def kill(self):
        """SIGKILL: what a power cut leaves behind, as far as a process can tell."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def check_alive(self):
        """A crash is told as what it is; SIGKILL comes from the test itself."""
        if self.process is not None and self.process.poll() not in (None, 0, -signal.SIGKILL):
            raise AssertionError(f'the server ended with status {self.process.returncode}: {self.read_log()[-3000:]}')

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self, within=DRAIN_SECONDS):
        return self.process.wait(within)

    def stop(self):
        """SIGTERM; it must end by itself, in time and with status 0, and must have told no secret."""
        if self.process.poll() is None:
            self.terminate()
        try:
            status = self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f'the server did not end within {DRAIN_SECONDS} s of SIGTERM') from None
        if status != 0:
            raise AssertionError(f'the server ended with status {status}: {self.read_log()[-4000:]}')
        self.check_log()

    def check_log(self):
        log = self.read_log()
        told = sorted(secret for secret in self.secrets if secret in log)
        if told:
            raise AssertionError(f'the log tells secrets: {told}')
        complaints = [line for line in log.splitlines() if COMPLAINT.search(line)]
        if complaints:
            raise AssertionError('the server complained:\n' + '\n'.join(complaints[:20]))

    def remove(self):
        if self.own_folder and not os.environ.get('CONFAB_TEST_KEEP'):
            shutil.rmtree(self.folder, ignore_errors=True)
