"""plots.py: a picture for each table, by gnuplot

SPDX-License-Identifier: GPL-3.0-or-later
"""

import shutil
import subprocess

COLOURS = ('#c0392b', '#7f8c8d', '#27ae60', '#2980b9', '#1b4f72')
TERMINALS = (('png', 'pngcairo size 1200,600 font "sans,11"'), ('svg', 'svg size 1200,600 font "sans,11"'))
SCRIPT = '''set terminal {terminal}
set output "{output}"
set title "{title}"
set ylabel "{unit}"
set style data histograms
set style histogram clustered gap 1.5
set style fill solid 0.9 border -1
set boxwidth 0.9
set grid ytics
set key outside below maxrows 2
{scale}
set xtics nomirror
set datafile missing "?"
plot {plots}
'''


def data(results, cells, tell):
    """A line for each cell, a column for each peer; what there is no figure for is missing."""
    lines = []
    for cell in cells:
        rooms = '' if cell.figure == 'idle' else f', rooms of {cell.room_size}'
        values = [results.median(peer, cell, tell) for peer in results.titles]
        lines.append(' '.join([f'"{cell.connections:,}{rooms}"'] +
                              [f'{value:.4g}' if value and value > 0 else '?' for value in values]))
    return '\n'.join(lines) + '\n'


def plot(folder, name, title, unit, results, cells, tell):
    """Says what went wrong, or nothing. Delays are of all sizes; amounts begin at nothing, so that bars do not lie."""
    if shutil.which('gnuplot') is None:
        return 'there is no gnuplot'
    text = data(results, cells, tell)
    (folder / f'{name}.dat').write_text(text, encoding='utf-8')
    if all(value == '?' for line in text.splitlines() for value in line.rpartition('"')[2].split()):
        return f'{name}: nothing was measured'
    plots = []
    for i, peer_title in enumerate(results.titles.values()):
        column = f'"{folder}/{name}.dat" using {i + 2}' + (':xtic(1)' if i == 0 else '')
        plots.append(f'{column} title "{peer_title}" lc rgb "{COLOURS[i % len(COLOURS)]}"')
    for suffix, terminal in TERMINALS:
        script = SCRIPT.format(terminal=terminal, output=folder / f'{name}.{suffix}', title=title, unit=unit,
                               scale='set logscale y 10' if unit.endswith(' ms') else 'set yrange [0:*]',
                               plots=', '.join(plots))
        done = subprocess.run(['gnuplot'], input=script, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f'gnuplot: {done.stderr.strip()}'
    return None
