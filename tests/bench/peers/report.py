"""report.py: what was measured as a table for people (Markdown) and one for programs (CSV)

SPDX-License-Identifier: GPL-3.0-or-later
"""

import csv
import statistics

REFERENCE = 'socketio'
# Confab on MongoDB and Redis has to be so many times better.
TARGET = 5
# Cores that others may take.
QUIET = 0.15

# Column of the CSV file → how a result tells it.
FIGURES = {
    'acknowledged_per_s': lambda result: result.get('acknowledgedPerSecond'),
    'deliveries_per_s': lambda result: result.get('receivedPerSecond'),
    'delivery_p50_ms': lambda result: result.get('deliveryMs', 'p50'),
    'delivery_p99_ms': lambda result: result.get('deliveryMs', 'p99'),
    'delivery_p999_ms': lambda result: result.get('deliveryMs', 'p999'),
    'acknowledgement_p50_ms': lambda result: result.get('acknowledgementMs', 'p50'),
    'acknowledgement_p99_ms': lambda result: result.get('acknowledgementMs', 'p99'),
    'acknowledgement_p999_ms': lambda result: result.get('acknowledgementMs', 'p999'),
    'server_cpu_s_per_million': lambda result: result.per_million('serverCores'),
    'beside_cpu_s_per_million': lambda result: result.per_million('besideCores'),
    'server_busiest_thread': lambda result: result.busiest_thread,
    'server_cores': lambda result: result.get('serverCores'),
    'beside_cores': lambda result: result.get('besideCores'),
    'mongodb_cores': lambda result: result.cores('MongoDB'),
    'redis_cores': lambda result: result.cores('Redis'),
    'load_cores': lambda result: result.get('loadCores'),
    'other_cores': lambda result: result.get('otherCores'),
    'refused': lambda result: result.get('refused'),
    'unanswered': lambda result: result.get('unanswered'),
    'lost': lambda result: result.lost,
    'doubled': lambda result: result.doubled,
}
IDLE_FIGURES = {
    'kb_per_connection': lambda result: result.get('kilobytesPerConnection'),
    'connects_per_s': lambda result: result.get('connectsPerSecond'),
}
COLUMNS = ('connections', 'room', 'peer', 'acknowledged sends/s', 'deliveries/s', 'delivery p50 / p99 / p99.9 ms',
           'acknowledgement p50 / p99 / p99.9 ms', 'server CPU s per million deliveries',
           'database + Redis CPU s per million', 'cores: server + MongoDB + Redis + load, others')


class Results:
    """All of a run; what was measured several times counts as the median."""

    def __init__(self, results, titles):
        self.results = results
        self.titles = titles       # name of a peer → title, in the order of the tables

    def cells(self, figure, rate=0):
        cells = {result.cell for result in self.results if (result.cell.figure, result.cell.rate) == (figure, rate)}
        return sorted(cells, key=lambda cell: (cell.connections, cell.room_size))

    def of(self, peer, cell):
        return [result for result in self.results if (result.peer, result.cell) == (peer, cell)]

    def problem(self, peer, cell):
        """Words when none of the measurements came to figures."""
        results = self.of(peer, cell)
        if not results or any(not result.problem for result in results):
            return ''
        return results[0].problem

    def median(self, peer, cell, tell):
        values = [tell(result) for result in self.of(peer, cell) if not result.problem]
        values = [value for value in values if value is not None]
        return statistics.median(values) if values else None

    def ratio(self, peer, cell, tell):
        """How many times the reference's."""
        mine, other = self.median(peer, cell, tell), self.median(REFERENCE, cell, tell)
        return mine / other if mine is not None and other else None


def number(value):
    """Three digits that count."""
    if value is None:
        return '–'
    if abs(value) >= 100 or value == 0:
        return f'{value:,.0f}'
    return f'{value:.1f}' if abs(value) >= 10 else f'{value:.2f}'


def times(value):
    return f' ({number(value)}×)' if value is not None else ''


def table(header, rows):
    lines = ['| ' + ' | '.join(header) + ' |', '|' + '---|' * len(header)]
    return lines + ['| ' + ' | '.join(row) + ' |' for row in rows] + ['']


def memory_table(results):
    """Less is better, so the ratio says how many times more the reference takes."""
    tell = IDLE_FIGURES['kb_per_connection']
    cells = results.cells('idle')
    rows = []
    for peer, title in results.titles.items():
        row = [title]
        for cell in cells:
            ratio = results.ratio(peer, cell, tell)
            less = '' if peer == REFERENCE or not ratio or ratio < 0 else f' (1/{number(1 / ratio)})'
            row.append(results.problem(peer, cell) or number(results.median(peer, cell, tell)) + less)
        rows.append(row)
    return table(['KB per connection'] + [f'{cell.connections:,} connections' for cell in cells], rows)


