// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/encoders.hpp"

namespace coquest::bench::strings {

[[gnu::noinline]] void encode(buffer& rows, const std::vector<trade>& pool, const names& of,
                              row_range which)
{
    for_each_row(pool, which, [&](const trade& row, timestamp_nanos time) {
        rows.table(of.table)
            .symbol(of.columns[0], row.symbol)
            .symbol(of.columns[1], row.side)
            .column_f64(of.columns[2], row.price)
            .column_f64(of.columns[3], row.amount)
            .at(time);
    });
}

[[gnu::noinline]] void encode(buffer& rows, const std::vector<cpu_usage>& pool, const names& of,
                              row_range which)
{
    for_each_row(pool, which, [&](const cpu_usage& row, timestamp_nanos time) {
        rows.table(of.table);
        const std::string* name = of.columns.data();
        for (const std::string& tag : row.tags) {
            rows.symbol(*name++, tag);
        }
        for (const std::int64_t value : row.integers) {
            rows.column_i64(*name++, value);
        }
        for (const double value : row.decimals) {
            rows.column_f64(*name++, value);
        }
        rows.at(time);
    });
}

[[gnu::noinline]] void encode(buffer& rows, const std::vector<sensor_reading>& pool,
                              const names& of, row_range which)
{
    for_each_row(pool, which, [&](const sensor_reading& row, timestamp_nanos time) {
        rows.table(of.table);
        const std::string* name = of.columns.data();
        rows.symbol(*name++, row.sensor);
        for (const double value : row.values) {
            rows.column_f64(*name++, value);
        }
        rows.at(time);
    });
}

[[gnu::noinline]] void encode(buffer& rows, const std::vector<log_entry>& pool, const names& of,
                              row_range which)
{
    for_each_row(pool, which, [&](const log_entry& row, timestamp_nanos time) {
        rows.table(of.table)
            .column_str(of.columns[0], row.message)
            .column_str(of.columns[1], row.details)
            .at(time);
    });
}

} // namespace coquest::bench::strings
