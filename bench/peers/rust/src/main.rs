// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same program as bench/instructions/main.cpp, on the crate questdb-rs.

mod encoders;
mod workloads;

use encoders::{Names, BATCH_ROWS};
use questdb::ingress::{Buffer, ProtocolVersion};
use std::error::Error;
use workloads::Draws;

const USAGE: &str =
    "usage: peer --workload A..E --version 1|2 --client strings|checked --rows N [--hash]";

#[derive(Default)]
struct Options {
    workload: String,
    version: String,
    client: String,
    rows: usize,
    hash: bool,
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--workload" => options.workload = arguments.next()?,
            "--version" => options.version = arguments.next()?,
            "--client" => options.client = arguments.next()?,
            "--rows" => options.rows = arguments.next()?.parse().ok()?,
            "--hash" => options.hash = true,
            _ => return None,
        }
    }
    Some(options)
}

/// Returns the 64-bit FNV-1a hash of `bytes`.
fn hash_of(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf29ce484222325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100000001b3)
    })
}

/// Calls the encoder `$encode` with plain or with checked names.
macro_rules! encode {
    ($encode:ident, $names:expr, $pool:expr, $rows:expr, $options:expr) => {{
        let (names, pool, count) = ($names, $pool, $options.rows);
        match $options.client.as_str() {
            "strings" => names.$encode($rows, &pool, count)?,
            "checked" => names.check()?.$encode($rows, &pool, count)?,
            _ => return Err(USAGE.into()),
        }
    }};
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = parse(std::env::args().skip(1)).ok_or(USAGE)?;
    let mut rows = Buffer::new(match options.version.as_str() {
        "1" => ProtocolVersion::V1,
        "2" => ProtocolVersion::V2,
        _ => return Err(USAGE.into()),
    });
    if options.hash && options.rows > BATCH_ROWS {
        return Err("too many rows for --hash".into());
    }
    match options.workload.as_str() {
        "A" => {
            let names = Names::new("trades", &["symbol", "side", "price", "amount"]);
            encode!(
                encode_trades,
                names,
                workloads::make_trades(),
                &mut rows,
                options
            );
        }
        "B" => {
            let names = Names::new(
                "cpu",
                &[
                    "hostname",
                    "region",
                    "datacenter",
                    "rack",
                    "os",
                    "arch",
                    "team",
                    "service",
                    "service_version",
                    "service_environment",
                    "usage_user",
                    "usage_system",
                    "usage_idle",
                    "usage_nice",
                    "usage_iowait",
                    "usage_irq",
                    "usage_softirq",
                    "usage_steal",
                    "usage_guest",
                    "usage_guest_nice",
                ],
            );
            encode!(
                encode_cpu_usage,
                names,
                workloads::make_cpu_usage(),
                &mut rows,
                options
            );
        }
        workload @ ("C" | "E") => {
            let columns = ["sensor", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"];
            let pool = workloads::make_sensor_readings(match workload {
                "C" => Draws::random_finite_double,
                _ => Draws::uniform_double,
            });
            let names = Names::new("sensors", &columns);
            encode!(encode_sensor_readings, names, pool, &mut rows, options);
        }
        "D" => {
            let names = Names::new("logs", &["message", "details"]);
            encode!(
                encode_log_entries,
                names,
                workloads::make_log_entries(),
                &mut rows,
                options
            );
        }
        _ => return Err(USAGE.into()),
    }
    if options.hash {
        println!("{:016x}", hash_of(rows.as_bytes()));
    }
    Ok(())
}
