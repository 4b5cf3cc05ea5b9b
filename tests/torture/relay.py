"""relay.py: a way through TCP that can be cut, stalled, or swallow what is sent

SPDX-License-Identifier: GPL-3.0-or-later

As a program, relay.py PORT HOST leads from PORT here to the same at HOST, until it is killed.
"""

import asyncio
import socket
import struct
import sys


class Side(asyncio.Protocol):
    """One end of a link; what it receives goes to the other."""

    def __init__(self, link):
        self.link = link
        self.transport = None
        self.other = None
        self.early = []         # what came before the other end was there

    def connection_made(self, transport):
        self.transport = transport
        self.link.sides.append(self)

    def data_received(self, data):
        if self.link.swallows:
            return
        if self.other is None:
            self.early.append(data)
        else:
            self.other.transport.write(data)

    def pause_writing(self):
        if self.other is not None:
            self.other.transport.pause_reading()

    def resume_writing(self):
        if self.other is not None and not self.link.paused:
            self.other.transport.resume_reading()

    def connection_lost(self, _failure):
        self.link.side_lost(self)


class Link:
    """One connection through the relay."""

    def __init__(self, relay):
        self.relay = relay
        self.sides = []
        self.swallows = False
        self.paused = False

    async def open(self, near):
        """Makes the connection onwards for one that came in."""
        try:
            _transport, far = await asyncio.get_running_loop().create_connection(lambda: Side(self), *self.relay.target)
        except OSError:
            near.transport.abort()
            return
        near.other, far.other = far, near
        for data in near.early:
            far.transport.write(data)
        if near.transport.is_closing():
            far.transport.abort()

    def side_lost(self, side):
        self.relay.links.discard(self)
        # A swallowing link does not tell either end about the other.
        if side.other is not None and not self.swallows:
            side.other.transport.close()

    def reset(self):
        for side in self.sides:
            if side.transport.is_closing():
                continue
            # An RST, not a FIN.
            side.transport.get_extra_info('socket').setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                                               struct.pack('ii', 1, 0))
            side.transport.abort()

    def swallow(self):
        self.swallows = True
        self.relay.links.discard(self)
        self.relay.swallowed.add(self)

    def pause(self):
        self.paused = True
        for side in self.sides:
            if not side.transport.is_closing():
                side.transport.pause_reading()

    def resume(self):
        self.paused = False
        for side in self.sides:
            if not side.transport.is_closing():
                side.transport.resume_reading()


class Relay:
    def __init__(self, target):
        self.target = target
        self.links = set()
        self.swallowed = set()
        self.server = None

    async def start(self, port=0):
        self.server = await asyncio.get_running_loop().create_server(self.accept, '127.0.0.1', port)
        return self

    @property
    def address(self):
        return self.server.sockets[0].getsockname()

    def accept(self):
        link = Link(self)
        self.links.add(link)
        side = Side(link)
        asyncio.get_running_loop().call_soon(lambda: asyncio.ensure_future(link.open(side)))
        return side

    def stop(self):
        self.server.close()
        for link in self.links | self.swallowed:
            link.reset()


async def main(port, host):
    relay = await Relay((host, port)).start(port)
    print('ready', flush=True)
    await relay.server.serve_forever()


if __name__ == '__main__':
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
