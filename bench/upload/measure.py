#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# Measures what a bulk upload over HTTPS on loopback costs a client. The clients take turns, each
# coquest beside the client that it is compared with, and send the same bytes. See --help.
import argparse
import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "peers"))
from servers import Sink, certificates  # noqa: E402

LIMIT = 1.1  # of coquest, relative to the client that it is compared with
AES, CHACHA20 = "TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"


@dataclass
class Client:
    name: str
    suite: str
    command: list
    base: str = ""  # the client that it is compared with
    runs: list = field(default_factory=list)  # CPU seconds for a GB


def clients_of(options):
    def coquest(tls, *more, program=options.coquest):
        return [program, "--tls", tls, *more]

    found = []
    if options.questdb_rs:
        found.append(Client("questdb-rs", AES, [options.questdb_rs]))
    if options.fast:
        found.append(Client("coquest, fast wolfSSL", AES, coquest("wolfssl", program=options.fast),
                            base="questdb-rs" if options.questdb_rs else ""))
    # Debian's wolfSSL has no AES instructions, and coquest prefers ChaCha20 there.
    for name, tls, suite in (("OpenSSL", "openssl", AES), ("wolfSSL", "wolfssl", CHACHA20)):
        if tls in options.libraries:
            found += [Client(f"plain {name}", suite, coquest(tls, "--plain")),
                      Client(f"coquest, {name}", suite, coquest(tls), base=f"plain {name}")]
    return found


def run(client, sink, keys, processor, options):
    command = ["taskset", "-c", str(processor), *client.command, "--port",
               str(sink.ports["https"]), "--roots", keys.roots, "--flushes", str(options.flushes),
               "--warm-up", str(options.flushes // 10)]
    finished = subprocess.run(command, text=True, capture_output=True, timeout=600)
    if finished.returncode != 0:
        sys.exit(f"{client.name}: {(finished.stderr or finished.stdout)[-500:]}")
    result = json.loads(finished.stdout)
    flushes = options.flushes + options.flushes // 10
    counts = sink.counts()
    expected = result["bytes"] * flushes // options.flushes
    if counts["bytes"] != expected or counts["broken"]:
        sys.exit(f"{client.name}: {expected} bytes of rows expected, but the sink counted {counts}")
    client.runs.append(1e9 * result["cpu_s"] / result["bytes"])
    return result["bytes"]


def measure(clients, options):
    processors = sorted(os.sched_getaffinity(0))[:2]
    sent = set()
    with certificates() as keys:
        sinks = {suite: Sink(options.sink, keys, processors[0], "--suite", suite)
                 for suite in (AES, CHACHA20)}
        with sinks[AES], sinks[CHACHA20]:
            for _ in range(options.rounds):
                for client in clients:
                    sent.add(run(client, sinks[client.suite], keys, processors[-1], options))
    if len(sent) != 1:
        sys.exit(f"the clients sent different rows: {sent} bytes")


def summary(client, clients):
    row = {"client": client.name, "suite": client.suite, "rounds": len(client.runs),
           "cpu_s_per_gb": round(min(client.runs), 4),
           "cpu_s_per_gb_median": round(statistics.median(client.runs), 4)}
    base = next((other for other in clients if other.name == client.base), None)
    if base:
        pairs = [own / other for own, other in zip(client.runs, base.runs)]
        row |= {"base": base.name, "ratio": round(min(client.runs) / min(base.runs), 3),
                "ratio_median": round(statistics.median(pairs), 3), "limit": LIMIT}
    return row


def print_table(rows):
    print(f"CPU seconds of the client for a GB, user and system: best / median of "
          f"{rows[0]['rounds']} rounds")
    for row in rows:
        line = (f"{row['client']:<24}{row['suite'][4:]:<26}{row['cpu_s_per_gb']:>7.3f} / "
                f"{row['cpu_s_per_gb_median']:.3f}")
        if "base" in row:
            line += (f"   {row['ratio']:.2f} times {row['base']}, median of the pairs "
                     f"{row['ratio_median']:.2f}; at most {LIMIT}")
        print(line)


parser = argparse.ArgumentParser()
parser.add_argument("--coquest", required=True, help="the program bench_upload")
parser.add_argument("--fast", help="the same program with a wolfSSL that is built for speed")
parser.add_argument("--sink", required=True, help="the program bench_sink")
parser.add_argument("--questdb-rs", help="the program upload of bench/peers/rust")
parser.add_argument("--libraries", nargs="+", default=["openssl", "wolfssl"],
                    help="the TLS libraries that bench_upload is built with")
parser.add_argument("--rounds", type=int, default=9)
parser.add_argument("--flushes", type=int, default=1000, help="of 10,000 rows, in each round")
parser.add_argument("--quick", action="store_true", help="5 rounds of 200 flushes")
parser.add_argument("--json", type=Path, help="write the results to this file, one object per line")
options = parser.parse_args()
if options.quick:
    options.rounds, options.flushes = 5, 200

clients = clients_of(options)
measure(clients, options)
rows = [summary(client, clients) for client in clients]
print_table(rows)
if options.json:
    options.json.write_text("".join(json.dumps(row) + "\n" for row in rows))
