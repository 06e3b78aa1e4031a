// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One function for each workload and each way to name its columns. The functions that fill rows and
// those that have the names are compiled separately, so that no compiler can see a name that should
// be known only at run time.
#pragma once

#include "support/workloads.hpp"

#include <coquest/buffer.hpp>
#include <coquest/columns.hpp>
#include <coquest/timestamp.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::bench {

/// A range of the rows of a run.
struct row_range {
    std::size_t first;
    std::size_t end;
};

/// Calls @p encode with each row of @p range and its timestamp.
template <class Row, class Encode>
void for_each_row(const std::vector<Row>& pool, row_range range, Encode encode)
{
    for (std::size_t k = range.first; k < range.end; ++k) {
        encode(pool[k % pool_rows], timestamp_nanos(timestamp_of(k)));
    }
}

/// Splits @p count rows into ranges of @p size rows, and calls @p batch with each of them.
template <class Batch>
void for_each_batch(std::size_t count, std::size_t size, Batch batch)
{
    for (std::size_t first = 0; first < count; first += size) {
        batch(row_range{first, std::min(count, first + size)});
    }
}

/// Names as literals.
namespace literals {
void encode(buffer& rows, const std::vector<trade>& pool, row_range range);
void encode(buffer& rows, const std::vector<cpu_usage>& pool, row_range range);
void encode(buffer& rows, const std::vector<sensor_reading>& pool, row_range range);
void encode(buffer& rows, const std::vector<log_entry>& pool, row_range range);
} // namespace literals

/// Names as strings that are known only at run time.
namespace strings {
struct names {
    std::string table;
    std::vector<std::string> columns; // symbols first
};
names names_of_trades();
names names_of_cpu_usage();
names names_of_sensor_readings();
names names_of_log_entries();

void encode(buffer& rows, const std::vector<trade>& pool, const names& row_names, row_range range);
void encode(buffer& rows, const std::vector<cpu_usage>& pool, const names& row_names,
            row_range range);
void encode(buffer& rows, const std::vector<sensor_reading>& pool, const names& row_names,
            row_range range);
void encode(buffer& rows, const std::vector<log_entry>& pool, const names& row_names,
            row_range range);
} // namespace strings

/// Rows of a schema, of which the compiler encodes all but the values.
namespace typed {
void encode(buffer& rows, const std::vector<trade>& pool, row_range range);
void encode(buffer& rows, const std::vector<cpu_usage>& pool, row_range range);
void encode(buffer& rows, const std::vector<sensor_reading>& pool, row_range range);
void encode(buffer& rows, const std::vector<log_entry>& pool, row_range range);
} // namespace typed

/// Adds rows of a workload to a buffer.
using encoder = std::function<void(buffer& rows, row_range range)>;

/// Rows made from columns, with symbols by index.
namespace columns {
/// A range of rows as columns, with the timestamps of a run. It has as many rows as requested, or
/// ends with the pool.
struct slice {
    std::vector<column_view> columns;
    std::vector<timestamp_nanos> times;
};
/// Makes slices of a pool, which it stores as columns.
using source = std::function<void(row_range range, slice& result)>;

source make_source(const std::vector<trade>& pool, const strings::names& row_names);
source make_source(const std::vector<cpu_usage>& pool, const strings::names& row_names);
source make_source(const std::vector<sensor_reading>& pool, const strings::names& row_names);
source make_source(const std::vector<log_entry>& pool, const strings::names& row_names);
} // namespace columns

inline const std::vector<std::string> workloads = {"A", "B", "C", "D", "E"};
inline const std::vector<std::string> clients = {"literals", "strings", "typed", "columns"};

/// Makes the pool of one of @c workloads, or its first rows, and calls @p use with it and its
/// names.
template <class Use>
auto with_workload(std::string_view workload, std::size_t rows, Use use)
{
    rows = std::min(rows, pool_rows);
    if (workload == "A") {
        return use(make_trades(rows), strings::names_of_trades());
    }
    if (workload == "B") {
        return use(make_cpu_usage(rows), strings::names_of_cpu_usage());
    }
    if (workload == "D") {
        return use(make_log_entries(rows), strings::names_of_log_entries());
    }
    return use(make_sensor_readings(workload == "C" ? random_finite_double : uniform_double, rows),
               strings::names_of_sensor_readings());
}

/// Makes the pool of one of @c workloads, and returns its encoder for one of @c clients.
encoder make_encoder(std::string_view workload, std::string_view client,
                     std::size_t rows = pool_rows);

} // namespace coquest::bench
