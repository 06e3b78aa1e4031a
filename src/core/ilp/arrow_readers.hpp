// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads the values of the formats of Arrow. The values need not be aligned, since slices of
// memory-mapped files are not.
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

namespace coquest::inline v0::detail {

/// The memory of one column.
struct arrow_source {
    const std::byte* values = nullptr; // or offsets
    std::size_t first = 0;             // index in values of the first row
    const std::byte* parts = nullptr;  // texts, or elements of lists
    std::size_t first_part = 0;
    validity valid_parts{}; // one for each element
    std::size_t width = 0;  // bytes of a decimal, elements of a list
    int scale = 0;
    const void* const* data = nullptr; // the buffers to which views refer
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
        const arrow_source& source = source_of(values);
        return load<T>(source.values, source.first + row);
    }
};

struct arrow_bool {
    using type = bool;
    static bool read(const void* values, std::size_t row) noexcept
    {
        const arrow_source& source = source_of(values);
        const std::size_t bit = source.first + row;
        return (std::to_integer<unsigned>(source.values[bit / 8]) >> (bit % 8) & 1) != 0;
    }
};

/// A number of periods since the epoch, stored as @c Count.
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
        const arrow_source& source = source_of(values);
        const auto begin =
            static_cast<std::size_t>(load<Offset>(source.values, source.first + row));
        const auto end =
            static_cast<std::size_t>(load<Offset>(source.values, source.first + row + 1));
        return {reinterpret_cast<const char*>(source.parts) + begin, end - begin};
    }
};

/// A view holds a text of up to 12 bytes itself. A longer text is in the buffer that the view
/// names.
struct arrow_text_view {
    static constexpr std::size_t size = 16;
    static constexpr std::int32_t max_inline = 12;

    using type = std::string_view;
    static std::string_view read(const void* values, std::size_t row) noexcept
    {
        const arrow_source& source = source_of(values);
        const std::byte* const view = source.values + (source.first + row) * size;
        const auto length = static_cast<std::size_t>(load<std::int32_t>(view, 0));
        if (length <= max_inline) {
            return {reinterpret_cast<const char*>(view) + sizeof(std::int32_t), length};
        }
        const auto buffer = static_cast<std::size_t>(load<std::int32_t>(view, 2));
        const auto begin = static_cast<std::size_t>(load<std::int32_t>(view, 3));
        return {static_cast<const char*>(source.data[buffer]) + begin, length};
    }
};

struct arrow_decimal {
    using type = decimal;
    static decimal read(const void* values, std::size_t row) noexcept
    {
        const arrow_source& source = source_of(values);
        std::array<std::byte, decimal::max_size> bytes{};
        const std::byte* const begin = source.values + (source.first + row) * source.width;
        std::reverse_copy(begin, begin + source.width,
                          bytes.begin()); // the least significant byte comes first
        return {std::span(bytes).first(source.width), source.scale};
    }
};

/// Returns some elements of a list, with NaN for NULL.
inline std::vector<double> read_elements(const arrow_source& source, std::size_t begin,
                                         std::size_t end)
{
    std::vector<double> elements;
    elements.reserve(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
        const bool is_valid = source.valid_parts.all() || source.valid_parts.has(i);
        elements.push_back(is_valid ? load<double>(source.parts, source.first_part + i)
                                    : std::numeric_limits<double>::quiet_NaN());
    }
    return elements;
}

template <class Offset>
struct arrow_list {
    using type = std::vector<double>;
    static type read(const void* values, std::size_t row)
    {
        const arrow_source& source = source_of(values);
        return read_elements(
            source, static_cast<std::size_t>(load<Offset>(source.values, source.first + row)),
            static_cast<std::size_t>(load<Offset>(source.values, source.first + row + 1)));
    }
};

struct arrow_fixed_list {
    using type = std::vector<double>;
    static type read(const void* values, std::size_t row)
    {
        const arrow_source& source = source_of(values);
        const std::size_t begin = (source.first + row) * source.width;
        return read_elements(source, begin, begin + source.width);
    }
};

} // namespace coquest::inline v0::detail
