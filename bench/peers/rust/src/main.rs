// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same program as bench/instructions/main.cpp, with the crate questdb-rs.

mod encoders;
mod workloads;

use encoders::make_encoder;
use questdb::ingress::{Buffer, ProtocolVersion};
use std::error::Error;
use workloads::POOL_ROWS;

/// The number of rows after which the buffer is cleared.
const BATCH_ROWS: usize = 10_000;

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
    let encode = make_encoder(&options.workload, &options.client, POOL_ROWS)?.ok_or(USAGE)?;
    for first in (0..options.rows).step_by(BATCH_ROWS) {
        rows.clear();
        encode(&mut rows, first..options.rows.min(first + BATCH_ROWS))?;
    }
    if options.hash {
        println!("{:016x}", hash_of(rows.as_bytes()));
    }
    Ok(())
}