def median_of(results, peer, cell):
    """The measurement whose throughput is the median: what held it back is told of one, not of a mixture."""
    measured = [result for result in results.of(peer, cell) if not result.problem]
    measured.sort(key=FIGURES['acknowledged_per_s'])
    return measured[(len(measured) - 1) // 2]


def load_row(results, peer, cell):
    problem = results.problem(peer, cell)
    if problem:
        return [problem] + [''] * (len(COLUMNS) - 4)
    value = {name: results.median(peer, cell, tell) for name, tell in FIGURES.items()}
    sends, deliveries = FIGURES['acknowledged_per_s'], FIGURES['deliveries_per_s']

    def percentiles(what):
        return ' / '.join(number(value[f'{what}_{part}_ms']) for part in ('p50', 'p99', 'p999'))

    amiss = ''.join(f', {value[name]:,.0f} {name}' for name in ('lost', 'doubled') if value[name])
    unanswered = f', {value["unanswered"]:,.0f} unanswered' if value['unanswered'] else ''
    cores = ' + '.join(number(value[f'{name}_cores']) for name in ('server', 'mongodb', 'redis', 'load'))
    return [number(value['acknowledged_per_s']) + times(results.ratio(peer, cell, sends)) + unanswered,
            number(value['deliveries_per_s']) + times(results.ratio(peer, cell, deliveries)) + amiss,
            percentiles('delivery'), percentiles('acknowledgement'), number(value['server_cpu_s_per_million']),
            number(value['beside_cpu_s_per_million']), f'{cores}, {number(value["other_cores"])}']


def load_table(results, figure, rate=0):
    """At a fixed rate nothing is meant to hold anybody back."""
    rows = []
    saturated = figure == 'saturate'
    for cell in results.cells(figure, rate):
        for peer, title in results.titles.items():
            if not results.of(peer, cell):
                continue
            row = [f'{cell.connections:,}', str(cell.room_size), title] + load_row(results, peer, cell)
            limit = '' if results.problem(peer, cell) else median_of(results, peer, cell).limit
            rows.append(row + ([limit] if saturated else []))
    return table(COLUMNS + (('what held it back',) if saturated else ()), rows)


def lead_in_sends(results, peer, cell):
    return results.ratio(peer, cell, FIGURES['acknowledged_per_s'])


def lead_in_memory(results, peer, cell):
    ratio = results.ratio(peer, cell, IDLE_FIGURES['kb_per_connection'])
    return 1 / ratio if ratio else None


def lead_over_thread(results, peer, cell):
    """Over the reference as it would be if its one thread never waited and everybody else cost nothing."""
    ratio = lead_in_sends(results, peer, cell)
    share = results.median(REFERENCE, cell, FIGURES['server_busiest_thread'])
    return ratio * min(share, 1) if ratio and share else None


def judge(results, peer, figure, lead):
    """One sentence: by how much the peer leads over the reference, and whether that is TARGET times everywhere."""
    ratios, without = {}, []
    for cell in results.cells(figure):
        ratio = lead(results, peer, cell)
        if ratio is None or ratio <= 0:
            without.append(cell.place)
        else:
            ratios[cell.place] = ratio
    if not ratios:
        return 'no figures to compare'
    short = [f'{place}: {number(ratio)}×' for place, ratio in ratios.items() if ratio < TARGET]
    words = f'{number(min(ratios.values()))}× to {number(max(ratios.values()))}×; '
    words += f'at least {TARGET}× is ' + (f'**NOT met** in {len(short)} of {len(ratios)} cells ({"; ".join(short)})'
                                          if short else f'**met** in all {len(ratios)} cells')
    return words + (f'; not compared, for lack of a figure: {"; ".join(without)}' if without else '')


def verdict(results, peer):
    """Confab's lead over the reference, in acknowledged sends and in memory."""
    if peer not in results.titles or REFERENCE not in results.titles:
        return []
    lines = []
    for figure, lead, words in (
            ('saturate', lead_in_sends, 'acknowledged sends per second at saturation, against (a)'),
            ('saturate', lead_over_thread, 'the same, if the one thread of (a) never had to wait for anybody'),
            ('idle', lead_in_memory, 'memory per connection, times less than (a)')):
        if results.cells(figure):
            lines.append(f'- {results.titles[peer]}, {words}: {judge(results, peer, figure, lead)}')
    return lines


def quietness(results):
    """How much of the machine others took: where that is much, the figures say little."""
    shares = [result.get('otherCores') for result in results.results if result.get('otherCores') is not None]
    if not shares:
        return []
    words = f'median {statistics.median(shares):.2f} cores, at most {max(shares):.2f}'
    loud = statistics.median(shares) > QUIET
    return [f'- Used by anything that was not measured: {words}' +
            (' (**too much: the machine was not quiet, so the figures below are not to be quoted**)' if loud else '')]


def write_markdown(path, results, about, tables):
    """tables: (title, figure, rate, picture)"""
    lines = ['# Confab beside its peers', ''] + about + quietness(results) + ['']
    for peer in results.titles:
        if peer.startswith('confab'):
            lines += verdict(results, peer)
    for title, figure, rate, picture in tables:
        lines += ['', f'## {title}', '']
        lines += memory_table(results) if figure == 'idle' else load_table(results, figure, rate)
        lines.append(f'![{title}]({picture}.svg)')
    path.write_text('\n'.join(lines) + '\n', encoding='utf-8')


def write_csv(path, results):
    names = ['peer', 'connections', 'room_size', 'figure', 'rate', 'turn', 'problem', *IDLE_FIGURES, *FIGURES]
    with open(path, 'w', newline='', encoding='utf-8') as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for result in results.results:
            cell = result.cell
            row = [result.peer, cell.connections, cell.room_size, cell.figure, cell.rate, result.turn, result.problem]
            idle = cell.figure == 'idle'
            for figures, there in ((IDLE_FIGURES, idle), (FIGURES, not idle)):
                row += [tell(result) if there and result.figures else '' for tell in figures.values()]
            writer.writerow(row)
