#!/usr/bin/env python3
"""desktop.py: desktop file, metainfo and settings schemas are valid once their translations are merged

SPDX-License-Identifier: GPL-3.0-or-later
"""

import subprocess
import tempfile
from pathlib import Path

from tree import ROOT, files, finish, skip


def run(*command):
    """What the command says when it fails, as lines."""
    try:
        result = subprocess.run(command, cwd=ROOT, check=False, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        skip(f'{command[0]} is not installed')
    return [f'{command[0]}: {line}' for line in result.stdout.splitlines() if line.strip()] if result.returncode else []


def merged(name, kind, folder):
    """The file as it is installed: without .in and with the translations in it."""
    target = str(Path(folder) / Path(name).name.removesuffix('.in'))
    return run('msgfmt', kind, '--template', name, '-d', 'po', '-o', target), target


def check():
    with tempfile.TemporaryDirectory() as folder:
        for name in files('data/*.desktop.in'):
            problems, target = merged(name, '--desktop', folder)
            yield from problems or run('desktop-file-validate', target)
        for name in files('data/*.metainfo.xml.in'):
            problems, target = merged(name, '--xml', folder)
            yield from problems or run('appstreamcli', 'validate', '--no-net', '--explain', target)
        for name in files('data/*.gschema.xml'):
            yield from run('glib-compile-schemas', '--strict', '--dry-run', str(Path(name).parent))


if not files('data/*.desktop.in', 'data/*.metainfo.xml.in', 'data/*.gschema.xml'):
    skip('there is no desktop file, metainfo or schema in data/')
finish(list(check()), 'Software centres and desktops leave out what is not valid.')
