#!/usr/bin/env python3
"""resume.py: snapshot + events = fresh snapshot, whatever happened and however often the connection was lost

SPDX-License-Identifier: GPL-3.0-or-later

CONFAB_TEST_SEED=N repeats a run; CONFAB_TEST_ROUNDS=N makes it longer.
"""

import os
import random
import unittest

import tap
from door import Refused
from model import Model, difference
from person import Person
from server import Server, eventually

NAMES = ('ada', 'ben', 'cleo', 'dan', 'eve')
EMOJI = ('👍', '🌻', '❤️', '👩🏽‍🌾')
# How often each happens, about as in life; what is refused is part of it.
ACTIONS = {'send': 30, 'reply': 6, 'mention': 5, 'edit': 10, 'delete': 4, 'react': 10, 'unreact': 5, 'read': 12,
           'received': 8,
           'join': 5, 'leave': 2, 'add': 3, 'remove': 2, 'role': 3, 'rename': 2, 'make': 1, 'direct': 1,
           'remove_room': 0.3}


class World:
    """People who do random things, and who remember ids to do them to."""

    def __init__(self, server, dice):
        self.dice = dice
        self.people = [Person(server, name) for name in NAMES]
        self.rooms = []
        self.messages = {}          # room id → ids
        self.counts = {}
        for kind in ('public', 'public', 'private'):
            self.make(self.people[0], kind)

    def make(self, person, kind):
        members = [other.id for other in self.dice.sample(self.people, 2)]
        room = person.call('create-room', name=f'Room {len(self.rooms)}', type=kind, members=members)['room']
        self.rooms.append(room['id'])

    def act(self):
        action = self.dice.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        person, other = self.dice.sample(self.people, 2)
        room = self.some_room(person)
        try:
            getattr(self, f'do_{action}')(person, other, room)
            outcome = 'done'
        except Refused as refused:
            if refused.code not in ('forbidden', 'not-found', 'conflict'):
                raise
            outcome = 'refused'
        key = f'{action} {outcome}'
        self.counts[key] = self.counts.get(key, 0) + 1

    def some_room(self, person):
        """Mostly one of theirs, or nearly everything would be refused."""
        mine = [room['id'] for room in person.call('list-rooms')['rooms']] if self.dice.random() < 0.75 else []
        return self.dice.choice(sorted(mine) or self.rooms)

    def some_message(self, room):
        return self.dice.choice(self.messages.get(room, [])[-30:] or ['0' * 26])

    def say(self, person, room, content, **fields):
        self.messages.setdefault(room, []).append(person.say(room, content, **fields)['id'])

    def do_send(self, person, _other, room):
        self.say(person, room, f'Words {self.dice.random()}')

    def do_reply(self, person, _other, room):
        self.say(person, room, 'Yes', replyTo=self.some_message(room))

    def do_mention(self, person, other, room):
        self.say(person, room, self.dice.choice((f'@{other.name}, look', '@room tea', f'@{other.name} @{person.name}')))

    def do_edit(self, person, other, room):
        content = self.dice.choice((f'Other words {self.dice.random()}', f'@{other.name} now', 'nobody now'))
        person.call('edit-message', messageId=self.some_message(room), content=content)

    def do_delete(self, person, _other, room):
        person.call('delete-message', messageId=self.some_message(room))

    def do_react(self, person, _other, room):
        person.call('add-reaction', messageId=self.some_message(room), emoji=self.dice.choice(EMOJI))

    def do_unreact(self, person, _other, room):
        person.call('remove-reaction', messageId=self.some_message(room), emoji=self.dice.choice(EMOJI))

    def do_read(self, person, _other, room):
        person.call('mark-read', roomId=room, seq=self.dice.randrange(400))

    def do_received(self, person, _other, room):
        person.call('mark-received', roomId=room, seq=self.dice.randrange(400))

    def do_join(self, person, _other, room):
        person.call('join-room', roomId=room)

    def do_leave(self, person, _other, room):
        person.call('leave-room', roomId=room)

    def do_add(self, person, other, room):
        person.call('add-member', roomId=room, userId=other.id)

    def do_remove(self, person, other, room):
        person.call('remove-member', roomId=room, userId=other.id)

    def do_role(self, person, other, room):
        person.call('set-member-role', roomId=room, userId=other.id, role=self.dice.choice(('admin', 'member')))

    def do_rename(self, person, _other, room):
        field = self.dice.choice(('name', 'description'))
        person.call('update-room', roomId=room, **{field: f'Called {self.dice.random()}'})

    def do_make(self, person, _other, _room):
        self.make(person, self.dice.choice(('public', 'private')))

    def do_direct(self, person, other, _room):
        room = person.call('create-room', type='direct', members=[other.id])['room']['id']
        if room not in self.rooms:
            self.rooms.append(room)

    def do_remove_room(self, person, _other, room):
        person.call('delete-room', roomId=room)
        self.rooms = [other for other in self.rooms if other != room]
        if not self.rooms:
            self.make(person, 'public')

    def burst(self):
        """More changes in one room than an update holds."""
        while True:
            person, room = self.dice.choice(self.people), self.dice.choice(self.rooms)
            try:
                person.say(room, 'Now')
                break
            except Refused:
                self.counts['burst refused'] = self.counts.get('burst refused', 0) + 1
                person.call('create-room', name='Burst')
        for n in range(self.dice.randrange(190, 260)):
            self.say(person, room, f'Burst {n}')

    def close(self):
        for person in self.people:
            person.close()


