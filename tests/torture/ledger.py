"""ledger.py: what all clients together were told, and what must therefore be true

SPDX-License-Identifier: GPL-3.0-or-later

Everything here comes from answers and events of the protocol. Two clients that were told different things about
the same change are a failure at once; what was acknowledged is looked for in the end.
"""

import time
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

COURSE = 8      # tries of one attempt that are told
SHOWN = 12      # problems of one kind that are told in words
RECENT = 60     # attempts that are remembered of each room, for whoever must find out what happened

# What every answer about one message has alike, whenever it was given.
FIXED = ('id', 'roomId', 'seq', 'senderId', 'clientId', 'timestamp')


@dataclass
class Attempt:
    """Something that a device asked for again and again until it was answered."""

    device: str
    operation: str
    fields: dict
    tries: int = 0
    in_turn: bool = False       # everything before it was answered when it was sent, and nothing was sent until it was
    by_rest: bool = False
    course: list = field(default_factory=list)      # what became of each try: (when, what)
    answer: dict = None
    refused: str = None
    began: float = field(default_factory=time.monotonic)
    ended: float = 0
    upstream: str = None        # who answered

    def __str__(self):
        how = 'answered' if self.answer is not None else f'refused ({self.refused})' if self.refused else 'unanswered'
        return (f'{self.began:.3f} to {self.ended:.3f} {self.device}: {self.operation} {self.fields} {how} '
                f'in {self.tries} tries by {self.upstream}: '
                + ', '.join(f'{when:.3f} {what}' for when, what in self.course[-COURSE:]))

    def note(self, what):
        self.course.append((time.monotonic(), what))

    @property
    def seq(self):
        return self.answer['message']['seq']

    @property
    def done(self):
        return self.answer is not None or self.refused is not None

    @property
    def may_have_happened(self):
        """Whether a try that nobody heard the answer of may have been carried out, then or later."""
        return self.tries > 1

    @property
    def may_be_overtaken(self):
        """A try that is refused for a while is not made up for, and what was sent behind it on the same connection may
        be carried out. Whether one was refused that was not answered, nobody knows."""
        return self.tries > 1 or self.by_rest


@dataclass
class Ledger:
    problems: list = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    messages: dict = field(default_factory=dict)        # (message id, rev) → the message, as everybody must see it
    places: dict = field(default_factory=dict)          # (room id, seq) → message id
    names: dict = field(default_factory=dict)           # (sender id, clientId) → message id
    changes: dict = field(default_factory=dict)         # (room id, rev) → what it changed
    sends: dict = field(default_factory=dict)           # clientId → Attempt
    streams: dict = field(default_factory=lambda: defaultdict(list))    # (device, room id) → sends, as they were sent
    edits: dict = field(default_factory=lambda: defaultdict(list))      # message id → Attempts
    reactions: dict = field(default_factory=lambda: defaultdict(list))  # (message id, user id, emoji) → Attempts
    recent: dict = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=RECENT)))     # room id → Attempts
    removed_rooms: set = field(default_factory=set)     # whose deletion was asked for, with whatever outcome

    def problem(self, kind, words):
        self.counts[f'problem: {kind}'] += 1
        if self.counts[f'problem: {kind}'] <= SHOWN:
            self.problems.append(f'{kind}: {words}')

    def keep(self, message):
        """The one copy of a message at a rev that all clients share; that they are told the same is checked here."""
        key = (message['id'], message['rev'])
        held = self.messages.get(key)
        if held is not None:
            if held is not message and held != message:
                self.problem('one change, told differently', f'{held} and {message}')
            return held
        self.messages[key] = message
        self.unique(self.places, (message['roomId'], message['seq']), message['id'], 'one seq, two messages')
        self.unique(self.names, (message['senderId'], message['clientId']), message['id'], 'doubled')
        self.changed(message['roomId'], message['rev'], f'message {message["id"]}')
        return message

    def changed(self, room_id, rev, what):
        self.unique(self.changes, (room_id, rev), what, 'one rev, two changes')

    def unique(self, table, key, value, kind):
        if table.setdefault(key, value) != value:
            self.problem(kind, f'{key}: {table[key]} and {value}')

    def sending(self, attempt):
        """A send is written down before its first try."""
        self.sends[attempt.fields['clientId']] = attempt
        self.streams[attempt.device, attempt.fields['roomId']].append(attempt)

    def answered(self, attempt, answer):
        """The final answer of an attempt; of a send there may be several, which must be alike."""
        if attempt.operation == 'send-message':
            first = attempt.answer and attempt.answer['message']
            if first and any(first[name] != answer['message'][name] for name in FIXED):
                self.problem('one clientId, two answers', f'{first} and {answer["message"]}')
        if attempt.answer is None:
            self.ended(attempt)
            self.counts['acknowledged'] += 1
            self.counts[f'acknowledged {attempt.operation}'] += 1
            attempt.answer = answer
        if 'message' in answer:
            self.keep(answer['message'])

    def ended(self, attempt):
        attempt.ended = time.monotonic()
        self.recent[attempt.fields.get('roomId')].append(attempt)

    def refused(self, attempt, code):
        self.ended(attempt)
        attempt.refused = code
        self.counts[f'refused {code}'] += 1

    @property
    def resent(self):
        return self.counts['resent']
