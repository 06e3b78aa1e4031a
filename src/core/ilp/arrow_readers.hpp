// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads the values of Arrow's formats. Nothing is taken to be aligned: slices of files that are
// mapped into memory need not be.
#pragma once

#include <coquest/detail/cells.hpp>
#include <coquest/values.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace coquest::detail {

/// The memory of one column.
struct arrow_source {
    const std::byte* values = nullptr; // or offsets
    std::size_t first = 0;             // element of values that the first row has
    const std::byte* parts = nullptr;  // texts, or the elements of lists
    std::size_t first_part = 0;
    validity parts_there{}; // counted as the elements are
    std::size_t width = 0;  // bytes of a decimal, elements of a list
    int scale = 0;
};

template <class T>
T load(const std::byte* values, std::size_t index) noexcept
{
    T value;
    std::memcpy(&value, values + index * sizeof value, sizeof value);
    return value;
}

inline const arrow_source& source_of(const void* values) noexcept
{
    return *static_cast<const arrow_source*>(values);
}

template <class T>
struct arrow_number {
    using type = T;
    static T read(const void* values, std::size_t row) noexcept
    {
        const arrow_source& from = source_of(values);
        return load<T>(from.values, from.first + row);
    }
};

struct arrow_bool {
    using type = bool;
    static bool read(const void* values, std::size_t row) noexcept
    {
        const arrow_source& from = source_of(values);
        const std::size_t bit = from.first + row;
        return (std::to_integer<unsigned>(from.values[bit / 8]) >> (bit % 8) & 1) != 0;
    }
};

/// A count of @c Period since the epoch, kept as @c Count.
template <class Count, class Period>
struct arrow_time {
    using duration = std::chrono::duration<std::int64_t, Period>;
    using type = std::chrono::sys_time<duration>;
    static type read(const void* values, std::size_t row) noexcept
    {
        return type(duration(arrow_number<Count>::read(values, row)));
    }
};

template <class Offset>
struct arrow_text {
    using type = std::string_view;
    static std::string_view read(const void* values, std::size_t row) noexcept
    {
        const arrow_source& from = source_of(values);
        const auto begin = static_cast<std::size_t>(load<Offset>(from.values, from.first + row));
        const auto end = static_cast<std::size_t>(load<Offset>(from.values, from.first + row + 1));
        return {reinterpret_cast<const char*>(from.parts) + begin, end - begin};
    }
};

struct arrow_decimal {
    using type = decimal;
    static decimal read(const void* values, std::size_t row) noexcept
    {
        const arrow_source& from = source_of(values);
        std::array<std::byte, decimal::max_size> bytes{};
        const std::byte* const begin = from.values + (from.first + row) * from.width;
        std::reverse_copy(begin, begin + from.width, bytes.begin()); // the lowest comes first
        return {std::span(bytes).first(from.width), from.scale};
    }
};

/// Returns some elements of a list; those that are NULL as NaN.
inline std::vector<double> read_elements(const arrow_source& from, std::size_t begin,
                                         std::size_t end)
{
    std::vector<double> elements;
    elements.reserve(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
        const bool there = from.parts_there.all() || from.parts_there.has(i);
        elements.push_back(there ? load<double>(from.parts, from.first_part + i)
                                 : std::numeric_limits<double>::quiet_NaN());
    }
    return elements;
}

template <class Offset>
struct arrow_list {
    using type = std::vector<double>;
    static type read(const void* values, std::size_t row)
    {
        const arrow_source& from = source_of(values);
        return read_elements(
            from, static_cast<std::size_t>(load<Offset>(from.values, from.first + row)),
            static_cast<std::size_t>(load<Offset>(from.values, from.first + row + 1)));
    }
};

struct arrow_fixed_list {
    using type = std::vector<double>;
    static type read(const void* values, std::size_t row)
    {
        const arrow_source& from = source_of(values);
        const std::size_t begin = (from.first + row) * from.width;
        return read_elements(from, begin, begin + from.width);
    }
};

} // namespace coquest::detail
