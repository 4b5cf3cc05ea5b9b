#!/usr/bin/env python3
"""python.py: every Python file compiles, and uses what it imports

SPDX-License-Identifier: GPL-3.0-or-later
"""

import ast

from tree import files, finish, text


def unused_imports(name, tree):
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            for alias in node.names:
                bound = (alias.asname or alias.name).split('.')[0]
                if bound not in used and bound not in ('annotations', '*'):
                    yield f'{name}:{node.lineno}: imports {bound} and does not use it'


def check(name):
    try:
        tree = ast.parse(text(name), name)
    except SyntaxError as error:
        return [f'{name}:{error.lineno}: {error.msg}']
    return unused_imports(name, tree)


finish([problem for name in files('*.py') for problem in check(name)],
       'A test driver that does not compile tests nothing.')
