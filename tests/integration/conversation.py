#!/usr/bin/env python3
"""conversation.py: one conversation through REST and through the WebSocket, with the same answers

SPDX-License-Identifier: GPL-3.0-or-later
"""

import unittest

import tap
from door import Refused, Rest
from person import Person
from script import ABSENT, Names, Player, Step, a_time, an_id, anything
from server import Server

PEOPLE = ('ada', 'ben', 'cleo', 'dan')
LONG = 'x' * 4000
ONE_TOO_MANY = 'x' * 4001
NOBODY = '01ARZ3NDEKTSV4RRFFQ69G5FAV'

ROOMS = [
    Step('Nobody is in a room at first', 'ada', 'list-rooms', expect={'rooms': []}),
    Step('Ada makes a public room', 'ada', 'create-room', {'name': 'Garden', 'description': 'Plants', 'type': 'public'},
         expect={'room': {'id': an_id, 'name': 'Garden', 'description': 'Plants', 'type': 'public', 'encrypted': False,
                          'memberCount': 1, 'members': ['$ada'], 'admins': ['$ada'], 'role': 'admin', 'lastSeq': 0,
                          'readSeq': 0, 'receivedSeq': 0, 'mentions': 0, 'createdBy': '$ada', 'createdAt': a_time,
                          'lastActivity': a_time, 'lastMessage': ABSENT, 'people': ABSENT}},
         save={'garden': 'room.id'}, tells=(('ada', 'room-joined', {'room': {'id': '$garden', 'role': 'admin'}}),)),
    Step('A type that is not given is public', 'ada', 'create-room', {'name': 'Default'},
         expect={'room': {'type': 'public', 'description': ABSENT}}, save={'default': 'room.id'}),
    Step('A room needs a name', 'ada', 'create-room', {'type': 'private'}, error='bad-request', wrong=('name',)),
    Step('A name of blanks is none', 'ada', 'create-room', {'name': '   '}, error='bad-request', wrong=('name',)),
    Step('No room claims encryption before there is any', 'ada', 'create-room', {'name': 'Vault', 'encrypted': True},
         error='bad-request', wrong=('encrypted',)),
    Step('Somebody who does not exist cannot be brought in', 'ada', 'create-room', {'name': 'X', 'members': [NOBODY]},
         error='bad-request', wrong=('members',)),
    Step('Ada makes a private room with Ben', 'ada', 'create-room',
         {'name': 'Shed', 'type': 'private', 'members': ['$ben']},
         expect={'room': {'type': 'private', 'memberCount': 2, 'admins': ['$ada']}}, save={'shed': 'room.id'},
         tells=(('ben', 'room-joined', {'room': {'id': '$shed', 'name': 'Shed', 'role': 'member'}}),)),
    Step('The public room is found', 'ben', 'list-public-rooms', {'q': 'gard'},
         expect={'rooms': [{'id': '$garden', 'memberCount': 1, 'members': ABSENT, 'role': ABSENT}],
                 'nextCursor': ABSENT}),
    Step('By its description too, in any case', 'ben', 'list-public-rooms', {'q': 'PLANT'},
         expect={'rooms': [{'id': '$garden'}]}),
    Step('A private one is not', 'dan', 'list-public-rooms', {'q': 'Shed'}, expect={'rooms': []}),
    Step('A percent sign is a percent sign', 'ben', 'list-public-rooms', {'q': '%'}, expect={'rooms': []}),
    Step('A page of one', 'ben', 'list-public-rooms', {'limit': 1},
         expect={'rooms': [anything], 'nextCursor': anything},
         save={'public-cursor': 'nextCursor'}),
    Step('The page after it', 'ben', 'list-public-rooms', {'limit': 1, 'cursor': '$public-cursor'},
         expect={'rooms': [anything], 'nextCursor': ABSENT}),
    Step('A visitor sees a public room', 'ben', 'get-room', {'roomId': '$garden'},
         expect={'room': {'id': '$garden', 'members': ABSENT, 'role': ABSENT, 'readSeq': ABSENT}}),
    Step('and nothing of a private one', 'dan', 'get-room', {'roomId': '$shed'}, error='not-found'),
    Step('A room that never was answers the same', 'dan', 'get-room', {'roomId': NOBODY}, error='not-found'),
    Step('A visitor may not read', 'ben', 'list-messages', {'roomId': '$garden'}, error='forbidden'),
    Step('nor write', 'ben', 'send-message', {'roomId': '$garden', 'content': 'Hello'}, error='forbidden'),
    Step('nor read a private room', 'dan', 'list-messages', {'roomId': '$shed'}, error='not-found'),
    Step('nor join it', 'dan', 'join-room', {'roomId': '$shed'}, error='not-found'),
    Step('Ben joins', 'ben', 'join-room', {'roomId': '$garden'},
         expect={'room': {'id': '$garden', 'role': 'member', 'memberCount': 2, 'members': ['$ada', '$ben'],
                          'admins': ['$ada']}},
         tells=(('ada', 'user-joined', {'roomId': '$garden', 'userId': '$ben', 'username': 'ben',
                                        'member': {'userId': '$ben', 'role': 'member'}}),
                ('ben', 'room-joined', {'room': {'id': '$garden'}}))),
    Step('Joining again changes nothing', 'ben', 'join-room', {'roomId': '$garden'},
         expect={'room': {'memberCount': 2}}),
    Step('Cleo joins', 'cleo', 'join-room', {'roomId': '$garden'}, expect={'room': {'memberCount': 3}}),
    Step('Members, by username', 'ben', 'list-members', {'roomId': '$garden'},
         expect={'members': [{'userId': '$ada', 'role': 'admin', 'username': 'ada', 'displayName': 'ada',
                              'joinedAt': a_time},
                             {'userId': '$ben', 'role': 'member', 'left': ABSENT}, {'userId': '$cleo'}],
                 'nextCursor': ABSENT}),
    Step('in pages', 'ben', 'list-members', {'roomId': '$garden', 'limit': 2},
         expect={'members': [{'userId': '$ada'}, {'userId': '$ben'}]}, save={'member-cursor': 'nextCursor'}),
    Step('to the last', 'ben', 'list-members', {'roomId': '$garden', 'limit': 2, 'cursor': '$member-cursor'},
         expect={'members': [{'userId': '$cleo'}], 'nextCursor': ABSENT}),
]

