#!/usr/bin/env python3
"""start.py: a service for a test that is not written in Python

SPDX-License-Identifier: GPL-3.0-or-later

  start.py redis|sentinel|mongodb|lone-mongodb [PORT|--OPTION VALUE…]

Prints the address, and "restart" or "no-restart": whether the service is its own and so may be restarted. Then it takes
commands from standard input, one a line, each answered by "done": stop, kill (SIGKILL), start (again, same port and
data), start_alone (of MongoDB: as no member of its replica set), pause, resume. When standard input ends, so does the
service, with its data. Exit status 77: this machine has not got it; why is said on standard error. Options are those of
redis-server; a sentinel needs --watch PORT.
"""

import sys

from services import LoneMongoDB, Missing, MongoDB, Redis, Sentinel

SKIPPED = 77
KINDS = {'redis': Redis, 'sentinel': Sentinel, 'mongodb': MongoDB, 'lone-mongodb': LoneMongoDB}


def serve(service):
    print(service.address, 'restart' if getattr(service, 'can_restart', True) else 'no-restart', flush=True)
    for line in sys.stdin:
        getattr(service, line.strip())()
        print('done', flush=True)


def make_service(name, *words):
    if words[:1] and words[0].isdigit():
        return KINDS[name](port=int(words[0]))
    return KINDS[name](*words)


def main(*words):
    try:
        with make_service(*words) as service:
            serve(service)
    except Missing as missing:
        print(missing, file=sys.stderr)
        sys.exit(SKIPPED)


main(*sys.argv[1:])
