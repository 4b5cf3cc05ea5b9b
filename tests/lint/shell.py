#!/usr/bin/env python3
"""shell.py: shellcheck has nothing to say about the scripts

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re
import shutil
import subprocess

from tree import ROOT, files, finish, is_text, skip, text

SHELL = re.compile(r'^#!.*\b(?:ba|da)?sh\b|^# shellcheck shell=')

if not shutil.which('shellcheck'):
    skip('shellcheck is not installed')
scripts = [name for name in files() if is_text(name) and SHELL.match(text(name)[:200])]
result = subprocess.run(['shellcheck', '-x', '-f', 'gcc', *scripts], cwd=ROOT, check=False, text=True,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
finish(result.stdout.splitlines(), 'Each finding has a page of its own that says what could go wrong.')