DIRECT = [
    Step('Ada talks to Ben', 'ada', 'create-room', {'type': 'direct', 'members': ['$ben']},
         expect={'room': {'type': 'direct', 'name': ABSENT, 'memberCount': 2,
                          'people': [{'userId': '$ada', 'displayName': 'ada'}, {'userId': '$ben'}]}},
         save={'direct': 'room.id'}, tells=(('ben', 'room-joined', {'room': {'id': '$direct', 'type': 'direct'}}),)),
    Step('It is the same one again', 'ada', 'create-room', {'type': 'direct', 'members': ['$ben']},
         expect={'room': {'id': '$direct'}}),
    Step('and from the other side', 'ben', 'create-room', {'type': 'direct', 'members': ['$ada']},
         expect={'room': {'id': '$direct'}}),
    Step('and with oneself named too', 'ben', 'create-room', {'type': 'direct', 'members': ['$ben', '$ada']},
         expect={'room': {'id': '$direct'}}),
    Step('Three people are another room', 'ada', 'create-room', {'type': 'direct', 'members': ['$cleo', '$ben']},
         expect={'room': {'memberCount': 3}}, save={'three': 'room.id'}),
    Step('the same in any order', 'cleo', 'create-room', {'type': 'direct', 'members': ['$ben', '$ada']},
         expect={'room': {'id': '$three'}}),
    Step('A direct room needs somebody', 'ada', 'create-room', {'type': 'direct'}, error='bad-request',
         wrong=('members',)),
    Step('Others do not see it', 'dan', 'get-room', {'roomId': '$direct'}, error='not-found'),
    Step('It is not left', 'ben', 'leave-room', {'roomId': '$direct'}, error='forbidden'),
    Step('It has no name to change', 'ada', 'update-room', {'roomId': '$direct', 'name': 'Us'}, error='forbidden'),
    Step('It takes in nobody else', 'ada', 'add-member', {'roomId': '$direct', 'userId': '$cleo'}, error='forbidden'),
]

