"""node.py: programs for Node.js with the modules that their lock file names

SPDX-License-Identifier: GPL-3.0-or-later
"""

import json
import os
import shutil
import subprocess
from pathlib import Path

from process import Failed, last_lines

HERE = Path(__file__).resolve().parent


def install(name, folder):
    """Copies the program there and installs what it needs, unless that was done; returns its folder."""
    if shutil.which('node') is None or shutil.which('npm') is None:
        raise Failed('there is no Node.js with npm')
    place = Path(folder) / name
    place.mkdir(parents=True, exist_ok=True)
    for path in (HERE / name).iterdir():
        if path.is_file():
            shutil.copy(path, place)
    wanted = (HERE / name / 'package-lock.json').read_bytes()
    stamp = place / 'installed'
    if stamp.exists() and stamp.read_bytes() == wanted:
        return place
    result = subprocess.run(['npm', 'ci', '--no-audit', '--no-fund'], cwd=place, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, check=False)
    if result.returncode != 0:
        raise Failed(f'npm cannot install it: {last_lines(result.stdout)}')
    stamp.write_bytes(wanted)
    return place


def versions(name):
    """What its package.json asks for, in words."""
    wanted = json.loads((HERE / name / 'package.json').read_text())['dependencies']
    return ', '.join(f'{module} {version}' for module, version in sorted(wanted.items()))


def environment():
    return {'NODE_ENV': 'production', 'PATH': os.environ['PATH']}
