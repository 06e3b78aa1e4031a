// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same program as bench/throughput/main.cpp, with the crate questdb-rs.

#[path = "../encoders.rs"]
mod encoders;
#[path = "../workloads.rs"]
mod workloads;

use encoders::{make_encoder, Encoder};
use questdb::ingress::{Buffer, Sender};
use std::error::Error;
use std::ops::Range;
use std::time::{Duration, Instant};

const USAGE: &str = "usage: throughput --config TEXT --workload A..E --rows N [--batch N] \
                     [--warm-up N] [--client strings|checked]";

struct Options {
    config: String,
    workload: String,
    client: String,
    rows: usize,
    batch: usize,
    warm_up: usize,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options {
        config: String::new(),
        workload: String::new(),
        client: "strings".to_string(),
        rows: 0,
        batch: 10_000,
        warm_up: 0,
    };
    while let Some(argument) = arguments.next() {
        let value = arguments.next()?;
        match argument.as_str() {
            "--config" => options.config = value,
            "--workload" => options.workload = value,
            "--client" => options.client = value,
            "--rows" => options.rows = value.parse().ok()?,
            "--batch" => options.batch = value.parse().ok()?,
            "--warm-up" => options.warm_up = value.parse().ok()?,
            _ => return None,
        }
    }
    (options.rows > 0 && options.batch > 0).then_some(options)
}

/// The processor time that this process has used until now.
struct Usage {
    now: Instant,
    user: f64,
    system: f64,
}

impl Usage {
    fn take() -> Usage {
        let mut used: libc::rusage = unsafe { std::mem::zeroed() };
        unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut used) };
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
        Usage {
            now: Instant::now(),
            user: seconds(used.ru_utime),
            system: seconds(used.ru_stime),
        }
    }
}

/// Returns the peak of the memory that this program has held.
fn peak_rss_kb() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Returns the duration of each flush, including the filling of the buffer.
fn send(
    sender: &mut Sender,
    rows: &mut Buffer,
    encode: &Encoder,
    range: Range<usize>,
    batch: usize,
) -> questdb::Result<Vec<Duration>> {
    let mut times = Vec::new();
    for first in range.clone().step_by(batch) {
        let begin = Instant::now();
        encode(rows, first..range.end.min(first + batch))?;
        sender.flush(rows)?;
        times.push(begin.elapsed());
    }
    Ok(times)
}

/// Returns a percentile in microseconds.
fn percentile(sorted: &[Duration], part: f64) -> f64 {
    let rank = (part * sorted.len() as f64).ceil() as usize;
    sorted[rank - 1].as_nanos() as f64 / 1e3
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = parse(std::env::args().skip(1)).ok_or(USAGE)?;
    let total = options.warm_up + options.rows;
    let encode = make_encoder(&options.workload, &options.client, total)?.ok_or(USAGE)?;
    let mut sender = Sender::from_conf(&options.config)?;
    let mut rows = sender.new_buffer();
    let first = options.warm_up.min(1);
    send(&mut sender, &mut rows, &encode, 0..first, 1)?;
    let base_rss_kb = peak_rss_kb();
    send(
        &mut sender,
        &mut rows,
        &encode,
        first..options.warm_up,
        options.batch,
    )?;
    let before = Usage::take();
    let mut times = send(
        &mut sender,
        &mut rows,
        &encode,
        options.warm_up..all,
        options.batch,
    )?;
    let after = Usage::take();
    times.sort();
    println!(
        "{{\"rows\": {}, \"seconds\": {:.6}, \"user_s\": {:.6}, \"system_s\": {:.6}, \
         \"base_rss_kb\": {}, \"peak_rss_kb\": {}, \"p50_us\": {:.2}, \"p99_us\": {:.2}, \"p999_us\": {:.2}}}",
        options.rows,
        (after.now - before.now).as_secs_f64(),
        after.user - before.user,
        after.system - before.system,
        base_rss_kb.unwrap_or(0),
        peak_rss_kb().unwrap_or(0),
        percentile(&times, 0.5),
        percentile(&times, 0.99),
        percentile(&times, 0.999)
    );
    Ok(())
}