MESSAGES = [
    Step('Ben says hello', 'ben', 'send-message', {'roomId': '$garden', 'content': 'Hello', 'clientId': 'b1'},
         expect={'message': {'id': an_id, 'roomId': '$garden', 'seq': 1, 'senderId': '$ben', 'senderName': 'ben',
                             'content': 'Hello', 'type': 'text', 'timestamp': a_time, 'clientId': 'b1',
                             'editedAt': ABSENT,
                             'deletedAt': ABSENT, 'replyTo': ABSENT, 'reactions': ABSENT}},
         save={'hello': 'message.id', 'hello-rev': 'message.rev'},
         tells=(('ada', 'new-message',
                 {'id': '$hello', 'seq': 1, 'content': 'Hello', 'senderId': '$ben', 'senderName': 'ben',
                                        'type': 'text', 'timestamp': a_time, 'roomId': '$garden'}),
                ('ben', 'new-message', {'id': '$hello', 'clientId': 'b1'}))),
    Step('The same clientId again is the same message', 'ben', 'send-message',
         {'roomId': '$garden', 'content': 'Hello', 'clientId': 'b1'},
         expect={'message': {'id': '$hello', 'seq': 1, 'rev': '$hello-rev', 'content': 'Hello'}}),
    Step('whatever it says now', 'ben', 'send-message', {'roomId': '$garden', 'content': 'Other', 'clientId': 'b1'},
         expect={'message': {'id': '$hello', 'content': 'Hello'}}),
    Step('Somebody else may use that clientId', 'ada', 'send-message',
         {'roomId': '$garden', 'content': 'Hi', 'clientId': 'b1'}, expect={'message': {'seq': 2, 'senderId': '$ada'}},
         save={'hi': 'message.id'}),
    Step('A sender without clientId', 'ada', 'send-message', {'roomId': '$garden', 'content': 'Again'},
         expect={'message': {'seq': 3, 'clientId': ABSENT}}, save={'again': 'message.id'}),
    Step('A reply', 'cleo', 'send-message', {'roomId': '$garden', 'content': 'Yes', 'replyTo': '$hello'},
         expect={'message': {'seq': 4, 'replyTo': '$hello'}}, save={'reply': 'message.id'},
         tells=(('ada', 'new-message', {'id': '$reply', 'replyTo': '$hello'}),)),
    Step('A reply to nothing', 'cleo', 'send-message', {'roomId': '$garden', 'content': 'Yes', 'replyTo': NOBODY},
         error='not-found'),
    Step('Ben writes in the private room', 'ben', 'send-message', {'roomId': '$shed', 'content': 'Psst'},
         save={'psst': 'message.id'}),
    Step('A reply to another room', 'ben', 'send-message', {'roomId': '$garden', 'content': 'Yes', 'replyTo': '$psst'},
         error='not-found'),
    Step('Text is NFC, without space at its end', 'ada', 'send-message',
         {'roomId': '$garden', 'content': 'Cafe\u0301\r\nolé \n '},
         expect={'message': {'seq': 5, 'content': 'Café\nolé'}}),
    Step('4,000 characters', 'ada', 'send-message', {'roomId': '$garden', 'content': LONG},
         expect={'message': {'seq': 6, 'content': LONG}}, save={'long': 'message.id'}),
    Step('of any kind', 'ada', 'send-message', {'roomId': '$garden', 'content': '🌱' * 4000},
         expect={'message': {'seq': 7, 'content': '🌱' * 4000}}),
    Step('and one more', 'ada', 'send-message', {'roomId': '$garden', 'content': ONE_TOO_MANY},
         error='bad-request', wrong=('content',)),
    Step('Nothing', 'ada', 'send-message', {'roomId': '$garden', 'content': ''}, error='bad-request',
         wrong=('content',)),
    Step('Nothing but space', 'ada', 'send-message', {'roomId': '$garden', 'content': ' \n\t '},
         error='bad-request', wrong=('content',)),
    Step('A control character', 'ada', 'send-message', {'roomId': '$garden', 'content': 'a\x07b'},
         error='bad-request', wrong=('content',)),
    Step('Only the server writes system messages', 'ada', 'send-message',
         {'roomId': '$garden', 'content': 'x', 'type': 'system'}, error='bad-request', wrong=('type',)),
    Step('A type that is none', 'ada', 'send-message', {'roomId': '$garden', 'content': 'x', 'type': 'audio'},
         error='bad-request', wrong=('type',)),
    Step('Everything that is wrong is told at once', 'ada', 'send-message',
         {'roomId': 'garden', 'content': 5, 'type': 'x'},
         error='bad-request', wrong=('roomId', 'content', 'type')),
    Step('Fields of a newer version are passed over', 'ada', 'send-message',
         {'roomId': '$garden', 'content': 'New', 'colour': 'green', 'clientId': None}, expect={'message': {'seq': 8}}),
]

