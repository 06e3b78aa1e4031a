// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same program as bench/upload/main.cpp, with the crate questdb-rs.

#[allow(dead_code)] // the other names are unused
#[path = "../encoders.rs"]
mod encoders;
#[path = "../processor_time.rs"]
mod processor_time;
#[path = "../workloads.rs"]
mod workloads;

use encoders::make_encoder;
use processor_time::processor_time;
use questdb::ingress::Sender;
use std::error::Error;
use workloads::POOL_ROWS;

const ROWS_OF_FLUSH: usize = 10_000;
const USAGE: &str = "usage: upload --port P --roots FILE --flushes N [--warm-up N]";

#[derive(Default)]
struct Options {
    port: u16,
    roots: String,
    flushes: usize,
    warm_up: usize,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        let value = arguments.next()?;
        match argument.as_str() {
            "--port" => options.port = value.parse().ok()?,
            "--roots" => options.roots = value,
            "--flushes" => options.flushes = value.parse().ok()?,
            "--warm-up" => options.warm_up = value.parse().ok()?,
            _ => return None,
        }
    }
    (options.flushes > 0).then_some(options)
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = parse(std::env::args().skip(1)).ok_or(USAGE)?;
    let encode = make_encoder("A", "strings", POOL_ROWS)?.ok_or(USAGE)?;
    let mut sender = Sender::from_conf(format!(
        "https::addr=127.0.0.1:{};protocol_version=2;tls_roots={};auto_flush=off;",
        options.port, options.roots
    ))?;
    let mut rows = sender.new_buffer();
    encode(&mut rows, 0..ROWS_OF_FLUSH)?;
    for _ in 0..options.warm_up {
        sender.flush_and_keep(&rows)?;
    }
    let before = processor_time();
    for _ in 0..options.flushes {
        sender.flush_and_keep(&rows)?;
    }
    let used = processor_time() - before;
    println!(
        "{{\"bytes\": {}, \"cpu_s\": {:.6}}}",
        options.flushes * rows.len(),
        used.as_secs_f64()
    );
    Ok(())
}
