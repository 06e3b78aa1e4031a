// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/encoders.hpp"
#include "support/fields.hpp"

namespace coquest::bench::literals {

[[gnu::noinline]] void encode(buffer& rows, const std::vector<trade>& pool, row_range range)
{
    for_each_row(pool, range, [&rows](const trade& row, timestamp_nanos time) {
        fields(table_of(rows, row), row).at(time);
    });
}

[[gnu::noinline]] void encode(buffer& rows, const std::vector<cpu_usage>& pool, row_range range)
{
    for_each_row(pool, range, [&rows](const cpu_usage& row, timestamp_nanos time) {
        fields(table_of(rows, row), row).at(time);
    });
}

[[gnu::noinline]] void encode(buffer& rows, const std::vector<sensor_reading>& pool,
                              row_range range)
{
    for_each_row(pool, range, [&rows](const sensor_reading& row, timestamp_nanos time) {
        fields(table_of(rows, row), row).at(time);
    });
}

[[gnu::noinline]] void encode(buffer& rows, const std::vector<log_entry>& pool, row_range range)
{
    for_each_row(pool, range, [&rows](const log_entry& row, timestamp_nanos time) {
        fields(table_of(rows, row), row).at(time);
    });
}

} // namespace coquest::bench::literals