CHANGES = [
    Step('Ben changes his words', 'ben', 'edit-message', {'messageId': '$hello', 'content': 'Hello all'},
         expect={'message': {'id': '$hello', 'seq': 1, 'content': 'Hello all', 'editedAt': a_time, 'clientId': 'b1'}},
         tells=(('ada', 'message-changed',
                 {'message': {'id': '$hello', 'content': 'Hello all', 'editedAt': a_time}}),)),
    Step('Nobody else does', 'ada', 'edit-message', {'messageId': '$hello', 'content': 'No'}, error='forbidden'),
    Step('Nobody outside does', 'dan', 'edit-message', {'messageId': '$hello', 'content': 'No'}, error='forbidden'),
    Step('A message of a hidden room is not there', 'dan', 'edit-message', {'messageId': '$psst', 'content': 'No'},
         error='not-found'),
    Step('nor one that never was', 'ben', 'edit-message', {'messageId': NOBODY, 'content': 'No'}, error='not-found'),
    Step('An edit is checked like a message', 'ben', 'edit-message', {'messageId': '$hello', 'content': ONE_TOO_MANY},
         error='bad-request', wrong=('content',)),
    Step('The first clientId still leads to it', 'ben', 'send-message',
         {'roomId': '$garden', 'content': 'Hello', 'clientId': 'b1'},
         expect={'message': {'id': '$hello', 'content': 'Hello all'}}),
    Step('A reaction', 'ada', 'add-reaction', {'messageId': '$hello', 'emoji': '🌻'},
         expect={'message': {'id': '$hello', 'reactions': [{'userId': '$ada', 'emoji': '🌻'}]}},
         save={'flower-rev': 'message.rev'},
         tells=(('ben', 'message-changed',
                 {'message': {'id': '$hello', 'reactions': [{'userId': '$ada', 'emoji': '🌻'}]}}),)),
    Step('The same again changes nothing', 'ada', 'add-reaction', {'messageId': '$hello', 'emoji': '🌻'},
         expect={'message': {'rev': '$flower-rev', 'reactions': [{'userId': '$ada', 'emoji': '🌻'}]}}),
    Step('Another person, the same emoji', 'cleo', 'add-reaction', {'messageId': '$hello', 'emoji': '🌻'},
         expect={'message': {'reactions': [{'userId': '$ada'}, {'userId': '$cleo', 'emoji': '🌻'}]}}),
    Step('An emoji of several code points', 'cleo', 'add-reaction', {'messageId': '$hello', 'emoji': '👩🏽‍🌾'},
         expect={'message': {'reactions': [anything, anything, {'userId': '$cleo', 'emoji': '👩🏽‍🌾'}]}}),
    Step('A word is no emoji', 'cleo', 'add-reaction', {'messageId': '$hello', 'emoji': 'ok'},
         error='bad-request', wrong=('emoji',)),
    Step('Two emoji are not one', 'cleo', 'add-reaction', {'messageId': '$hello', 'emoji': '🌻🌻'},
         error='bad-request', wrong=('emoji',)),
    Step('A reaction from outside', 'dan', 'add-reaction', {'messageId': '$hello', 'emoji': '🌻'}, error='forbidden'),
    Step('or on what is hidden', 'dan', 'add-reaction', {'messageId': '$psst', 'emoji': '🌻'}, error='not-found'),
    Step('Ada takes hers back', 'ada', 'remove-reaction', {'messageId': '$hello', 'emoji': '🌻'},
         expect={'message': {'reactions': [{'userId': '$cleo', 'emoji': '🌻'}, {'emoji': '👩🏽‍🌾'}]}}),
    Step('once', 'ada', 'remove-reaction', {'messageId': '$hello', 'emoji': '🌻'},
         expect={'message': {'reactions': [anything, anything]}}),
    Step('Cleo may not delete what Ada wrote', 'cleo', 'delete-message', {'messageId': '$hi'}, error='forbidden'),
    Step('Ada deletes it', 'ada', 'delete-message', {'messageId': '$hi'},
         expect={'message': {'id': '$hi', 'seq': 2, 'content': '', 'deletedAt': a_time, 'senderId': '$ada'}},
         save={'stub-rev': 'message.rev'},
         tells=(('ben', 'message-changed', {'message': {'id': '$hi', 'content': '', 'deletedAt': a_time}}),)),
    Step('It stays deleted', 'ada', 'delete-message', {'messageId': '$hi'},
         expect={'message': {'id': '$hi', 'rev': '$stub-rev', 'deletedAt': a_time}}),
    Step('A stub is not edited', 'ada', 'edit-message', {'messageId': '$hi', 'content': 'Back'}, error='not-found'),
    Step('nor reacted to', 'ben', 'add-reaction', {'messageId': '$hi', 'emoji': '🌻'}, error='not-found'),
    Step('An admin of the room deletes what others wrote', 'ada', 'delete-message', {'messageId': '$reply'},
         expect={'message': {'id': '$reply', 'deletedAt': a_time, 'senderId': '$cleo', 'content': ''}}),
    Step('Reactions go with a message', 'ben', 'delete-message', {'messageId': '$hello'},
         expect={'message': {'deletedAt': a_time, 'reactions': ABSENT}}),
]

HISTORY = [
    Step('Ben gets on', 'ben', 'create-room', {'name': 'Log', 'type': 'private', 'members': ['$cleo']},
         save={'log': 'room.id'}),
    *[Step(f'Line {n}', 'ben', 'send-message', {'roomId': '$log', 'content': f'Line {n}'},
           expect={'message': {'seq': n}})
      for n in range(1, 13)],
    Step('The newest page', 'ben', 'list-messages', {'roomId': '$log', 'limit': 5},
         expect={'messages': [{'seq': n, 'content': f'Line {n}'} for n in range(8, 13)], 'hasMore': True},
         save={'cursor': 'nextCursor'}),
    Step('the one before it', 'ben', 'list-messages', {'roomId': '$log', 'limit': 5, 'cursor': '$cursor'},
         expect={'messages': [{'seq': n} for n in range(3, 8)], 'hasMore': True}, save={'cursor': 'nextCursor'}),
    Step('and the first', 'ben', 'list-messages', {'roomId': '$log', 'limit': 5, 'cursor': '$cursor'},
         expect={'messages': [{'seq': 1}, {'seq': 2}], 'hasMore': False, 'nextCursor': ABSENT}),
    Step('Before a seq', 'ben', 'list-messages', {'roomId': '$log', 'limit': 3, 'before': 6},
         expect={'messages': [{'seq': 3}, {'seq': 4}, {'seq': 5}], 'hasMore': True}),
    Step('Before the first', 'ben', 'list-messages', {'roomId': '$log', 'before': 1},
         expect={'messages': [], 'hasMore': False, 'nextCursor': ABSENT}),
    Step('After a seq', 'ben', 'list-messages', {'roomId': '$log', 'limit': 3, 'after': 6},
         expect={'messages': [{'seq': 7}, {'seq': 8}, {'seq': 9}], 'hasMore': True}, save={'cursor': 'nextCursor'}),
    Step('and on from there', 'ben', 'list-messages', {'roomId': '$log', 'limit': 3, 'cursor': '$cursor'},
         expect={'messages': [{'seq': 10}, {'seq': 11}, {'seq': 12}], 'hasMore': False}),
    Step('After nothing: from the beginning', 'ben', 'list-messages', {'roomId': '$log', 'limit': 2, 'after': 0},
         expect={'messages': [{'seq': 1}, {'seq': 2}], 'hasMore': True}),
    Step('After the last', 'ben', 'list-messages', {'roomId': '$log', 'after': 12},
         expect={'messages': [], 'hasMore': False}),
    Step('Around a seq', 'ben', 'list-messages', {'roomId': '$log', 'limit': 5, 'around': 6},
         expect={'messages': [{'seq': n} for n in (4, 5, 6, 7, 8)]}),
    Step('Around the first', 'ben', 'list-messages', {'roomId': '$log', 'limit': 5, 'around': 1},
         expect={'messages': lambda page: page[0]['seq'] == 1 and len(page) <= 5}),
    Step('All of it fits', 'ben', 'list-messages', {'roomId': '$log'},
         expect={'messages': [{'seq': n} for n in range(1, 13)], 'hasMore': False}),
    Step('Exactly as many as there are', 'ben', 'list-messages', {'roomId': '$log', 'limit': 12},
         expect={'messages': [{'seq': n} for n in range(1, 13)], 'hasMore': False}),
    Step('One place at a time', 'ben', 'list-messages', {'roomId': '$log', 'before': 3, 'after': 5},
         error='bad-request'),
    Step('A cursor of somebody else', 'ben', 'list-messages', {'roomId': '$log', 'cursor': 'x;drop'},
         error='bad-request', wrong=('cursor',)),
    Step('A page of 101', 'ben', 'list-messages', {'roomId': '$log', 'limit': 101}, error='bad-request',
         wrong=('limit',)),
    Step('A page of none', 'ben', 'list-messages', {'roomId': '$log', 'limit': 0}, error='bad-request',
         wrong=('limit',)),
    Step('A page of words', 'ben', 'list-messages', {'roomId': '$log', 'limit': 'many'}, error='bad-request',
         wrong=('limit',)),
    Step('A stub keeps its place', 'ada', 'list-messages', {'roomId': '$garden', 'after': 1, 'limit': 1},
         expect={'messages': [{'id': '$hi', 'seq': 2, 'content': '', 'deletedAt': a_time}]}),
]


