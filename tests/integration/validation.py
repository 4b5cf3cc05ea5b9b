#!/usr/bin/env python3
"""validation.py: every field of every operation, wrong in every way that its row in the table knows

SPDX-License-Identifier: GPL-3.0-or-later

The cases come from lib/protocol/operations, so a new operation is tested by being written down.
"""

import unittest

import tap
from door import OPERATIONS, TABLES, Refused, Rest
from person import Person
from server import Server

SOME_ID = '01ARZ3NDEKTSV4RRFFQ69G5FAV'
GOOD = {'id': SOME_ID, 'string': 'word', 'text': 'word', 'secret': 'long enough a secret', 'int': 1, 'bool': True,
        'ids': [SOME_ID], 'revs': {SOME_ID: 1}}
# What is not a value of the type at all. REST has only strings in paths and queries.
WRONG_TYPE = {'id': (5, True, [SOME_ID], SOME_ID[:-1], SOME_ID + '0', '', SOME_ID.replace('Q', 'U')),
              'string': (5, False, ['a'], {'a': 1}), 'text': (5, False, ['a'], {}), 'secret': (5, True, []),
              'int': ('many', 1.5, True, [], '9' * 30, 1e300), 'bool': ('yes', 1, 0, []),
              'ids': (SOME_ID, {}, [5], ['x'], [SOME_ID, None]),
              'revs': ([], 'x', {'x': 1}, {SOME_ID: -1}, {SOME_ID: 'x'}, {SOME_ID: 1.5})}


def good_value(field):
    if field['type'] in TABLES['enums']:
        return TABLES['enums'][field['type']]['values'][0]
    value = GOOD[field['type']]
    if field['name'] == 'emoji':
        return '👍'
    if field['name'] == 'email':
        return 'somebody@example.org'
    return max(value, field.get('min', value)) if field['type'] == 'int' else value


def sized(field, size):
    """A value of a size that is on the wrong side of a bound."""
    kind = field['type']
    if kind in ('string', 'text', 'secret'):
        return 'x' * size
    if kind == 'ids':
        return [SOME_ID] * size
    if kind == 'revs':
        alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
        return {SOME_ID[:-2] + alphabet[n // 32 % 32] + alphabet[n % 32]: 1 for n in range(size)}
    return size


def wrong_values(field):
    kind = field['type']
    if field.get('required'):
        yield 'missing', None
    for value in ('no such word', 5, True, []) if kind in TABLES['enums'] else WRONG_TYPE[kind]:
        yield f'{value!r}'[:40], value
    if 'max' in field:
        # The table's ids repeat only 1,024 times; no list is longer than what a frame holds.
        yield 'above its maximum', sized(field, field['max'] + 1)
    if 'min' in field and (kind == 'int' or field['min'] > 0):
        yield 'below its minimum', sized(field, field['min'] - 1)


def is_in_path(row, field):
    return row['rest'] and f':{field["name"]}' in row['rest']['path'].split('/')


class Validation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(Server('--rate-limits=off'))
        cls.person = Person(cls.server, 'ada', invite=cls.server.claim())

    @classmethod
    def tearDownClass(cls):
        cls.person.close()

    def check(self, door, row, field, value):
        fields = {other['name']: good_value(other) for other in row['fields'] if other.get('required')}
        fields.pop(field['name'], None)
        if value is not None:
            fields[field['name']] = value
        with self.assertRaises(Refused) as caught:
            door.call(row['name'], **fields)
        self.assertEqual(caught.exception.code, 'bad-request', caught.exception)
        self.assertEqual(list(caught.exception.fields), [field['name']], caught.exception)
        self.assertTrue(caught.exception.fields[field['name']], 'no words')

    def test_websocket(self):
        socket = self.person.connect()
        for row in OPERATIONS.values():
            if row.get('event', row['name']) is None or row['name'] == 'authenticate':
                continue
            for field in row['fields']:
                for title, value in wrong_values(field):
                    with self.subTest(operation=row['name'], field=field['name'], value=title):
                        self.check(socket, row, field, value)

    def test_rest(self):
        for row in OPERATIONS.values():
            if row['rest'] is None:
                continue
            door = Rest(self.server, self.person.token if row['auth'] != 'none' else None)
            has_body = row['rest']['method'] not in ('GET', 'DELETE')
            for field in row['fields']:
                in_body = has_body and not is_in_path(row, field)
                for title, value in wrong_values(field):
                    # A path or a query holds texts: 5 is "5" there. What is empty in a path makes another path.
                    if not in_body and (not isinstance(value, str) or (is_in_path(row, field) and value == '')):
                        continue
                    with self.subTest(operation=row['name'], field=field['name'], value=title):
                        self.check(door, row, field, value)
            door.close()


if __name__ == '__main__':
    tap.main()
