#!/usr/bin/env python3
"""generated.py: what is generated from the protocol tables and committed is what the tables say now

SPDX-License-Identifier: GPL-3.0-or-later
"""

import subprocess
import sys

from tree import ROOT, finish, skip

GENERATOR = ROOT / 'lib/protocol/generate.py'

if not GENERATOR.exists():
    skip('there is no lib/protocol/generate.py in this tree')
result = subprocess.run([sys.executable, str(GENERATOR), '--check'], cwd=ROOT, check=False, text=True,
                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
finish(result.stdout.splitlines() if result.returncode else [],
       'Run ./dev docs and commit the result with the change of the tables.')