def unread(room, last, read, received, mentions=0):
    return {'room': {'id': room, 'lastSeq': last, 'readSeq': read, 'receivedSeq': received, 'mentions': mentions}}


MARKS = [
    Step('The sender has read what they wrote', 'ben', 'get-room', {'roomId': '$log'},
         expect=unread('$log', 12, 12, 12)),
    Step('Cleo has not', 'cleo', 'get-room', {'roomId': '$log'}, expect=unread('$log', 12, 0, 0)),
    Step('It reached a device of hers', 'cleo', 'mark-received', {'roomId': '$log', 'seq': 7},
         expect={'receivedSeq': 7, 'readSeq': 0},
         tells=(('ben', 'receipt', {'roomId': '$log', 'userId': '$cleo', 'receivedSeq': 7, 'readSeq': 0}),)),
    Step('Marks do not go back', 'cleo', 'mark-received', {'roomId': '$log', 'seq': 3},
         expect={'receivedSeq': 7, 'readSeq': 0}),
    Step('What is read was received', 'cleo', 'mark-read', {'roomId': '$log', 'seq': 9},
         expect={'receivedSeq': 9, 'readSeq': 9},
         tells=(('ben', 'receipt', {'userId': '$cleo', 'receivedSeq': 9, 'readSeq': 9}),)),
    Step('Reading does not go back', 'cleo', 'mark-read', {'roomId': '$log', 'seq': 0},
         expect={'receivedSeq': 9, 'readSeq': 9}),
    Step('Nobody reads what is not there', 'cleo', 'mark-read', {'roomId': '$log', 'seq': 500},
         expect={'receivedSeq': 12, 'readSeq': 12}),
    Step('A mark from outside', 'dan', 'mark-read', {'roomId': '$garden', 'seq': 1}, error='forbidden'),
    Step('A mark in a hidden room', 'dan', 'mark-read', {'roomId': '$shed', 'seq': 1}, error='not-found'),
    Step('A seq below nothing', 'cleo', 'mark-read', {'roomId': '$log', 'seq': -1}, error='bad-request',
         wrong=('seq',)),
    Step('Ben mentions Cleo', 'ben', 'send-message', {'roomId': '$log', 'content': 'Look, @cleo!'},
         expect={'message': {'seq': 13, 'mentions': ['$cleo'], 'mentionsRoom': ABSENT}}, save={'look': 'message.id'}),
    Step('and everybody', 'ben', 'send-message', {'roomId': '$log', 'content': '@room: tea'},
         expect={'message': {'seq': 14, 'mentionsRoom': True}}),
    Step('and somebody who is not here', 'ben', 'send-message', {'roomId': '$log', 'content': '@ada is away'},
         expect={'message': {'seq': 15, 'mentions': ABSENT}}),
    Step('but not in code', 'ben', 'send-message', {'roomId': '$log', 'content': '`@cleo`'},
         expect={'message': {'seq': 16, 'mentions': ABSENT}}),
    Step('Cleo has two unread mentions', 'cleo', 'get-room', {'roomId': '$log'}, expect=unread('$log', 16, 12, 12, 2)),
    Step('Ben has none', 'ben', 'get-room', {'roomId': '$log'}, expect=unread('$log', 16, 16, 16, 0)),
    Step('A mention that is deleted does not count', 'ben', 'delete-message', {'messageId': '$look'}),
    Step('One is left', 'cleo', 'get-room', {'roomId': '$log'}, expect=unread('$log', 16, 12, 12, 1)),
    Step('Cleo reads it', 'cleo', 'mark-read', {'roomId': '$log', 'seq': 14}, expect={'readSeq': 14}),
    Step('None is left', 'cleo', 'get-room', {'roomId': '$log'}, expect=unread('$log', 16, 14, 14, 0)),
    Step('Cleo writes without having read the rest', 'cleo', 'send-message', {'roomId': '$log', 'content': 'Hm'},
         expect={'message': {'seq': 17}}),
    Step('which stays unread', 'cleo', 'get-room', {'roomId': '$log'}, expect=unread('$log', 17, 14, 14, 0)),
    Step('Dan is brought in', 'ben', 'add-member', {'roomId': '$log', 'userId': '$dan'},
         expect={'member': {'userId': '$dan', 'role': 'member', 'readSeq': 17, 'receivedSeq': 17}}),
    Step('and has nothing unread', 'dan', 'get-room', {'roomId': '$log'}, expect=unread('$log', 17, 17, 17, 0)),
    Step('The list of rooms tells the same', 'cleo', 'list-rooms',
         expect={'rooms': lambda rooms: [(room['lastSeq'], room['readSeq'], room['lastMessage']['content'])
                                         for room in rooms if room.get('name') == 'Log'] == [(17, 14, 'Hm')]}),
]

