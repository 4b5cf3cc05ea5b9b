"""device.py: one device of a person: a client that does what docs/protocol.md says, whatever happens to its connection

SPDX-License-Identifier: GPL-3.0-or-later
"""

import asyncio
import contextlib
import itertools
import json
import time
from collections import deque
from dataclasses import dataclass, field

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from door import Closed, Refused
from ledger import Attempt
from model import Holdings, advance

OPEN_WITHIN = 4         # seconds for a connection and for its handshake
ANSWER_WITHIN = 6       # seconds at a pace of 1; without an answer for so long a connection is given up
QUIET = 8               # after so much silence the client asks whether the server is still there
GAP_PATIENCE = 1        # what overtook something may be followed by it
BACK_OFF = (0.05, 0.3, 1, 2)    # seconds at most before the next try, each drawn at random
NOT_NOW = ('unavailable', 'rate-limited')
# To who fetches more of a room that a reply or an event told of.
NO_LONGER = ('not-found', 'forbidden')
LOST = (Closed, ConnectionClosed, InvalidHandshake, OSError, EOFError, TimeoutError)
REMEMBERED = 600        # events that a device can tell about when it failed


class Overtaken(Exception):
    """Somebody was taken out of a room, or the room went, before more of it was fetched. The next resume tells of that;
    whoever never is up to date again is found at the end."""


@dataclass(eq=False)
class Request:
    operation: str
    fields: dict
    attempt: Attempt = None     # when it is repeated until there is an answer
    future: asyncio.Future = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    connection: int = 0         # the one that it was last given to
    sent: float = 0


