"""verdict.py: holds what was acknowledged against what is there in the end

SPDX-License-Identifier: GPL-3.0-or-later
"""

from collections import defaultdict

from ledger import FIXED


class Verdict:
    """rooms: room id → RoomState as read afresh. Every list holds words; empty is good."""

    def __init__(self, ledger, rooms):
        self.ledger = ledger
        self.rooms = rooms
        self.messages = {message['id']: message for room in rooms.values() for message in room.messages.values()}
        self.by_name = defaultdict(list)
        for message in self.messages.values():
            self.by_name[message['clientId']].append(message)

    def is_gone(self, room_id):
        return room_id not in self.rooms and room_id in self.ledger.removed_rooms

    def lost(self):
        """Acknowledged, and not there as it was acknowledged."""
        for name, attempt in self.ledger.sends.items():
            if attempt.answer is None:
                continue
            message = attempt.answer['message']
            found = self.messages.get(message['id'])
            if found is None and not self.is_gone(message['roomId']):
                yield f'{name} was acknowledged and is not there: {message}'
            elif found is not None and any(found[field] != message[field] for field in FIXED):
                yield f'{name} is not what was acknowledged: {message} and {found}'
        yield from self.unanswered()
        yield from self.lost_edits()
        yield from self.lost_reactions()

    def unanswered(self):
        for name, attempt in self.ledger.sends.items():
            if not attempt.done:
                yield f'{name} was never answered, in {attempt.tries} tries'

    def lost_edits(self):
        for message_id, attempts in self.ledger.edits.items():
            message = self.messages.get(message_id)
            if message is None or 'deletedAt' in message:
                continue
            doubtful = [attempt.fields['content'] for attempt in attempts if attempt.may_have_happened]
            done = [attempt for attempt in attempts if attempt.answer is not None]
            last = max(done, key=lambda attempt: attempt.answer['message']['rev'], default=None)
            if last is None or message['content'] in (last.fields['content'], *doubtful):
                continue
            yield f'an edit is lost: {last.fields} was the last and {message} is there'

    def lost_reactions(self):
        for (message_id, user_id, emoji), attempts in self.ledger.reactions.items():
            message = self.messages.get(message_id)
            done = [attempt for attempt in attempts if attempt.answer is not None]
            if message is None or 'deletedAt' in message or not done or any(attempt.may_have_happened
                                                                           for attempt in attempts):
                continue
            last = max(done, key=lambda attempt: attempt.answer['message']['rev'])
            there = {'userId': user_id, 'emoji': emoji} in message.get('reactions', [])
            if there != (last.operation == 'add-reaction'):
                yield f'{last.operation} {emoji} of {user_id} is lost: {message}'

    def doubled(self):
        """There more often than it was sent, or though it was refused."""
        for name, messages in self.by_name.items():
            attempt = self.ledger.sends.get(name)
            if attempt is None:
                yield f'nobody sent {messages}'
            elif len(messages) > 1:
                yield f'{name} is there {len(messages)} times: {messages}'
            elif attempt.refused and not attempt.may_have_happened:
                yield f'{name} was refused ({attempt.refused}) and is there: {messages}'

    def out_of_order(self):
        """What one device sent into one room, each after the answer to the last or one behind the other on its
        connection."""
        for attempts in self.ledger.streams.values():
            sends = [attempt for attempt in attempts if attempt.answer is not None]
            for place, first in enumerate(sends):
                later = [second for second in sends[place + 1:] if not second.by_rest]
                if first.in_turn:
                    later = sends[place + 1:]
                elif first.may_be_overtaken:
                    later = []
                yield from (f'{first.seq} was sent before {second.seq}: {first}; {second}'
                            for second in later if first.seq >= second.seq)

    def numbers(self):
        """seq without gaps, no rev twice and none above the room's."""
        for room in self.rooms.values():
            if sorted(room.messages) != list(range(1, room.last_seq + 1)):
                missing = set(range(1, room.last_seq + 1)) - set(room.messages)
                yield f'room {room.id} has gaps: {sorted(missing)[:20]} of {room.last_seq}'
            revs = [message['rev'] for message in room.messages.values()]
            revs += [member['rev'] for member in room.members.values()]
            if max(revs) > room.rev:
                yield f'room {room.id} is at rev {room.rev} and holds {max(revs)}'
            told = [message['rev'] for message in room.messages.values()]
            if len(told) != len(set(told)):
                yield f'room {room.id} has two messages with one rev'
