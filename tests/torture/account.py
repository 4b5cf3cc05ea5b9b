"""account.py: a signed-in session of a person, which its devices share

SPDX-License-Identifier: GPL-3.0-or-later
"""

import asyncio
import time

from door import Refused

RENEW_AFTER = 500       # seconds; the token lasts 900


class Account:
    def __init__(self, person, world, signed_in):
        self.person = person
        self.world = world
        self.lock = asyncio.Lock()
        self.take(signed_in)

    def take(self, signed_in):
        self.token = signed_in['token']
        self.refresh_token = signed_in['refreshToken']
        self.taken = time.monotonic()
        self.person.token = self.person.rest.token = self.token

    @property
    def is_old(self):
        return time.monotonic() - self.taken > RENEW_AFTER

    async def renew(self):
        """The next pair of tokens; an answer that is lost on the way does no harm."""
        held = self.refresh_token
        async with self.lock:
            if held != self.refresh_token:
                return
            try:
                self.take(await self.world.insist_by_rest(None, 'refresh', {'refreshToken': held}))
                self.world.ledger.counts['tokens renewed'] += 1
            except Refused as refused:
                self.world.ledger.problem('a session was lost', f'{self.person.name}: {refused}')
                self.take(await self.world.insist_by_rest(None, 'login', {'username': self.person.name,
                                                                           'password': self.person.password}))
