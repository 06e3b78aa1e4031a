// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One function for each workload. The compiler instantiates it for plain names, which are checked
// in every row, and for names that were checked before.

use crate::workloads::{
    make_cpu_usage, make_log_entries, make_sensor_readings, make_trades, timestamp_of, CpuUsage,
    Draws, LogEntry, SensorReading, Trade, POOL_ROWS,
};
use questdb::ingress::{Buffer, ColumnName, TableName, TimestampNanos};
use questdb::{Error, Result};
use std::hint::black_box;
use std::ops::Range;

/// The names of a table and of its columns, symbols first.
pub struct Names<T, C> {
    table: T,
    columns: Vec<C>,
}

impl Names<&'static str, &'static str> {
    /// Hides the names from the compiler, so that they behave like names known only at run time.
    pub fn new(table: &'static str, columns: &[&'static str]) -> Self {
        black_box(Names {
            table,
            columns: columns.to_vec(),
        })
    }

    /// Checks the names once.
    pub fn check(&self) -> Result<Names<TableName<'static>, ColumnName<'static>>> {
        let columns: Result<Vec<_>> = self
            .columns
            .iter()
            .map(|&name| ColumnName::new(name))
            .collect();
        Ok(black_box(Names {
            table: TableName::new(self.table)?,
            columns: columns?,
        }))
    }
}

/// Calls `encode` with each row of `range` and its timestamp.
fn for_each_row<Row>(
    rows: &mut Buffer,
    pool: &[Row],
    range: Range<usize>,
    mut encode: impl FnMut(&mut Buffer, &Row, TimestampNanos) -> Result<()>,
) -> Result<()> {
    for k in range {
        encode(
            rows,
            &pool[k % POOL_ROWS],
            TimestampNanos::new(timestamp_of(k)),
        )?;
    }
    Ok(())
}

impl<T, C> Names<T, C>
where
    T: Copy + AsRef<str> + TryInto<TableName<'static>>,
    C: Copy + AsRef<str> + TryInto<ColumnName<'static>>,
    Error: From<T::Error> + From<C::Error>,
{
    #[inline(never)]
    pub fn encode_trades(
        &self,
        rows: &mut Buffer,
        pool: &[Trade],
        range: Range<usize>,
    ) -> Result<()> {
        let table = self.table;
        let [symbol, side, price, amount] = self.columns[..] else {
            unreachable!("trades have four columns");
        };
        for_each_row(rows, pool, range, |rows, row, time| {
            rows.table(table)?
                .symbol(symbol, &row.symbol)?
                .symbol(side, &row.side)?
                .column_f64(price, row.price)?
                .column_f64(amount, row.amount)?
                .at(time)
        })
    }

    #[inline(never)]
    pub fn encode_cpu_usage(
        &self,
        rows: &mut Buffer,
        pool: &[CpuUsage],
        range: Range<usize>,
    ) -> Result<()> {
        let table = self.table;
        let (tags, numbers) = self.columns.split_at(10);
        let (integers, decimals) = numbers.split_at(5);
        for_each_row(rows, pool, range, |rows, row, time| {
            rows.table(table)?;
            for (&name, tag) in tags.iter().zip(&row.tags) {
                rows.symbol(name, tag)?;
            }
            for (&name, &value) in integers.iter().zip(&row.integers) {
                rows.column_i64(name, value)?;
            }
            for (&name, &value) in decimals.iter().zip(&row.decimals) {
                rows.column_f64(name, value)?;
            }
            rows.at(time)
        })
    }

    #[inline(never)]
    pub fn encode_sensor_readings(
        &self,
        rows: &mut Buffer,
        pool: &[SensorReading],
        range: Range<usize>,
    ) -> Result<()> {
        let table = self.table;
        let sensor = self.columns[0];
        let values = &self.columns[1..];
        for_each_row(rows, pool, range, |rows, row, time| {
            rows.table(table)?.symbol(sensor, &row.sensor)?;
            for (&name, &value) in values.iter().zip(&row.values) {
                rows.column_f64(name, value)?;
            }
            rows.at(time)
        })
    }

    #[inline(never)]
    pub fn encode_log_entries(
        &self,
        rows: &mut Buffer,
        pool: &[LogEntry],
        range: Range<usize>,
    ) -> Result<()> {
        let table = self.table;
        let [message, details] = self.columns[..] else {
            unreachable!("log entries have two columns");
        };
        for_each_row(rows, pool, range, |rows, row, time| {
            rows.table(table)?
                .column_str(message, &row.message)?
                .column_str(details, &row.details)?
                .at(time)
        })
    }
}

/// Adds rows of a workload to a buffer.
pub type Encoder = Box<dyn Fn(&mut Buffer, Range<usize>) -> Result<()>>;

/// Makes an encoder from the function `$encode`, with plain or with checked names.
macro_rules! encoder {
    ($encode:ident, $pool:expr, $names:expr, $client:expr) => {{
        let (pool, names) = ($pool, $names);
        match $client {
            "strings" => {
                Box::new(move |rows: &mut Buffer, which| names.$encode(rows, &pool, which))
                    as Encoder
            }
            "checked" => {
                let names = names.check()?;
                Box::new(move |rows: &mut Buffer, which| names.$encode(rows, &pool, which))
                    as Encoder
            }
            _ => return Ok(None),
        }
    }};
}

/// Makes the pool of a workload, for runs of at most `rows` rows, and returns its encoder; `None`
/// if there is no such workload or client.
pub fn make_encoder(workload: &str, client: &str, rows: usize) -> Result<Option<Encoder>> {
    let rows = rows.min(POOL_ROWS);
    Ok(Some(match workload {
        "A" => encoder!(
            encode_trades,
            make_trades(rows),
            Names::new("trades", &["symbol", "side", "price", "amount"]),
            client
        ),
        "B" => encoder!(
            encode_cpu_usage,
            make_cpu_usage(rows),
            Names::new("cpu", &CPU_COLUMNS),
            client
        ),
        "C" | "E" => encoder!(
            encode_sensor_readings,
            make_sensor_readings(
                rows,
                match workload {
                    "C" => Draws::random_finite_double,
                    _ => Draws::uniform_double,
                }
            ),
            Names::new(
                "sensors",
                &["sensor", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"]
            ),
            client
        ),
        "D" => encoder!(
            encode_log_entries,
            make_log_entries(rows),
            Names::new("logs", &["message", "details"]),
            client
        ),
        _ => return Ok(None),
    }))
}

const CPU_COLUMNS: [&str; 20] = [
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
];
