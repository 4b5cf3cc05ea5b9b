#!/usr/bin/env python3
"""operations.py: docs/operations.md names every option of the server

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re

from tree import finish, text

OPTIONS = re.findall(r'\.name = "([a-z-]+)"', text('server/ops/options.c'))
PAGE = text('docs/operations.md')

finish([f'docs/operations.md: does not name the option {option}' for option in OPTIONS
        for name in (f'`{option}`', f'`CONFAB_{option.upper().replace("-", "_")}`') if name not in PAGE],
       'An option that only the source knows is one that nobody sets.')
