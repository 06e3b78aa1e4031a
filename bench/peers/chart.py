#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# chart.py RESULTS CHART           draws the chart of the README (CHART, SVG) from the rows in RESULTS
# chart.py --check RESULTS CHART   fails if CHART is not what RESULTS gives
#
# The chart has its own background, for light and for dark pages.
import json
import sys
from html import escape
from pathlib import Path

# Each group of bars: its heading, and which rows it has.
GROUPS = (
    ("HTTP, to a sink that discards the rows", ("throughput", "http")),
    ("HTTPS, to a sink that discards the rows", ("throughput", "https")),
    ("HTTP, into a real QuestDB", ("QuestDB", "http")),
)
LEFT_OUT = "coquest, buffer"  # docs/bench has the other ways to hand rows over
WIDTH, LABELS, BARS, LINE = 720, 140, 490, 21
STYLE = """<style>
.page { fill: #ffffff } .text { fill: #24292f } .quiet { fill: #59636e }
.own { fill: #0b7a75 } .other { fill: #afb8c1 }
@media (prefers-color-scheme: dark) {
.page { fill: #1c2128 } .text { fill: #e6edf3 } .quiet { fill: #9aa4ae }
.own { fill: #2fb8ae } .other { fill: #57606a }
}
</style>"""


def text(x, y, words, style="text", more=""):
    return f'<text class="{style}" x="{x:.0f}" y="{y}"{more}>{escape(words)}</text>'


def bar(row, y, longest):
    value = row["rows_per_s"] / 1e6
    width = max(1, BARS * value / longest)
    own = row["client"].startswith("coquest")
    return [text(LABELS - 8, y + 15, row["client"], "text" if own else "quiet",
                 ' text-anchor="end"'),
            f'<rect class="{"own" if own else "other"}" x="{LABELS}" y="{y + 3}" '
            f'width="{width:.1f}" height="15" rx="2"/>',
            text(LABELS + width + 7, y + 15, f"{value:.2f}", "text" if own else "quiet")]


def chart(results):
    y = 34
    parts = []
    for heading, (kind, transport) in GROUPS:
        rows = [row for row in results if (row["kind"], row["transport"]) == (kind, transport)
                and row["workload"] == "A" and row["version"] == 2 and row["client"] != LEFT_OUT]
        rows.sort(key=lambda row: -row["rows_per_s"])
        longest = rows[0]["rows_per_s"] / 1e6
        parts.append(text(LABELS, y + 18, heading, "quiet", ' font-style="italic"'))
        y += 24
        for row in rows:
            parts += bar(row, y, longest)
            y += LINE
        y += 10
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" '
            f'height="{y}" font-family="sans-serif" font-size="13" role="img">',
            "<title>Millions of rows per second: coquest and other clients of QuestDB</title>",
            STYLE, f'<rect class="page" width="{WIDTH}" height="{y}" rx="6"/>',
            text(LABELS, 26, "Million rows per second, best of the rounds", "text",
                 ' font-weight="bold" font-size="15"')]
    return "\n".join([*head, *parts, "</svg>", ""])


def main(arguments):
    check = arguments[:1] == ["--check"]
    results, path = (Path(name) for name in arguments[check:])
    drawn = chart(json.loads(results.read_text()))
    if not check:
        path.write_text(drawn)
    elif path.read_text() != drawn:
        print(f"{path} is not drawn from {results}: run {Path(__file__).name} {results} {path}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
