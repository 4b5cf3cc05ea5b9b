#!/usr/bin/env python3
"""spdx.py: every source file names its licence and its purpose at the top

SPDX-License-Identifier: GPL-3.0-or-later
"""

from tree import files, finish, is_text, text

SOURCES = ('*.c', '*.h', '*.py', '*.sh', '*.blp', '*.css', '*.ts', 'dev', '.ci/run')
LINES = 8


def scripts():
    """Executables without a suffix, by their first line."""
    for name in files('build-aux/*', 'tests/*', 'data/*'):
        if '.' not in name.rpartition('/')[2] and is_text(name) and text(name).startswith('#!'):
            yield name


finish([name for name in sorted({*files(*SOURCES), *scripts()})
        if 'SPDX-License-Identifier:' not in '\n'.join(text(name).splitlines()[:LINES])],
       f'One of the first {LINES} lines is "SPDX-License-Identifier: GPL-3.0-or-later", next to a sentence of purpose.')
