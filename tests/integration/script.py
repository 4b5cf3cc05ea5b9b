"""script.py: a conversation as a table of steps, and what plays it through a door

SPDX-License-Identifier: GPL-3.0-or-later

A step is one call by one person, with what must come back and what others must be told. Words that begin with $ stand
for ids that an earlier step saved; $ada is the account of ada.
"""

import re
from dataclasses import dataclass, field

from door import Refused

ULID = re.compile(r'\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b')
TIME = re.compile(r'^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$')


class Absent:
    def __repr__(self):
        return 'ABSENT'


ABSENT = Absent()


def anything(_value):
    return True


def an_id(value):
    return bool(ULID.fullmatch(value))


def a_time(value):
    return bool(TIME.match(value))


@dataclass
class Step:
    title: str
    who: str
    operation: str
    fields: dict = field(default_factory=dict)
    expect: object = None     # what the result holds at least
    error: str = None         # or the code it is refused with
    wrong: tuple = ()         # and the fields that are named then
    save: dict = field(default_factory=dict)
    tells: tuple = ()         # (who, event, what its data holds at least)


def mismatch(expected, value, where=''):
    """What differs, in words; None when value holds what is expected. Objects may hold more, lists may not."""
    if callable(expected):
        return None if expected(value) else f'{where}: {value!r} is not {expected.__name__}'
    if isinstance(expected, dict):
        if not isinstance(value, dict):
            return f'{where}: {value!r} is no object'
        for name, part in expected.items():
            if part is ABSENT:
                if name in value:
                    return f'{where}.{name}: should not be there, is {value[name]!r}'
            elif name not in value:
                return f'{where}.{name}: is missing in {value!r}'
            else:
                problem = mismatch(part, value[name], f'{where}.{name}')
                if problem:
                    return problem
        return None
    if isinstance(expected, list):
        if not isinstance(value, list) or len(value) != len(expected):
            return f'{where}: {value!r}, not {len(expected)} elements'
        return next(filter(None, (mismatch(part, value[i], f'{where}[{i}]') for i, part in enumerate(expected))), None)
    same = type(value) is type(expected) and value == expected
    return None if same else f'{where}: {value!r}, not {expected!r}'


class Names:
    """Ids under the names that the table gives them."""

    def __init__(self, **ids):
        self.ids = ids

    def fill(self, value):
        if isinstance(value, str) and value.startswith('$'):
            return self.ids[value[1:]]
        if isinstance(value, dict):
            return {self.fill(name): self.fill(part) for name, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.fill(part) for part in value]
        return value

    def save(self, places, result):
        for name, path in places.items():
            value = result
            for part in path.split('.'):
                value = value[int(part)] if part.isdigit() else value[part]
            self.ids[name] = value


class Player:
    """Plays a table; doors: who → something with call(); listeners: who → Socket."""

    def __init__(self, case, names, doors, listeners):
        self.case = case
        self.names = names
        self.doors = doors
        self.listeners = listeners
        self.transcript = []

    def play(self, steps):
        for step in steps:
            with self.case.subTest(step.title):
                self.play_step(step)

    def play_step(self, step):
        try:
            result = self.doors[step.who].call(step.operation, **self.names.fill(step.fields))
        except Refused as refused:
            self.transcript.append((step.title, refused.code, refused.message, refused.fields))
            self.check_refusal(step, refused)
            return
        self.transcript.append((step.title, result))
        self.case.assertIsNone(step.error, f'not refused: {result}')
        if step.expect is not None:
            self.case.assertIsNone(mismatch(self.names.fill(step.expect), result))
        self.names.save(step.save, result)
        for who, event, data in step.tells:
            self.check_told(step, who, event, self.names.fill(data))

    def check_refusal(self, step, refused):
        self.case.assertEqual(step.error, refused.code, refused)
        self.case.assertEqual(sorted(step.wrong), sorted(refused.fields), refused)
        self.case.assertTrue(refused.message)
        # A request that a door did not let in has no id yet.
        self.case.assertTrue(refused.request_id is None or an_id(refused.request_id))

    def check_told(self, step, who, event, expected):
        data = self.listeners[who].wait(event, lambda data: mismatch(expected, data) is None)
        self.transcript.append((step.title, who, event, data))

    def normalized(self):
        """The transcript with ids numbered as they appear and without times: comparable between servers."""
        numbers = {}
        return normalize(self.transcript, numbers)


def normalize(value, numbers):
    if isinstance(value, str):
        if TIME.match(value):
            return 'TIME'
        return ULID.sub(lambda match: f'ID{numbers.setdefault(match.group(0), len(numbers))}', value)
    if isinstance(value, dict):
        return {name: normalize(part, numbers) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [normalize(part, numbers) for part in value]
    return value