class Resume(unittest.TestCase):
    def check(self, models):
        """Every model must come to the state of a client that knows nothing yet."""
        for model in models:
            if model.socket is None:
                model.connect()
            fresh = Model(model.person)
            fresh.connect()
            expected = fresh.state()

            def same(model=model, expected=expected):
                model.pump()
                return difference(model.state(), expected) is None

            try:
                eventually(same, 'the same state', within=10)
            except AssertionError:
                self.fail(f'{model.person.name}: {difference(model.state(), expected)}')
            self.check_fresh(fresh)
            self.assertEqual(model.gaps, [], 'revs that never came')
            fresh.cut()

    def check_fresh(self, fresh):
        """What the server counts is what can be counted."""
        state = fresh.state()
        for room in fresh.person.call('list-rooms')['rooms']:
            held = state.pop(room['id'])
            self.assertEqual(sorted(held['messages']), list(range(1, room['lastSeq'] + 1)), 'seq has gaps')
            self.assertEqual(room['memberCount'], len(held['members']))
            self.assertEqual(sorted(room['members']), sorted(held['members']))
            admins = sorted(user_id for user_id, member in held['members'].items() if member['role'] == 'admin')
            self.assertEqual(sorted(room['admins']), admins)
            self.assertEqual(room['mentions'], held['mentions'])
            self.assertEqual(room['rev'], held['rev'])
            members = fresh.holdings.rooms[room['id']].present()
            mine = members[fresh.person.id]
            self.assertEqual((room['readSeq'], room['receivedSeq']), (mine['readSeq'], mine['receivedSeq']))
            for member in members.values():
                self.assertTrue(0 <= member['readSeq'] <= member['receivedSeq'] <= room['lastSeq'])
            revs = [message['rev'] for message in held['messages'].values()]
            self.assertEqual(len(revs), len(set(revs)), 'two messages with one rev')
        self.assertEqual(state, {})

    def run_seed(self, seed, rounds):
        dice = random.Random(seed)
        with Server('--rate-limits=off') as server:
            world = World(server, dice)
            # Two devices for some, one for others; one device that stays away for long.
            models = [Model(person) for person in world.people + world.people[:2]]
            sleeper = models[-1]
            for model in models:
                model.connect()
            for _ in range(rounds):
                for _ in range(dice.randrange(1, 30)):
                    world.act()
                if dice.random() < 0.03:
                    world.burst()
                for model in models:
                    if model.socket is None:
                        if dice.random() < (0.05 if model is sleeper else 0.4):
                            model.connect()
                    elif dice.random() < 0.25:
                        model.cut()
                    elif dice.random() < 0.5:
                        model.pump()
            world.burst()
            self.check(models)
            counts = ', '.join(f'{key} {count}' for key, count in sorted(world.counts.items()))
            print(f'# seed {seed}: {sum(model.resumes for model in models)} resumes, '
                  f'{sum(model.limited for model in models)} limited updates; {counts}')
            for model in models:
                model.cut()
            world.close()

    def test_random(self):
        first = int(os.environ.get('CONFAB_TEST_SEED', random.randrange(10 ** 6)))
        rounds = int(os.environ.get('CONFAB_TEST_ROUNDS', 40))
        for seed in range(first, first + 3):
            with self.subTest(seed=seed):
                self.run_seed(seed, rounds)


