#!/usr/bin/env python3
"""layers.py: every #include follows the layer diagram of docs/architecture.md

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re

from tree import ROOT, files, finish, text

# Folder: the folders whose headers its files may include (its own and what is below it). The longest match counts.
ALLOWED = {
    'lib/protocol': ('lib/protocol',),
    'lib/crypto': ('lib/crypto', 'lib/protocol'),
    'lib/client': ('lib/client', 'lib/crypto', 'lib/protocol'),
    'app': ('app', 'lib/client', 'lib/crypto', 'lib/protocol'),
    'server/store': ('server/store', 'lib/protocol'),
    'server/backplane': ('server/backplane', 'lib/protocol'),
    'server/blobs': ('server/blobs', 'lib/protocol'),
    'server/domain': ('server/domain', 'server/store', 'server/backplane', 'server/blobs', 'lib/protocol'),
    'server/api': ('server/api', 'server/domain', 'server/store', 'server/backplane', 'server/blobs', 'lib/protocol'),
    # Bytes, frames and the table of api: never a store.
    'server/net': ('server/net', 'server/web', 'server/api', 'server/domain', 'server/backplane', 'lib/protocol'),
    'server/web': ('server/web', 'lib/protocol'),
    # The composition root and the operator's commands put the parts together.
    'server/ops': ('server', 'lib/protocol'),
    'server': ('server', 'lib/protocol'),
}

# Libraries that belong to one place: pattern of the system header, folders that may include it.
LIBRARIES = (
    (re.compile(r'^(gtk/|adwaita|gdk/|gsk/|libspelling|libportal-gtk4)'), ('app', 'tests/ui', 'tests/bench')),
    (re.compile(r'^sqlite3'), ('server/store', 'lib/client', 'tests')),
    (re.compile(r'^(mongoc|bson)'), ('server/store', 'server/blobs', 'tests')),
    (re.compile(r'^hiredis'), ('server/backplane', 'tests')),
    (re.compile(r'^libsoup/'), ('server/net', 'server/ops', 'server/main.c', 'lib/client', 'tests')),
    (re.compile(r'^libsecret/'), ('lib/client', 'tests')),
)

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.MULTILINE)


def within(name, folder):
    return name == folder or name.startswith(folder + '/')


def resolve(name, header):
    """The file in the tree that an include means, or None when it is generated or not ours."""
    for folder in (name.rpartition('/')[0], 'lib', 'lib/protocol', 'lib/crypto', 'lib/client', 'server', 'app', '.'):
        path = (ROOT / folder / header).resolve()
        if path.is_file() and path.is_relative_to(ROOT):
            return str(path.relative_to(ROOT))
    # Generated headers have no file; the folder in their name tells.
    first = header.partition('/')[0]
    for area in ('lib', 'server'):
        if '/' in header and (ROOT / area / first).is_dir():
            return f'{area}/{header}'
    return None


def check(name):
    layer = max((folder for folder in ALLOWED if within(name, folder)), key=len, default=None)
    for bracket, header in INCLUDE.findall(text(name)):
        if header.endswith('.c'):
            yield f'{name}: includes {header}; link what is needed, or split the file'
        target = resolve(name, header) if bracket == '"' else None
        if layer and target and not any(within(target, folder) for folder in ALLOWED[layer]):
            yield f'{name}: {layer} must not include {target}'
        for library, places in LIBRARIES:
            if library.search(header) and not any(within(name, place) for place in places):
                yield f'{name}: <{header}> belongs to {", ".join(places)}'


finish([problem for name in files('*.c', '*.h') for problem in check(name)],
       'A layer that reaches upwards or sideways cannot be changed, tested or replaced alone (docs/architecture.md).')
