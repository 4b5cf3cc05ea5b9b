#!/usr/bin/env python3
"""Counts what the JSON logs of `meson test` say, subtests of TAP included, and shows what failed and what was skipped.

SPDX-License-Identifier: GPL-3.0-or-later

test-summary.py LABEL=LOG…      the report of ./dev test; its last line is "N passed, N failed, N skipped"
test-summary.py --line LOG      the counts of one log, without a line end
"""

import json
import re
import sys
from dataclasses import dataclass, field

TAP_LINE = re.compile(r'^( *)(ok|not ok)\b *\d* *(?:- )?(.*?)(?: *# *(SKIP\w*|TODO)\b *(.*))?$', re.IGNORECASE)
# What says nothing about a failure: successes, and the brackets that GTest puts around groups.
QUIET = re.compile(r'^ *(ok |# (Start|End) of |# random seed|TAP version|1\.\.\d)')
SANITIZER = re.compile(r'ERROR: \w+Sanitizer|runtime error:')
EXCERPT_LINES = 30


@dataclass
class Counts:
    passed: int = 0
    failed: list = field(default_factory=list)
    skipped: list = field(default_factory=list)

    def __str__(self):
        return f'{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped'


def excerpt(test):
    """The end of what a test said, or the beginning of a sanitizer's report."""
    text = (test.get('stdout') or '') + '\n' + (test.get('stderr') or '')
    lines = [line for line in text.splitlines() if line.strip() and not QUIET.match(line)]
    for number, line in enumerate(lines):
        if SANITIZER.search(line):
            return lines[number:number + EXCERPT_LINES]
    return lines[-EXCERPT_LINES:]


def count_tap(name, test, counts):
    """Adds the cases of one TAP test; a line that sums up an indented block of subtests is not a case of its own."""
    failed = []
    deeper = 0
    for line in (test.get('stdout') or '').splitlines():
        match = TAP_LINE.match(line)
        if not match:
            continue
        indent, verdict, title, directive, reason = match.groups()
        if len(indent) < deeper:
            deeper = len(indent)
            continue
        deeper = len(indent)
        case = f'{name} {title.strip()}'.strip()
        if directive and directive.upper().startswith('SKIP'):
            counts.skipped.append((case, reason or 'no reason given'))
        elif verdict == 'ok' or directive:
            counts.passed += 1
        else:
            failed.append(case)
    counts.failed += [(case, excerpt(test) if case == failed[-1] else []) for case in failed]
    return bool(failed)


def count(label, path):
    counts = Counts()
    with open(path, encoding='utf-8') as log:
        for line in log:
            test = json.loads(line)
            name = f'{label}: {test["name"].rpartition(" / ")[2]}'
            result = test['result']
            is_tap = bool(re.search(r'^(TAP version|1\.\.\d)', test.get('stdout') or '', re.MULTILINE))
            if result == 'SKIP' and not is_tap:
                counts.skipped.append((name, ' '.join(excerpt(test)[-1:]) or 'no reason given'))
                continue
            told = is_tap and count_tap(name, test, counts)
            if result in ('OK', 'EXPECTEDFAIL', 'SKIP'):
                counts.passed += not is_tap
            elif not told or result != 'FAIL':
                # A crash, a time-out or a bad plan, which no line of the test itself tells.
                how = f'{result.lower()}, exit status {test.get("returncode")}, {test.get("duration", 0):.1f} s'
                counts.failed.append((f'{name} ({how})', excerpt(test)))
    return counts


def main(arguments):
    if arguments[:1] == ['--line']:
        print(count('', arguments[1]), end='')
        return 0

    total = Counts()
    for argument in arguments:
        label, path = argument.split('=', 1)
        counts = count(label, path)
        total.passed += counts.passed
        total.failed += counts.failed
        total.skipped += counts.skipped
    for case, reason in total.skipped:
        print(f'skipped  {case}: {reason}')
    for case, lines in total.failed:
        print(f'FAILED   {case}')
        for line in lines:
            print(f'  | {line}')
    print(total)
    return 0 if not total.failed and total.passed else 1


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
