#!/usr/bin/env python3
"""start.py: a service for a test that is not written in Python

SPDX-License-Identifier: GPL-3.0-or-later

  start.py redis|mongodb|lone-mongodb [PORT]

Prints the address, and "restart" or "no-restart": whether the service is its own and so may be restarted. Then it takes
commands from standard input, one a line, each answered by "done": stop, kill (SIGKILL), start (again, same port and
data), pause, resume. When standard input ends, so does the service, with its data. Exit status 77: this machine has not
got it; why is said on standard error.
"""

import sys

from services import LoneMongoDB, Missing, MongoDB, Redis

SKIPPED = 77
SERVICES = {'redis': Redis, 'mongodb': MongoDB, 'lone-mongodb': LoneMongoDB}


def serve(service):
    print(service.address, 'restart' if getattr(service, 'can_restart', True) else 'no-restart', flush=True)
    for line in sys.stdin:
        getattr(service, line.strip())()
        print('done', flush=True)


def main(name, *port):
    try:
        with SERVICES[name](port=int(port[0]) if port else None) as service:
            serve(service)
    except Missing as missing:
        print(missing, file=sys.stderr)
        sys.exit(SKIPPED)


main(*sys.argv[1:])
