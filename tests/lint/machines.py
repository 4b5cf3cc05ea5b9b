#!/usr/bin/env python3
"""machines.py: nothing in the tree belongs to one machine or one site

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re

from tree import files, finish, is_text, text

# Each pattern with what to do instead.
PATTERNS = (
    (re.compile(r'(?<![\w./}-])/(?:home|Users)/(?!dev\b)[a-z][\w.-]*/'), 'a home folder'),
    (re.compile(r'(?<![\w./}-])/work/'), 'a folder of one machine'),
    (re.compile(r'"resolved"\s*:\s*"https?://'), 'a registry (.npmrc has a setting that omits it)'),
    (re.compile(r'^\s*(?:registry\s*=|//\S+:_auth)', re.MULTILINE), 'a registry or its password in an .npmrc'),
    (re.compile(r'--(?:extra-)?index-url|--find-links|--trusted-host'), 'a package index'),
    (re.compile(r'^\s*deb(?:-src)? \S*https?://', re.MULTILINE), 'a Debian mirror'),
)

problems = []
for name in files():
    if name == 'tests/lint/machines.py' or not is_text(name):
        continue
    content = text(name)
    for pattern, what in PATTERNS:
        for match in pattern.finditer(content):
            problems.append(f'{name}:{content.count(chr(10), 0, match.start()) + 1}: {what}: {match.group(0).strip()}')

finish(problems, 'A clean clone builds anywhere: paths are relative, hosts are the defaults of each tool.')