MEMBERS = [
    Step('A member may not change the room', 'ben', 'update-room', {'roomId': '$garden', 'name': 'Park'},
         error='forbidden'),
    Step('nor bring somebody in', 'ben', 'add-member', {'roomId': '$garden', 'userId': '$dan'}, error='forbidden'),
    Step('nor take somebody out', 'ben', 'remove-member', {'roomId': '$garden', 'userId': '$cleo'}, error='forbidden'),
    Step('nor make admins', 'ben', 'set-member-role', {'roomId': '$garden', 'userId': '$ben', 'role': 'admin'},
         error='forbidden'),
    Step('nor delete it', 'ben', 'delete-room', {'roomId': '$garden'}, error='forbidden'),
    Step('Ada changes the name', 'ada', 'update-room', {'roomId': '$garden', 'name': 'Park'},
         expect={'room': {'name': 'Park', 'description': 'Plants'}},
         tells=(('ben', 'room-changed',
                 {'room': {'id': '$garden', 'name': 'Park', 'role': ABSENT, 'readSeq': ABSENT}}),)),
    Step('and takes the description away', 'ada', 'update-room', {'roomId': '$garden', 'description': ''},
         expect={'room': {'name': 'Park', 'description': ABSENT}}),
    Step('A room needs an admin', 'ada', 'set-member-role', {'roomId': '$garden', 'userId': '$ada', 'role': 'member'},
         error='conflict'),
    Step('Ben becomes one', 'ada', 'set-member-role', {'roomId': '$garden', 'userId': '$ben', 'role': 'admin'},
         expect={'member': {'userId': '$ben', 'role': 'admin'}},
         tells=(('cleo', 'member-changed', {'roomId': '$garden', 'member': {'userId': '$ben', 'role': 'admin'}}),)),
    Step('and takes Cleo out', 'ben', 'remove-member', {'roomId': '$garden', 'userId': '$cleo'},
         tells=(('ada', 'user-left', {'roomId': '$garden', 'userId': '$cleo'}),
                ('cleo', 'room-left', {'roomId': '$garden'}))),
    Step('She does not read it any more', 'cleo', 'list-messages', {'roomId': '$garden'}, error='forbidden'),
    Step('She is not there to be taken out', 'ben', 'remove-member', {'roomId': '$garden', 'userId': '$cleo'},
         error='not-found'),
    Step('or to be an admin', 'ben', 'set-member-role', {'roomId': '$garden', 'userId': '$cleo', 'role': 'admin'},
         error='not-found'),
    Step('Somebody who does not exist', 'ben', 'add-member', {'roomId': '$garden', 'userId': NOBODY},
         error='not-found'),
    Step('She is brought back', 'ben', 'add-member', {'roomId': '$garden', 'userId': '$cleo'},
         expect={'member': {'userId': '$cleo', 'role': 'member', 'left': ABSENT}},
         tells=(('cleo', 'room-joined', {'room': {'id': '$garden', 'name': 'Park'}}),)),
    Step('Ben is no admin any more', 'ada', 'set-member-role',
         {'roomId': '$garden', 'userId': '$ben', 'role': 'member'},
         expect={'member': {'role': 'member'}}),
    Step('The last admin leaves', 'ada', 'leave-room', {'roomId': '$garden'}, expect={},
         tells=(('ben', 'user-left', {'roomId': '$garden', 'userId': '$ada'}),
                ('ben', 'member-changed', {'roomId': '$garden', 'member': {'userId': '$ben', 'role': 'admin'}}),
                ('ada', 'room-left', {'roomId': '$garden'}))),
    Step('who has been there longest is one now', 'ben', 'get-room', {'roomId': '$garden'},
         expect={'room': {'role': 'admin', 'admins': ['$ben'], 'memberCount': 2}}),
    Step('Leaving again changes nothing', 'ada', 'leave-room', {'roomId': '$garden'}, expect={}),
    Step('Ada cannot write any more', 'ada', 'send-message', {'roomId': '$garden', 'content': 'x'}, error='forbidden'),
    Step('A resend of what she wrote is refused like the rest', 'ada', 'send-message',
         {'roomId': '$garden', 'content': 'Hi', 'clientId': 'b1'}, error='forbidden'),
    Step('She comes back as a member', 'ada', 'join-room', {'roomId': '$garden'}, expect={'room': {'role': 'member'}}),
    Step('Ben deletes the room', 'ben', 'delete-room', {'roomId': '$garden'}, expect={},
         tells=(('ada', 'room-left', {'roomId': '$garden'}), ('cleo', 'room-left', {'roomId': '$garden'}))),
    Step('It is gone', 'ada', 'get-room', {'roomId': '$garden'}, error='not-found'),
    Step('and what was in it', 'ben', 'edit-message', {'messageId': '$long', 'content': 'x'}, error='not-found'),
    Step('Nobody leaves the private room but Ada', 'ada', 'leave-room', {'roomId': '$shed'}),
    Step('to whom it is not there any more', 'ada', 'get-room', {'roomId': '$shed'}, error='not-found'),
    Step('nor to be joined', 'ada', 'join-room', {'roomId': '$shed'}, error='not-found'),
    Step('The last member leaves', 'ben', 'leave-room', {'roomId': '$shed'}),
]

