"""snapshot.py: the state of everything, read afresh from one instance through REST

SPDX-License-Identifier: GPL-3.0-or-later
"""

from concurrent.futures import ThreadPoolExecutor

from door import Rest
from model import Holdings, RoomState, drive

READERS = 4


class Snapshot:
    """What a client that knows nothing yet would be told. A room's history is read once, by one of its members; what is
    different for each of them comes from their own list of rooms."""

    def __init__(self, instance, people, keep):
        self.rooms = {}             # room id → RoomState
        self.mine = {}              # user id → room id → what list-rooms says
        self.problems = []
        self.instance = instance
        self.keep = keep
        with ThreadPoolExecutor(READERS) as pool:
            for person, rooms in zip(people, pool.map(self.list_rooms, people)):
                self.mine[person.id] = {room['id']: room for room in rooms}
            readers = {room_id: person for person in people for room_id in self.mine[person.id]}
            self.rooms = dict(pool.map(self.read_room, readers.items()))

    def call(self, person, operation, /, **fields):
        rest = Rest(self.instance, person.token)
        try:
            return rest.call(operation, **fields)
        finally:
            rest.close()

    def list_rooms(self, person):
        return self.call(person, 'list-rooms')['rooms']

    def read_room(self, entry):
        room_id, person = entry
        room = RoomState(self.mine[person.id][room_id])
        reader = Holdings(person.id)
        reader.keep = self.keep
        rest = Rest(self.instance, person.token)
        drive(reader.read_all(room), rest.call)
        rest.close()
        return room_id, room

    def state(self, person):
        """As Holdings.state() of a device of that person must be."""
        return {room_id: self.rooms[room_id].compare(person.id) for room_id in self.mine[person.id]}

    def revs(self):
        return {room_id: max(room.rev, *(mine[room_id]['rev'] for mine in self.mine.values() if room_id in mine))
                for room_id, room in self.rooms.items()}

    def inconsistencies(self, people):
        """Where the parts of it contradict each other; of a server at rest they must not."""
        for person in people:
            for room_id, summary in self.mine[person.id].items():
                room = self.rooms[room_id]
                if person.id not in room.members:
                    yield f'{person.name} lists room {room_id} and is not among its members'
                    continue
                held = room.compare(person.id)
                told = {'rev': summary['rev'], 'lastSeq': summary['lastSeq'], 'mentions': summary['mentions'],
                        'count': summary['memberCount'], 'marks': (summary['receivedSeq'], summary['readSeq'])}
                counted = {'rev': held['rev'], 'lastSeq': held['lastSeq'], 'mentions': held['mentions'],
                           'count': len(held['members']),
                           'marks': tuple(room.members[person.id][name] for name in ('receivedSeq', 'readSeq'))}
                if told != counted:
                    yield f'{person.name} is told {told} of room {room_id}, which counts {counted}'
        for room_id, room in self.rooms.items():
            for user_id in room.present():
                if user_id in self.mine and room_id not in self.mine[user_id]:
                    yield f'{user_id} is a member of room {room_id} and does not list it'
