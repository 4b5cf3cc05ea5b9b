"""report.py: what a run was, in figures; and what led to a failure

SPDX-License-Identifier: GPL-3.0-or-later
"""

import re

LAST = 40       # events that are told of a device


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0


def times(values):
    half, most = percentile(values, 0.5), percentile(values, 0.99)
    return f'p50 {half:.2f} s, p99 {most:.2f} s, max {max(values, default=0):.2f} s'


def say(words):
    print(f'# {words}')


def report(run):
    world, counts = run.world, run.world.ledger.counts
    say(f'seed {run.settings.seed}: {len(world.devices)} clients of {len(world.people)} people on '
        f'{len(run.deployment.instances)} instances, {len(run.snapshots[0].rooms)} rooms, '
        f'{sum(len(room.messages) for room in run.snapshots[0].rooms.values())} messages')
    say(f'{counts["operations"]} operations, {counts["acknowledged"]} acknowledged, {counts["resent"]} resent, '
        f'{counts["events"]} events, {counts["resumes"]} resumes')
    faults = {name.removeprefix('fault '): count for name, count in counts.items() if name.startswith('fault ')}
    say('faults: ' + ', '.join(f'{name} {count}' for name, count in sorted(faults.items())))
    say(f'away until up to date again, {len(world.absences)} times: {times([entry[0] for entry in world.absences])}')
    say(f'from connecting to up to date: {times(world.catch_ups)}')
    say(f'{len(world.gaps)} gaps that closed: {times(world.gaps)}')
    say('times: ' + ', '.join(f'{what} {seconds:.1f} s' for what, seconds in run.times.items()))
    say('found: ' + ', '.join(f'{what} {count}' for what, count in run.found.items()))
    rest = {name: count for name, count in counts.items() if not name.startswith(('fault ', 'did '))}
    say('counts: ' + ', '.join(f'{name} {count}' for name, count in sorted(rest.items())))


def explain(run, device, words):
    """A difference, with what the device was told about the room, and what failed at the time."""
    room_ids = set(re.findall(r'[0-7][0-9A-HJKMNP-TV-Z]{25}', words))
    always = ('lost', 'closed', 'connected', 'resumed', 'resume')
    related = [entry for entry in device.trace
               if len(entry) < 3 or entry[1] in always or entry[2] in room_ids]
    faults = sorted(entry for faults in run.faults for entry in faults.log)
    lines = [f'{device.name}: {words[:600]}', f'    {device.condition()}']
    lines += [f'    {entry[0]:.3f} {" ".join(shorten(part, room_ids) for part in entry[1:])}'
              for entry in related[-LAST:]]
    asked = [attempt for room_id in room_ids for attempt in run.world.ledger.recent.get(room_id, ())]
    lines += ['    asked for:'] + [f'    {attempt}' for attempt in asked[-LAST:]]
    lines += ['    faults:'] + [f'    {began:.3f} to {ended:.3f} {what}' for began, ended, what in faults[-20:]]
    return '\n'.join(lines)


def shorten(part, room_ids):
    """Of what a resume said, what concerns the rooms."""
    if isinstance(part, dict):
        return str({key: value for key, value in part.items() if key in room_ids})
    if isinstance(part, list):
        return str([value for value in part if isinstance(value, str) and value in room_ids
                or isinstance(value, tuple) and value[0] in room_ids])
    return str(part)
