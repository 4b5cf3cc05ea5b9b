#!/usr/bin/env python3
"""live.py: what is told and not kept: typing and presence, and who hears of them

SPDX-License-Identifier: GPL-3.0-or-later
"""

import unittest
from concurrent.futures import ThreadPoolExecutor

import tap
from door import Refused
from person import Person
from server import Server, eventually


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server('--rate-limits=off'))
        cls.people = [Person(cls.server, name) for name in ('ada', 'ben', 'cleo', 'dan')]
        cls.ada, cls.ben, cls.cleo, cls.dan = cls.people

    @classmethod
    def tearDownClass(cls):
        for person in cls.people:
            person.close()

    def setUp(self):
        for person in self.people:
            person.close()
        self.room = self.ada.make_room(type='private', members=[self.ben.id, self.cleo.id])

    def fence(self, *sockets):
        """Everything that was told before is in the events of these sockets now."""
        number = self.ada.say(self.room, 'fence')['id']
        for socket in sockets:
            socket.wait('new-message', lambda data: data['id'] == number)

    def test_typing(self):
        ada, ben, cleo, dan = (person.connect() for person in self.people)
        second = self.ben.connect()
        for socket in (ada, ben, second):
            socket.call('open-room', roomId=self.room)
        ben.call('typing', roomId=self.room, isTyping=True)
        with self.subTest('told to a device that shows the room'):
            told = ada.wait('user-typing')
            self.assertEqual(told, {'roomId': self.room, 'userId': self.ben.id, 'username': 'ben', 'isTyping': True})
        self.fence(ada, ben, second, cleo)
        with self.subTest('not to oneself, on no device'):
            self.assertEqual(ben.count('user-typing') + second.count('user-typing'), 0)
        with self.subTest('not to a device that does not show the room'):
            self.assertEqual(cleo.count('user-typing'), 0)
        with self.subTest('stopping is told too'):
            ben.call('typing', roomId=self.room, isTyping=False)
            self.assertIs(ada.wait('user-typing')['isTyping'], False)
        with self.subTest('not any more once the room is closed'):
            ada.call('close-room', roomId=self.room)
            ben.call('typing', roomId=self.room, isTyping=True)
            self.fence(ada)
            self.assertEqual(ada.count('user-typing'), 0)
        with self.subTest('nor of a room that was opened and closed without waiting'):
            for _ in range(20):
                ada.post('open-room', {'roomId': self.room})
                last = ada.post('close-room', {'roomId': self.room})
            ada.answer(last)
            ben.call('typing', roomId=self.room, isTyping=True)
            self.fence(ada)
            self.assertEqual(ada.count('user-typing'), 0)
        with self.subTest('but of one that was closed and opened'):
            ada.post('close-room', {'roomId': self.room})
            ada.answer(ada.post('open-room', {'roomId': self.room}))
            ben.call('typing', roomId=self.room, isTyping=True)
            self.assertIs(ada.wait('user-typing')['isTyping'], True)
        with self.subTest('from outside'):
            for operation, fields in (('typing', {'isTyping': True}), ('open-room', {})):
                with self.assertRaises(Refused) as caught:
                    dan.call(operation, roomId=self.room, **fields)
                self.assertEqual(caught.exception.code, 'not-found')
        with self.subTest('not after being taken out'):
            cleo.call('open-room', roomId=self.room)
            self.ada.call('remove-member', roomId=self.room, userId=self.cleo.id)
            cleo.wait('room-left', lambda data: data['roomId'] == self.room)
            before = self.ada.call('get-room', roomId=self.room)['room']['lastSeq']
            ben.call('typing', roomId=self.room, isTyping=True)
            self.fence(ada, ben)
            cleo.call('get-me')
            self.assertEqual(cleo.count('user-typing'), 0)
            self.assertEqual(cleo.count('new-message', lambda data: data['seq'] > before), 0)

    def test_presence(self):
        ada = self.ada.connect()
        with self.subTest('a room tells who is there'):
            shown = {row['userId']: row['status'] for row in ada.call('open-room', roomId=self.room)['presence']}
            self.assertEqual(set(shown), {self.ada.id, self.ben.id, self.cleo.id})
            self.assertEqual(shown[self.ada.id], 'online')
        watcher = self.cleo.connect()
        ben = self.ben.connect()
        with self.subTest('coming'):
            told = ada.wait('presence', lambda data: data['userId'] == self.ben.id)
            self.assertEqual(told['status'], 'online')
        for status, seen in (('away', 'away'), ('dnd', 'dnd'), ('invisible', 'offline'), ('online', 'online')):
            with self.subTest(status):
                ben.call('set-presence', status=status)
                self.assertEqual(ada.wait('presence', lambda data: data['userId'] == self.ben.id)['status'], seen)
        with self.subTest('another connection of the session changes nothing'):
            ben.call('set-presence', status='invisible')
            self.assertEqual(ada.wait('presence', lambda data: data['userId'] == self.ben.id)['status'], 'offline')
            ben.cut()
            ben = self.ben.connect()
            self.fence(ada)
            self.assertEqual(ada.count('presence', lambda data: data['userId'] == self.ben.id), 0)
            ben.call('set-presence', status='online')
            self.assertEqual(ada.wait('presence', lambda data: data['userId'] == self.ben.id)['status'], 'online')
        with self.subTest('not to who does not show the room'):
            self.fence(watcher)
            self.assertEqual(watcher.count('presence', lambda data: data['userId'] == self.ben.id), 0)
        with self.subTest('going, a while after the last connection went'):
            # Ben keeps a second connection of the same session, Cleo has only one.
            second = self.ben.connect()
            second.call('get-me')
            ben.cut()
            watcher.cut()

            def gone():
                second.pump()
                ada.pump()
                return ada.count('presence',
                                 lambda data: data['userId'] == self.cleo.id and data['status'] == 'offline')

            eventually(gone, 'nobody was told that she went', within=75)
            told = ada.wait('presence', lambda data: data['userId'] == self.cleo.id and data['status'] == 'offline')
            self.assertTrue(told['lastSeen'])
        with self.subTest('a second connection keeps somebody there'):
            self.fence(ada)
            self.assertEqual(ada.count('presence', lambda data: data['userId'] == self.ben.id), 0)
            self.assertEqual(second.call('get-me')['user']['id'], self.ben.id)


