"""tap.py: runs unittest cases and reports every case and every subtest as one line of TAP

SPDX-License-Identifier: GPL-3.0-or-later
"""

import sys
import time
import unittest


class TapResult(unittest.TestResult):
    """A case with subtests is told by its subtests; by itself only when something outside of them went wrong."""

    def __init__(self):
        super().__init__()
        self.number = 0
        self.subtests = 0
        self.started = 0

    def line(self, verdict, test, directive=''):
        self.number += 1
        title = test.id().removeprefix('__main__.') if hasattr(test, 'id') else str(test)
        print(f'{verdict} {self.number} - {title.replace("#", "no. ")}{directive}', flush=True)

    def diagnose(self, text):
        print('\n'.join(f'# {line}' for line in text.rstrip().splitlines()), flush=True)

    def startTest(self, test):
        super().startTest(test)
        self.subtests = 0
        self.started = time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        print(f'# {time.monotonic() - self.started:.2f} s', flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        if self.subtests == 0:
            self.line('ok', test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line('not ok', test)
        self.diagnose(self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.line('not ok', test)
        self.diagnose(self.errors[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.subtests += 1
        self.line('ok', test, f' # SKIP {reason}')

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        self.subtests += 1
        self.line('ok' if err is None else 'not ok', subtest)
        if err is not None:
            self.diagnose((self.failures if issubclass(err[0], test.failureException) else self.errors)[-1][1])


def main():
    """Runs the cases of the script that calls it; names of cases on the command line choose some."""
    names = [argument for argument in sys.argv[1:] if not argument.startswith('-')]
    module = sys.modules['__main__']
    loader = unittest.defaultTestLoader
    suite = loader.loadTestsFromNames(names, module) if names else loader.loadTestsFromModule(module)
    print('TAP version 13')
    result = TapResult()
    suite.run(result)
    print(f'1..{result.number}')
    sys.exit(0 if result.wasSuccessful() else 1)
