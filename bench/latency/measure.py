#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Measures flushes of one row over HTTP on loopback. The clients take turns with one sink. Client
# and sink share one processor, or have one each. See --help.
import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

BASE = "questdb-rs"
TRACED = (20, 220)  # flushes of the two runs whose difference counts system calls
TIMES = ["p50_us", "p99_us", "p999_us", "client_cpu_us"]
TITLES = {"p50_us": "p50", "p99_us": "p99", "p999_us": "p99.9", "client_cpu_us": "client CPU",
          "requests_per_s": "requests/s", "syscalls": "system calls"}


class Sink:
    """Runs bench_sink on one processor."""

    def __init__(self, program, processor):
        self.process = subprocess.Popen(pinned(processor, [program]), stdout=subprocess.PIPE,
                                        text=True)
        self.port = json.loads(self.process.stdout.readline())["http"]

    def counts(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/counts")
        counts = json.load(connection.getresponse())
        connection.close()
        return counts

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def pinned(processor, command):
    return ["taskset", "-c", str(processor), *command]


def run(sink, processor, command, flushes, warm_up):
    sink.counts()
    arguments = ["--port", str(sink.port), "--flushes", str(flushes), "--warm-up", str(warm_up)]
    output = subprocess.check_output(pinned(processor, [*command, *arguments]), text=True)
    counts = sink.counts()
    if not counts["requests"] == counts["rows"] == flushes + warm_up:
        sys.exit(f"{command[0]}: {flushes + warm_up} flushes of a row, "
                 f"but the sink counted {counts}")
    return json.loads(output)


def system_calls(sink, processor, command):
    """Returns the number of system calls in a flush, by name; None if they cannot be traced."""
    counts = []
    for flushes in TRACED:
        summary = ["strace", "-f", "-c", "-U", "calls,name", "-o", "/dev/stdout"]
        arguments = ["--port", str(sink.port), "--flushes", str(flushes)]
        traced = subprocess.run(pinned(processor, [*summary, *command, *arguments]), text=True,
                                capture_output=True)
        if traced.returncode != 0:
            return None
        counts.append({name: int(calls) for calls, name in
                       re.findall(r"^ *(\d+) ([a-z_0-9]+)$", traced.stdout, re.M)
                       if name != "total"})
    fewer, more = counts
    per_flush = {name: round((more[name] - fewer.get(name, 0)) / (TRACED[1] - TRACED[0]), 2)
                 for name in more}
    return {name: count for name, count in per_flush.items() if count >= 0.1}


def measure(clients, programs, sink_processor, processor):
    runs = {client: [] for client in clients}
    with Sink(programs.sink, sink_processor) as sink:
        for _ in range(programs.rounds):
            for client, command in clients.items():
                runs[client].append(run(sink, processor, command, programs.flushes,
                                        programs.flushes // 10))
        calls = {client: system_calls(sink, processor, command)
                 for client, command in clients.items()}
    return [summary(client, runs[client], calls[client]) for client in clients]


def summary(client, runs, calls):
    row = {"client": client, "rounds": len(runs)}
    for field in [*TIMES, "requests_per_s"]:
        values = [run[field] for run in runs]
        row[field] = (max if field == "requests_per_s" else min)(values)
        row[f"{field}_median"] = statistics.median(values)
    if calls is not None:
        row["syscalls"] = round(sum(calls.values()), 1)
        row["syscalls_by_name"] = calls
    return row


def cell(row, base, field):
    if field not in row:
        return "-"
    text = f"{row[field]:.0f}" if field == "requests_per_s" else f"{row[field]:.1f}"
    if f"{field}_median" in row:
        text += f" / {row[f'{field}_median']:.0f}"
    if base and row is not base and base.get(field) and row[field]:
        text += f" ({row[field] / base[field]:.2f})"
    return text


def print_table(title, rows):
    base = next((row for row in rows if row["client"] == BASE), None)
    compared = f"; in brackets, relative to {BASE}" if base else ""
    print(f"{title}: best / median of {rows[0]['rounds']} rounds, microseconds{compared}")
    print(" " * 16 + "".join(f"{title:>24}" for title in TITLES.values()))
    for row in rows:
        cells = "".join(f"{cell(row, base, field):>24}" for field in TITLES)
        print(f"{row['client']:<16}{cells}")


parser = argparse.ArgumentParser()
parser.add_argument("--coquest", required=True, help="the program bench_latency")
parser.add_argument("--sink", required=True, help="the program bench_sink")
parser.add_argument("--questdb-rs", help="the program latency of bench/peers/rust")
parser.add_argument("--rounds", type=int, default=15)
parser.add_argument("--flushes", type=int, default=2000, help="in each round")
parser.add_argument("--quick", action="store_true", help="5 rounds of 1000 flushes")
parser.add_argument("--realtime", action="store_true",
                    help="run with priority (SCHED_FIFO, root): for a machine that is not idle")
parser.add_argument("--json", type=Path, help="write the results to this file, one object per line")
options = parser.parse_args()
if options.quick:
    options.rounds, options.flushes = 5, 1000
if options.realtime:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))  # the children inherit it

clients = {}
if options.questdb_rs:
    clients[BASE] = [options.questdb_rs]
clients |= {name: [options.coquest, "--client", kind]
            for name, kind in [("coquest", "sender"), ("coquest, buffer", "buffer"),
                               ("bare socket", "bare")]}
processors = sorted(os.sched_getaffinity(0))[:2]
results = []
for place, processor in zip(["client and sink on one processor", "on two processors"], processors):
    rows = measure(clients, options, processors[0], processor)
    print_table(place, rows)
    results += [{"processors": 1 + (processor != processors[0]), **row} for row in rows]
if options.json:
    options.json.write_text("".join(json.dumps(row) + "\n" for row in results))
