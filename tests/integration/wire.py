"""wire.py: a WebSocket peer that may do wrong: frames are made byte by byte

SPDX-License-Identifier: GPL-3.0-or-later
"""

import base64
import json
import os
import socket
import struct

from server import PATIENCE

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Wire:
    def __init__(self, server, headers=None, path='/ws', receive_buffer=None):
        self.socket = socket.socket()
        if receive_buffer is not None:
            # Before connecting: the window is agreed on then.
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect((server.host, server.port))
        self.buffer = b''
        self.status, self.headers = self.shake_hands(server, headers or {}, path)

    def __enter__(self):
        return self

    def __exit__(self, *_rest):
        self.close()

    def close(self):
        self.socket.close()

    def shake_hands(self, server, headers, path):
        lines = {'Host': f'{server.host}:{server.port}', 'Upgrade': 'websocket', 'Connection': 'Upgrade',
                 'Sec-WebSocket-Version': '13',
                 'Sec-WebSocket-Key': base64.b64encode(os.urandom(16)).decode()} | headers
        request = f'GET {path} HTTP/1.1\r\n' + ''.join(f'{name}: {value}\r\n' for name,
                                                       value in lines.items() if value) + '\r\n'
        self.socket.sendall(request.encode())
        while b'\r\n\r\n' not in self.buffer:
            self.fill()
        head, self.buffer = self.buffer.split(b'\r\n\r\n', 1)
        first, *rest = head.decode().split('\r\n')
        return int(first.split()[1]), dict(line.lower().split(': ', 1) for line in rest)

    def fill(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionResetError('the server closed without a close frame')
        self.buffer += data

    def take(self, length):
        while len(self.buffer) < length:
            self.fill()
        data, self.buffer = self.buffer[:length], self.buffer[length:]
        return data

    def send_frame(self, opcode, payload=b'', final=True, masked=True, reserved=0, length=None):
        """length: what the header claims, when that is not the truth."""
        length = len(payload) if length is None else length
        head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
        mask_bit = 0x80 if masked else 0
        if length < 126:
            head += bytes([mask_bit | length])
        elif length < 65536:
            head += bytes([mask_bit | 126]) + struct.pack('>H', length)
        else:
            head += bytes([mask_bit | 127]) + struct.pack('>Q', length)
        if masked:
            key = os.urandom(4)
            repeated = key * (len(payload) // 4 + 1)
            payload = (int.from_bytes(payload, 'big') ^ int.from_bytes(repeated[:len(payload)],
                                                                       'big')).to_bytes(len(payload), 'big')
            head += key
        self.socket.sendall(head + payload)

    def send_json(self, value):
        self.send_frame(TEXT, json.dumps(value).encode())

    def read_frame(self):
        first, second = self.take(2)
        length = second & 0x7f
        if length == 126:
            length = struct.unpack('>H', self.take(2))[0]
        elif length == 127:
            length = struct.unpack('>Q', self.take(8))[0]
        return first & 0x0f, self.take(length)

    def read_json(self):
        opcode, payload = self.read_frame()
        assert opcode == TEXT, f'opcode {opcode}: {payload[:200]!r}'
        return json.loads(payload)

    def read_close(self):
        """Reads past everything to the close frame; its code, or None when there is none."""
        try:
            while True:
                opcode, payload = self.read_frame()
                if opcode == CLOSE:
                    return struct.unpack('>H', payload[:2])[0] if len(payload) >= 2 else 1005
        except ConnectionResetError:
            return None

    def sign_in(self, token):
        self.send_json({'event': 'authenticate', 'id': 1, 'data': {'token': token}})
        assert self.read_json() == {'reply': 1, 'data': {}}
        assert self.read_json()['event'] == 'hello'
