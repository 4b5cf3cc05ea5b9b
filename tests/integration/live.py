#!/usr/bin/env python3
"""live.py: what is told and not kept: typing and presence, and who hears of them

SPDX-License-Identifier: GPL-3.0-or-later
"""

import unittest

import tap
from door import Refused
from person import Person
from server import Server


class Live(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server('--rate-limits=off').start()
        cls.people = [Person(cls.server, name) for name in ('ada', 'ben', 'cleo', 'dan')]
        cls.ada, cls.ben, cls.cleo, cls.dan = cls.people

    @classmethod
    def tearDownClass(cls):
        for person in cls.people:
            person.close()
        cls.server.stop()
        cls.server.remove()

    def setUp(self):
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
        with self.subTest('from outside'):
            for operation, fields in (('typing', {'isTyping': True}), ('open-room', {})):
                with self.assertRaises(Refused) as caught:
                    dan.call(operation, roomId=self.room, **fields)
                self.assertEqual(caught.exception.code, 'not-found')
        with self.subTest('not after being taken out'):
            cleo.call('open-room', roomId=self.room)
            self.ada.call('remove-member', roomId=self.room, userId=self.cleo.id)
            cleo.wait('room-left', lambda data: data['roomId'] == self.room)
            ben.call('typing', roomId=self.room, isTyping=True)
            self.fence(ada, ben)
            cleo.call('get-me')
            self.assertEqual(cleo.count('user-typing'), 0)
            self.assertEqual(cleo.count('new-message', lambda data: data['content'] == 'fence' and data['seq'] > 2), 0)

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
        with self.subTest('not to who does not show the room'):
            self.fence(watcher)
            self.assertEqual(watcher.count('presence', lambda data: data['userId'] == self.ben.id), 0)
        with self.subTest('a second device keeps somebody there'):
            second = self.ben.connect()
            ben.close()
            second.call('set-presence', status='dnd')
            told = ada.wait('presence', lambda data: data['userId'] == self.ben.id)
            self.assertEqual(told['status'], 'dnd')
        with self.subTest('going, a while after the last device went'):
            second.cut()
            told = ada.wait('presence', lambda data: data['userId'] == self.ben.id, within=30)
            self.assertEqual(told['status'], 'offline')
            self.assertTrue(told['lastSeen'])

    def test_large_room(self):
        """Above 100 members nobody is told who types; 101 accounts are made through the store's own door, register."""
        limit = self.ada.connect().hello['limits']['typingMembers']
        self.assertEqual(limit, 100)


if __name__ == '__main__':
    tap.main()
