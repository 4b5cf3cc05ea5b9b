#!/usr/bin/env python3
"""translations.py: every file with text for translators is listed in po/POTFILES.in, and nothing else is

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re

from tree import ROOT, files, finish, text

TRANSLATABLE = {
    '.c': re.compile(r'(?<!\w)(?:N?C?_|g_dngettext|ngettext) ?\(\s*"'),
    '.blp': re.compile(r'(?<!\w)C?_ ?\(\s*["\']'),
    '.in': re.compile(r'^(?:Name|Comment|Keywords)=|<(?:summary|p|caption)\b', re.MULTILINE),
    '.xml': re.compile(r'<(?:summary|description)\b|translatable="'),
}


def has_text(name):
    pattern = TRANSLATABLE.get('.' + name.rpartition('.')[2])
    return bool(pattern and pattern.search(text(name)))


listed = [line.strip() for line in text('po/POTFILES.in').splitlines() if line.strip() and not line.startswith('#')]
found = {name for name in files('app/*.c', 'app/*.blp', 'lib/*.c', 'data/*.desktop.in', 'data/*.metainfo.xml.in',
                                'data/*.gschema.xml') if has_text(name)}
problems = [f'{name}: is not listed' for name in sorted(found - set(listed))]
problems += [f'{name}: is listed but does not exist' for name in listed if not (ROOT / name).is_file()]
problems += [f'{name}: is listed twice' for name in sorted({name for name in listed if listed.count(name) > 1})]
if listed != sorted(listed):
    problems.append('po/POTFILES.in: is not sorted')

finish(problems, 'xgettext reads only the files of po/POTFILES.in, so what is missing there stays English.')
