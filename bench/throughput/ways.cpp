// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "throughput/ways.hpp"

#include "support/fields.hpp"
#include "support/typed_rows.hpp"

#include <memory>
#include <ranges>
#include <utility>

namespace coquest::bench {
namespace {

template <class Row>
const Row& at(const std::vector<Row>& pool, std::size_t k)
{
    return pool[k % pool_rows];
}

template <class Row>
asio::awaitable<void> by_row(sender& target, const std::vector<Row>& pool, row_range range)
{
    for (std::size_t k = range.first; k < range.end; ++k) {
        const Row& row = at(pool, k);
        co_await fields(table_of(target, row), row).at(timestamp_nanos(timestamp_of(k)));
    }
}

template <class Row>
asio::awaitable<void> by_typed_row(sender& target, const std::vector<Row>& pool, row_range range)
{
    for (std::size_t k = range.first; k < range.end; ++k) {
        const auto row = typed::row_of(at(pool, k), timestamp_nanos(timestamp_of(k)));
        co_await target.append(row);
    }
}

template <class Row>
asio::awaitable<void> by_append(sender& target, const std::vector<Row>& pool, row_range range)
{
    const auto add = [&pool](buffer& rows, std::size_t k) {
        const Row& row = at(pool, k);
        fields(table_of(rows, row), row).at(timestamp_nanos(timestamp_of(k)));
    };
    co_await target.append(std::views::iota(range.first, range.end), add);
}

asio::awaitable<void> by_buffer(sender& target, const encoder& encode, row_range range,
                                std::size_t batch, flush_times& times)
{
    using clock = std::chrono::steady_clock;
    buffer rows = target.new_buffer();
    for (std::size_t k = range.first; k < range.end; k += batch) {
        const clock::time_point begin = clock::now();
        encode(rows, {k, std::min(range.end, k + batch)});
        co_await target.flush(rows);
        times.push_back(clock::now() - begin);
    }
}

asio::awaitable<void> by_columns(sender& target, const std::string& table,
                                 const columns::source& source, row_range range)
{
    columns::slice slice;
    for (; range.first < range.end; range.first += slice.times.size()) {
        source(range, slice);
        co_await target.append_columns(table, slice.columns, slice.times);
    }
}

} // namespace

way make_way(std::string_view name, std::string_view workload, std::size_t rows, std::size_t batch,
             flush_times& times)
{
    if (name == "buffer") {
        return [encode = make_encoder(workload, "literals", rows), batch, &times](sender& target,
                                                                                  row_range range) {
            return by_buffer(target, encode, range, batch, times);
        };
    }
    return with_workload(workload, rows, [name](auto pool, const strings::names& row_names) -> way {
        if (name == "columns") {
            return [table = row_names.table, source = columns::make_source(pool, row_names)](
                       sender& target, row_range range) {
                return by_columns(target, table, source, range);
            };
        }
        const auto hand_over = name == "typed" ? by_typed_row<typename decltype(pool)::value_type>
                               : name == "append" ? by_append<typename decltype(pool)::value_type>
                                                  : by_row<typename decltype(pool)::value_type>;
        return [pool = std::move(pool), hand_over](sender& target, row_range range) {
            return hand_over(target, pool, range);
        };
    });
}

} // namespace coquest::bench
