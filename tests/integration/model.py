"""model.py: what a client must know: the state that resume and events amount to

SPDX-License-Identifier: GPL-3.0-or-later

Written from docs/protocol.md alone: held revs, gaps, limited updates. Two states that were reached on different
ways can be compared. Holdings knows nothing of connections: what it must fetch it yields as (operation, fields)
and is sent the result, so that it serves a client that blocks and one that does not.
"""

from door import Closed, Refused, sign_in

# Of a room as its members see it, what is not derived from members and messages.
ROOM_FIELDS = ('name', 'description', 'type', 'encrypted', 'createdBy', 'createdAt')
MEMBER_FIELDS = ('userId', 'username', 'role', 'joinedAt')
# In rooms with more members than this only one's own read marks are told.
MEMBERS_SHOWN = 50
GONE = ('forbidden', 'not-found')


class RoomState:
    def __init__(self, room):
        self.id = room['id']
        self.info = {}
        self.settings_rev = -1
        self.rev = room['rev']          # everything up to here is held
        self.ahead = {}                 # rev above it that came already → its new message, or None
        self.messages = {}              # seq → message
        self.members = {}               # user id → Member
        self.last_seq = 0
        self.take_info(room)

    def take_info(self, room):
        if room['rev'] >= self.settings_rev:
            self.settings_rev = room['rev']
            self.info = {name: room[name] for name in ROOM_FIELDS if name in room}
        self.last_seq = max(self.last_seq, room['lastSeq'])

    def saw(self, rev, message=None):
        """A change came; the held rev moves on as far as there is no gap."""
        if rev > self.rev:
            self.ahead[rev] = message
        while self.rev + 1 in self.ahead:
            self.rev += 1
            message = self.ahead.pop(self.rev)
            if message is not None:
                self.move_sender_marks(message)

    def caught_up(self, rev):
        """Everything up to rev was read from the server."""
        self.ahead = {later: message for later, message in self.ahead.items() if later > rev}
        self.rev = max(self.rev, rev)
        self.saw(self.rev)

    def take_message(self, message):
        old = self.messages.get(message['seq'])
        if old is None or old['rev'] <= message['rev']:
            self.messages[message['seq']] = message
        self.last_seq = max(self.last_seq, message['seq'])

    def move_sender_marks(self, message):
        """Who writes with nothing unread has read what they wrote; no receipt tells it. In the order of revs only."""
        member = self.members.get(message['senderId'])
        if member is None:
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

    def seen(self, member):
        """Marks as they are shown: nobody is told to look at their own words. How far a mark moved when they wrote is
        the server's secret: what a snapshot has of marks may be newer than its rev, and no receipt tells."""
        marks = []
        for name in ('receivedSeq', 'readSeq'):
            seq = member[name]
            while seq + 1 in self.messages and self.messages[seq + 1]['senderId'] == member['userId']:
                seq += 1
            marks.append(seq)
        return tuple(marks)

    def present(self):
        return {user_id: member for user_id, member in self.members.items() if not member.get('left')}

    def compare(self, me):
        """What another client of the same person must have too."""
        members = self.present()
        mine = members[me]
        shown = len(members) <= MEMBERS_SHOWN
        unread = [message for message in self.messages.values() if message['seq'] > mine['readSeq']]
        return {
            'rev': self.rev,
            'lastSeq': self.last_seq,
            'info': self.info,
            'members': {user_id: {name: member.get(name) for name in MEMBER_FIELDS}
                        for user_id, member in members.items()},
            'marks': {user_id: self.seen(member)
                      for user_id, member in members.items() if shown or user_id == me},
            'messages': self.messages,
            'mentions': sum(1 for message in unread if mentions(message, me)),
        }


def mentions(message, me):
    """Nobody's attention is called to their own words."""
    if message['senderId'] == me:
        return False
    return 'deletedAt' not in message and (me in message.get('mentions', ()) or message.get('mentionsRoom', False))


def difference(one, other, path=''):
    """The first place where two states differ, in words."""
    if one == other:
        return None
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(set(one) | set(other), key=str):
            if name not in one or name not in other:
                where = 'second' if name in other else 'first'
                return f'{path}.{name}: only in the {where}: {one.get(name, other.get(name))!r}'
            found = difference(one[name], other[name], f'{path}.{name}')
            if found:
                return found
        return None
    return f'{path}: {one!r} and {other!r}'


