#!/usr/bin/env python3
"""names.py: files and folders are named after their subject

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re

from tree import files, finish

VAGUE = re.compile(r'(^|[-_.])(utils?|helpers?|common|misc)([-_.]|$)')

finish([name for name in files() if any(VAGUE.search(part) for part in name.split('/'))],
       'Such a file has no subject, so everything ends up in it: name it after what it is about.')