class Updates(unittest.TestCase):
    """The edges of an update, one at a time."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server('--rate-limits=off'))
        cls.ada = Person(cls.server, 'ada')
        cls.ben = Person(cls.server, 'ben')

    @classmethod
    def tearDownClass(cls):
        cls.ada.close()
        cls.ben.close()

    def setUp(self):
        self.room = self.ada.make_room('Room', members=[self.ben.id])

    def resume(self, person, rev, room=None):
        return person.call('resume', rooms={room or self.room: rev})

    def rev(self):
        return self.ben.call('get-room', roomId=self.room)['room']['rev']

    def test_nothing(self):
        self.ada.say(self.room, 'x')
        update = self.resume(self.ben, self.rev())['rooms'][0]
        self.assertEqual((update['messages'], update['rev'], update['lastSeq']), ([], self.rev(), 1))
        self.assertNotIn('limited', update)
        self.assertNotIn('room', update)

    def test_marks_without_a_change(self):
        """Read marks have no rev: they come with every update of a small room."""
        self.ada.say(self.room, 'x')
        rev = self.rev()
        self.ben.call('mark-read', roomId=self.room, seq=1)
        self.assertEqual(self.rev(), rev)
        update = self.resume(self.ada, rev)['rooms'][0]
        marks = {member['userId']: member['readSeq'] for member in update['members']}
        self.assertEqual(marks, {self.ada.id: 1, self.ben.id: 1})

    def test_bounds(self):
        base = self.rev()
        for count, limited in ((200, False), (201, True)):
            while self.rev() < base + count:
                self.ada.say(self.room, 'x')
            update = self.resume(self.ben, base)['rooms'][0]
            with self.subTest(changes=count):
                self.assertEqual(update.get('limited', False), limited)
                self.assertEqual(len(update['messages']), 50 if limited else count)
                self.assertEqual(update['messages'][-1]['seq'], count)
        with self.subTest('the cursor leads on'):
            page = self.ben.call('list-messages', roomId=self.room, cursor=update['cursor'], limit=100)
            self.assertEqual(page['messages'][-1]['seq'], update['messages'][0]['seq'] - 1)

    def test_changes_of_one_message(self):
        """202 changes of one message are one message that changed."""
        base = self.rev()
        message = self.ada.say(self.room, 'x')
        for _ in range(101):
            self.ada.call('add-reaction', messageId=message['id'], emoji='👍')
            self.ada.call('remove-reaction', messageId=message['id'], emoji='👍')
        update = self.resume(self.ben, base)['rooms'][0]
        self.assertNotIn('limited', update)
        self.assertEqual([(message['seq'], message['rev']) for message in update['messages']], [(1, base + 203)])

    def test_from_the_future(self):
        """A client that saw more than the database holds: a backup was restored. It starts anew."""
        self.ada.say(self.room, 'x')
        update = self.resume(self.ben, self.rev() + 1000)['rooms'][0]
        self.assertIs(update['limited'], True)
        self.assertEqual(update['rev'], self.rev())
        self.assertEqual(len(update['messages']), 1)
        self.assertEqual(len(update['members']), 2)

    def test_settings(self):
        base = self.rev()
        self.ada.call('update-room', roomId=self.room, name='Other')
        self.assertEqual(self.resume(self.ben, base)['rooms'][0]['room']['name'], 'Other')

    def test_members(self):
        base = self.rev()
        self.ada.call('remove-member', roomId=self.room, userId=self.ben.id)
        with self.subTest('who stays is told'):
            update = self.resume(self.ada, base)['rooms'][0]
            members = {member['userId']: member.get('left', False) for member in update['members']}
            self.assertEqual(members, {self.ada.id: False, self.ben.id: True})
        with self.subTest('who left is told'):
            reply = self.resume(self.ben, base)
            self.assertEqual((reply['rooms'], reply['left']), ([], [self.room]))
        self.ada.call('add-member', roomId=self.room, userId=self.ben.id)
        with self.subTest('who came back gets what they missed'):
            self.ada.say(self.room, 'Welcome back')
            self.assertEqual(self.resume(self.ben, base)['rooms'][0]['messages'][0]['content'], 'Welcome back')

    def test_rooms(self):
        with self.subTest('one that was not named is joined'):
            joined = self.ben.call('resume')['joined']
            self.assertIn(self.room, [room['id'] for room in joined])
        with self.subTest('one that never was is left'):
            nowhere = '01ARZ3NDEKTSV4RRFFQ69G5FAV'
            self.assertEqual(self.resume(self.ben, 5, nowhere)['left'], [nowhere])
        with self.subTest('one of others is left'):
            private = self.ada.make_room('Private', type='private')
            reply = self.resume(self.ben, 0, private)
            self.assertEqual((reply['rooms'], reply['left']), ([], [private]))
        with self.subTest('one that was deleted is left'):
            self.ada.call('delete-room', roomId=self.room)
            self.assertEqual(self.resume(self.ben, 0)['left'], [self.room])


if __name__ == '__main__':
    tap.main()
