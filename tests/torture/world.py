"""world.py: everybody, their devices, and the rooms that they start with

SPDX-License-Identifier: GPL-3.0-or-later
"""

import asyncio
import http.client
import random
import time
from concurrent.futures import ThreadPoolExecutor

from account import Account
from behaviour import Behaviour
from device import NOT_NOW, Device
from door import Refused, Rest
from ledger import Ledger
from person import Person

REST_PATIENCE = 6       # seconds at a pace of 1; a request that hangs for longer is made again
WATCH_INTERVAL = 0.5
NO_ANSWER = (502, 504)      # says the proxy


class World:
    def __init__(self, settings, front):
        self.settings = settings
        self.front = front                  # where clients connect: host, port, and what a test's server must be
        self.detour = None                  # another way to the same place, that a fault may cut
        self.think_time = settings.think_time * settings.pace
        self.dice = random.Random(f'{settings.seed}-world')
        self.ledger = Ledger()
        self.people = []
        self.devices = []
        self.behaviours = []
        self.rooms = []                     # those that were made at first
        self.resting = asyncio.Event()
        self.catch_ups = []                 # seconds from connecting to being up to date
        self.absences = []                  # seconds from losing a connection to being up to date; when; who
        self.gaps = []                      # seconds that something missing was open
        self.tasks = []
        self.executor = ThreadPoolExecutor(24)

    # --- before -----------------------------------------------------------------------------------------------------

    def settle(self):
        """Blocks: accounts, their sessions and the first rooms. Passwords cost time, so a few at once."""
        names = [f'p{number:03}' for number in range(self.settings.people)]
        with ThreadPoolExecutor(4) as pool:
            self.people = list(pool.map(lambda name: Person(self.front, name), names))
            signed_in = [{'token': person.token, 'refreshToken': person.refresh_token} for person in self.people]
            second = self.people[:self.settings.people // 4]
            apart = dict(zip((person.name for person in second), pool.map(lambda person: person.login(), second)))
        everybody = [person.id for person in self.people]
        keeper = self.people[0]
        # A request takes a hundred at most.
        hall = keeper.make_room('Hall', members=everybody[1:100])
        for user_id in everybody[100:]:
            keeper.call('add-member', roomId=hall, userId=user_id)
        self.rooms.append(hall)
        for number in range(self.settings.people // 5):
            members = self.dice.sample(self.people, self.dice.randrange(6, 14))
            kind = self.dice.choice(('public', 'public', 'private'))
            others = [person.id for person in members[1:]]
            self.rooms.append(members[0].make_room(f'Room {number}', type=kind, members=others))
        for person in self.people:
            person.close()
        return signed_in, apart

    def populate(self, signed_in, apart):
        """Two devices for everybody; some of them are one session."""
        for person, tokens in zip(self.people, signed_in):
            account = Account(person, self, tokens)
            other = Account(person, self, apart[person.name]) if person.name in apart else account
            for name, owner in ((f'{person.name}a', account), (f'{person.name}b', other)):
                self.devices.append(Device(name, owner, self, random.Random(f'{self.settings.seed}-{name}')))
        self.behaviours = [Behaviour(device) for device in self.devices]

    def start(self):
        for device in self.devices:
            self.begin(device.run())
        self.begin(self.watch())

    def begin(self, steps):
        """A task whose failure is a failure of the test."""
        task = asyncio.create_task(steps)
        task.add_done_callback(self.on_end)
        self.tasks.append(task)
        return task

    def on_end(self, task):
        if not task.cancelled() and task.exception() is not None:
            failure = task.exception()
            where = failure.__traceback__
            while where.tb_next is not None:
                where = where.tb_next
            self.ledger.problem('failure of the test', f'{failure!r} in {where.tb_frame.f_code} line {where.tb_lineno}')

    def act(self):
        for behaviour in self.behaviours:
            self.begin(behaviour.run())

    async def watch(self):
        while True:
            await asyncio.sleep(WATCH_INTERVAL)
            now = time.monotonic()
            for device in self.devices:
                device.watch(now)
                if device.account.is_old:
                    self.tasks.append(asyncio.create_task(device.account.renew()))

    # --- meanwhile --------------------------------------------------------------------------------------------------

    def address_for(self, device):
        if self.detour is not None and device.dice.random() < 0.25:
            return self.detour
        return self.front.host, self.front.port

    def public_room_with_space(self, dice, most):
        held = {}
        for device in dice.sample(self.devices, min(len(self.devices), 20)):
            held |= device.holdings.rooms
        fitting = sorted(room.id for room in held.values()
                         if room.info.get('type') == 'public' and len(room.present()) < most)
        return dice.choice(fitting) if fitting else None

    def may_make_room(self):
        known = {room_id for device in self.devices for room_id in device.holdings.rooms}
        return len(known) < 2 * self.settings.people

    async def by_rest(self, account, operation, fields):
        def call():
            rest = Rest(self.front, account and account.token, patience=REST_PATIENCE * self.settings.pace)
            try:
                return rest.call(operation, **fields)
            finally:
                rest.close()
        return await asyncio.get_running_loop().run_in_executor(self.executor, call)

    async def insist_by_rest(self, account, operation, fields, attempt=None):
        """Until there is an answer; what a proxy says in its own words is none."""
        while True:
            if attempt is not None:
                attempt.tries += 1
                self.ledger.counts['resent'] += attempt.tries > 1
            try:
                return await self.by_rest(account, operation, fields)
            except Refused as refused:
                if refused.status in NO_ANSWER:
                    await asyncio.sleep(self.dice.uniform(0.1, 0.8))
                elif refused.code == 'unauthenticated' and account is not None:
                    await account.renew()
                elif refused.code not in NOT_NOW:
                    if refused.code == 'internal':
                        self.ledger.problem('internal', f'{operation} {fields}: {refused.error}')
                    raise
                else:
                    await asyncio.sleep(min(refused.retry_after or 0.5, 2))
            except (OSError, http.client.HTTPException, ValueError):
                await asyncio.sleep(self.dice.uniform(0.1, 0.8))

    # --- afterwards -------------------------------------------------------------------------------------------------

    def unfinished(self):
        """What still waits, in words; empty once everybody rests, connected and answered."""
        acting = [behaviour.device.name for behaviour in self.behaviours if behaviour.tasks]
        asking = [device.name for device in self.devices if device.lasting]
        away = [device.name for device in self.devices if not device.is_back.is_set()]
        return [f'{len(names)} {what}: {names[:8]}' for names, what in ((acting, 'act'), (asking, 'wait for answers'),
                                                                        (away, 'are away')) if names]

    async def stop(self):
        for device in self.devices:
            device.leaving = True
            device.drop()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.executor.shutdown(wait=False)