class Holdings:
    """What a device holds of its rooms, by resume and by events."""

    def __init__(self, me):
        self.me = me
        self.rooms = {}
        self.limited = 0            # how often a room came as limited

    def keep(self, message):
        """What is held in place of a message that came."""
        return message

    def revs(self):
        return {room.id: room.rev for room in self.rooms.values()}

    def gaps(self):
        """Rooms of which later changes came, and earlier ones did not."""
        return [room for room in self.rooms.values() if room.ahead]

    def take_resumed(self, reply):
        for room_id in reply['left']:
            self.rooms.pop(room_id, None)
        for update in reply['rooms']:
            yield from self.take_update(update)
        for room in reply['joined']:
            yield from self.take_joined(room)

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
            room.take_message(self.keep(message))
        if 'cursor' in update:
            yield from self.fetching(room, self.read_pages(room, cursor=update['cursor']))
        room.last_seq = max(room.last_seq, update['lastSeq'])
        room.take_receipt(update | {'userId': self.me})
        room.caught_up(update['rev'])

    def take_joined(self, summary):
        """A room that is new here: all of it is fetched, while its events come already."""
        old = self.rooms.get(summary['id'])
        if old is not None:
            old.take_info(summary)
            return
        room = self.rooms[summary['id']] = RoomState(summary)
        yield from self.fetching(room, self.read_all(room))

    def fetching(self, room, steps):
        """What is held in part is not held: the next resume brings it anew."""
        try:
            yield from steps
        except Refused as refused:
            self.rooms.pop(room.id, None)
            # Taken out again since then: the event that says so is on its way.
            if refused.code not in GONE:
                raise
        except BaseException:
            self.rooms.pop(room.id, None)
            raise

    def read_all(self, room):
        cursor = None
        while True:
            page = yield 'list-members', {'roomId': room.id, 'limit': 200} | ({'cursor': cursor} if cursor else {})
            for member in page['members']:
                room.take_member(member)
            cursor = page.get('nextCursor')
            if cursor is None:
                break
        yield from self.read_pages(room)

    def read_pages(self, room, **place):
        while True:
            page = yield 'list-messages', {'roomId': room.id, 'limit': 100} | place
            for message in page['messages']:
                room.take_message(self.keep(message))
            if not page['hasMore']:
                return
            place = {'cursor': page['nextCursor']}

    def take_event(self, name, data):
        take = getattr(self, 'on_' + name.replace('-', '_'), None)
        return take(data) or () if take is not None else ()

    def on_new_message(self, message):
        room = self.rooms.get(message['roomId'])
        if room is not None:
            message = self.keep(message)
            room.take_message(message)
            room.saw(message['rev'], message)

    def on_message_changed(self, data):
        message = data['message']
        room = self.rooms.get(message['roomId'])
        if room is not None:
            room.take_message(self.keep(message))
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
        return self.take_joined(data['room'])

    def on_room_left(self, data):
        self.rooms.pop(data['roomId'], None)

    def state(self):
        return {room_id: room.compare(self.me) for room_id, room in self.rooms.items()}


def advance(take, *value):
    """The next thing to fetch; None when nothing is left to fetch."""
    try:
        return take(*value)
    except StopIteration:
        return None


def drive(steps, call):
    """Fetches what holdings ask for, with a call that blocks."""
    steps = iter(steps)
    request = advance(next, steps)
    while request is not None:
        operation, fields = request
        try:
            result = call(operation, **fields)
        except Exception as failure:  # pylint: disable=broad-except
            request = advance(steps.throw, failure)
        else:
            request = advance(steps.send, result)


class Model:
    """A device of a person: connects, resumes, follows; and can lose its connection at any time."""

    def __init__(self, person):
        self.person = person
        self.holdings = Holdings(person.id)
        self.socket = None
        self.resumes = 0
        self.gaps = []

    @property
    def limited(self):
        return self.holdings.limited

    def connect(self):
        self.socket = sign_in(self.person.server, self.person.token)
        reply = self.socket.call('resume', rooms=self.holdings.revs())
        self.resumes += 1
        drive(self.holdings.take_resumed(reply), self.socket.call)
        self.follow()

    def cut(self):
        if self.socket is not None:
            self.follow()
            self.socket.cut()
            self.socket = None
        for room in self.holdings.gaps():
            self.gaps.append((room.id, room.rev, sorted(room.ahead)))
            room.ahead.clear()

    def follow(self):
        """Applies the events that have come."""
        while self.socket is not None and self.socket.events:
            drive(self.holdings.take_event(*self.socket.events.pop(0)), self.socket.call)

    def pump(self):
        """Reads what is there, without waiting."""
        try:
            self.socket.pump()
        except Closed:
            self.socket = None
            raise
        self.follow()

    def state(self):
        return self.holdings.state()
