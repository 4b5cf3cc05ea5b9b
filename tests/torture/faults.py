"""faults.py: what goes wrong, each kind by a schedule of its own from the seed

SPDX-License-Identifier: GPL-3.0-or-later

Never more at once than Confab promises to survive: of several instances one at a time is away; Redis or the
database may be away at the same time.
"""

import asyncio
import random
import subprocess
import time

from server import DRAIN_SECONDS


class Faults:
    """One kind of thing that fails: waits, breaks it, heals it, and again."""

    name = ''
    pause = 4           # seconds of quiet between two, on average, at a pace of 1

    def __init__(self, deployment, world):
        self.deployment = deployment
        self.world = world
        self.dice = random.Random(f'{world.settings.seed}-{self.name}')
        self.log = []           # (began, ended, what)

    def kinds(self):
        """Method → how often."""
        raise NotImplementedError

    async def run(self, until):
        while True:
            quiet = self.dice.uniform(0.5, 1.5) * self.pause * self.world.settings.pace
            if time.monotonic() + quiet > until:
                return
            await asyncio.sleep(quiet)
            kinds = self.kinds()
            method = self.dice.choices(list(kinds), list(kinds.values()))[0]
            began = time.monotonic()
            what = await method()
            self.log.append((began, time.monotonic(), what))
            kind = f'{self.name}: {method.__name__.replace("_", " ")}'
            self.world.ledger.counts[f'fault {kind}'] += 1

    async def hold(self, least, most):
        await asyncio.sleep(self.dice.uniform(least, most))


class InstanceFaults(Faults):
    name = 'instance'

    def kinds(self):
        kinds = {self.kill: 4, self.restart: 2, self.suspend: 2}
        return kinds | {self.isolate: 3, self.cut_off: 2} if self.deployment.namespaces else kinds

    def choose(self):
        return self.dice.choice(self.deployment.instances)

    async def kill(self):
        instance = self.choose()
        await asyncio.to_thread(instance.kill)
        await self.hold(0.1, 2)
        await asyncio.to_thread(instance.bring_up)
        return f'{instance.name} killed'

    async def restart(self):
        instance = self.choose()
        instance.terminate()
        try:
            status = await asyncio.to_thread(instance.wait, DRAIN_SECONDS + 2)
        except subprocess.TimeoutExpired:
            status = 'no end'
            await asyncio.to_thread(instance.kill)
        if status != 0:
            self.world.ledger.problem('drain', f'{instance.name} ended SIGTERM with {status}')
        await asyncio.to_thread(instance.bring_up)
        return f'{instance.name} restarted'

    async def suspend(self):
        instance = self.choose()
        instance.pause()
        await self.hold(0.5, 5)
        instance.resume()
        return f'{instance.name} suspended'

    async def isolate(self):
        """Nobody reaches it, and it reaches nobody; what was sent comes late."""
        instance = self.choose()
        await asyncio.to_thread(instance.namespace.pull, self.dice.random() < 0.5)
        await self.hold(1, 8)
        await asyncio.to_thread(instance.namespace.plug)
        return f'{instance.name} cut from the network'

    async def cut_off(self):
        """From one of the services, which the others still reach."""
        instance = self.choose()
        service = self.dice.choice(sorted(instance.namespace.relays))
        instance.namespace.stall(service)
        await self.hold(1, 6)
        instance.namespace.flow(service)
        return f'{instance.name} cut from {service}'


class ServiceFaults(Faults):
    """Of something that the instances stand on."""

    pause = 8

    def __init__(self, deployment, world, service):
        self.service = service
        self.name = service.name
        super().__init__(deployment, world)

    def kinds(self):
        return {self.kill: 2, self.restart: 1, self.suspend: 1}

    async def kill(self):
        await asyncio.to_thread(self.service.kill)
        await self.hold(0.2, 3)
        await asyncio.to_thread(self.service.start)
        return f'{self.name} killed'

    async def restart(self):
        await asyncio.to_thread(self.service.stop)
        await asyncio.to_thread(self.service.start)
        return f'{self.name} restarted'

    async def suspend(self):
        self.service.pause()
        await self.hold(0.5, 4)
        self.service.resume()
        return f'{self.name} suspended'


class ProxyFaults(Faults):
    name = 'proxy'
    pause = 15

    def kinds(self):
        return {self.reload: 1}

    async def reload(self):
        await asyncio.to_thread(self.deployment.nginx.reload)
        return 'nginx loads its configuration anew'


class LinkFaults(Faults):
    """Of the ways between clients and the proxy."""

    name = 'link'

    def kinds(self):
        return {self.drop: 2, self.swallow: 2, self.stall: 1}

    def some(self):
        links = list(self.deployment.relay.links)
        return self.dice.sample(links, len(links) // 2)

    async def drop(self):
        links = self.some()
        for link in links:
            link.reset()
        return f'{len(links)} connections reset'

    async def swallow(self):
        """Half-open: what is sent is gone, and neither side is told."""
        links = self.some()
        for link in links:
            link.swallow()
        await self.hold(2, 8)
        return f'{len(links)} connections swallowed'

    async def stall(self):
        links = self.some()
        for link in links:
            link.pause()
        await self.hold(0.5, 4)
        for link in links:
            link.resume()
        return f'{len(links)} connections stalled'
