#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The coquest authors
# SPDX-License-Identifier: BSL-1.0
#
# The same program as bench/throughput/main.cpp, with the PyPI package questdb.
import argparse
import json
import math
import resource
import struct
import time
import warnings

from questdb import Sender, TimestampNanos

POOL_ROWS = 16384


class Draws:
    """Draws 31-bit numbers with a linear congruential generator."""

    def __init__(self):
        self.state = 42

    def __call__(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return self.state >> 33

    def below(self, end):
        return self() % end

    def one_of(self, choices):
        return choices[self.below(len(choices))]

    def bits(self):
        high = (self() << 33) % 2**64
        middle = self() << 2
        return high | middle | (self() & 3)

    def random_finite_double(self):
        bits = self.bits()
        value = struct.unpack("d", struct.pack("Q", bits))[0]
        if not math.isfinite(value):
            value = struct.unpack("d", struct.pack("Q", bits & ~(1 << 62)))[0]
        return value

    def log_text(self):
        special = ['"', "\n", "\\", "\u00e9", "\u6f22", "\U0001f600"]
        letters = "abcdefghijklmnopqrstuvwxyz "
        text, size = [], 0
        while size < 64:
            drawn = self()
            kind = drawn % 32
            if kind < len(special) and size + len(special[kind].encode()) <= 64:
                text.append(special[kind])
            else:
                text.append(letters[(drawn >> 8) % len(letters)])
            size += len(text[-1].encode())
        return "".join(text)


SYMBOLS = [f"{name}-USDT" for name in
           ["BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LTC", "DOT", "AVAX", "LINK"]]
REGIONS = ["us-east-1", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1",
           "ap-southeast-2", "ap-northeast-1", "sa-east-1"]
TAGS = ["hostname", "region", "datacenter", "rack", "os", "arch", "team", "service",
        "service_version", "service_environment"]
USAGES = ["usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait", "usage_irq",
          "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice"]


# A row of each workload consists of its symbols and its columns, which are drawn in order.
def trade(draw):
    symbols = {"symbol": draw.one_of(SYMBOLS), "side": draw.one_of(["buy", "sell"])}
    return symbols, {"price": draw.below(10_000_000) / 100, "amount": draw.below(100_000_000) / 1e5}


def cpu_usage(draw):
    tags = [f"host_{draw.below(4000)}", draw.one_of(REGIONS)]
    datacenter = draw.below(3 * len(REGIONS))
    tags += [REGIONS[datacenter // 3] + "abc"[datacenter % 3], str(draw.below(100)),
             draw.one_of(["Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"]),
             draw.one_of(["x64", "x86"]), draw.one_of(["SF", "NYC", "LON", "CHI"]),
             str(draw.below(20)), str(draw.below(2)),
             draw.one_of(["production", "staging", "test"])]
    values = [draw.below(101) for _ in range(5)] + [draw.below(10_001) / 100 for _ in range(5)]
    return dict(zip(TAGS, tags)), dict(zip(USAGES, values))


def sensor_reading(draw):
    symbols = {"sensor": f"s{draw.below(10)}"}
    return symbols, {f"v{i}": draw.random_finite_double() for i in range(8)}


def log_entry(draw):
    return {}, {"message": draw.log_text(), "details": draw.log_text()}


WORKLOADS = {"A": ("trades", trade), "B": ("cpu", cpu_usage), "C": ("sensors", sensor_reading),
             "D": ("logs", log_entry)}


def send(sender, table, pool, first, end, batch):
    """Returns the duration of each flush, in seconds."""
    times = []
    for begin in range(first, end, batch):
        started = time.perf_counter()
        for k in range(begin, min(end, begin + batch)):
            symbols, columns = pool[k % POOL_ROWS]
            sender.row(table, symbols=symbols, columns=columns,
                       at=TimestampNanos(1_700_000_000_000_000_000 + k * 1000))
        sender.flush()
        times.append(time.perf_counter() - started)
    return times


def percentile(times, part):
    return 1e6 * times[math.ceil(part * len(times)) - 1]


def peak_rss_kb():
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))


parser = argparse.ArgumentParser()
parser.add_argument("--config", required=True)
parser.add_argument("--workload", required=True, choices=WORKLOADS)
parser.add_argument("--rows", required=True, type=int)
parser.add_argument("--batch", type=int, default=10_000)
parser.add_argument("--warm-up", type=int, default=0)
options = parser.parse_args()
warnings.simplefilter("ignore")

table, make_row = WORKLOADS[options.workload]
draws = Draws()
total = options.warm_up + options.rows
pool = [make_row(draws) for _ in range(min(total, POOL_ROWS))]
with Sender.from_conf(options.config) as sender:
    first = min(options.warm_up, 1)
    send(sender, table, pool, 0, first, options.batch)
    base_rss_kb = peak_rss_kb()
    send(sender, table, pool, first, options.warm_up, options.batch)
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    times = send(sender, table, pool, options.warm_up, total, options.batch)
    seconds, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF)
times.sort()
print(json.dumps({"rows": options.rows, "seconds": seconds,
                  "user_s": after.ru_utime - before.ru_utime,
                  "system_s": after.ru_stime - before.ru_stime,
                  "base_rss_kb": base_rss_kb, "peak_rss_kb": peak_rss_kb(),
                  "p50_us": percentile(times, 0.5), "p99_us": percentile(times, 0.99),
                  "p999_us": percentile(times, 0.999)}))
