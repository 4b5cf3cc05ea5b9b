"""model.py: what a client must know: the state that resume and events amount to

SPDX-License-Identifier: GPL-3.0-or-later

Written from docs/protocol.md alone: held revs, gaps,
limited updates. Two states that were reached on different ways can
be compared.
"""

from door import Closed, Refused, sign_in

# Of a room as its members see it, what is not derived from members and messages.
ROOM_FIELDS = ('name', 'description', 'type', 'encrypted', 'createdBy', 'createdAt')
MEMBER_FIELDS = ('userId', 'username', 'role', 'joinedAt')


class RoomState:
    def __init__(self, room):
        self.id = room['id']
        self.info = {}
        self.settings_rev = -1
        self.rev = room['rev']          # everything up to here is held
        self.ahead = set()              # revs above it that came already
        self.messages = {}              # seq → message
        self.members = {}               # user id → Member
        self.last_seq = 0
        self.take_info(room)

    def take_info(self, room):
        if room['rev'] >= self.settings_rev:
            self.settings_rev = room['rev']
            self.info = {name: room[name] for name in ROOM_FIELDS if name in room}
        self.last_seq = max(self.last_seq, room['lastSeq'])

    def saw(self, rev):
        """A change came; the held rev moves on as far as there is no gap."""
        if rev > self.rev:
            self.ahead.add(rev)
        while self.rev + 1 in self.ahead:
            self.rev += 1
            self.ahead.discard(self.rev)

    def take_message(self, message):
        old = self.messages.get(message['seq'])
        if old is None or old['rev'] <= message['rev']:
            self.messages[message['seq']] = message
        self.last_seq = max(self.last_seq, message['seq'])

    def move_sender_marks(self, message):
        """Who writes with nothing unread has read what they wrote; no receipt tells of that."""
        member = self.members.get(message['senderId'])
        if member is None or message['rev'] <= self.rev:
            return
        for name in ('receivedSeq', 'readSeq'):
            if member[name] == message['seq'] - 1:
                member[name] = message['seq']

    def take_member(self, member):
        old = self.members.get(member['userId'])
        if old is not None and old['rev'] > member['rev']:
            member = old | self.raised(old, member)
        elif old is not None:
            member = member | self.raised(old, member)
        self.members[member['userId']] = dict(member)

    def take_left(self, user_id, rev):
        old = self.members.get(user_id)
        if old is not None and old['rev'] < rev:
            self.members[user_id] = old | {'left': True, 'rev': rev}

    def take_receipt(self, data):
        old = self.members.get(data['userId'])
        if old is not None:
            old.update(self.raised(old, data))

    @staticmethod
    def raised(old, new):
        return {name: max(old[name], new[name]) for name in ('receivedSeq', 'readSeq')}

    def present(self):
        return {user_id: member for user_id, member in self.members.items() if not member.get('left')}

    def compare(self, me):
        """What another client of the same person must have too."""
        members = self.present()
        mine = members[me]
        unread = [message for message in self.messages.values() if message['seq'] > mine['readSeq']]
        return {
            'rev': self.rev,
            'lastSeq': self.last_seq,
            'info': self.info,
            'members': {user_id: {name: member.get(name) for name in (*MEMBER_FIELDS, 'receivedSeq', 'readSeq')}
                        for user_id, member in members.items()},
            'messages': self.messages,
            'mentions': sum(1 for message in unread if mentions(message, me)),
        }


def mentions(message, me):
    """Nobody's attention is called to their own words."""
    if message['senderId'] == me:
        return False
    return 'deletedAt' not in message and (me in message.get('mentions', ()) or message.get('mentionsRoom', False))