PEOPLE_STEPS = [
    Step('Ada looks at herself', 'ada', 'get-me',
         expect={'user': {'id': '$ada', 'username': 'ada', 'displayName': 'ada',
                                                                   'email': 'ada@example.org', 'role': 'user'}}),
    Step('Ben sees no e-mail address of hers', 'ben', 'get-user', {'userId': '$ada'},
         expect={'user': {'id': '$ada', 'username': 'ada', 'email': ABSENT}}),
    Step('Somebody who does not exist', 'ben', 'get-user', {'userId': NOBODY}, error='not-found'),
    Step('Ada takes a name', 'ada', 'update-me', {'displayName': ' Ada Lovelace '},
         expect={'user': {'displayName': 'Ada Lovelace'}},
         tells=(('ada', 'user-changed', {'user': {'displayName': 'Ada Lovelace'}}),)),
    Step('A name that cannot be seen', 'ada', 'update-me', {'displayName': '\u200b'}, error='bad-request',
         wrong=('displayName',)),
    Step('She is found by it', 'ben', 'find-users', {'q': 'ada l'},
         expect={'users': [{'id': '$ada', 'email': ABSENT}]}),
    Step('and by her username', 'ben', 'find-users', {'q': 'AD'}, expect={'users': [{'id': '$ada'}]}),
    Step('A search for nothing', 'ben', 'find-users', {}, error='bad-request', wrong=('q',)),
    Step('Her next message carries it', 'ada', 'send-message', {'roomId': '$direct', 'content': 'x'},
         expect={'message': {'senderName': 'Ada Lovelace'}}),
    Step('Invites are for admins to make', 'ada', 'create-invite', {}, error='forbidden'),
]

SCRIPT = ROOMS + DIRECT + MESSAGES + CHANGES + HISTORY + MARKS + MEMBERS + PEOPLE_STEPS


def play(case, door):
    with Server('--rate-limits=off') as server:
        people = {name: Person(server, name) for name in PEOPLE}
        listeners = {name: person.connect() for name, person in people.items()}
        doors = {name: person.rest if door == 'REST' else person.connect() for name, person in people.items()}
        player = Player(case, Names(**{name: person.id for name, person in people.items()}), doors, listeners)
        player.play(SCRIPT)
        for person in people.values():
            person.close()
        return player.normalized()


class Conversation(unittest.TestCase):
    transcripts = {}

    def test_rest(self):
        self.transcripts['REST'] = play(self, 'REST')

    def test_websocket(self):
        self.transcripts['WebSocket'] = play(self, 'WebSocket')

    def test_zz_same_answers(self):
        for (rest, websocket) in zip(self.transcripts['REST'], self.transcripts['WebSocket'], strict=True):
            self.assertEqual(rest, websocket)


