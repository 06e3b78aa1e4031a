// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same program as bench/latency/main.cpp, with the crate questdb-rs.

#[allow(dead_code)] // the rows of the other workloads are unused
#[path = "../processor_time.rs"]
mod processor_time;
#[path = "../workloads.rs"]
mod workloads;

use processor_time::processor_time;
use questdb::ingress::{ColumnName, Sender, TableName, TimestampNanos};
use std::error::Error;
use std::time::{Duration, Instant};
use workloads::{make_trades, timestamp_of, POOL_ROWS};

const USAGE: &str = "usage: latency --port P --flushes N [--warm-up N]";

#[derive(Default)]
struct Options {
    port: u16,
    flushes: usize,
    warm_up: usize,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let value = arguments.next()?;
        match argument.as_str() {
            "--port" => options.port = value.parse().ok()?,
            "--flushes" => options.flushes = value.parse().ok()?,
            "--warm-up" => options.warm_up = value.parse().ok()?,
            _ => return None,
        }
    }
    (options.flushes > 0).then_some(options)
}

fn in_us(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}

fn percentile(sorted: &[Duration], part: f64) -> f64 {
    let rank = (part * sorted.len() as f64).ceil() as usize;
    in_us(sorted[rank - 1])
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = parse(std::env::args().skip(1)).ok_or(USAGE)?;
    let trades = make_trades(POOL_ROWS);
    let mut sender = Sender::from_conf(format!("http::addr=127.0.0.1:{};", options.port))?;
    let mut rows = sender.new_buffer();
    let table = TableName::new("trades")?;
    let [symbol, side, price, amount] = [
        ColumnName::new("symbol")?,
        ColumnName::new("side")?,
        ColumnName::new("price")?,
        ColumnName::new("amount")?,
    ];
    let mut times = Vec::with_capacity(options.flushes);
    let mut first = Instant::now();
    let mut last = first;
    let mut used_before = Duration::ZERO;
    for k in 0..options.warm_up + options.flushes {
        let trade = &trades[k % trades.len()];
        if k == options.warm_up {
            first = Instant::now();
            used_before = processor_time();
        }
        let begin = Instant::now();
        rows.table(table)?
            .symbol(symbol, &trade.symbol)?
            .symbol(side, &trade.side)?
            .column_f64(price, trade.price)?
            .column_f64(amount, trade.amount)?
            .at(TimestampNanos::new(timestamp_of(k)))?;
        sender.flush(&mut rows)?;
        if k >= options.warm_up {
            last = Instant::now();
            times.push(last - begin);
        }
    }
    let used = processor_time() - used_before;
    let count = times.len() as f64;
    times.sort();
    println!(
        "{{\"p50_us\": {:.2}, \"p99_us\": {:.2}, \"p999_us\": {:.2}, \
         \"requests_per_s\": {:.0}, \"client_cpu_us\": {:.2}}}",
        percentile(&times, 0.5),
        percentile(&times, 0.99),
        percentile(&times, 0.999),
        1e6 * count / in_us(last - first),
        in_us(used) / count
    );
    Ok(())
}