class Model:
    """A device of a person: connects, resumes, follows; and can lose its connection at any time."""

    def __init__(self, person):
        self.person = person
        self.rooms = {}
        self.socket = None
        self.told_mentions = {}     # room id → what the last resume said, with the rev it was true at
        self.limited = 0            # how often a room came as limited
        self.resumes = 0
        self.gaps = []

    def connect(self):
        self.socket = sign_in(self.person.server, self.person.token)
        reply = self.socket.call('resume', rooms={room.id: room.rev for room in self.rooms.values()})
        self.resumes += 1
        for room_id in reply['left']:
            self.rooms.pop(room_id, None)
        for update in reply['rooms']:
            self.take_update(update)
        for room in reply['joined']:
            self.take_joined(room)
        self.follow()

    def cut(self):
        if self.socket is not None:
            self.follow()
            self.socket.cut()
            self.socket = None
        for room in self.rooms.values():
            if room.ahead:
                self.gaps.append((room.id, room.rev, sorted(room.ahead)))
                room.ahead.clear()

    def take_update(self, update):
        room = self.rooms[update['roomId']]
        if update.get('limited'):
            self.limited += 1
            room.messages = {}
            room.rev = min(room.rev, update['rev'])
        if 'room' in update:
            room.take_info(update['room'])
        for member in update['members']:
            room.take_member(member)
        for message in update['messages']:
            room.take_message(message)
        cursor = update.get('cursor')
        while cursor is not None:
            cursor = self.read_page(room, cursor=cursor)
        room.last_seq = max(room.last_seq, update['lastSeq'])
        room.take_receipt(update | {'userId': self.person.id})
        room.ahead = {rev for rev in room.ahead if rev > update['rev']}
        room.rev = max(room.rev, update['rev'])
        room.saw(room.rev)

    def read_page(self, room, **place):
        page = self.socket.call('list-messages', roomId=room.id, limit=100, **place)
        for message in page['messages']:
            room.take_message(message)
        return page.get('nextCursor') if page['hasMore'] else None

    def take_joined(self, summary):
        """A room that is new here: all of it is fetched, while its events come already."""
        old = self.rooms.get(summary['id'])
        if old is not None:
            old.take_info(summary)
            return
        room = self.rooms[summary['id']] = RoomState(summary)
        cursor = None
        while True:
            page = self.socket.call('list-members', roomId=room.id, limit=200, **({'cursor': cursor} if cursor else {}))
            for member in page['members']:
                room.take_member(member)
            cursor = page.get('nextCursor')
            if cursor is None:
                break
        cursor = self.read_page(room)
        while cursor is not None:
            cursor = self.read_page(room, cursor=cursor)

    def follow(self):
        """Applies the events that have come."""
        while self.socket is not None and self.socket.events:
            name, data = self.socket.events.pop(0)
            take = getattr(self, 'on_' + name.replace('-', '_'), None)
            if take is not None:
                take(data)

    def pump(self):
        """Reads what is there, without waiting."""
        try:
            self.socket.pump()
        except Closed:
            self.socket = None
            raise
        self.follow()

    def on_new_message(self, message):
        room = self.rooms.get(message['roomId'])
        if room is not None:
            room.move_sender_marks(message)
            room.take_message(message)
            room.saw(message['rev'])

    def on_message_changed(self, data):
        message = data['message']
        room = self.rooms.get(message['roomId'])
        if room is not None:
            room.take_message(message)
            room.saw(message['rev'])

    def on_user_joined(self, data):
        room = self.rooms.get(data['roomId'])
        if room is not None:
            room.take_member(data['member'])
            room.saw(data['rev'])

    on_member_changed = on_user_joined

    def on_user_left(self, data):
        room = self.rooms.get(data['roomId'])
        if room is not None:
            room.take_left(data['userId'], data['rev'])
            room.saw(data['rev'])

    def on_room_changed(self, data):
        room = self.rooms.get(data['room']['id'])
        if room is not None:
            room.take_info(data['room'])
            room.saw(data['room']['rev'])

    def on_receipt(self, data):
        room = self.rooms.get(data['roomId'])
        if room is not None:
            room.take_receipt(data)

    def on_room_joined(self, data):
        try:
            self.take_joined(data['room'])
        except Refused as refused:
            # Taken out again since then: the event that says so is on its way.
            if refused.code not in ('forbidden', 'not-found'):
                raise
            self.rooms.pop(data['room']['id'], None)

    def on_room_left(self, data):
        self.rooms.pop(data['roomId'], None)

    def state(self):
        return {room_id: room.compare(self.person.id) for room_id, room in self.rooms.items()}