class Device:
    def __init__(self, name, account, world, dice):
        self.name = name
        self.account = account
        self.world = world
        self.ledger = world.ledger
        self.dice = dice
        self.holdings = Holdings(account.person.id)
        self.holdings.keep = self.ledger.keep
        self.trace = deque(maxlen=REMEMBERED)
        self.lasting = {}           # requests that wait for their final answer, in order → None
        self.connection = 0         # number of connections so far
        self.wire = None
        self.upstream = None
        self.leaving = False
        self.is_back = asyncio.Event()
        self.reading = asyncio.Event()
        self.reading.set()
        self.failures = 0
        self.lost_at = None
        self.gaps_since = {}        # room id → when a later change came first
        self.begin()

    def begin(self):
        """What belongs to one connection."""
        self.numbers = itertools.count(1)
        self.waiting = {}           # number → Request
        self.outbox = None          # requests to be written; None unless the connection is signed in and open
        self.over = None            # how the connection ended
        self.events = asyncio.Queue()
        self.hello = asyncio.get_running_loop().create_future()
        self.heard = time.monotonic()
        self.resume_at = None

    def note(self, *what):
        self.trace.append((time.monotonic(), *what))

    def condition(self):
        """For who must find out why it is not as it should be."""
        asked = [f'{request.operation} {request.fields}' for request in self.waiting.values()]
        return (f'connection {self.connection} by {self.upstream}, {"back" if self.is_back.is_set() else "away"}, '
                f'{"reads" if self.reading.is_set() else "does not read"}, {self.events.qsize()} events not taken, '
                f'waits for {asked}, insists on {[request.operation for request in self.lasting]}')

    # --- the connection ---------------------------------------------------------------------------------------------

    async def run(self):
        while not self.leaving:
            try:
                await self.live()
            except LOST as failure:
                self.note('lost', type(failure).__name__, str(failure)[:80])
            except Overtaken as overtaken:
                self.note('overtaken', str(overtaken)[:120])
                self.ledger.counts['fetched too late'] += 1
            except Refused as refused:
                self.note('refused', str(refused)[:120])
                await self.sort_out(refused)
            self.end()
            if not self.leaving:
                await self.back_off()

    async def live(self):
        started = time.monotonic()
        self.begin()
        self.connection += 1
        host, port = self.world.address_for(self)
        async with connect(f'ws://{host}:{port}/ws', proxy=None, ping_interval=None, open_timeout=OPEN_WITHIN,
                           close_timeout=1, max_size=None, max_queue=16,
                           compression='deflate' if self.dice.random() < 0.1 else None) as wire:
            self.wire = wire
            self.upstream = wire.response.headers.get('X-Upstream')
            self.note('connected', self.upstream)
            tasks = [asyncio.create_task(self.read(wire))]
            try:
                await self.sign_in(wire)
                tasks.append(asyncio.create_task(self.write(wire)))
                await self.resume()
                self.back(started)
                await self.follow()
            finally:
                self.wire = None
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def sign_in(self, wire):
        request = Request('authenticate', {'token': self.account.token})
        await self.send(wire, request)
        await request.future
        await self.hello
        if self.over is not None:
            raise self.over
        self.outbox = asyncio.Queue()
        for request in self.lasting:
            if request.attempt.tries:
                self.ledger.counts['resent'] += 1
            self.post(request)

    async def sort_out(self, refused):
        """Signing in or resuming was refused."""
        if refused.code == 'unauthenticated':
            await self.account.renew()
        elif refused.code not in NOT_NOW:
            self.ledger.problem('refused', f'{self.name}: {refused}')

    async def resume(self):
        reply = await self.ask_patiently('resume', {'rooms': self.holdings.revs()})
        self.note('resumed', {update['roomId']: update['rev'] for update in reply['rooms']}, 'joined',
                  [room['id'] for room in reply['joined']], 'left', reply['left'])
        await self.fetch(self.holdings.take_resumed(reply))
        self.ledger.counts['resumes'] += 1

    def back(self, started):
        now = time.monotonic()
        self.world.catch_ups.append(now - started)
        if self.lost_at is not None:
            self.world.absences.append((now - self.lost_at, self.lost_at, self.name))
        self.lost_at = None
        self.failures = 0
        self.is_back.set()
        self.note('back')

    def end(self):
        self.is_back.clear()
        self.gaps_since.clear()
        for room in self.holdings.gaps():
            room.ahead.clear()
        if self.lost_at is None:
            self.lost_at = time.monotonic()

    async def back_off(self):
        most = BACK_OFF[min(self.failures, len(BACK_OFF) - 1)]
        self.failures += 1
        # The jitter that the protocol asks for.
        await asyncio.sleep(self.dice.uniform(0, most))

    def drop(self):
        """Goes away without a word."""
        if self.wire is not None:
            self.wire.transport.abort()

    def watch(self, now):
        """Called now and then: notices a connection on which nothing comes any more."""
        if self.wire is None or not self.reading.is_set():
            return
        oldest = min((request.sent for request in self.waiting.values()), default=now)
        if now - oldest > ANSWER_WITHIN * self.world.settings.pace:
            self.note('no answer')
            self.ledger.counts['connections given up'] += 1
            self.drop()
        elif now - self.heard > QUIET and self.outbox is not None and not self.waiting:
            self.post(Request('get-me', {}))

    # --- reading and writing ----------------------------------------------------------------------------------------

    async def read(self, wire):
        code = 1006
        try:
            while True:
                text = await wire.recv()
                await self.reading.wait()
                self.heard = time.monotonic()
                await self.take(wire, json.loads(text))
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 1006
        finally:
            self.closed(code)

    def closed(self, code):
        self.ledger.counts[f'closed {code}'] += 1
        self.note('closed', code)
        self.over = Closed(code)
        asked = list(self.waiting.values())
        while self.outbox is not None and not self.outbox.empty():
            asked.append(self.outbox.get_nowait())
        for future in (self.hello, *(request.future for request in asked if request.attempt is None)):
            if not future.done():
                future.set_exception(self.over)
                # Nobody may be waiting for it any more, which is no mistake.
                future.exception()
        self.waiting = {}
        self.outbox = None
        self.events.put_nowait(('closed', self.over))

    async def take(self, wire, frame):
        if 'reply' in frame:
            self.take_reply(frame)
        elif frame['event'] == 'ping':
            await wire.send('{"event":"pong"}')
        elif frame['event'] == 'hello':
            self.hello.set_result(frame['data'])
        else:
            self.events.put_nowait((frame['event'], frame.get('data', {})))

    def take_reply(self, frame):
        request = self.waiting.pop(frame['reply'])
        if request.future.done():
            return
        if request.attempt is not None:
            request.attempt.upstream = self.upstream
            request.attempt.note('answered' if 'data' in frame else frame['error']['code'])
        if 'data' in frame:
            self.lasting.pop(request, None)
            request.future.set_result(frame['data'])
            return
        refused = Refused(frame['error'])
        if refused.code == 'internal':
            self.ledger.problem('internal', f'{self.name}: {request.operation} {request.fields}: {frame["error"]}')
        if request.attempt is not None and refused.code in NOT_NOW:
            self.ledger.counts[f'refused for a while: {refused.code}'] += 1
            asyncio.get_running_loop().call_later(self.patience(refused), self.post_again, request)
            return
        self.lasting.pop(request, None)
        request.future.set_exception(refused)
        # A probe is not waited for.
        request.future.exception()

    def patience(self, refused):
        return (refused.retry_after or 0.5) * self.dice.uniform(1, 1.5)

    def post_again(self, request):
        """Unless a connection was lost meanwhile: what waits is sent again on the next one anyway."""
        if request in self.lasting and request.connection == self.connection:
            self.ledger.counts['resent'] += 1
            self.post(request)

    def post(self, request):
        if self.outbox is not None:
            request.connection = self.connection
            self.outbox.put_nowait(request)

    async def write(self, wire):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await self.send(wire, await self.outbox.get())

    async def send(self, wire, request):
        if self.over is not None:
            raise self.over
        number = next(self.numbers)
        request.sent = time.monotonic()
        self.waiting[number] = request
        if request.attempt is not None:
            request.attempt.tries += 1
            request.attempt.note(f'sent on connection {self.connection} to {self.upstream}')
        await wire.send(json.dumps({'event': request.operation, 'id': number, 'data': request.fields}))

    # --- requests ---------------------------------------------------------------------------------------------------

    async def ask(self, operation, fields):
        """Answered on this connection, or Closed."""
        request = Request(operation, fields)
        if self.outbox is None:
            raise Closed(1006, 'not connected')
        self.post(request)
        return await request.future

    async def ask_patiently(self, operation, fields):
        connection = self.connection
        while True:
            try:
                return await self.ask(operation, fields)
            except Refused as refused:
                if refused.code not in NOT_NOW or connection != self.connection:
                    raise
                self.ledger.counts[f'refused for a while: {refused.code}'] += 1
                await asyncio.sleep(self.patience(refused))

    async def insist(self, attempt):
        """Answered, on whatever connection."""
        request = Request(attempt.operation, attempt.fields, attempt)
        self.lasting[request] = None
        self.post(request)
        return await request.future

    async def fetch(self, steps):
        try:
            await self.take_steps(iter(steps))
        except Refused as refused:
            if refused.code in NO_LONGER:
                raise Overtaken(str(refused)) from refused
            raise

    async def take_steps(self, steps):
        request = advance(next, steps)
        while request is not None:
            try:
                result = await self.ask_patiently(*request)
            except BaseException as failure:  # pylint: disable=broad-except
                request = advance(steps.throw, failure)
            else:
                request = advance(steps.send, result)

    # --- events -----------------------------------------------------------------------------------------------------

    async def follow(self):
        while True:
            try:
                async with asyncio.timeout_at(self.next_resume()):
                    name, data = await self.events.get()
            except TimeoutError:
                self.resume_at = None
                self.gaps_since.clear()
                self.note('resume', [(room.id, room.rev, sorted(room.ahead)) for room in self.holdings.gaps()])
                self.ledger.counts['resumes on an open connection'] += 1
                await self.resume()
                continue
            if name == 'closed':
                raise data
            self.check_event(name, data)
            await self.fetch(self.holdings.take_event(name, data))
            self.look_at_gaps()

    def next_resume(self):
        times = [since + GAP_PATIENCE for since in self.gaps_since.values()]
        if self.resume_at is not None:
            times.append(self.resume_at)
        return min(times, default=None)

    def look_at_gaps(self):
        now = asyncio.get_running_loop().time()
        open_now = {room.id for room in self.holdings.gaps()}
        for room_id in set(self.gaps_since) - open_now:
            self.world.gaps.append(now - self.gaps_since.pop(room_id))
        for room_id in open_now - set(self.gaps_since):
            self.gaps_since[room_id] = now

    def check_event(self, name, data):
        self.ledger.counts['events'] += 1
        if name == 'resync':
            now = asyncio.get_running_loop().time()
            self.resume_at = now + self.dice.uniform(0, data.get('within', 1))
            self.ledger.counts['told to resume'] += 1
        room_id, rev = self.place(name, data)
        self.note(name, room_id, rev)
        room = self.holdings.rooms.get(room_id)
        if room is not None and rev is not None:
            if rev in room.ahead:
                self.ledger.counts['events told twice'] += 1
            elif rev > room.rev + 1 and not room.ahead:
                self.ledger.counts['events that overtook'] += 1

    def place(self, name, data):
        """The room that an event is about and its rev after the change."""
        if name == 'new-message':
            return data['roomId'], data['rev']
        if name == 'message-changed':
            return data['message']['roomId'], data['message']['rev']
        if name == 'room-changed':
            self.ledger.changed(data['room']['id'], data['room']['rev'], 'settings')
            return data['room']['id'], data['room']['rev']
        if name in ('user-joined', 'user-left', 'member-changed'):
            self.ledger.changed(data['roomId'], data['rev'], 'members')
            return data['roomId'], data['rev']
        if name == 'room-joined':
            return data['room']['id'], None
        return data.get('roomId'), None
