#!/usr/bin/env python3
"""torture.py: everything goes wrong while many people talk, and in the end nothing is lost, doubled or out of order

SPDX-License-Identifier: GPL-3.0-or-later

--seed N repeats the dice (not the machine's timing), --minutes N makes the run longer; --help has the rest.
What a client knows in the end, from events and resume alone, must be what one that knew nothing is told by each
instance.
"""

import argparse
import asyncio
import os
import random
import sys
import time
import unittest

import network
import tap
from deployment import Deployment
from faults import InstanceFaults, LinkFaults, ProxyFaults, ServiceFaults
from model import difference
from relay import Relay
from report import explain, report
from services import Missing
from snapshot import Snapshot
from verdict import Verdict
from world import World

REST_WITHIN = 90        # seconds in which everybody must have come to rest once nothing fails any more
EQUAL_WITHIN = 60       # and then know the same
CHECK_INTERVAL = 0.5
WORDS = 8


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--seed', type=int, default=int(os.environ.get('CONFAB_TEST_SEED', random.randrange(10 ** 6))))
    parser.add_argument('--minutes', type=float, default=32, help='how long things fail')
    parser.add_argument('--people', type=int, default=100, help='each has two devices')
    parser.add_argument('--instances', type=int, default=3, help='1: on SQLite; more: on MongoDB and Redis')
    parser.add_argument('--think-time', type=float, default=5, help='seconds between two acts of a device')
    parser.add_argument('--pace', type=float, help='how many times slower everything is than on a fast database')
    parser.add_argument('--keep', action='store_true', help='the logs stay, whatever comes out')
    return parser.parse_args()


