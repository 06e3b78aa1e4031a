#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Counts the instructions that a row costs in each workload, version and client. callgrind runs each
# case twice; the runs differ by one pool of rows. See --help.
import argparse
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

POOL_ROWS = 16384
BUDGETS = Path(__file__).with_name("budgets.json")
MARGIN = 1.05  # of a budget over the measurement
CLIENTS = {"coquest": ["literals", "strings", "typed", "columns"],
           "questdb-rs": ["strings", "checked"]}
BASE = "questdb-rs-strings"
MEASURED = "ABCD"

# FNV-1a of the first 1000 rows, by workload and version.
HASHES = {
    ("A", 1): "b4b0ee8324734709", ("A", 2): "84987fa89cb10d4a",
    ("B", 1): "2b3cd556c3f598b3", ("B", 2): "32a849e9635c090b",
    ("C", 1): "3e81bc3578045d0c", ("C", 2): "c9fb6eb0ad30a61c",
    ("D", 1): "c00f5b6cd4ae25df", ("D", 2): "beb70513e198474f",
    ("E", 1): "7fbabf8f2dc9d404", ("E", 2): "762e12cb238c53e5",
}


class Case:
    """One workload, version and client, and the command that encodes its rows."""

    def __init__(self, program, library, workload, version, client):
        self.key = (workload, version, f"{library}-{client}")
        self.name = f"workload {workload}, version {version}, client {library}-{client}"
        self.command = [program, "--workload", workload, "--version", str(version),
                        "--client", client, "--rows"]

    def hash(self):
        return subprocess.check_output([*self.command, "1000", "--hash"], text=True).strip()

    def instructions(self, rows):
        valgrind = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        run = subprocess.run([*valgrind, *self.command, str(rows)], text=True, capture_output=True)
        found = re.search(r"Collected : (\d+)", run.stderr)
        if run.returncode != 0 or not found:
            sys.exit(f"{self.name}: callgrind failed:\n{run.stderr}")
        return int(found.group(1))

    def instructions_per_row(self):
        more = self.instructions(2 * POOL_ROWS) - self.instructions(POOL_ROWS)
        return round(more / POOL_ROWS, 1)


def check_bytes(cases):
    wrong = [case.name for case in cases if case.hash() != HASHES[case.key[:2]]]
    if wrong:
        sys.exit("these clients write other rows than expected:\n  " + "\n  ".join(wrong))


def measure(cases):
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        counts = pool.map(Case.instructions_per_row, cases)
        return {case.key: count for case, count in zip(cases, counts)}


def print_table(counts):
    clients = list(dict.fromkeys(client for _, _, client in counts))
    compared = f"; in brackets, {BASE} divided by this client" if BASE in clients else ""
    print(f"instructions per row{compared}")
    print(" " * 5 + "".join(f"{client:>20}" for client in clients))
    for workload, version in dict.fromkeys(key[:2] for key in counts):
        base = counts.get((workload, version, BASE))
        cells = ""
        for client in clients:
            count = counts[workload, version, client]
            ratio = f" ({base / count:.2f})" if base else ""
            cells += f"{f'{count:.0f}{ratio}':>20}"
        print(f"{workload} v{version} {cells}")


def write_rows(path, counts, field, scale=1.0):
    rows = [{"workload": workload, "version": version, "client": client,
             field: round(count * scale, 1)} for (workload, version, client), count in counts.items()]
    path.write_text("[\n  " + ",\n  ".join(json.dumps(row) for row in rows) + "\n]\n")


def check_budgets(cases, counts):
    allowed = {(row["workload"], row["version"], row["client"]): row["most_instructions_per_row"]
               for row in json.loads(BUDGETS.read_text())}
    wrong = []
    for case in cases:
        most = allowed.pop(case.key, None)
        if most is None:
            wrong.append(f"{case.name}: {counts[case.key]} instructions per row, and no budget")
        elif counts[case.key] > most:
            wrong.append(f"{case.name}: {counts[case.key]} instructions per row, {most} allowed")
    wrong += [f"budget without a measurement: {key}" for key in allowed]
    if wrong:
        sys.exit("budgets (bench/instructions/budgets.json) exceeded:\n  " + "\n  ".join(wrong))
    print("no budget is exceeded")


parser = argparse.ArgumentParser()
parser.add_argument("--coquest", required=True, help="the program bench_instructions")
parser.add_argument("--questdb-rs", help="the program of bench/peers/rust")
parser.add_argument("--json", type=Path, help="write the counts to this file")
parser.add_argument("--check", action="store_true", help="compare with budgets.json")
parser.add_argument("--set-budgets", action="store_true", help="write budgets.json")
parser.add_argument("--bytes-only", action="store_true", help="check the bytes, count nothing")
options = parser.parse_args()

programs = {"coquest": options.coquest, "questdb-rs": options.questdb_rs}
all_cases = [Case(programs[library], library, workload, version, client)
             for workload, version in HASHES
             for library in CLIENTS if programs[library]
             for client in CLIENTS[library]]
check_bytes(all_cases)
if options.bytes_only:
    sys.exit()
measured = [case for case in all_cases if case.key[0] in MEASURED]
results = measure(measured)
print_table(results)
if options.json:
    write_rows(options.json, results, "instructions_per_row")
if options.set_budgets:
    own = {key: count for key, count in results.items() if key[2].startswith("coquest-")}
    write_rows(BUDGETS, own, "most_instructions_per_row", MARGIN)
if options.check:
    check_budgets(measured, results)
