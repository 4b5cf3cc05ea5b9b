"""behaviour.py: what a person does with a device, at random from a seed

SPDX-License-Identifier: GPL-3.0-or-later
"""

import asyncio
import contextlib
from collections import defaultdict

from door import Closed, Refused
from ledger import Attempt

EMOJI = ('👍', '🌻', '🐢', '❤️')
# How often each happens, about as in life, with more trouble than that.
ACTIONS = {'send': 26, 'send_by_rest': 6, 'reply': 5, 'mention': 4, 'resend': 2, 'edit': 9, 'delete': 2.5, 'react': 8,
           'unreact': 4, 'read': 12, 'received': 5, 'typing': 5, 'look': 3, 'read_back': 2, 'join': 2.5, 'leave': 1,
           'invite': 2, 'kick': 1, 'role': 1.5, 'rename': 1.5, 'make_room': 0.7, 'direct': 0.7, 'remove_room': 0.05,
           'renew': 0.3, 'drop': 2, 'close': 0.7, 'read_slowly': 0.4}
OPEN_ACTIONS = 6        # of one device that wait for their answers
SMALL_ROOM = 35         # nobody is asked into a room that has more: from 51 on read marks are not told
# What is not for everybody, or is too late, is refused in one of these ways.
REFUSALS = ('forbidden', 'not-found', 'conflict', 'too-large')
RECENT = 30


