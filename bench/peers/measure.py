#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Sends the same rows with coquest and with other clients, in turns, to a sink on loopback and to a
# real server. Writes the measurements, one row for each client and cell. See --help.
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import page
from servers import QuestDB, Sink, certificates

BATCH = 10_000
TRACED = (40_000, 240_000)  # rows of the two runs whose difference counts system calls
ROWS = {"A": 1_500_000, "B": 250_000, "C": 500_000, "D": 500_000}
BYTES_OF_ROW = {"A": 90, "B": 385, "C": 250, "D": 190}
# Rows sent first, for just-in-time compilers: for workload A; fewer for workloads with wider rows.
WARM_UP = {"Java": 400_000, "Node.js": 50_000}
WARM_UP_ROWS = 20_000
WOLFSSL = "coquest, wolfSSL"
SLOW = {"Python": 3, "Node.js": 20}  # divisors of the number of rows, so that a run ends in time


@dataclass
class Client:
    name: str
    version: str
    command: list
    config: str = ""
    runs: list = field(default_factory=list)

    @property
    def own(self):
        return self.name.startswith("coquest")


@dataclass(frozen=True)
class Cell:
    """What is measured: the rows, and how they are sent."""
    workload: str
    transport: str
    version: int
    kind: str = "throughput"

    def __str__(self):
        return f"{self.kind}: {self.workload} v{self.version} over {self.transport}"


