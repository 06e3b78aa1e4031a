// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/encoders.hpp"

namespace coquest::bench::strings {

[[gnu::noinline]] void encode(buffer& rows, const std::vector<trade>& pool, const names& row_names,
                              row_range range)
{
    for_each_row(pool, range, [&](const trade& row, timestamp_nanos time) {
        rows.table(row_names.table)
            .symbol(row_names.columns[0], row.symbol)
            .symbol(row_names.columns[1], row.side)
            .column_f64(row_names.columns[2], row.price)
            .column_f64(row_names.columns[3], row.amount)
            .at(time);
    });
}

[[gnu::noinline]] void encode(buffer& rows, const std::vector<cpu_usage>& pool,
                              const names& row_names, row_range range)
{
    for_each_row(pool, range, [&](const cpu_usage& row, timestamp_nanos time) {
        rows.table(row_names.table);
        const std::string* name = row_names.columns.data();
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
                              const names& row_names, row_range range)
{
    for_each_row(pool, range, [&](const sensor_reading& row, timestamp_nanos time) {
        rows.table(row_names.table);
        const std::string* name = row_names.columns.data();
        rows.symbol(*name++, row.sensor);
        for (const double value : row.values) {
            rows.column_f64(*name++, value);
        }
        rows.at(time);
    });
}

[[gnu::noinline]] void encode(buffer& rows, const std::vector<log_entry>& pool,
                              const names& row_names, row_range range)
{
    for_each_row(pool, range, [&](const log_entry& row, timestamp_nanos time) {
        rows.table(row_names.table)
            .column_str(row_names.columns[0], row.message)
            .column_str(row_names.columns[1], row.details)
            .at(time);
    });
}

} // namespace coquest::bench::strings
