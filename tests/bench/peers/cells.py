"""cells.py: what is measured, and one measurement of it

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import os
import subprocess
from dataclasses import dataclass

from process import BOUND, last_lines

CONNECT_SECONDS = 120
# confab-load waits so long for what is under way after the last send, at most.
SETTLE_SECONDS = 15
# And so long for the first answers.
PATIENCE_SECONDS = 20
# So many sends are unacknowledged at any time, whatever the number of connections.
IN_FLIGHT = 2000
# A peer that does less of a fixed rate than this is not at that rate, and its times are those of a growing queue.
LEAST_SHARE = 0.5
# A thread or a machine that is this busy has nothing left.
FULL = 0.9


@dataclass(frozen=True)
class Cell:
    connections: int
    room_size: int
    figure: str                # idle, rate, saturate
    rate: int = 0              # sends per second

    @property
    def title(self):
        return f'{self.figure} {self.rate}/s' if self.rate else self.figure

    @property
    def place(self):
        rooms = '' if self.figure == 'idle' else f', rooms of {self.room_size}'
        return f'{self.connections:,} connections{rooms}'


@dataclass
class Result:
    peer: str
    cell: Cell
    turn: int
    problem: str = ''          # why there are no figures, in words
    figures: dict = None
    processes: tuple = ()      # names of those whose time was told

    def get(self, *path):
        value = self.figures
        for name in path:
            value = None if value is None else value.get(name)
        return value

    @property
    def expected_per_second(self):
        return self.get('sentPerSecond') * min(self.cell.room_size, self.cell.connections)

    def per_million(self, cores):
        """Seconds of processor time for a million deliveries."""
        received = self.get('receivedPerSecond')
        return None if not received else self.get(cores) / received * 1e6

    def cores(self, name):
        """What a process used of the processors; nothing where it was not told."""
        return self.get('processes')[self.processes.index(name)]['cores'] if name in self.processes else None

    @property
    def threads(self):
        """The busiest thread of everybody: name → share of a processor."""
        each = {name: process['busiestThread'] for name, process in zip(self.processes, self.get('processes'))}
        return each | {'load': self.get('loadCores')}

    @property
    def shares(self):
        """Everybody's share of the machine: name → cores."""
        each = {name: process['cores'] for name, process in zip(self.processes, self.get('processes'))}
        return each | {'load': self.get('loadCores'), 'others': self.get('otherCores')}

    @property
    def busiest_thread(self):
        """Of the servers."""
        return max(share for name, share in self.threads.items() if name.startswith('server'))

    @property
    def limit(self):
        """What kept it from doing more, as far as the processors tell."""
        shares, threads = self.shares, self.threads
        most, thread = max(shares, key=shares.get), max(threads, key=threads.get)
        if threads[thread] >= FULL:
            return f'one thread of {thread} ({threads[thread]:.2f})'
        if sum(shares.values()) >= FULL * os.cpu_count():
            return f'all processors, most of it {most} ({shares[most]:.2f})'
        return f'no processor: waiting, for the disk or each other; most busy is {most} ({shares[most]:.2f})'

    @property
    def lost(self):
        """Deliveries of acknowledged sends that nobody got."""
        return max(self.get('expected') - self.get('received'), 0)

    @property
    def doubled(self):
        """Deliveries beyond one of each send to each member; a client tells them by their number."""
        unanswered = self.get('unanswered') * min(self.cell.room_size, self.cell.connections)
        return max(self.get('received') - self.get('expected') - unanswered, 0)



def judge(result):
    """A peer that could not do it gets words instead of numbers."""
    if result.cell.figure == 'idle':
        return
    if result.get('closed'):
        result.problem = f'{result.get("closed")} of {result.cell.connections} connections were closed'
    elif result.get('acknowledgedPerSecond') == 0:
        result.problem = 'nothing was acknowledged'
    elif result.lost > result.get('expected') * LEAST_SHARE:
        result.problem = f'{result.lost / result.get("expected"):.0%} of the deliveries were lost'
    elif result.cell.rate:
        share = result.get('receivedPerSecond') / result.expected_per_second if result.expected_per_second else 0
        if share < LEAST_SHARE:
            result.problem = f'keeps up with {share:.0%} of it'


def measure(load, peer, cell, turn, options):
    """One measurement; never fails, a problem is a result."""
    result = Result(peer.name, cell, turn)
    command = [*BOUND, str(load), '--server', peer.addresses, '--dialect', peer.dialect, '--pid', peer.pids,
               '--beside', peer.pids_beside, '--seeded', str(peer.seeded), '--people', str(cell.connections),
               '--room-size', str(cell.room_size), '--idle-connections', str(cell.connections),
               '--idle-seconds', str(options.seconds), '--seconds', str(options.seconds),
               '--warm-up', str(options.warm_up), '--rate', str(cell.rate or 1), '--in-flight', str(IN_FLIGHT),
               '--connect-seconds', str(CONNECT_SECONDS), cell.figure]
    limit = 2 * CONNECT_SECONDS + options.warm_up + PATIENCE_SECONDS + options.seconds + SETTLE_SECONDS + 30
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        result.problem = f'not done within {limit} s'
        return result
    if done.returncode != 0:
        result.problem = last_lines(done.stderr, 1)
        return result
    result.figures = json.loads(done.stdout)
    result.processes = tuple(peer.process_names)
    judge(result)
    return result