class Torture(unittest.TestCase):
    settings = None

    def setUp(self):
        print(f'# seed {self.settings.seed}: {self.settings}', flush=True)
        self.faults = []
        self.snapshots = []
        self.differences = []
        self.unwanted = []      # what the instances did and nobody asked for
        self.times = {}
        self.found = {}         # what was looked for → how often it was found
        self.failed = True
        try:
            self.deployment = Deployment(self.settings)
            self.addCleanup(self.clean_up)
            self.deployment.start()
            self.settings.pace = self.settings.pace or self.deployment.pace
        except Missing as missing:
            self.skipTest(str(missing))
        self.world = World(self.settings, self.deployment.nginx)

    def clean_up(self):
        keep = self.settings.keep or self.failed
        self.deployment.remove(keep)
        if keep:
            print(f'# the logs are in {self.deployment.folder}')

    def test_torture(self):
        tokens = self.world.settle()
        asyncio.run(self.run_all(tokens))
        self.judge()
        report(self)
        self.failed = any(self.found.values())

    # --- the run ----------------------------------------------------------------------------------------------------

    async def run_all(self, tokens):
        self.world.populate(*tokens)
        self.deployment.relay = await Relay((self.deployment.nginx.host, self.deployment.nginx.port)).start()
        self.world.detour = self.deployment.relay.address
        self.world.start()
        watching = self.world.begin(self.watch())
        await self.wait(self.world.unfinished, 'everybody is there', REST_WITHIN)
        await self.fail_for(self.settings.minutes * 60)
        await self.come_to_rest()
        watching.cancel()
        await self.world.stop()
        self.deployment.relay.stop()
        # Here, because Redis and the database end with the threads that started them again.
        self.unwanted = [words for instance in self.deployment.instances for words in instance.unexpected]
        self.unwanted += await asyncio.to_thread(self.deployment.stop)

    async def watch(self):
        while True:
            await asyncio.sleep(CHECK_INTERVAL)
            self.deployment.watch()

    async def wait(self, unfinished, what, within):
        """Until nothing is unfinished any more; what still is, is a problem."""
        began = time.monotonic()
        while True:
            left = unfinished()
            if not left or time.monotonic() - began > within:
                break
            await asyncio.sleep(CHECK_INTERVAL / 2)
        self.took(what, began)
        if left:
            self.world.ledger.problem('not at rest', f'{what}: {"; ".join(left)}')
        return not left

    def took(self, what, began):
        self.times[what] = time.monotonic() - began
        print(f'# {what}: after {self.times[what]:.1f} s', flush=True)

    async def fail_for(self, seconds):
        until = time.monotonic() + seconds
        self.faults = [InstanceFaults(self.deployment, self.world), ProxyFaults(self.deployment, self.world),
                       LinkFaults(self.deployment, self.world)]
        self.faults += [ServiceFaults(self.deployment, self.world, service)
                        for service in (self.deployment.redis, self.deployment.database) if service is not None]
        self.world.act()
        began = time.monotonic()
        await asyncio.gather(*(faults.run(until) for faults in self.faults))
        self.took('nothing fails any more', began)

    async def come_to_rest(self):
        self.world.resting.set()
        await self.wait(lambda: [instance.name for instance in self.deployment.instances if not instance.is_ready()],
                        'instances are ready', REST_WITHIN)
        await self.wait(self.world.unfinished, 'everything is answered', REST_WITHIN)
        began = time.monotonic()
        while True:
            late = time.monotonic() - began > EQUAL_WITHIN
            try:
                await asyncio.to_thread(self.read_snapshots)
                self.differences = self.compare()
                if late or not self.differences:
                    break
            except TimeoutError:
                # The machine is busy with other things.
                if late:
                    raise
                self.world.ledger.counts['snapshots that took too long'] += 1
            await asyncio.sleep(CHECK_INTERVAL)
        self.took('all know the same' if not self.differences else 'not all know the same', began)

    def read_snapshots(self):
        self.snapshots = [Snapshot(instance, self.world.people, self.world.ledger.keep)
                          for instance in self.deployment.instances]

    def compare(self):
        """Every device with the first snapshot: (device, where it differs)."""
        found = []
        states = {}
        for device in self.world.devices:
            person = device.account.person
            if person.id not in states:
                states[person.id] = self.snapshots[0].state(person)
            words = difference(device.holdings.state(), states[person.id])
            if words is not None:
                found.append((device, words))
        return found

    # --- the judgement ----------------------------------------------------------------------------------------------

    def judge(self):
        ledger = self.world.ledger
        first = self.snapshots[0]
        verdict = Verdict(ledger, first.rooms)
        self.check_none('clients unlike a fresh snapshot', [explain(self, *found) for found in self.differences])
        self.check_none('disagreements of instances', self.disagreements())
        self.check_none('contradictions in a snapshot', first.inconsistencies(self.world.people))
        self.check_none('lost', verdict.lost())
        self.check_none('doubled', verdict.doubled())
        self.check_none('out of order', verdict.out_of_order())
        self.check_none('gaps and twins of seq and rev', verdict.numbers())
        self.check_none('untrue answers and events', ledger.problems)
        self.check_none('unasked ends, complaints and secrets of instances', self.unwanted)
        with self.subTest('it was a test'):
            self.assertGreater(ledger.counts['acknowledged'], 0)
            self.assertGreater(ledger.resent, 0)
            for faults in self.faults:
                self.assertTrue(faults.log or self.settings.minutes < 1, faults.name)
        if self.settings.instances > 1:
            with self.subTest('the network was cut'):
                if not self.deployment.namespaces:
                    self.skipTest(network.why_not())
                self.assertTrue(any('cut from' in what for faults in self.faults for *_times, what in faults.log)
                                or self.settings.minutes < 1)

    def check_none(self, what, problems):
        problems = list(problems)
        self.found[what] = len(problems)
        with self.subTest(f'{what} 0'):
            self.assertFalse(problems, f'seed {self.settings.seed}: {len(problems)}:\n' + '\n'.join(problems[:WORDS]))

    def disagreements(self):
        first = self.snapshots[0]
        for other in self.snapshots[1:]:
            for person in self.world.people:
                words = difference(first.state(person), other.state(person))
                if words:
                    yield f'{first.instance.name} and {other.instance.name} for {person.name}: {words}'


def main():
    Torture.settings = parse_arguments()
    network.enter()
    del sys.argv[1:]
    tap.main()


if __name__ == '__main__':
    main()
