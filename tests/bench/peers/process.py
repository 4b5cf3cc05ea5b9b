"""process.py: a server under measurement as a process: started, told where it listens, ended by its own id

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import subprocess
import threading

START_SECONDS = 60
STOP_SECONDS = 15


class Failed(Exception):
    """It did not do what it is for; the words say what happened instead."""


def last_lines(text, n=3):
    return ' / '.join(line.strip() for line in text.strip().splitlines()[-n:]) or 'no reason given'


def run(command, **options):
    """Standard output of a command that has to work."""
    result = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if result.returncode != 0:
        raise Failed(f'{os.path.basename(command[0])}: {last_lines(result.stderr or result.stdout)}')
    return result.stdout


# Whatever becomes of this program, what it started ends with it.
BOUND = ('setpriv', '--pdeathsig', 'KILL')


class Process:
    """Prints "listening on http://ADDRESS" when it is ready."""

    def __init__(self, command, log, environment=None, folder=None):
        self.log = log
        with open(log, 'ab') as file:
            self.process = subprocess.Popen([*BOUND, *command], stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=file, text=True, cwd=folder,
                                            env=os.environ | (environment or {}))
        self.address = None
        self.listening = threading.Event()
        threading.Thread(target=self.follow, daemon=True).start()
        self.listening.wait(START_SECONDS)
        if self.address is None:
            self.kill()
            with open(log, encoding='utf-8', errors='replace') as file:
                raise Failed(f'did not start: {last_lines(file.read())}')

    def follow(self):
        for line in self.process.stdout:
            if line.startswith('listening on http://'):
                self.address = line.removeprefix('listening on http://').strip()
                self.listening.set()
        self.listening.set()

    @property
    def pid(self):
        return self.process.pid

    def is_alive(self):
        return self.process.poll() is None

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()