class LargeRooms(unittest.TestCase):
    """Above some sizes people are told less of each other."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server('--rate-limits=off'))
        with ThreadPoolExecutor(8) as pool:
            cls.people = list(pool.map(lambda n: Person(cls.server, f'person{n:03}'), range(101)))
        cls.ada, cls.ben, *cls.others = cls.people
        cls.hello = cls.ada.connect().hello['limits']

    @classmethod
    def tearDownClass(cls):
        for person in cls.people:
            person.close()

    def make_room(self, size):
        return self.ada.make_room(members=[person.id for person in self.people[1:size]])

    def test_names(self):
        shown = self.hello['membersShown']
        for size, told in ((shown, True), (shown + 1, False)):
            with self.subTest(members=size):
                room = self.make_room(size)
                described = self.ada.call('get-room', roomId=room)['room']
                self.assertEqual(described['memberCount'], size)
                self.assertEqual('members' in described, told)
                self.assertEqual('admins' in described, told)

    def test_receipts(self):
        shown = self.hello['membersShown']
        for size, told in ((shown, 1), (shown + 1, 0)):
            with self.subTest(members=size):
                room = self.make_room(size)
                ada, ben, second = self.ada.connect(), self.ben.connect(), self.ben.connect()
                self.ada.say(room, 'x')
                ben.call('mark-read', roomId=room, seq=1)
                # Their own devices are told in rooms of any size.
                self.assertEqual(second.wait('receipt', lambda data: data['roomId'] == room)['readSeq'], 1)
                fence = self.ada.say(room, 'fence')['id']
                ada.wait('new-message', lambda data: data['id'] == fence)
                self.assertEqual(ada.count('receipt', lambda data: data['userId'] == self.ben.id), told)

    def test_resume(self):
        """Of many members only those that changed come."""
        room = self.make_room(self.hello['membersShown'] + 1)
        rev = self.ada.call('get-room', roomId=room)['room']['rev']
        self.ada.call('set-member-role', roomId=room, userId=self.ben.id, role='admin')
        update = self.ada.call('resume', rooms={room: rev})['rooms'][0]
        self.assertEqual([member['userId'] for member in update['members']], [self.ben.id])

    def test_typing(self):
        limit = self.hello['typingMembers']
        for size, told in ((limit, 1), (limit + 1, 0)):
            with self.subTest(members=size):
                room = self.make_room(size)
                ada, ben = self.ada.connect(), self.ben.connect()
                presence = ada.call('open-room', roomId=room)['presence']
                self.assertEqual(len(presence), size if told else 0)
                ben.call('typing', roomId=room, isTyping=True)
                fence = self.ada.say(room, 'fence')['id']
                ada.wait('new-message', lambda data: data['id'] == fence)
                self.assertEqual(ada.count('user-typing'), told)


if __name__ == '__main__':
    tap.main()
