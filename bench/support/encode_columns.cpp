// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/encoders.hpp"

#include <coquest/columns.hpp>

#include <algorithm>
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

template <class T>
column_view part(column_name name, const std::vector<T>& of, row_range which)
{
    return values(name, std::span(of).subspan(which.first, which.end - which.first));
}

column_view part(column_name name, const dictionary& of, row_range which)
{
    return symbols(name, std::span(of.indices).subspan(which.first, which.end - which.first),
                   of.texts);
}

/// Begins @p out anew with the timestamps of @p which, and returns the rows of the pool: they do
/// not go beyond its end.
row_range begin(row_range which, slice& out)
{
    const std::size_t at = which.first % pool_rows;
    const std::size_t size = std::min(which.end - which.first, pool_rows - at);
    out.columns.clear();
    out.times.clear();
    for (std::size_t k = which.first; k < which.first + size; ++k) {
        out.times.emplace_back(timestamp_of(k));
    }
    return {at, at + size};
}

} // namespace

source make_source(const std::vector<trade>& pool, const strings::names& of)
{
    const auto symbol = index_texts(pool, [](const trade& row) { return row.symbol; });
    const auto side = index_texts(pool, [](const trade& row) { return row.side; });
    const auto price = collect(pool, [](const trade& row) { return row.price; });
    const auto amount = collect(pool, [](const trade& row) { return row.amount; });
    return [=](row_range which, slice& out) {
        const row_range rows = begin(which, out);
        out.columns = {part(of.columns[0], symbol, rows), part(of.columns[1], side, rows),
                       part(of.columns[2], price, rows), part(of.columns[3], amount, rows)};
    };
}

source make_source(const std::vector<cpu_usage>& pool, const strings::names& of)
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
    return [=](row_range which, slice& out) {
        const row_range rows = begin(which, out);
        const auto add = [&](const auto& columns) {
            for (const auto& column : columns) {
                out.columns.push_back(part(of.columns[out.columns.size()], column, rows));
            }
        };
        add(tags);
        add(integers);
        add(decimals);
    };
}

source make_source(const std::vector<sensor_reading>& pool, const strings::names& of)
{
    const auto sensor = index_texts(pool, [](const sensor_reading& row) { return row.sensor; });
    std::vector<std::vector<double>> numbers;
    for (std::size_t i = 0; i < 8; ++i) {
        numbers.push_back(collect(pool, [i](const sensor_reading& row) { return row.values[i]; }));
    }
    return [=](row_range which, slice& out) {
        const row_range rows = begin(which, out);
        out.columns.push_back(part(of.columns[0], sensor, rows));
        for (const auto& column : numbers) {
            out.columns.push_back(part(of.columns[out.columns.size()], column, rows));
        }
    };
}

source make_source(const std::vector<log_entry>& pool, const strings::names& of)
{
    const auto message = collect(pool, [](const log_entry& row) { return row.message; });
    const auto details = collect(pool, [](const log_entry& row) { return row.details; });
    return [=](row_range which, slice& out) {
        const row_range rows = begin(which, out);
        out.columns = {part(of.columns[0], message, rows), part(of.columns[1], details, rows)};
    };
}

} // namespace coquest::bench::columns
