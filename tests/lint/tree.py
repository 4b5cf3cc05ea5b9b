"""tree.py: the files of the project, and how a lint says what it found

SPDX-License-Identifier: GPL-3.0-or-later
"""

import fnmatch
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIPPED = 77
NOT_OURS = ('_build*', '.git', '.cache', 'node_modules', '__pycache__')


def _git_files():
    command = ['git', '-C', str(ROOT), 'ls-files', '-z', '--cached', '--others', '--exclude-standard']
    try:
        output = subprocess.run(command, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    return [name for name in output.decode().split('\0') if name and (ROOT / name).is_file()]


def _walked_files():
    """The same for a release archive, which has no git."""
    for folder, subfolders, names in os.walk(ROOT):
        subfolders[:] = [name for name in subfolders if not any(fnmatch.fnmatch(name, odd) for odd in NOT_OURS)]
        for name in names:
            yield str((Path(folder) / name).relative_to(ROOT))


def files(*patterns):
    """Names, relative to the root, that match one of the patterns (all without patterns). * also matches /."""
    names = _git_files()
    names = sorted(_walked_files() if names is None else names)
    return [name for name in names if not patterns or any(fnmatch.fnmatch(name, pattern) for pattern in patterns)]


def text(name):
    # Corpora of fuzz targets are not UTF-8.
    return (ROOT / name).read_text(encoding='utf-8', errors='replace')


def is_text(name):
    """Whether git would show it as text: no NUL near its beginning."""
    with open(ROOT / name, 'rb') as file:
        return b'\0' not in file.read(8000)


def skip(reason):
    print(reason)
    sys.exit(SKIPPED)


def finish(problems, why):
    """Ends the lint: with the reason of the rule when there is something to say."""
    for problem in problems:
        print(problem)
    if problems:
        print(f'\n{len(problems)} found. {why}')
    sys.exit(1 if problems else 0)
