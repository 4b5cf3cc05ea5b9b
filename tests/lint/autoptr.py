#!/usr/bin/env python3
"""autoptr.py: every g_autoptr, g_autofree and their kin is initialised where it is declared

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re

from tree import files, finish, text

# A declaration that ends, or goes on to another name, without a value. g_auto() of a structure counts too.
DECLARATION = re.compile(r'^[ \t]+(?:const )?(?:g_autofree\b|g_auto(?:ptr|list|slist|queue)? ?\()[^;={]*[;,][ \t]*$',
                         re.MULTILINE)

problems = []
for name in files('*.c', '*.h'):
    content = text(name)
    for match in DECLARATION.finditer(content):
        line = content.count('\n', 0, match.start()) + 1
        problems.append(f'{name}:{line}: {match.group(0).strip()}')

finish(problems, 'An early return would free whatever lies on the stack: write = NULL (or the value).')
