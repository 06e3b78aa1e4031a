# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Writes the results as a page: tables in Markdown, plots in SVG, and the raw rows in JSON.
import json
import platform
import re
import subprocess
from html import escape
from pathlib import Path

from chart import chart

BASE = "questdb-rs"
UNITS = {"rows_per_s": ("M rows/s", 1e-6, 2), "cpu_s_per_mrow": ("client CPU, s per M rows", 1, 3),
         "peak_rss_kb": ("peak memory, MB", 1e-3, 1),
         "base_rss_kb": ("peak memory with one row, MB", 1e-3, 1),
         "rows_rss_kb": ("difference, MB", 1e-3, 1),
         "wire_bytes_per_row": ("bytes per row", 1, 1),
         "syscalls_per_mrow": ("system calls per M rows", 1, 0), "p50_us": ("p50, µs", 1, 1),
         "p99_us": ("p99, µs", 1, 1), "p999_us": ("p99.9, µs", 1, 1),
         "cpu_us": ("client CPU per flush, µs", 1, 1), "ms": ("ms", 1, 1)}
PLOTTED = {"throughput": "rows_per_s", "ways in": "rows_per_s", "latency": "p50_us",
           "cold start": "ms", "QuestDB": "rows_per_s"}
MEANING = {
    "throughput": "Rows to a sink that discards them",
    "ways in": "Ways to hand rows over",
    "latency": "Flushes of one row",
    "cold start": "From the start of a program to its end, with one acknowledged row",
    "QuestDB": "Rows to a real QuestDB 9.3.4, counted by SQL",
}


def cell_of(row):
    return tuple(row.get(name) for name in ("kind", "workload", "transport", "version",
                                            "processors"))


def title(cell):
    kind, workload, transport, version, processors = cell
    text = f"{MEANING[kind]}: workload {workload}, version {version}, {transport.upper()}"
    if processors:
        text += f", client and sink on {['one processor', 'two processors'][processors - 1]}"
    return text


def with_ratios(rows):
    """Adds the ratios to the base of its cell to each row."""
    bases = {cell_of(row): row for row in rows if row["client"] == BASE}
    for row in rows:
        base = bases.get(cell_of(row))
        if base and row is not base:
            row["ratios"] = {name: round(row[name] / base[name], 3) for name in UNITS
                             if base.get(name) and row.get(name) is not None}
    return rows


def number(row, name):
    if row.get(name) is None:
        return ""
    _, factor, digits = UNITS[name]
    text = f"{row[name] * factor:.{digits}f}"
    if f"{name}_median" in row and not name.endswith("_kb") and name != "wire_bytes_per_row":
        text += f" / {row[f'{name}_median'] * factor:.{digits}f}"
    ratio = row.get("ratios", {}).get(name)
    return text if ratio is None else f"{text} ({ratio:.2f})"


def cells(rows):
    found = {}
    for row in rows:
        found.setdefault(cell_of(row), []).append(row)
    return found


def table(rows):
    names = [name for name in UNITS if any(row.get(name) is not None for row in rows)]
    lines = ["| | " + " | ".join(UNITS[name][0] for name in names) + " |",
             "|---" * (len(names) + 1) + "|"]
    for row in rows:
        client = f"{row['client']} {row['client_version']}".strip()
        client = f"**{client}**" if client.startswith("coquest") else client
        lines.append(f"| {client} | " + " | ".join(number(row, name) for name in names) + " |")
    return "\n".join(lines)


def tables(rows):
    return "\n\n".join(f"{title(cell)}\n\n{table(some)}" for cell, some in cells(rows).items())


def bars(rows, name, heading):
    """Draws a bar for each row."""
    label_width, bar_width, line, top = 190, 430, 22, 34
    unit, factor, digits = UNITS[name]
    values = [row[name] * factor for row in rows]
    height = top + line * len(rows) + 8
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="720" height="{height}" '
             'font-family="sans-serif" font-size="12">',
             f'<rect width="720" height="{height}" fill="#ffffff"/>',
             f'<text x="8" y="20" font-weight="bold">{escape(heading)}: {unit}</text>']
    for i, (row, value) in enumerate(zip(rows, values)):
        y = top + line * i
        width = max(1, bar_width * value / max(values))
        colour = "#1f77b4" if row["client"].startswith("coquest") else "#9aa5b1"
        parts += [f'<text x="{label_width - 6}" y="{y + 15}" text-anchor="end">'
                  f'{escape(row["client"])}</text>',
                  f'<rect x="{label_width}" y="{y + 3}" width="{width:.1f}" height="16" '
                  f'fill="{colour}"/>',
                  f'<text x="{label_width + width + 6:.1f}" y="{y + 15}">'
                  f'{value:.{digits}f}</text>']
    return "\n".join([*parts, "</svg>", ""])


def output(*command):
    try:
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    return text.splitlines()[0].strip() if text else ""


