// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One function for each workload and way to name its columns. Those that fill rows and those that
// hold the names are compiled apart: no compiler sees through a name that is of the run time.
#pragma once

#include "support/workloads.hpp"

#include <coquest/buffer.hpp>
#include <coquest/timestamp.hpp>

#include <algorithm>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::bench {

/// Rows after which a buffer is cleared.
inline constexpr std::size_t batch_rows = 10'000;

/// Calls @p encode with each row and its timestamp; clears @p rows before each batch.
template <class Row, class Encode>
void for_each_row(buffer& rows, const std::vector<Row>& pool, std::size_t count, Encode encode)
{
    for (std::size_t first = 0; first < count; first += batch_rows) {
        rows.clear();
        const std::size_t end = std::min(count, first + batch_rows);
        for (std::size_t k = first; k < end; ++k) {
            encode(pool[k % pool_rows], timestamp_nanos(timestamp_of(k)));
        }
    }
}

/// Names in literals.
namespace literals {
void encode(buffer& rows, const std::vector<trade>& pool, std::size_t count);
void encode(buffer& rows, const std::vector<cpu_usage>& pool, std::size_t count);
void encode(buffer& rows, const std::vector<sensor_reading>& pool, std::size_t count);
void encode(buffer& rows, const std::vector<log_entry>& pool, std::size_t count);
} // namespace literals

/// Names in strings of the run time.
namespace strings {
struct names {
    std::string table;
    std::vector<std::string> columns; // symbols first
};
void encode(buffer& rows, const std::vector<trade>& pool, const names& of, std::size_t count);
void encode(buffer& rows, const std::vector<cpu_usage>& pool, const names& of, std::size_t count);
void encode(buffer& rows, const std::vector<sensor_reading>& pool, const names& of,
            std::size_t count);
void encode(buffer& rows, const std::vector<log_entry>& pool, const names& of, std::size_t count);
} // namespace strings

/// Rows of a schema, which the compiler encodes but for their values.
namespace typed {
void encode(buffer& rows, const std::vector<trade>& pool, std::size_t count);
void encode(buffer& rows, const std::vector<cpu_usage>& pool, std::size_t count);
void encode(buffer& rows, const std::vector<sensor_reading>& pool, std::size_t count);
void encode(buffer& rows, const std::vector<log_entry>& pool, std::size_t count);
} // namespace typed

/// Encodes the first rows of a workload, as many as asked for.
using encoder = std::function<void(buffer& rows, std::size_t count)>;

/// Rows made of columns, symbols by index: their encoders hold the pool as columns.
namespace columns {
encoder make_encoder(const std::vector<trade>& pool, const strings::names& of);
encoder make_encoder(const std::vector<cpu_usage>& pool, const strings::names& of);
encoder make_encoder(const std::vector<sensor_reading>& pool, const strings::names& of);
encoder make_encoder(const std::vector<log_entry>& pool, const strings::names& of);
} // namespace columns

inline const std::vector<std::string> workloads = {"A", "B", "C", "D", "E"};
inline const std::vector<std::string> clients = {"literals", "strings", "typed", "columns"};

/// Makes the pool of one of @c workloads and returns what encodes it for one of @c clients. Empty
/// where there is no such thing.
encoder make_encoder(std::string_view workload, std::string_view client);

} // namespace coquest::bench
