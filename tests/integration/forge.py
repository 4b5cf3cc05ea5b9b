"""forge.py: access tokens that the server never made

SPDX-License-Identifier: GPL-3.0-or-later
"""

import base64
import hashlib
import hmac
import json


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def decode(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def parts(token):
    head, body, _signature = token.split('.')
    return json.loads(decode(head)), json.loads(decode(body))


def make(head, body, key=b'', digest=hashlib.sha256):
    text = '.'.join(encode(json.dumps(part, separators=(',', ':'), ensure_ascii=False).encode()) for part in (head,
                                                                                                              body))
    return f'{text}.{encode(hmac.new(key, text.encode(), digest).digest())}'


def forgeries(token, key):
    """What must not be believed: title → token. key is the server's own, so that it is not the key that is wrong."""
    head, body = parts(token)
    first, second, third = token.split('.')
    flipped = ('A' if third[0] != 'A' else 'B') + third[1:]
    promoted = encode(json.dumps(body | {'role': 'admin', 'admin': True}).encode())
    return {
        'nothing': '',
        'words': 'not a token',
        'dots': '..',
        'no signature': f'{first}.{second}.',
        'two parts': f'{first}.{second}',
        'four parts': f'{token}.{third}',
        'alg none': f'{encode(json.dumps(head | {"alg": "none"}).encode())}.{second}.',
        'alg None with the old signature': f'{encode(json.dumps(head | {"alg": "None"}).encode())}.{second}.{third}',
        'alg HS512, signed with the key': make(head | {'alg': 'HS512'}, body, key, hashlib.sha512),
        'alg HS384, signed with the key': make(head | {'alg': 'HS384'}, body, key, hashlib.sha384),
        'another body': f'{first}.{promoted}.{third}',
        'another signature': f'{first}.{second}.{flipped}',
        'a key of nothing': make(head, body, b''),
        'another key': make(head, body, b'0' * 32),
        'expired': make(head,
                        {name: value - 86400 if name in ('exp', 'iat', 'nbf') else value for name,
                         value in body.items()}, key),
        'without an end': make(head, {name: value for name, value in body.items() if name != 'exp'}, key),
        'an end that is no number': make(head, body | {'exp': 'tomorrow'}, key),
        'nobody': make(head, {name: value for name, value in body.items() if name not in ('sub',)}, key),
        'not JSON': f'{first}.{encode(b"{nope")}.{third}',
        'no base64': f'{first}.{second[:-1]}!.{third}',
        'padded': f'{first}=.{second}.{third}',
        'very long': token + 'A' * 5000,
    }
