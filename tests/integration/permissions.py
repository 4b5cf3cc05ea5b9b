#!/usr/bin/env python3
"""permissions.py: who may do what in which room, every cell of the table, through both doors

SPDX-License-Identifier: GPL-3.0-or-later
"""

import unittest

import tap
from door import Refused
from person import Person
from server import Server

# What each of these gets: a stranger, a moderator of the server who is not in the room, a member, an admin of the room.
OK, NO, HIDDEN = None, 'forbidden', 'not-found'
STANDINGS = ('stranger', 'moderator', 'member', 'admin')
ROOMS = {
    'public': {
        'get-room': (OK, OK, OK, OK),
        'list-members': (NO, OK, OK, OK),
        'list-messages': (NO, OK, OK, OK),
        'send-message': (NO, NO, OK, OK),
        'edit-message': (NO, NO, NO, NO),
        'add-reaction': (NO, NO, OK, OK),
        'remove-reaction': (NO, NO, OK, OK),
        'delete-message': (NO, OK, NO, OK),
        'mark-read': (NO, NO, OK, OK),
        'mark-received': (NO, NO, OK, OK),
        'join-room': (OK, OK, OK, OK),
        'leave-room': (OK, OK, OK, OK),
        'update-room': (NO, OK, NO, OK),
        'add-member': (NO, NO, NO, OK),
        'remove-member': (NO, OK, NO, OK),
        'set-member-role': (NO, OK, NO, OK),
        'delete-room': (NO, OK, NO, OK),
    },
    'private': {
        'get-room': (HIDDEN, HIDDEN, OK, OK),
        'list-members': (HIDDEN, HIDDEN, OK, OK),
        'list-messages': (HIDDEN, HIDDEN, OK, OK),
        'send-message': (HIDDEN, HIDDEN, OK, OK),
        'edit-message': (HIDDEN, HIDDEN, NO, NO),
        'add-reaction': (HIDDEN, HIDDEN, OK, OK),
        'remove-reaction': (HIDDEN, HIDDEN, OK, OK),
        'delete-message': (HIDDEN, HIDDEN, NO, OK),
        'mark-read': (HIDDEN, HIDDEN, OK, OK),
        'mark-received': (HIDDEN, HIDDEN, OK, OK),
        'join-room': (HIDDEN, HIDDEN, OK, OK),
        'leave-room': (HIDDEN, HIDDEN, OK, OK),
        'update-room': (HIDDEN, HIDDEN, NO, OK),
        'add-member': (HIDDEN, HIDDEN, NO, OK),
        'remove-member': (HIDDEN, HIDDEN, NO, OK),
        'set-member-role': (HIDDEN, HIDDEN, NO, OK),
        'delete-room': (HIDDEN, HIDDEN, NO, OK),
    },
    # Two equals: nobody is its admin.
    'direct': {
        'get-room': (HIDDEN, HIDDEN, OK),
        'list-members': (HIDDEN, HIDDEN, OK),
        'list-messages': (HIDDEN, HIDDEN, OK),
        'send-message': (HIDDEN, HIDDEN, OK),
        'edit-message': (HIDDEN, HIDDEN, NO),
        'add-reaction': (HIDDEN, HIDDEN, OK),
        'remove-reaction': (HIDDEN, HIDDEN, OK),
        'delete-message': (HIDDEN, HIDDEN, NO),
        'mark-read': (HIDDEN, HIDDEN, OK),
        'mark-received': (HIDDEN, HIDDEN, OK),
        'join-room': (HIDDEN, HIDDEN, OK),
        'leave-room': (HIDDEN, HIDDEN, NO),
        'update-room': (HIDDEN, HIDDEN, NO),
        'add-member': (HIDDEN, HIDDEN, NO),
        'remove-member': (HIDDEN, HIDDEN, NO),
        'set-member-role': (HIDDEN, HIDDEN, NO),
        'delete-room': (HIDDEN, HIDDEN, NO),
    },
}
# These change who is in the room, or what is there to be changed: each gets a room of its own.
SPENDS_ROOM = ('delete-message', 'join-room', 'leave-room', 'add-member', 'remove-member', 'set-member-role',
               'delete-room')


class Permissions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server('--rate-limits=off'))
        cls.people = {'moderator': Person(cls.server, 'moderator', invite=cls.server.claim())}
        for name in ('stranger', 'member', 'admin', 'author', 'other'):
            cls.people[name] = Person(cls.server, name)
        assert cls.people['moderator'].user['role'] == 'admin'

    @classmethod
    def tearDownClass(cls):
        for person in cls.people.values():
            person.close()

    def make_room(self, kind):
        """The room and a message in it that somebody else wrote."""
        author = self.people['author']
        if kind == 'direct':
            room = self.people['member'].call('create-room', type='direct', members=[author.id])['room']['id']
        else:
            room = self.people['admin'].make_room(type=kind, members=[self.people['member'].id, author.id])
        return room, author.say(room, 'Words')['id']

    def fields(self, operation, room, message):
        others = {
            'list-messages': {'roomId': room},
            'send-message': {'roomId': room, 'content': 'x'},
            'edit-message': {'messageId': message, 'content': 'x'},
            'delete-message': {'messageId': message},
            'add-reaction': {'messageId': message, 'emoji': '👍'},
            'remove-reaction': {'messageId': message, 'emoji': '👍'},
            'mark-read': {'roomId': room, 'seq': 1},
            'mark-received': {'roomId': room, 'seq': 1},
            'update-room': {'roomId': room, 'name': 'Other'},
            'add-member': {'roomId': room, 'userId': self.people['other'].id},
            'remove-member': {'roomId': room, 'userId': self.people['author'].id},
            'set-member-role': {'roomId': room, 'userId': self.people['author'].id, 'role': 'admin'},
        }
        return others.get(operation, {'roomId': room})

    def outcome(self, door, operation, fields):
        try:
            door.call(operation, **fields)
        except Refused as refused:
            return refused.code
        return OK

    def walk(self, doors):
        for kind, rows in ROOMS.items():
            shared = None
            for operation, verdicts in rows.items():
                spends = operation in SPENDS_ROOM
                for standing, expected in zip(STANDINGS, verdicts):
                    if spends or shared is None:
                        shared = self.make_room(kind)
                    with self.subTest(room=kind, operation=operation, who=standing):
                        fields = self.fields(operation, *shared)
                        self.assertEqual(self.outcome(doors[standing], operation, fields), expected)
                if spends:
                    shared = None

    def test_rest(self):
        self.walk({name: person.rest for name, person in self.people.items()})

    def test_websocket(self):
        self.walk({name: person.connect() for name, person in self.people.items()})


if __name__ == '__main__':
    tap.main()
