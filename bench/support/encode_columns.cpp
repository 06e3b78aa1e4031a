// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/encoders.hpp"

#include <coquest/columns.hpp>

#include <algorithm>
#include <map>
#include <span>

namespace coquest::bench::columns {
namespace {

/// Symbols in the form of columns: each text once, and an index for each row.
struct dictionary {
    std::vector<std::string> texts;
    std::vector<std::uint32_t> indices;
};

template <class Row, class TextOf>
dictionary index_texts(const std::vector<Row>& pool, TextOf text_of)
{
    dictionary result;
    std::map<std::string, std::uint32_t> known;
    for (const Row& row : pool) {
        const auto next = static_cast<std::uint32_t>(result.texts.size());
        const auto [entry, added] = known.emplace(text_of(row), next);
        if (added) {
            result.texts.push_back(entry->first);
        }
        result.indices.push_back(entry->second);
    }
    return result;
}

template <class Row, class ValueOf>
auto collect(const std::vector<Row>& pool, ValueOf value_of)
{
    std::vector<decltype(value_of(pool.front()))> result;
    for (const Row& row : pool) {
        result.push_back(value_of(row));
    }
    return result;
}

template <class T>
column_view part(column_name name, const std::vector<T>& source, row_range range)
{
    return value_column(name, std::span(source).subspan(range.first, range.end - range.first));
}

column_view part(column_name name, const dictionary& source, row_range range)
{
    return symbol_column(name,
                         std::span(source.indices).subspan(range.first, range.end - range.first),
                         source.texts);
}

/// Resets @p result to the timestamps of @p range, and returns the rows of the pool, which do not
/// go beyond its end.
row_range begin(row_range range, slice& result)
{
    const std::size_t offset = range.first % pool_rows;
    const std::size_t size = std::min(range.end - range.first, pool_rows - offset);
    result.columns.clear();
    result.times.clear();
    for (std::size_t k = range.first; k < range.first + size; ++k) {
        result.times.emplace_back(timestamp_of(k));
    }
    return {offset, offset + size};
}

} // namespace

source make_source(const std::vector<trade>& pool, const strings::names& row_names)
{
    const auto symbol = index_texts(pool, [](const trade& row) { return row.symbol; });
    const auto side = index_texts(pool, [](const trade& row) { return row.side; });
    const auto price = collect(pool, [](const trade& row) { return row.price; });
    const auto amount = collect(pool, [](const trade& row) { return row.amount; });
    return [=](row_range range, slice& result) {
        const row_range rows = begin(range, result);
        result.columns = {
            part(row_names.columns[0], symbol, rows), part(row_names.columns[1], side, rows),
            part(row_names.columns[2], price, rows), part(row_names.columns[3], amount, rows)};
    };
}

source make_source(const std::vector<cpu_usage>& pool, const strings::names& row_names)
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
    return [=](row_range range, slice& result) {
        const row_range rows = begin(range, result);
        const auto add = [&](const auto& columns) {
            for (const auto& column : columns) {
                result.columns.push_back(
                    part(row_names.columns[result.columns.size()], column, rows));
            }
        };
        add(tags);
        add(integers);
        add(decimals);
    };
}

source make_source(const std::vector<sensor_reading>& pool, const strings::names& row_names)
{
    const auto sensor = index_texts(pool, [](const sensor_reading& row) { return row.sensor; });
    std::vector<std::vector<double>> numbers;
    for (std::size_t i = 0; i < 8; ++i) {
        numbers.push_back(collect(pool, [i](const sensor_reading& row) { return row.values[i]; }));
    }
    return [=](row_range range, slice& result) {
        const row_range rows = begin(range, result);
        result.columns.push_back(part(row_names.columns[0], sensor, rows));
        for (const auto& column : numbers) {
            result.columns.push_back(part(row_names.columns[result.columns.size()], column, rows));
        }
    };
}

source make_source(const std::vector<log_entry>& pool, const strings::names& row_names)
{
    const auto message = collect(pool, [](const log_entry& row) { return row.message; });
    const auto details = collect(pool, [](const log_entry& row) { return row.details; });
    return [=](row_range range, slice& result) {
        const row_range rows = begin(range, result);
        result.columns = {part(row_names.columns[0], message, rows),
                          part(row_names.columns[1], details, rows)};
    };
}

} // namespace coquest::bench::columns
