#!/usr/bin/env python3
"""compare.py: Confab's MLS beside ts-mls on the same machine at the same time, as ratios

SPDX-License-Identifier: GPL-3.0-or-later
"""

import argparse
import importlib.util
import json
import os
import shutil
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
INTEROP = os.path.join(HERE, '..', '..', 'integration', 'mls-interop', 'interop.py')


def load_interop():
    """The interoperability tests know how to install ts-mls."""
    spec = importlib.util.spec_from_file_location('interop', INTEROP)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def measure(command, cwd, limit):
    """Milliseconds by what was measured, and whether the time was up before the end."""
    results = {}
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True)
    timed_out = False
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        timed_out = True
    if process.returncode != 0 and not timed_out:
        sys.exit(f'{command[0]} failed with status {process.returncode}')
    for line in output.splitlines():
        if line.endswith('}'):
            result = json.loads(line)
            results.setdefault(result['what'], []).append(result['ms'])
    return {what: statistics.median(values) for what, values in results.items()}, timed_out


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--bench', required=True, help="Confab's half")
    parser.add_argument('--node-modules', required=True, help='folder in which ts-mls is or will be installed')
    parser.add_argument('--suite', type=int, default=1)
    parser.add_argument('--members', type=int, nargs='+', default=[2, 100, 1000, 5000])
    parser.add_argument('--limit', type=float, default=600, help='seconds for one size of one implementation')
    arguments = parser.parse_args()

    problem = load_interop().prepare_node_modules(arguments.node_modules)
    if problem is None:
        shutil.copy(os.path.join(HERE, 'bench-mls.mjs'), arguments.node_modules)
    else:
        print(f'{problem}: Confab alone')

    print(f'suite {arguments.suite}, milliseconds, medians\n')
    print(f'{"members":>7}  {"":24} {"Confab":>12} {"ts-mls":>12} {"ratio":>9}')
    for members in arguments.members:
        numbers = [str(arguments.suite), str(members)]
        ours, _ = measure([os.path.abspath(arguments.bench)] + numbers, None, arguments.limit)
        theirs, timed_out = {}, False
        if problem is None:
            theirs, timed_out = measure(['node', '--no-warnings', 'bench-mls.mjs'] + numbers, arguments.node_modules,
                                        arguments.limit)
        for what, value in ours.items():
            other = theirs.get(what)
            if other is not None:
                print(f'{members:7}  {what:24} {value:12.3f} {other:12.3f} {other / value:8.1f}x')
            else:
                print(f'{members:7}  {what:24} {value:12.3f} {"too long" if timed_out else "":>12}')
        sys.stdout.flush()
    return 0


if __name__ == '__main__':
    sys.exit(main())