class Signing(unittest.TestCase):
    """Making accounts and signing in, which only REST has."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server('--rate-limits=off'))
        cls.ada = Person(cls.server, 'Ada', displayName='Ada')

    @classmethod
    def tearDownClass(cls):
        cls.ada.close()

    def test_register(self):
        self.assertEqual(self.ada.user['username'], 'ada')
        self.assertEqual(self.ada.user['displayName'], 'Ada')
        self.assertTrue(an_id(self.ada.user['id']))
        self.assertTrue(an_id(self.ada.session['id']))

    def test_login(self):
        for login in ('ada', 'ADA', 'ada@example.org', 'Ada@Example.org'):
            with self.subTest(login):
                self.assertEqual(self.ada.login(username=login)['user']['id'], self.ada.id)
        with self.subTest('under the name email'):
            answer = Rest(self.server).call('login', email='ada@example.org', password=self.ada.password)
            self.assertEqual(answer['user']['id'], self.ada.id)

    def refused(self, code, operation, wrong=(), **fields):
        with self.assertRaises(Refused) as caught:
            Rest(self.server).call(operation, **fields)
        self.assertEqual(caught.exception.code, code, caught.exception)
        self.assertEqual(sorted(caught.exception.fields), sorted(wrong), caught.exception)
        return caught.exception

    def test_login_refused(self):
        wrong = self.refused('unauthenticated', 'login', username='ada', password='wrong password')
        nobody = self.refused('unauthenticated', 'login', username='nobody', password='wrong password')
        self.assertEqual(wrong.message, nobody.message, 'an answer that tells which names exist')

    def test_register_refused(self):
        good = {'username': 'eve', 'email': 'eve@example.org', 'password': 'long enough'}
        cases = (
            ('taken name', 'conflict', ('username',), {'username': 'ADA'}),
            ('taken address', 'conflict', ('email',), {'email': 'ADA@example.org'}),
            ('short password', 'bad-request', ('password',), {'password': 'seven77'}),
            ('a name of one letter', 'bad-request', ('username',), {'username': 'e'}),
            ('a name with a blank', 'bad-request', ('username',), {'username': 'eve l'}),
            ('a name that looks like another', 'bad-request', ('username',), {'username': 'аda'}),
            ('a name that ends like a sentence', 'bad-request', ('username',), {'username': 'ada.'}),
            ('no address', 'bad-request', ('email',), {'email': 'eve'}),
            ('an address with a line end', 'bad-request', ('email',), {'email': 'eve@example.org\nBcc: x@y.z'}),
            ('a number', 'bad-request', ('username',), {'username': 5}),
            ('an invite that is none', 'forbidden', (), {'invite': 'no-such-invite'}),
        )
        for title, code, wrong, change in cases:
            with self.subTest(title):
                self.refused(code, 'register', wrong, **good | change)

    def test_all_missing(self):
        self.refused('bad-request', 'register', ('username', 'email', 'password'))


class OriginalNames(unittest.TestCase):
    """What front ends and scripts of the original application send and read."""

    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server('--rate-limits=off'))
        cls.ada = Person(cls.server, 'ada')
        cls.ben = Person(cls.server, 'ben')
        cls.room = cls.ada.make_room('Lobby')

    @classmethod
    def tearDownClass(cls):
        cls.ada.close()
        cls.ben.close()

    def test_sockets(self):
        ada, ben = self.ada.connect(), self.ben.connect()
        with self.subTest('join-room'):
            ben.call('join-room', roomId=self.room)
            self.assertEqual(ada.wait('user-joined')['userId'], self.ben.id)
        with self.subTest('send-message, new-message'):
            ben.call('send-message', roomId=self.room, message='Hello', type='text')
            told = ada.wait('new-message')
            self.assertEqual((told['senderId'], told['senderName'], told['content'], told['type']),
                             (self.ben.id, 'ben', 'Hello', 'text'))
            self.assertTrue(an_id(told['id']) and a_time(told['timestamp']))
        with self.subTest('typing, user-typing'):
            ada.call('open-room', roomId=self.room)
            ben.call('typing', roomId=self.room, isTyping=True)
            self.assertEqual(ada.wait('user-typing'),
                             {'roomId': self.room, 'userId': self.ben.id, 'username': 'ben', 'isTyping': True})
        with self.subTest('error, to a frame without a number'):
            ben.send_text('{"event":"send-message","data":{"roomId":"%s"}}' % self.room)
            self.assertEqual(ben.wait('error')['code'], 'bad-request')

    def test_history(self):
        rest = self.ada.rest
        room = self.ada.make_room('History')
        with self.subTest('POST /api/messages'):
            for n in range(60):
                answer = rest.http('POST', '/api/messages', {'roomId': room, 'content': f'Line {n}', 'type': 'text'})
                self.assertEqual(answer.status, 201)
                self.assertEqual(answer.json['message']['content'], f'Line {n}')
        with self.subTest('GET /api/messages/:roomId'):
            page = rest.http('GET', f'/api/messages/{room}').json
            self.assertEqual([message['content'] for message in page['messages']], [f'Line {n}' for n in range(10, 60)])
            self.assertIs(page['hasMore'], True)
        with self.subTest('?cursor&limit'):
            page = rest.http('GET', f'/api/messages/{room}?cursor={page["nextCursor"]}&limit=4').json
            self.assertEqual([message['content'] for message in page['messages']], [f'Line {n}' for n in range(6, 10)])
        with self.subTest('a page without more'):
            page = rest.http('GET', f'/api/messages/{room}?limit=100').json
            self.assertIs(page['hasMore'], False)
            self.assertFalse(page.get('nextCursor'))


if __name__ == '__main__':
    tap.main()
