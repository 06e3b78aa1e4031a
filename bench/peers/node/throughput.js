// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same program as bench/throughput/main.cpp, with the npm package @questdb/nodejs-client.
const fs = require("node:fs");
const { parseArgs } = require("node:util");
const { Sender } = require("@questdb/nodejs-client");

const POOL_ROWS = 16384;
const MASK = (1n << 64n) - 1n;

// Draws 31-bit numbers with a linear congruential generator.
class Draws {
  state = 42n;

  draw() {
    this.state = (this.state * 6364136223846793005n + 1442695040888963407n) & MASK;
    return Number(this.state >> 33n);
  }
  below(end) {
    return this.draw() % end;
  }
  oneOf(choices) {
    return choices[this.below(choices.length)];
  }
  randomFiniteDouble() {
    const high = BigInt(this.draw()) << 33n;
    const middle = BigInt(this.draw()) << 2n;
    const bits = (high | middle | BigInt(this.draw() & 3)) & MASK;
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, bits);
    if (!Number.isFinite(view.getFloat64(0))) {
      view.setBigUint64(0, bits & ~(1n << 62n));
    }
    return view.getFloat64(0);
  }
  logText() {
    const special = ['"', "\n", "\\", "\u00e9", "\u6f22", "\u{1f600}"];
    const letters = "abcdefghijklmnopqrstuvwxyz ";
    let text = "";
    for (let size = 0; size < 64; ) {
      const drawn = this.draw();
      const wanted = special[drawn % 32];
      const fits = wanted !== undefined && size + Buffer.byteLength(wanted) <= 64;
      const chosen = fits ? wanted : letters[(drawn >>> 8) % letters.length];
      text += chosen;
      size += Buffer.byteLength(chosen);
    }
    return text;
  }
}

const SYMBOLS = ["BTC", "ETH", "SOL", "XRP", "ADA", "DOGE", "LTC", "DOT", "AVAX", "LINK"].map(
  (name) => `${name}-USDT`,
);
const REGIONS = ["us-east-1", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1",
  "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"];
const TAGS = ["hostname", "region", "datacenter", "rack", "os", "arch", "team", "service",
  "service_version", "service_environment"];
const INTEGERS = ["usage_user", "usage_system", "usage_idle", "usage_nice", "usage_iowait"];
const DECIMALS = ["usage_irq", "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice"];
const VALUES = Array.from({ length: 8 }, (_, i) => `v${i}`);

// Draws and adds a row of each workload.
const WORKLOADS = {
  A: {
    make: (draws) => ({
      symbol: draws.oneOf(SYMBOLS),
      side: draws.oneOf(["buy", "sell"]),
      price: draws.below(10_000_000) / 100,
      amount: draws.below(100_000_000) / 100_000,
    }),
    add: (sender, row) =>
      sender
        .table("trades")
        .symbol("symbol", row.symbol)
        .symbol("side", row.side)
        .floatColumn("price", row.price)
        .floatColumn("amount", row.amount),
  },
  B: {
    make: (draws) => {
      const tags = [`host_${draws.below(4000)}`, draws.oneOf(REGIONS)];
      const datacenter = draws.below(3 * REGIONS.length);
      tags.push(REGIONS[Math.floor(datacenter / 3)] + "abc"[datacenter % 3]);
      tags.push(String(draws.below(100)));
      tags.push(draws.oneOf(["Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"]));
      tags.push(draws.oneOf(["x64", "x86"]), draws.oneOf(["SF", "NYC", "LON", "CHI"]));
      tags.push(String(draws.below(20)), String(draws.below(2)));
      tags.push(draws.oneOf(["production", "staging", "test"]));
      const integers = INTEGERS.map(() => draws.below(101));
      return { tags, integers, decimals: DECIMALS.map(() => draws.below(10_001) / 100) };
    },
    add: (sender, row) => {
      sender.table("cpu");
      TAGS.forEach((name, i) => sender.symbol(name, row.tags[i]));
      INTEGERS.forEach((name, i) => sender.intColumn(name, row.integers[i]));
      DECIMALS.forEach((name, i) => sender.floatColumn(name, row.decimals[i]));
    },
  },
  C: {
    make: (draws) => ({
      sensor: `s${draws.below(10)}`,
      values: VALUES.map(() => draws.randomFiniteDouble()),
    }),
    add: (sender, row) => {
      sender.table("sensors").symbol("sensor", row.sensor);
      VALUES.forEach((name, i) => sender.floatColumn(name, row.values[i]));
    },
  },
  D: {
    make: (draws) => ({ message: draws.logText(), details: draws.logText() }),
    add: (sender, row) =>
      sender.table("logs").stringColumn("message", row.message).stringColumn("details", row.details),
  },
};

// Returns the duration of each flush, in microseconds.
async function send(sender, add, pool, first, end, batch) {
  const times = [];
  for (let begin = first; begin < end; begin += batch) {
    const started = process.hrtime.bigint();
    for (let k = begin; k < Math.min(end, begin + batch); ++k) {
      add(sender, pool[k % POOL_ROWS]);
      await sender.at(1_700_000_000_000_000_000n + BigInt(k) * 1000n, "ns");
    }
    await sender.flush();
    times.push(Number(process.hrtime.bigint() - started) / 1e3);
  }
  return times;
}

function peakRssKb() {
  const status = fs.readFileSync("/proc/self/status", "ascii");
  return Number(/VmHWM:\s*(\d+)/.exec(status)[1]);
}

async function main() {
  const text = { type: "string" };
  const { values } = parseArgs({
    options: { config: text, workload: text, rows: text, batch: text, "warm-up": text },
  });
  const rows = Number(values.rows);
  const warmUp = Number(values["warm-up"] ?? 0);
  const batch = Number(values.batch ?? 10_000);
  const { make, add } = WORKLOADS[values.workload];
  const draws = new Draws();
  const pool = Array.from({ length: Math.min(warmUp + rows, POOL_ROWS) }, () => make(draws));
  const sender = await Sender.fromConfig(values.config);
  if (values.config.startsWith("tcp")) {
    await sender.connect();
  }
  const first = Math.min(warmUp, 1);
  await send(sender, add, pool, 0, first, batch);
  const baseRssKb = peakRssKb();
  await send(sender, add, pool, first, warmUp, batch);
  const before = process.cpuUsage();
  const started = process.hrtime.bigint();
  const times = await send(sender, add, pool, warmUp, warmUp + rows, batch);
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const used = process.cpuUsage(before);
  await sender.close();
  times.sort((a, b) => a - b);
  const percentile = (part) => times[Math.ceil(part * times.length) - 1];
  const result = {
    rows, seconds, user_s: used.user / 1e6, system_s: used.system / 1e6,
    base_rss_kb: baseRssKb, peak_rss_kb: peakRssKb(),
    p50_us: percentile(0.5), p99_us: percentile(0.99), p999_us: percentile(0.999),
  };
  console.log(JSON.stringify(result));
}

main().then(
  () => process.exit(0),
  (failure) => {
    console.error(String(failure));
    process.exit(1);
  },
);
