// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One function for each workload; the compiler makes one of it for plain names, which are checked
// in every row, and one for names that were checked beforehand.

use crate::workloads::{timestamp_of, CpuUsage, LogEntry, SensorReading, Trade, POOL_ROWS};
use questdb::ingress::{Buffer, ColumnName, TableName, TimestampNanos};
use questdb::{Error, Result};
use std::hint::black_box;

/// Rows after which a buffer is cleared.
pub const BATCH_ROWS: usize = 10_000;

/// The names of a table and of its columns, symbols first.
pub struct Names<T, C> {
    table: T,
    columns: Vec<C>,
}

impl Names<&'static str, &'static str> {
    /// Hides the names from the compiler, as names of the run time are.
    pub fn new(table: &'static str, columns: &[&'static str]) -> Self {
        black_box(Names {
            table,
            columns: columns.to_vec(),
        })
    }

    /// Checks the names, once.
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

/// Calls `encode` with each row and its timestamp; clears `rows` before each batch.
fn for_each_row<Row>(
    rows: &mut Buffer,
    pool: &[Row],
    count: usize,
    mut encode: impl FnMut(&mut Buffer, &Row, TimestampNanos) -> Result<()>,
) -> Result<()> {
    for first in (0..count).step_by(BATCH_ROWS) {
        rows.clear();
        for k in first..count.min(first + BATCH_ROWS) {
            encode(
                rows,
                &pool[k % POOL_ROWS],
                TimestampNanos::new(timestamp_of(k)),
            )?;
        }
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
    pub fn encode_trades(&self, rows: &mut Buffer, pool: &[Trade], count: usize) -> Result<()> {
        let table = self.table;
        let [symbol, side, price, amount] = self.columns[..] else {
            unreachable!("trades have four columns");
        };
        for_each_row(rows, pool, count, |rows, row, time| {
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
        count: usize,
    ) -> Result<()> {
        let table = self.table;
        let (tags, numbers) = self.columns.split_at(10);
        let (integers, decimals) = numbers.split_at(5);
        for_each_row(rows, pool, count, |rows, row, time| {
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
        count: usize,
    ) -> Result<()> {
        let table = self.table;
        let sensor = self.columns[0];
        let values = &self.columns[1..];
        for_each_row(rows, pool, count, |rows, row, time| {
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
        count: usize,
    ) -> Result<()> {
        let table = self.table;
        let [message, details] = self.columns[..] else {
            unreachable!("log entries have two columns");
        };
        for_each_row(rows, pool, count, |rows, row, time| {
            rows.table(table)?
                .column_str(message, &row.message)?
                .column_str(details, &row.details)?
                .at(time)
        })
    }
}
