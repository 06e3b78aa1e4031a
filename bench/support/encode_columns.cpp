// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/encoders.hpp"

#include <coquest/columns.hpp>

#include <map>
#include <span>

namespace coquest::bench::columns {
namespace {

/// Symbols as columns hold them: each text once, and an index for each row.
struct dictionary {
    std::vector<std::string> texts;
    std::vector<std::uint32_t> indices;
};

template <class Row, class TextOf>
dictionary index_texts(const std::vector<Row>& pool, TextOf text_of)
{
    dictionary made;
    std::map<std::string, std::uint32_t> known;
    for (const Row& row : pool) {
        const auto next = static_cast<std::uint32_t>(made.texts.size());
        const auto [at, added] = known.emplace(text_of(row), next);
        if (added) {
            made.texts.push_back(at->first);
        }
        made.indices.push_back(at->second);
    }
    return made;
}

template <class Row, class ValueOf>
auto collect(const std::vector<Row>& pool, ValueOf value_of)
{
    std::vector<decltype(value_of(pool.front()))> made;
    for (const Row& row : pool) {
        made.push_back(value_of(row));
    }
    return made;
}

/// Calls @p append with the rows of the pool, from first to last, and their timestamps: as many at
/// once as are in one batch and do not go beyond the pool.
template <class Append>
void for_each_slice(buffer& rows, std::size_t count, Append append)
{
    std::vector<timestamp_nanos> times;
    for (std::size_t first = 0; first < count;) {
        if (first % batch_rows == 0) {
            rows.clear();
        }
        const std::size_t at = first % pool_rows;
        const std::size_t size =
            std::min({count - first, batch_rows - first % batch_rows, pool_rows - at});
        times.clear();
        for (std::size_t k = first; k < first + size; ++k) {
            times.emplace_back(timestamp_of(k));
        }
        append(at, size, times);
        first += size;
    }
}

template <class T>
column_view slice(column_name name, const std::vector<T>& of, std::size_t first, std::size_t size)
{
    return values(name, std::span(of).subspan(first, size));
}

column_view slice(column_name name, const dictionary& of, std::size_t first, std::size_t size)
{
    return symbols(name, std::span(of.indices).subspan(first, size), of.texts);
}

} // namespace

encoder make_encoder(const std::vector<trade>& pool, const strings::names& of)
{
    const auto symbol = index_texts(pool, [](const trade& row) { return row.symbol; });
    const auto side = index_texts(pool, [](const trade& row) { return row.side; });
    const auto price = collect(pool, [](const trade& row) { return row.price; });
    const auto amount = collect(pool, [](const trade& row) { return row.amount; });
    return [=](buffer& rows, std::size_t count) {
        for_each_slice(rows, count, [&](std::size_t at, std::size_t size, const auto& times) {
            rows.append_columns(of.table, slice(of.columns[0], symbol, at, size),
                                slice(of.columns[1], side, at, size),
                                slice(of.columns[2], price, at, size),
                                slice(of.columns[3], amount, at, size), times);
        });
    };
}

encoder make_encoder(const std::vector<cpu_usage>& pool, const strings::names& of)
{
    std::vector<dictionary> tags;
    std::vector<std::vector<std::int64_t>> integers;
    std::vector<std::vector<double>> decimals;
    for (std::size_t i = 0; i < 10; ++i) {
        tags.push_back(index_texts(pool, [i](const cpu_usage& row) { return row.tags[i]; }));
    }
    for (std::size_t i = 0; i < 5; ++i) {
        integers.push_back(collect(pool, [i](const cpu_usage& row) { return row.integers[i]; }));
        decimals.push_back(collect(pool, [i](const cpu_usage& row) { return row.decimals[i]; }));
    }
    return [=](buffer& rows, std::size_t count) {
        for_each_slice(rows, count, [&](std::size_t at, std::size_t size, const auto& times) {
            std::vector<column_view> given;
            const auto add = [&](const auto& columns) {
                for (const auto& column : columns) {
                    given.push_back(slice(of.columns[given.size()], column, at, size));
                }
            };
            add(tags);
            add(integers);
            add(decimals);
            rows.append_columns(of.table, given, times);
        });
    };
}

encoder make_encoder(const std::vector<sensor_reading>& pool, const strings::names& of)
{
    const auto sensor = index_texts(pool, [](const sensor_reading& row) { return row.sensor; });
    std::vector<std::vector<double>> numbers;
    for (std::size_t i = 0; i < 8; ++i) {
        numbers.push_back(collect(pool, [i](const sensor_reading& row) { return row.values[i]; }));
    }
    return [=](buffer& rows, std::size_t count) {
        for_each_slice(rows, count, [&](std::size_t at, std::size_t size, const auto& times) {
            std::vector<column_view> given{slice(of.columns[0], sensor, at, size)};
            for (const auto& column : numbers) {
                given.push_back(slice(of.columns[given.size()], column, at, size));
            }
            rows.append_columns(of.table, given, times);
        });
    };
}

encoder make_encoder(const std::vector<log_entry>& pool, const strings::names& of)
{
    const auto message = collect(pool, [](const log_entry& row) { return row.message; });
    const auto details = collect(pool, [](const log_entry& row) { return row.details; });
    return [=](buffer& rows, std::size_t count) {
        for_each_slice(rows, count, [&](std::size_t at, std::size_t size, const auto& times) {
            rows.append_columns(of.table, slice(of.columns[0], message, at, size),
                                slice(of.columns[1], details, at, size), times);
        });
    };
}

} // namespace coquest::bench::columns