class Behaviour:
    def __init__(self, device):
        self.device = device
        self.dice = device.dice
        self.world = device.world
        self.ledger = device.ledger
        self.me = device.account.person
        self.counter = 0
        self.tasks = set()
        self.in_turn = self.dice.random() < 0.5     # waits for an answer before it sends more into the same room
        self.turns = defaultdict(asyncio.Lock)      # room id → who sends

    async def run(self):
        """Until the world rests; what was begun is answered afterwards."""
        while not self.world.resting.is_set():
            await asyncio.sleep(self.dice.expovariate(1 / self.world.think_time))
            if len(self.tasks) < OPEN_ACTIONS and not self.world.resting.is_set():
                task = asyncio.create_task(self.act())
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    async def act(self):
        action = self.dice.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        room = self.some_room()
        if room is None and action not in ('make_room', 'join', 'drop'):
            return
        self.ledger.counts['operations'] += 1
        self.ledger.counts[f'did {action}'] += 1
        try:
            await getattr(self, f'do_{action}')(room)
        except Closed:
            pass
        except Refused as refused:
            if refused.code not in (*REFUSALS, 'unavailable', 'rate-limited'):
                self.ledger.problem('refused', f'{self.device.name}: {action} in {room and room.id}: {refused}')
        except Exception as failure:  # pylint: disable=broad-except
            self.ledger.problem('failure of the test', f'{self.device.name}: {action}: {failure!r}')
            raise

    def some_room(self):
        rooms = self.device.holdings.rooms
        return rooms[self.dice.choice(sorted(rooms))] if rooms else None

    def some_message(self, room, mine=False):
        recent = sorted(room.messages)[-RECENT:]
        found = [room.messages[seq] for seq in recent if not mine or room.messages[seq]['senderId'] == self.me.id]
        return self.dice.choice(found) if found else None

    async def insist(self, operation, **fields):
        attempt = Attempt(self.device.name, operation, fields)
        return await self.settle(attempt, self.device.insist(attempt))

    async def settle(self, attempt, answer):
        """Writes down how an attempt ended."""
        try:
            result = await answer
        except Refused as refused:
            self.ledger.refused(attempt, refused.code)
            raise
        self.ledger.answered(attempt, result)
        return result

    # --- messages ---------------------------------------------------------------------------------------------------

    def turn(self, room):
        return self.turns[room.id] if self.in_turn else contextlib.nullcontext()

    def make_send(self, room, content, **more):
        self.counter += 1
        fields = {'roomId': room.id, 'content': content, 'clientId': f'{self.device.name}-{self.counter}'} | more
        attempt = Attempt(self.device.name, 'send-message', fields, in_turn=self.in_turn)
        self.ledger.sending(attempt)
        return attempt

    async def say(self, room, content, **more):
        async with self.turn(room):
            attempt = self.make_send(room, content, **more)
            await self.settle(attempt, self.device.insist(attempt))

    async def do_send(self, room):
        await self.say(room, f'{self.me.name} says {self.counter}')

    async def do_send_by_rest(self, room):
        async with self.turn(room):
            attempt = self.make_send(room, f'{self.me.name} posts {self.counter}')
            attempt.by_rest = True
            answer = self.world.insist_by_rest(self.device.account, 'send-message', attempt.fields, attempt)
            await self.settle(attempt, answer)

    async def do_reply(self, room):
        message = self.some_message(room)
        if message is not None:
            await self.say(room, 'Yes', replyTo=message['id'])

    async def do_mention(self, room):
        name = self.dice.choice(self.world.people).name
        await self.say(room, self.dice.choice((f'@{name}, look', f'@room tea {self.counter}')))

    async def do_resend(self, _room):
        """As if an answer had been lost, however long ago; through either door."""
        mine = self.ledger.streams.get((self.device.name, _room.id))
        attempt = self.dice.choice(mine) if mine else None
        if attempt is None or attempt.answer is None:
            return
        if self.dice.random() < 0.5:
            answer = await self.world.insist_by_rest(self.device.account, 'send-message', attempt.fields)
        else:
            answer = await self.device.insist(Attempt(self.device.name, 'send-message', attempt.fields))
        self.ledger.answered(attempt, answer)

    async def do_edit(self, room):
        message = self.some_message(room, mine=True)
        if message is not None:
            self.counter += 1
            content = f'{self.device.name} changed {self.counter}'
            attempt = Attempt(self.device.name, 'edit-message', {'messageId': message['id'], 'content': content})
            self.ledger.edits[message['id']].append(attempt)
            await self.settle(attempt, self.device.insist(attempt))

    async def do_delete(self, room):
        message = self.some_message(room, mine=self.dice.random() < 0.8)
        if message is not None:
            await self.insist('delete-message', messageId=message['id'])

    async def do_react(self, room, operation='add-reaction'):
        message = self.some_message(room)
        if message is not None:
            emoji = self.dice.choice(EMOJI)
            attempt = Attempt(self.device.name, operation, {'messageId': message['id'], 'emoji': emoji})
            self.ledger.reactions[message['id'], self.me.id, emoji].append(attempt)
            await self.settle(attempt, self.device.insist(attempt))

    async def do_unreact(self, room):
        await self.do_react(room, 'remove-reaction')

    async def do_read(self, room):
        await self.insist('mark-read', roomId=room.id, seq=self.some_seq(room))

    async def do_received(self, room):
        await self.insist('mark-received', roomId=room.id, seq=self.some_seq(room))

    def some_seq(self, room):
        return max(0, room.last_seq - int(self.dice.expovariate(0.5)))

    async def do_read_back(self, room):
        """Looks at old messages, of which nothing may be untrue."""
        page = await self.device.ask('list-messages', {'roomId': room.id, 'around': 1 + self.some_seq(room) // 2})
        for message in page['messages']:
            self.ledger.keep(message)

    # --- what is told and not kept ----------------------------------------------------------------------------------

    async def do_typing(self, room):
        await self.device.ask('typing', {'roomId': room.id, 'isTyping': self.dice.random() < 0.7})

    async def do_look(self, room):
        await self.device.ask(self.dice.choice(('open-room', 'open-room', 'close-room')), {'roomId': room.id})

    # --- rooms ------------------------------------------------------------------------------------------------------

    async def do_join(self, _room):
        room_id = self.world.public_room_with_space(self.dice, SMALL_ROOM)
        if room_id is not None:
            await self.insist('join-room', roomId=room_id)

    async def do_leave(self, room):
        """Who made a room stays, so that it can be looked at in the end; and large rooms stay large."""
        if room.info['createdBy'] != self.me.id and room.info['type'] != 'direct' and not self.is_large(room):
            await self.insist('leave-room', roomId=room.id)

    def is_large(self, room):
        return len(room.present()) > SMALL_ROOM

    async def do_invite(self, room):
        if room.info['type'] != 'direct' and not self.is_large(room):
            await self.insist('add-member', roomId=room.id, userId=self.dice.choice(self.world.people).id)

    def somebody_else(self, room):
        others = sorted(set(room.present()) - {self.me.id, room.info['createdBy']})
        return self.dice.choice(others) if others and room.info['type'] != 'direct' else None

    async def do_kick(self, room):
        whom = self.somebody_else(room)
        if whom is not None and not self.is_large(room):
            await self.insist('remove-member', roomId=room.id, userId=whom)

    async def do_role(self, room):
        whom = self.somebody_else(room)
        if whom is not None:
            await self.insist('set-member-role', roomId=room.id, userId=whom,
                              role=self.dice.choice(('admin', 'admin', 'member')))

    async def do_rename(self, room):
        self.counter += 1
        if room.info['type'] != 'direct':
            field = self.dice.choice(('name', 'description'))
            await self.insist('update-room', roomId=room.id, **{field: f'{self.device.name} calls it {self.counter}'})

    async def do_make_room(self, _room):
        """Not repeated: a room whose making was not answered may be there, or not, or would be there twice."""
        if self.world.may_make_room():
            self.counter += 1
            others = [person.id for person in self.dice.sample(self.world.people, self.dice.randrange(2, 8))]
            await self.device.ask('create-room', {'name': f'Room {self.device.name}-{self.counter}',
                                                  'type': self.dice.choice(('public', 'private')), 'members': others})

    async def do_direct(self, _room):
        other = self.dice.choice(self.world.people)
        if other.id != self.me.id and self.world.may_make_room():
            await self.insist('create-room', type='direct', members=[other.id])

    async def do_remove_room(self, room):
        if room.info['type'] != 'direct' and not self.is_large(room):
            self.ledger.removed_rooms.add(room.id)
            await self.insist('delete-room', roomId=room.id)

    # --- the connection ---------------------------------------------------------------------------------------------

    async def do_renew(self, _room):
        """The next token, told on the open connection."""
        await self.device.account.renew()
        await self.device.ask('authenticate', {'token': self.device.account.token})

    async def do_drop(self, _room):
        self.device.drop()

    async def do_close(self, _room):
        if self.device.wire is not None:
            await self.device.wire.close()

    async def do_read_slowly(self, room):
        """Asks for much and does not read it, for as long as a phone in a tunnel."""
        device = self.device
        device.reading.clear()
        asking = [asyncio.ensure_future(device.ask('list-messages', {'roomId': room.id, 'limit': 100}))
                  for _ in range(40)]
        await asyncio.sleep(self.dice.uniform(0.5, 4))
        device.reading.set()
        await asyncio.gather(*asking, return_exceptions=True)
