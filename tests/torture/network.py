"""network.py: a network of the test's own, and in it one for each instance, whose cable can be pulled

SPDX-License-Identifier: GPL-3.0-or-later
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

from server import eventually

MARK = 'CONFAB_TORTURE_NETWORK'
UNSHARE = ['unshare', '--net', '--pid', '--fork', '--kill-child', '--mount-proc']
RELAY = Path(__file__).with_name('relay.py')


def inside():
    """Whether this process is in a network of its own."""
    return os.environ.get(MARK) == 'own'


def why_not():
    return os.environ.get(MARK, '').removeprefix('none: ')


def enter():
    """Starts the program again in namespaces of its own, where it may make more; all that it starts ends with it. Where
    that is not allowed it goes on without, and remembers why."""
    if MARK in os.environ:
        if inside():
            run('ip', 'link', 'set', 'lo', 'up')
        return
    command = UNSHARE if os.geteuid() == 0 else [*UNSHARE, '--user', '--map-root-user']
    try:
        tried = subprocess.run([*command, 'ip', 'link', 'add', 'cable', 'type', 'veth'], capture_output=True, text=True,
                               check=False)
        words = tried.stderr.strip() if tried.returncode else None
    except OSError as failure:
        words = str(failure)
    os.environ[MARK] = 'own' if words is None else f'none: {words}'
    if words is None:
        os.execvp(command[0], [*command, sys.executable, *sys.argv])


def run(*command):
    subprocess.run(command, check=True)


class Namespace:
    """The network of one instance: a cable to everything else, and on its loopback the services, at their ports."""

    def __init__(self, number):
        self.cable = f'cable{number}'
        self.address = f'10.83.{number}.2'
        self.others = f'10.83.{number}.1'
        self.relays = {}
        self.holder = subprocess.Popen(['unshare', '--net', 'cat'], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        own = os.readlink('/proc/self/ns/net')
        eventually(lambda: os.readlink(f'/proc/{self.holder.pid}/ns/net') != own, 'a network namespace')
        run('ip', 'link', 'add', self.cable, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', str(self.holder.pid))
        run('ip', 'address', 'add', f'{self.others}/30', 'dev', self.cable)
        run('ip', 'link', 'set', self.cable, 'up')
        run(*self.command('ip', 'link', 'set', 'lo', 'up'))
        run(*self.command('ip', 'address', 'add', f'{self.address}/30', 'dev', 'eth0'))
        run(*self.command('ip', 'link', 'set', 'eth0', 'up'))

    def command(self, *command):
        return ['nsenter', f'--net=/proc/{self.holder.pid}/ns/net', *command]

    def lead_to(self, name, port):
        """What is at this port outside is at the same port of 127.0.0.1 inside."""
        relay = subprocess.Popen(self.command(sys.executable, str(RELAY), str(port), self.others),
                                 stdout=subprocess.PIPE, text=True)
        assert relay.stdout.readline() == 'ready\n', f'no way to {name}'
        self.relays[name] = relay

    def pull(self, inner):
        """Pulled at the inner end, packets to it vanish; at the outer end, there is no way to it."""
        if inner:
            run(*self.command('ip', 'link', 'set', 'eth0', 'down'))
        else:
            run('ip', 'link', 'set', self.cable, 'down')

    def plug(self):
        run('ip', 'link', 'set', self.cable, 'up')
        run(*self.command('ip', 'link', 'set', 'eth0', 'up'))

    def stall(self, name):
        """Nothing comes from that service any more, and nothing is closed."""
        self.relays[name].send_signal(signal.SIGSTOP)

    def flow(self, name):
        self.relays[name].send_signal(signal.SIGCONT)

    def remove(self):
        for process in (*self.relays.values(), self.holder):
            process.kill()
            process.wait()