def machine():
    cpuinfo = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*: (.*)", cpuinfo)
    lines = [f"{cpuinfo.count('processor')} processors ({model.group(1) if model else 'unknown'}), "
             f"{platform.system()} {re.match(r'[0-9.]*[0-9]', platform.release()).group()}"]
    tools = [output("g++", "--version"), output("rustc", "--version"), output("go", "version"),
             output("java", "--version"), output("python3", "--version"),
             ("Node.js " + output("node", "--version")).strip(),
             output("openssl", "version")]
    return lines + [tool for tool in tools if tool]


def write_json(rows, path):
    path.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def write(rows, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*.svg"):
        old.unlink()
    text = ["# Coquest beside other clients", "",
            "Written by `./scripts/bench peers --page docs/bench`; "
            "`./scripts/bench peers --quick` writes a shorter one. The numbers are the best / the "
            f"median of the rounds; in brackets, the ratio to {BASE}. The clients take turns, and "
            "send the same rows. This is checked: the sink counts the rows once, and their bytes "
            "in every run. The sink is one thread on one processor, and the client has the other. "
            "Batches have 10,000 rows. Coquest may hold two of them (`max_buf_size`), and fills "
            "one while the other is sent; the other clients flush and wait. TLS 1.3 with "
            "AES-128-GCM. Coquest uses OpenSSL, or, if the table says so, the wolfSSL that "
            "`scripts/build-wolfssl` builds. The raw numbers are in "
            "[results.json](results.json).", "",
            "Memory is resident memory, most of it pages of the program and its libraries. The "
            "memory with one row includes the 16,384 different rows that the program draws, as "
            "objects of its language; the difference is what sending more rows takes. Coquest's "
            "programs are linked for a quick start, like those in Rust and Go: the TLS library "
            "and libstdc++ are linked statically (`-DOPENSSL_USE_STATIC_LIBS=ON`, "
            "`-static-libstdc++`), at a fixed address (`-no-pie`), without unused code "
            "(`--gc-sections`); only the C library is shared. With OpenSSL 3.0, half of a start "
            "over HTTPS is OpenSSL's own initialisation, which happens once in a program.", ""]
    text += [f"- {line}" for line in machine()] + [""]
    for cell, some in cells(rows).items():
        name = "-".join(str(part) for part in cell if part is not None).replace(" ", "-").lower()
        (directory / f"{name}.svg").write_text(bars(some, PLOTTED[cell[0]], title(cell)))
        text += [f"## {title(cell)}", "", f"![{title(cell)}]({name}.svg)", "", table(some), ""]
        text += cost_of_awaiting(some) if cell[0] == "ways in" else []
    (directory / "README.md").write_text("\n".join(text))
    write_json(rows, directory / "results.json")


def cost_of_awaiting(rows):
    """Returns a sentence on the cost of a row with co_await, relative to a row in a buffer."""
    by_client = {row["client"]: row for row in rows}
    row, buffer = by_client["coquest"], by_client["coquest, buffer"]
    wall = 1e9 / row["rows_per_s"] - 1e9 / buffer["rows_per_s"]
    cpu = 1e3 * (row["cpu_s_per_mrow"] - buffer["cpu_s_per_mrow"])
    return [f"In the best round of each, a row with `co_await` takes {wall:.0f} ns more than a row "
            f"in a buffer, and {cpu:.0f} ns more processor time.", ""]


def summary(rows):
    """Returns a table of rows per second in version 2, with a column for each client."""
    shown = [row for row in rows if row["kind"] in ("throughput", "QuestDB") and
             row["version"] == 2]
    clients = sorted(dict.fromkeys(row["client"] for row in shown),
                     key=lambda name: not name.startswith("coquest"))
    lines = ["| M rows/s | " + " | ".join(clients) + " |", "|---" * (len(clients) + 1) + "|"]
    for cell, some in cells(shown).items():
        kind, workload, transport, _, _ = cell
        name = f"{workload}, {transport.upper()}" + (", QuestDB" * (kind == "QuestDB"))
        by_client = {row["client"]: row for row in some}
        figures = [short(by_client.get(client)) for client in clients]
        lines.append(f"| {name} | " + " | ".join(figures) + " |")
    return "\n".join(lines)


def short(row):
    if row is None:
        return ""
    ratio = row.get("ratios", {}).get("rows_per_s")
    text = f"{row['rows_per_s'] / 1e6:.2f}"
    return text if ratio is None else f"{text} ({ratio:.1f})"


def write_summary(rows, path):
    """Writes a table between the markers of a page, and the chart beside the page."""
    begin, end = "<!-- bench peers: begin -->\n", "<!-- bench peers: end -->"
    before, remainder = path.read_text().split(begin)
    after = remainder.split(end)[1]
    text = ("`./scripts/bench peers` sends the same rows with coquest and with QuestDB's other "
            "clients, in turns ([page](bench/README.md)). Protocol version 2, the best of the "
            f"rounds; in brackets, the ratio to {BASE}:")
    path.write_text(f"{before}{begin}{text}\n\n{summary(rows)}\n{end}{after}")
    path.with_name("speed.svg").write_text(chart(rows))
