// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Reads and writes the values of columns through plain functions, so that one loop makes rows of
// columns of any types.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/row_schema.hpp>

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coquest::inline v0 {

class column_view;

namespace detail {

/// Tells which values of a column are not NULL, by a flag or a bit for each. Without either, none
/// is NULL.
struct validity {
    const bool* flags = nullptr;
    const std::uint8_t* bits = nullptr; // the lowest bit of a byte comes first
    std::size_t first = 0;              // index of the first bit

    [[nodiscard]] bool all() const noexcept { return flags == nullptr && bits == nullptr; }
    /// Returns true if a value is not NULL. Needs flags or bits.
    [[nodiscard]] bool has(std::size_t row) const noexcept
    {
        if (flags != nullptr) {
            return flags[row];
        }
        const std::size_t bit = first + row;
        return (bits[bit / 8] >> (bit % 8) & 1) != 0;
    }
};

/// Holds the functions for one type of column. @c values is the pointer of a column_view.
struct cell_type {
    /// Writes one value. Returns the end, or null if the value is refused.
    using put_function = char* (*)(char* out, const void* values, std::size_t row);
    /// Returns the bytes of the longest text in a range of rows.
    using longest_function = std::size_t (*)(const void* values, const validity& there,
                                             std::size_t first, std::size_t last);

    /// Adds one value by write_column(), which reports why it is refused. Null for symbols by
    /// index.
    void (*add)(row_writer& rows, const column_view& column, std::size_t row) = nullptr;
    std::array<put_function, 2> put{};   // for version 1 and for later ones; null: use add
    std::string_view binary_after = "="; // between name and value, from version 2 on
    longest_function longest = nullptr;  // for texts only
    bool is_symbol = false;
    /// Symbols by index only: reads an index, with the largest number for a negative one.
    std::size_t (*index)(const void* values, std::size_t row) = nullptr;
    /// Symbols by index only: reads a text.
    std::string_view (*text)(const void* texts, std::size_t index) = nullptr;
    longest_function longest_text = nullptr; // symbols by index only
};

/// Names the field of a row_schema that takes values of type @c T. It is void for other types.
template <class T>
struct field_for {
    using type = void;
};
template <>
struct field_for<bool> {
    using type = fields::boolean<"v">;
};
template <class T>
requires std::integral<T> && (!std::same_as<T, bool>) && (!character<T>)
struct field_for<T> {
    using type = fields::i64<"v">;
};
template <class T>
requires std::same_as<T, double> || std::same_as<T, float>
struct field_for<T> {
    using type = fields::f64<"v">;
};
template <text_like T>
struct field_for<T> {
    using type = fields::str<"v">;
};
template <class T>
requires(!text_like<T>) && fields::ts<"v">::takes<T>
struct field_for<T> {
    using type = fields::ts<"v">;
};

/// Reads values that are contiguous in memory.
template <class T>
struct plain_reader {
    using type = T;
    static const T& read(const void* values, std::size_t row) noexcept
    {
        return static_cast<const T*>(values)[row];
    }
};
template <c_string T>
struct plain_reader<T> {
    using type = T;
    static std::string_view read(const void* values, std::size_t row) noexcept
    {
        return text_of(static_cast<const T*>(values)[row]);
    }
};

template <class Reader, class Field, bool Binary>
char* put_cell(char* out, const void* values, std::size_t row)
{
    using type = typename Reader::type;
    const auto& value = Reader::read(values, row);
    if constexpr (std::unsigned_integral<type> && sizeof(type) == sizeof(std::uint64_t)) {
        return std::in_range<std::int64_t>(value)
                   ? Field::template put<Binary>(out, static_cast<std::int64_t>(value))
                   : nullptr;
    } else {
        return Field::template put<Binary>(out, value);
    }
}

template <class Reader>
std::size_t longest_text(const void* values, const validity& there, std::size_t first,
                         std::size_t last)
{
    std::size_t most = 0;
    for (std::size_t row = first; row < last; ++row) {
        if (there.all() || there.has(row)) {
            most = std::max(most, text_of(Reader::read(values, row)).size());
        }
    }
    return most;
}

template <class Reader>
std::size_t read_index(const void* values, std::size_t row) noexcept
{
    const auto index = Reader::read(values, row);
    return std::in_range<std::size_t>(index) ? static_cast<std::size_t>(index)
                                             : std::numeric_limits<std::size_t>::max();
}

template <class Reader>
std::string_view read_text(const void* texts, std::size_t index)
{
    return Reader::read(texts, index);
}

template <class Reader>
void add_value(row_writer& rows, const column_view& column, std::size_t row);
template <class Reader>
void add_symbol(row_writer& rows, const column_view& column, std::size_t row);

template <class Reader>
constexpr cell_type make_value_cells() noexcept
{
    using field = typename field_for<typename Reader::type>::type;
    cell_type cells;
    cells.add = add_value<Reader>;
    if constexpr (!std::is_void_v<field>) {
        cells.put = {put_cell<Reader, field, false>, put_cell<Reader, field, true>};
        constexpr const auto& key = field::template key<'\0', true>::text;
        cells.binary_after = std::string_view(key.data() + 1, key.size() - 1);
    }
    if constexpr (text_like<typename Reader::type>) {
        cells.longest = longest_text<Reader>;
    }
    return cells;
}

template <class Reader>
constexpr cell_type make_symbol_cells() noexcept
{
    using field = fields::symbol<"v">;
    cell_type cells;
    cells.is_symbol = true;
    cells.add = add_symbol<Reader>;
    cells.put = {put_cell<Reader, field, false>, put_cell<Reader, field, true>};
    cells.longest = longest_text<Reader>;
    return cells;
}

template <class IndexReader, class TextReader>
constexpr cell_type make_indexed_cells() noexcept
{
    cell_type cells;
    cells.is_symbol = true;
    cells.index = read_index<IndexReader>;
    cells.text = read_text<TextReader>;
    cells.longest_text = longest_text<TextReader>;
    return cells;
}

template <class Reader>
inline constexpr cell_type value_cells = make_value_cells<Reader>();
template <class Reader>
inline constexpr cell_type symbol_cells = make_symbol_cells<Reader>();
template <class IndexReader, class TextReader>
inline constexpr cell_type indexed_cells = make_indexed_cells<IndexReader, TextReader>();

} // namespace detail
} // namespace coquest::inline v0