@contextmanager
def on_processor(number):
    """Runs programs that start inside the block on that processor.

    A command before the program would count as a part of its start."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {number})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def own_clients(options, workload):
    """Returns the ways to use coquest. It may hold two batches, to fill one while it sends one."""
    def client(name, *arguments, program=options.coquest, config=""):
        limit = f"max_buf_size={2 * BATCH * BYTES_OF_ROW[workload]};"
        return Client(name, "", [program, *arguments], limit + config)

    ways = {name: client(name, "--client", way) for name, way in
            [("coquest", "row"), ("coquest, buffer", "buffer"), ("coquest, append", "append"),
             ("coquest, typed rows", "typed"), ("coquest, columns", "columns")]}
    for count in (2, 4):
        name = f"coquest, {count} connections"
        ways[name] = client(name, "--client", "row", config=f"connections={count};")
    if options.coquest_wolfssl:
        ways[WOLFSSL] = client(WOLFSSL, "--client", "row", program=options.coquest_wolfssl)
    return ways


class Bench:
    def __init__(self, options, keys):
        self.options, self.keys = options, keys
        self.peers = []
        for line in options.peers.read_text().splitlines():
            name, version, command = line.split("\t")
            self.peers.append(Client(name, version, command.split(" ")))
        self.rows = []
        self.processors = sorted(os.sched_getaffinity(0))[:2]
        self.bytes = {}  # bytes of rows, by client, workload, version and number of rows

    def clients(self, workload, *own):
        ways = own_clients(self.options, workload)
        fresh = [Client(peer.name, peer.version, peer.command) for peer in self.peers]
        return [ways[name] for name in own if name in ways] + fresh

    def config(self, client, cell, port):
        text = f"{cell.transport}::addr=127.0.0.1:{port};protocol_version={cell.version};"
        if client.own:
            text += client.config
        elif client.name != "Java" or not cell.transport.startswith("tcp"):  # it has no such key
            text += "auto_flush=off;"
        if cell.transport.endswith("s"):
            if client.name == "Java":
                text += f"tls_roots={self.keys.store};tls_roots_password={self.keys.password};"
            elif client.name == "Node.js":
                text += f"tls_ca={self.keys.roots};"
            elif client.name == "Go":
                text += "tls_verify=unsafe_off;"  # Go accepts only the system's roots
            else:
                text += f"tls_roots={self.keys.roots};"
        return text

    def run(self, client, cell, port, rows, *, batch=BATCH, warm_up=None, extra="",
            processor=None):
        if warm_up is None:
            warm_up = warm_up_of(client, cell.workload)
        processor = self.processors[-1] if processor is None else processor
        command = [*client.command, "--config", self.config(client, cell, port) + extra,
                   "--workload", cell.workload, "--rows", str(rows), "--batch", str(batch),
                   "--warm-up", str(warm_up)]
        with on_processor(processor):
            finished = subprocess.run(command, text=True, capture_output=True, timeout=300)
        if finished.returncode != 0:
            output = finished.stderr or finished.stdout
            raise RuntimeError(f"{client.name}, {cell}: {output[-500:]}")
        return json.loads(finished.stdout[finished.stdout.index("{"):])

    def rows_of(self, client, workload):
        rows = ROWS[workload] // SLOW.get(client.name, 1)
        return rows // 4 if self.options.quick else rows

    def expected_bytes(self, client, cell, rows):
        """Sends the rows once to a sink that counts them."""
        total = rows + warm_up_of(client, cell.workload)
        key = (client.name, cell.workload, cell.version, total)
        if key not in self.bytes:
            plain = Cell(cell.workload, "http", cell.version)
            with Sink(self.options.sink, self.keys, self.processors[0], count_rows=True) as sink:
                self.run(client, plain, sink.ports["http"], rows)
                counts = sink.counts()
            if counts["rows"] != total or counts["broken"]:
                raise RuntimeError(f"{client.name}, {cell}: {total} rows were sent, "
                                   f"but the sink counted {counts}")
            self.bytes[key] = counts["bytes"]
        return self.bytes[key]

    def in_turns(self, cell, clients, rounds, measure_one):
        """Measures each client once in each round; clients that fail are left out."""
        say(str(cell))
        for client in clients:
            client.runs = []
        for _ in range(rounds):
            for client in list(clients):
                try:
                    client.runs.append(measure_one(client))
                except (RuntimeError, subprocess.TimeoutExpired) as failure:
                    say(f"LEFT OUT: {failure}")
                    clients.remove(client)

    def throughput(self, cell, clients, rounds):
        with Sink(self.options.sink, self.keys, self.processors[0]) as sink:
            self.in_turns(cell, clients, rounds, lambda client: self.one_run(sink, client, cell))
            calls = {}
            if cell.workload == "A" and cell.version == 2 and not self.options.quick:
                calls = {client.name: self.system_calls(sink, client, cell) for client in clients}
        self.rows += [self.summary(client, cell, calls.get(client.name)) for client in clients]

    def one_run(self, sink, client, cell):
        rows = self.rows_of(client, cell.workload)
        expected = self.expected_bytes(client, cell, rows)
        sink.counts()
        result = self.run(client, cell, sink.ports[cell.transport], rows)
        counts = sink.counts()
        if counts["bytes"] != expected or counts["broken"]:
            raise RuntimeError(f"{client.name}, {cell}: {expected} bytes of rows expected, "
                               f"but the sink counted {counts}")
        wire = counts["wire"] / (rows + warm_up_of(client, cell.workload))
        return {**figures(result), "wire_bytes_per_row": wire}

    def system_calls(self, sink, client, cell):
        """Returns the system calls for a million rows; None if they cannot be traced."""
        counts = []
        for rows in TRACED:
            tracer = ["strace", "-f", "-c", "-U", "calls,name", "-o", "/dev/stdout"]
            try:
                command = [*tracer, *client.command, "--config",
                           self.config(client, cell, sink.ports[cell.transport]),
                           "--workload", cell.workload, "--rows", str(rows)]
                with on_processor(self.processors[-1]):
                    text = subprocess.check_output(command, text=True, timeout=300,
                                                   stderr=subprocess.DEVNULL)
            except (subprocess.CalledProcessError, subprocess.TimeoutExpired, OSError):
                return None
            counts.append(sum(int(calls) for calls, name in
                              re.findall(r"^ *(\d+) ([a-z_0-9]+)$", text, re.M) if name != "total"))
            sink.counts()
        return round(1e6 * (counts[1] - counts[0]) / (TRACED[1] - TRACED[0]))

    def summary(self, client, cell, calls=None, **more):
        row = {"client": client.name, "client_version": client.version, "kind": cell.kind,
               "workload": cell.workload, "transport": cell.transport, "version": cell.version,
               "rounds": len(client.runs)}
        for name in client.runs[0]:
            values = [run[name] for run in client.runs]
            best = max if name == "rows_per_s" else min
            row[name] = round(best(values), 4)
            row[f"{name}_median"] = round(statistics.median(values), 4)
        if calls is not None:
            row["syscalls_per_mrow"] = calls
        return {**row, **more}

    def latency(self, clients, rounds, flushes):
        """Measures flushes of one row, with client and sink on one processor and on two."""
        cell = Cell("A", "http", 2, "latency")
        for place in dict.fromkeys([self.processors[0], self.processors[-1]]):
            def measure_one(client):
                result = self.run(client, cell, sink.ports["http"], flushes, batch=1,
                               warm_up=20_000 if client.name == "Java" else 500, processor=place)
                return {"p50_us": result["p50_us"], "p99_us": result["p99_us"],
                        "p999_us": result["p999_us"],
                        "cpu_us": 1e6 * (result["user_s"] + result["system_s"]) / flushes}

            with Sink(self.options.sink, self.keys, self.processors[0]) as sink:
                self.in_turns(cell, clients, rounds, measure_one)
            processors = 1 if place == self.processors[0] else 2
            self.rows += [self.summary(client, cell, processors=processors) for client in clients]

    def cold_start(self, transport, clients, rounds):
        """Measures from the start of a program to its end, with one acknowledged row."""
        cell = Cell("A", transport, 2, "cold start")

        def measure_one(client):
            begin = time.perf_counter()
            result = self.run(client, cell, sink.ports[transport], 1, batch=1, warm_up=0)
            return {"ms": 1e3 * (time.perf_counter() - begin), "peak_rss_kb": result["peak_rss_kb"]}

        with Sink(self.options.sink, self.keys, self.processors[0]) as sink:
            self.in_turns(cell, clients, rounds, measure_one)
        self.rows += [self.summary(client, cell) for client in clients]

    def real_server(self, clients, rounds, rows):
        cell = Cell("A", "http", 2, "QuestDB")

        def measure_one(client):
            count = rows // SLOW.get(client.name, 1)
            server.query("drop table if exists trades")
            result = self.run(client, cell, server.port, count, extra=server.login, warm_up=1)
            stored = server.count("trades", count + 1)
            if stored != count + 1:
                raise RuntimeError(f"{client.name}: {count + 1} rows were sent, "
                                   f"but QuestDB has {stored}")
            return figures(result)

        with QuestDB(self.options.questdb) as server:
            # Warms the server up, so that the first client has no disadvantage.
            for _ in range(max(2, 4_000_000 // rows)):
                measure_one(clients[0])
            self.in_turns(cell, clients, rounds, measure_one)
        self.rows += [self.summary(client, cell) for client in clients]


def figures(result):
    rows = result["rows"]
    used = result["user_s"] + result["system_s"]
    base, peak = result["base_rss_kb"], result["peak_rss_kb"]
    return {"rows_per_s": rows / result["seconds"], "cpu_s_per_mrow": 1e6 * used / rows,
            "peak_rss_kb": peak, "base_rss_kb": base, "rows_rss_kb": peak - base}


def warm_up_of(client, workload):
    if client.name in WARM_UP:
        return WARM_UP[client.name] * ROWS[workload] // ROWS["A"]
    return WARM_UP_ROWS


def say(text):
    print(f"== {time.monotonic() - started:.0f} s: {text}", file=sys.stderr)


def measure(bench, options):
    rounds = options.rounds or (3 if options.quick else 5)
    both = ["coquest", "coquest, buffer"]
    for transport in ("http", "tcp", "https", "tcps"):
        for version in (2,) if options.quick else (2, 1):
            own = both + [WOLFSSL] * transport.endswith("s")
            bench.throughput(Cell("A", transport, version), bench.clients("A", *own), rounds)
    for workload in "B" if options.quick else "BCD":
        for version in (2,) if options.quick else (2, 1):
            bench.throughput(Cell(workload, "http", version), bench.clients(workload, *both),
                             rounds)
    ways = [name for name in own_clients(options, "A") if name != WOLFSSL]
    rust = [client for client in bench.clients("A") if client.name == "questdb-rs"]
    own = [client for client in bench.clients("A", *ways) if client.own]
    checked = [Client(f"{client.name}, checked names", client.version,
                      [*client.command, "--client", "checked"]) for client in rust]
    bench.throughput(Cell("A", "http", 2, "ways in"), own + rust + checked, rounds)
    bench.latency(bench.clients("A", "coquest, buffer"), rounds, 500 if options.quick else 3000)
    for transport in ("http", "https"):
        own = ["coquest"] + [WOLFSSL] * (transport == "https")
        bench.cold_start(transport, bench.clients("A", *own), 3 * rounds)
    if not options.no_server:
        bench.real_server(bench.clients("A", "coquest"), rounds,
                          500_000 if options.quick else 5_000_000)


parser = argparse.ArgumentParser()
parser.add_argument("--coquest", required=True, help="the program bench_throughput, on OpenSSL")
parser.add_argument("--coquest-wolfssl", help="the same program on wolfSSL")
parser.add_argument("--sink", required=True, help="the program bench_sink")
parser.add_argument("--questdb", required=True, help="the script that starts a real QuestDB")
parser.add_argument("--peers", required=True, type=Path,
                    help="file with a line for each other client: name, version and command, "
                         "separated by tabs")
parser.add_argument("--rounds", type=int, help="rounds of each cell; default 5, or 3 with --quick")
parser.add_argument("--quick", action="store_true", help="fewer cells, rounds and rows")
parser.add_argument("--no-server", action="store_true", help="without the real QuestDB")
parser.add_argument("--json", type=Path, help="write the results to this file, a list of rows")
parser.add_argument("--page", type=Path, help="write a page with plots into this directory")
parser.add_argument("--summary", type=Path,
                    help="write a table between the markers in this file, and speed.svg beside it")
options = parser.parse_args()

started = time.monotonic()
with certificates() as keys:
    bench = Bench(options, keys)
    measure(bench, options)
rows = page.with_ratios(bench.rows)
print(page.tables(rows))
if options.json:
    page.write_json(rows, options.json)
if options.page:
    page.write(rows, options.page)
if options.summary:
    page.write_summary(rows, options.summary)
