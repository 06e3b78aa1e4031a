// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Arrow's formats, and how their values are written.
#pragma once

#include "core/arrow_readers.hpp"

#include <coquest/columns.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <ratio>
#include <string_view>

namespace coquest::detail {

/// A format without parameters whose values have one width.
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
    row_times (*times)(const void* values, std::size_t size, const validity& there);
};

template <class Period>
using count_of = arrow_time<std::int64_t, Period>;

inline constexpr time_format time_formats[] = {
    {"tss:", value_cells<count_of<std::ratio<1>>>,
     column_access::make_times<count_of<std::ratio<1>>>},
    {"tsm:", value_cells<count_of<std::milli>>, column_access::make_times<count_of<std::milli>>},
    {"tsu:", value_cells<count_of<std::micro>>, column_access::make_times<count_of<std::micro>>},
    {"tsn:", value_cells<count_of<std::nano>>, column_access::make_times<count_of<std::nano>>},
};

/// Returns how symbols by an index of this format are written; null where it is no index.
template <class Offset>
const cell_type* find_indexed_cells(char index_format) noexcept
{
    using text = arrow_text<Offset>;
    switch (index_format) {
    case 'c': return &indexed_cells<arrow_number<std::int8_t>, text>;
    case 'C': return &indexed_cells<arrow_number<std::uint8_t>, text>;
    case 's': return &indexed_cells<arrow_number<std::int16_t>, text>;
    case 'S': return &indexed_cells<arrow_number<std::uint16_t>, text>;
    case 'i': return &indexed_cells<arrow_number<std::int32_t>, text>;
    case 'I': return &indexed_cells<arrow_number<std::uint32_t>, text>;
    case 'l': return &indexed_cells<arrow_number<std::int64_t>, text>;
    case 'L': return &indexed_cells<arrow_number<std::uint64_t>, text>;
    default: return nullptr;
    }
}

inline const time_format* find_time_format(std::string_view format) noexcept
{
    const auto* const found = std::ranges::find_if(
        time_formats, [format](const time_format& one) { return format.starts_with(one.prefix); });
    return found != std::end(time_formats) ? found : nullptr;
}

} // namespace coquest::detail
