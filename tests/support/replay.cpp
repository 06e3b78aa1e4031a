// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/replay.hpp"

#include <coquest/buffer.hpp>

#include <span>
#include <type_traits>
#include <variant>
#include <vector>

namespace coquest::test {
namespace {

struct put_column {
    buffer& row;
    std::string_view name;

    void operator()(bool value) const { row.column_bool(name, value); }
    void operator()(std::int64_t value) const { row.column_i64(name, value); }
    void operator()(ilp_f64 value) const { row.column_f64(name, value.value); }
    void operator()(const std::string& value) const { row.column_str(name, value); }
    void operator()(const ilp_timestamp& value) const
    {
        value.unit == ilp_unit::micros ? row.column_ts(name, timestamp_micros(value.value))
                                       : row.column_ts(name, timestamp_nanos(value.value));
    }
    void operator()(const ilp_array& value) const
    {
        std::vector<double> elements;
        for (const ilp_f64 element : value.elements) {
            elements.push_back(element.value);
        }
        const std::vector<std::size_t> shape(value.shape.begin(), value.shape.end());
        row.column_arr(name, array_view(elements, shape));
    }
    void operator()(const ilp_decimal_text& value) const { row.column_dec(name, value.text); }
    void operator()(const ilp_decimal& value) const
    {
        row.column_dec(
            name, decimal(std::as_bytes(std::span(value.unscaled)), static_cast<int>(value.scale)));
    }
    void operator()(const ilp_long256& value) const
    {
        row.column_long256(name, long256{value.words});
    }
};

} // namespace

std::string replay(const ilp_row& row, int version)
{
    buffer rows(static_cast<protocol_version>(version));
    rows.table(std::string_view(row.table));
    for (const auto& [name, value] : row.symbols) {
        rows.symbol(std::string_view(name), value);
    }
    for (const auto& [name, value] : row.columns) {
        std::visit(put_column{rows, name}, value);
    }
    if (!row.at) {
        rows.at_now();
    } else if (row.at->unit == ilp_unit::micros) {
        rows.at(timestamp_micros(row.at->value));
    } else {
        rows.at(timestamp_nanos(row.at->value));
    }
    return rows.to_string();
}

} // namespace coquest::test
