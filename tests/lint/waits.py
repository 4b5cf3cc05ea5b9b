#!/usr/bin/env python3
"""waits.py: tests wait for conditions, never for time

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re

from tree import files, finish, text

SLEEP = re.compile(r'\b(g_usleep|usleep|nanosleep|(?<![\w.])sleep|time\.sleep) ?\(')

problems = []
for name in files('tests/*.c', 'tests/*.h', 'tests/*.py'):
    if name == 'tests/lint/waits.py':
        continue
    for number, line in enumerate(text(name).splitlines(), 1):
        if SLEEP.search(line):
            problems.append(f'{name}:{number}: {line.strip()}')

finish(problems,
       'A sleep is too short on a busy machine and too long on every other: iterate the main loop until it is so.')
