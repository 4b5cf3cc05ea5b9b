#!/usr/bin/env python3
"""operations.py: docs/operations.md names every option of the server, and no metric or file that there is not

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re

from tree import ROOT, files, finish, text

PAGE = 'docs/operations.md'
RULES = 'data/prometheus/confab.rules.yml'

problems = []

for option in re.findall(r'\.name = "([a-z-]+)"', text('server/ops/options.c')):
    for name in (f'`{option}`', f'`CONFAB_{option.upper().replace("-", "_")}`'):
        if name not in text(PAGE):
            problems.append(f'{PAGE}: does not name the option {option} as {name}')

metrics = set(re.findall(r'"([a-z_]+)"', ''.join(text(name) for name in files('server/ops/metrics*.c'))))
for name in (PAGE, RULES):
    for metric in sorted(set(re.findall(r'\bconfab_([a-z_]+)', text(name)))):
        if metric.removesuffix('_bucket') not in metrics:
            problems.append(f'{name}: the server has no metric confab_{metric}')

for path in sorted(set(re.findall(r'`(data/[\w./-]+?)/?`', text(PAGE)))):
    if not (ROOT / path).exists():
        problems.append(f'{PAGE}: there is no {path}')

finish(problems, 'An option that only the source knows is one that nobody sets; a metric that is gone never alerts.')
