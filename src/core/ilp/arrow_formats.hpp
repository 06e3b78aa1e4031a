// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The formats of Arrow, and how their values are written.
#pragma once

#include "core/ilp/arrow_readers.hpp"

#include <coquest/columns.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ratio>
#include <string_view>

namespace coquest::inline v0::detail {

/// A format without parameters and with values of a fixed width.
struct simple_format {
    std::string_view format;
    const cell_type& cells;
};

inline constexpr simple_format simple_formats[] = {
    {"b", value_cells<arrow_bool>},
    {"c", value_cells<arrow_number<std::int8_t>>},
    {"C", value_cells<arrow_number<std::uint8_t>>},
    {"s", value_cells<arrow_number<std::int16_t>>},
    {"S", value_cells<arrow_number<std::uint16_t>>},
    {"i", value_cells<arrow_number<std::int32_t>>},
    {"I", value_cells<arrow_number<std::uint32_t>>},
    {"l", value_cells<arrow_number<std::int64_t>>},
    {"L", value_cells<arrow_number<std::uint64_t>>},
    {"f", value_cells<arrow_number<float>>},
    {"g", value_cells<arrow_number<double>>},
    {"tdD", value_cells<arrow_time<std::int32_t, std::ratio<86400>>>},
    {"tdm", value_cells<arrow_time<std::int64_t, std::milli>>},
};

struct time_format {
    std::string_view prefix; // before the time zone
    const cell_type& cells;
    row_times (*times)(const void* values, std::size_t size, const validity& valid);
};

template <class Period>
using arrow_timestamp = arrow_time<std::int64_t, Period>;

inline constexpr time_format time_formats[] = {
    {"tss:", value_cells<arrow_timestamp<std::ratio<1>>>,
     column_access::make_times<arrow_timestamp<std::ratio<1>>>},
    {"tsm:", value_cells<arrow_timestamp<std::milli>>,
     column_access::make_times<arrow_timestamp<std::milli>>},
    {"tsu:", value_cells<arrow_timestamp<std::micro>>,
     column_access::make_times<arrow_timestamp<std::micro>>},
    {"tsn:", value_cells<arrow_timestamp<std::nano>>,
     column_access::make_times<arrow_timestamp<std::nano>>},
};

/// Returns how symbols are written that are indices of this format into texts, which @c Text reads.
/// Returns null if @p index_format is not an integer format.
template <class Text>
const cell_type* find_indexed_cells(char index_format) noexcept
{
    switch (index_format) {
    case 'c': return &indexed_cells<arrow_number<std::int8_t>, Text>;
    case 'C': return &indexed_cells<arrow_number<std::uint8_t>, Text>;
    case 's': return &indexed_cells<arrow_number<std::int16_t>, Text>;
    case 'S': return &indexed_cells<arrow_number<std::uint16_t>, Text>;
    case 'i': return &indexed_cells<arrow_number<std::int32_t>, Text>;
    case 'I': return &indexed_cells<arrow_number<std::uint32_t>, Text>;
    case 'l': return &indexed_cells<arrow_number<std::int64_t>, Text>;
    case 'L': return &indexed_cells<arrow_number<std::uint64_t>, Text>;
    default: return nullptr;
    }
}

inline const time_format* find_time_format(std::string_view format) noexcept
{
    const auto* const found =
        std::ranges::find_if(time_formats, [format](const time_format& known) {
            return format.starts_with(known.prefix);
        });
    return found != std::end(time_formats) ? found : nullptr;
}

} // namespace coquest::inline v0::detail
