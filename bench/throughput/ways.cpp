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
asio::awaitable<void> by_row(sender& to, const std::vector<Row>& pool, row_range which)
{
    for (std::size_t k = which.first; k < which.end; ++k) {
        const Row& row = at(pool, k);
        co_await fields(table_of(to, row), row).at(timestamp_nanos(timestamp_of(k)));
    }
}

template <class Row>
asio::awaitable<void> by_typed_row(sender& to, const std::vector<Row>& pool, row_range which)
{
    for (std::size_t k = which.first; k < which.end; ++k) {
        const auto row = typed::row_of(at(pool, k), timestamp_nanos(timestamp_of(k)));
        co_await to.append(row);
    }
}

template <class Row>
asio::awaitable<void> by_append(sender& to, const std::vector<Row>& pool, row_range which)
{
    const auto add = [&pool](buffer& rows, std::size_t k) {
        const Row& row = at(pool, k);
        fields(table_of(rows, row), row).at(timestamp_nanos(timestamp_of(k)));
    };
    co_await to.append(std::views::iota(which.first, which.end), add);
}

asio::awaitable<void> by_buffer(sender& to, const encoder& encode, row_range which,
                                std::size_t batch, flush_times& times)
{
    using clock = std::chrono::steady_clock;
    buffer rows = to.new_buffer();
    for (std::size_t k = which.first; k < which.end; k += batch) {
        const clock::time_point begin = clock::now();
        encode(rows, {k, std::min(which.end, k + batch)});
        co_await to.flush(rows);
        times.push_back(clock::now() - begin);
    }
}

asio::awaitable<void> by_columns(sender& to, const std::string& table,
                                 const columns::source& source, row_range which)
{
    columns::slice slice;
    for (; which.first < which.end; which.first += slice.times.size()) {
        source(which, slice);
        co_await to.append_columns(table, slice.columns, slice.times);
    }
}

} // namespace

way make_way(std::string_view name, std::string_view workload, std::size_t rows, std::size_t batch,
             flush_times& times)
{
    if (name == "buffer") {
        return [encode = make_encoder(workload, "literals", rows), batch, &times](sender& to,
                                                                                  row_range which) {
            return by_buffer(to, encode, which, batch, times);
        };
    }
    return with_workload(workload, rows, [name](auto pool, const strings::names& of) -> way {
        if (name == "columns") {
            return [table = of.table, source = columns::make_source(pool, of)](sender& to,
                                                                               row_range which) {
                return by_columns(to, table, source, which);
            };
        }
        const auto hand_over = name == "typed" ? by_typed_row<typename decltype(pool)::value_type>
                               : name == "append" ? by_append<typename decltype(pool)::value_type>
                                                  : by_row<typename decltype(pool)::value_type>;
        return [pool = std::move(pool), hand_over](sender& to, row_range which) {
            return hand_over(to, pool, which);
        };
    });
}

} // namespace coquest::bench
