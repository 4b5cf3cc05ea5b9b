#!/usr/bin/env python3
"""text.py: text files are UTF-8, end with a newline, have no blanks at line ends, and code fits the page

SPDX-License-Identifier: GPL-3.0-or-later
"""

from fnmatch import fnmatch

from tree import ROOT, files, finish, is_text

CODE = ('.c', '.h', '.py', '.sh', '.blp', '.css', '.build', 'dev')
WIDTH = 120
# Corpora, vectors and patches are data: their bytes are the point.
AS_THEY_ARE = ('tests/fuzz/*/corpus/*', 'COPYING')


def check(name):
    data = (ROOT / name).read_bytes()
    try:
        lines = data.decode('utf-8').split('\n')
    except UnicodeDecodeError:
        yield f'{name}: is not UTF-8'
        return
    if data and lines[-1]:
        yield f'{name}: does not end with a newline'
    for number, line in enumerate(lines, 1):
        if line.endswith('\r'):
            yield f'{name}:{number}: ends with a carriage return'
        elif line != line.rstrip() and not name.endswith(('.md', '.patch')):
            yield f'{name}:{number}: has blanks at its end'
        if name.endswith(CODE) and len(line) > WIDTH:
            yield f'{name}:{number}: is {len(line)} characters wide, more than {WIDTH}'



def is_data(name):
    return any(fnmatch(name, pattern) for pattern in AS_THEY_ARE)


finish([problem for name in files() if not is_data(name) and is_text(name) for problem in check(name)],
       'Editors that keep .editorconfig do this by themselves.')
