// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Adds columns of each type to a row. See the functions of buffer for what they refuse.
#pragma once

#include <coquest/array.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/detail/row_writer.hpp>
#include <coquest/detail/text.hpp>
#include <coquest/error.hpp>
#include <coquest/name.hpp>
#include <coquest/protocol_version.hpp>
#include <coquest/timestamp.hpp>
#include <coquest/values.hpp>

#include <array>
#include <bit>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace coquest::inline v0::detail {

/// Character types, which are never a number.
template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

void write_uuid(row_writer& rows, column_name name, const uuid& value);
void write_ipv4(row_writer& rows, column_name name, ipv4 value);
void write_char(row_writer& rows, column_name name, char16_t value);
void write_long256(row_writer& rows, column_name name, const long256& value);
void write_geohash(row_writer& rows, column_name name, geohash value);
void write_decimal(row_writer& rows, column_name name, std::string_view value);
void write_decimal(row_writer& rows, column_name name, const decimal& value);
void write_array(row_writer& rows, column_name name, const array_view& value);
/// Writes everything before the elements of an array, and makes room for them. Returns null if the
/// row is broken.
[[nodiscard]] char* begin_array(row_writer& rows, column_name name,
                                std::span<const std::size_t> shape);
void refuse_array(row_writer& rows, column_name name, std::string message);
void write_timestamp(row_writer& rows, column_name name, timestamp_micros value);
void write_timestamp(row_writer& rows, column_name name, timestamp_nanos value);

template <class Clock, class Duration>
void write_timestamp(row_writer& rows, column_name name,
                     std::chrono::time_point<Clock, Duration> value)
{
    timestamp_of<Duration> timestamp;
    if (!to_timestamp(value, timestamp)) {
        rows.refuse(errc::invalid_timestamp, name,
                    "the time point does not fit a 64-bit timestamp");
        return;
    }
    write_timestamp(rows, name, timestamp);
}

inline void write_bool(row_writer& rows, column_name name, bool value)
{
    if (char* out = rows.begin_column(name, 1)) {
        *out = value ? 't' : 'f';
        rows.end_column(out + 1);
    }
}

inline void write_i64(row_writer& rows, column_name name, std::int64_t value)
{
    if (char* out = rows.begin_column(name, max_integer_text + 1)) {
        out = put_integer(out, value);
        *out = 'i';
        rows.end_column(out + 1);
    }
}

inline void write_f64(row_writer& rows, column_name name, double value)
{
    if (char* out = rows.begin_column(name, max_double_text)) {
        if (rows.version() == protocol_version::v1) {
            rows.end_column(put_double(out, value));
            return;
        }
        static_assert(std::endian::native == std::endian::little);
        out[0] = '='; // the second `=`: binary follows
        out[1] = 0x10;
        std::memcpy(out + 2, &value, sizeof value);
        rows.end_column(out + 2 + sizeof value);
    }
}

inline void write_text(row_writer& rows, column_name name, std::string_view value)
{
    if (char* out = rows.begin_column(name, 2 * value.size() + 2)) {
        rows.end_text_column(out, value);
    }
}

template <class Array>
void write_array_like(row_writer& rows, column_name name, const Array& value)
{
    if constexpr (std::same_as<Array, array_view>) {
        write_array(rows, name, value);
    } else if constexpr (mdspan_like<Array>) {
        std::array<std::size_t, Array::rank()> shape{};
        std::array<std::ptrdiff_t, Array::rank()> strides{};
        for (std::size_t i = 0; i < shape.size(); ++i) {
            shape[i] = static_cast<std::size_t>(value.extent(i));
            strides[i] = static_cast<std::ptrdiff_t>(value.stride(i));
        }
        write_array(rows, name, array_view(value.data_handle(), shape, strides));
    } else {
        static_assert(
            array_like<Array>,
            "QuestDB takes arrays of double only: std::vector, std::array, std::span or C "
            "arrays of double, nested or not, a type like std::mdspan, or an array_view");
        static_assert(array_rank<Array> <= max_array_rank,
                      "QuestDB takes arrays of at most 32 dimensions");
        std::array<std::size_t, array_rank<Array>> shape{};
        measure_array(value, shape.data());
        if (char* out = begin_array(rows, name, shape)) {
            out = gather_array(value, shape.data(), out);
            if (out == nullptr) {
                refuse_array(rows, name, "irregular: all parts of one dimension have one length");
                return;
            }
            rows.end_column(out);
        }
    }
}

/// Adds a column of the type that fits @p value. See buffer::column.
template <class T>
void write_column(row_writer& rows, column_name name, const T& value)
{
    if constexpr (std::same_as<T, bool>) {
        write_bool(rows, name, value);
    } else if constexpr (std::integral<T> && !character<T>) {
        if (!std::in_range<std::int64_t>(value)) {
            rows.refuse(errc::invalid_api_call, name,
                        "an integer above 9223372036854775807 does not fit a LONG");
            return;
        }
        write_i64(rows, name, static_cast<std::int64_t>(value));
    } else if constexpr (std::same_as<T, double> || std::same_as<T, float>) {
        write_f64(rows, name, static_cast<double>(value));
    } else if constexpr (c_string<T>) {
        write_text(rows, name, text_of(value));
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        static_assert(!std::same_as<T, std::nullptr_t>, "a column has a value");
        write_text(rows, name, value);
    } else if constexpr (requires { write_timestamp(rows, name, value); }) {
        write_timestamp(rows, name, value);
    } else if constexpr (std::same_as<T, decimal>) {
        write_decimal(rows, name, value);
    } else if constexpr (decimal_like<T>) {
        write_decimal(rows, name, to_coquest_decimal(value));
    } else if constexpr (std::same_as<T, uuid>) {
        write_uuid(rows, name, value);
    } else if constexpr (std::same_as<T, ipv4>) {
        write_ipv4(rows, name, value);
    } else if constexpr (std::same_as<T, long256>) {
        write_long256(rows, name, value);
    } else if constexpr (std::same_as<T, geohash>) {
        write_geohash(rows, name, value);
    } else if constexpr (array_like<T>) {
        write_array_like(rows, name, value);
    } else if constexpr (requires {
                             static_cast<bool>(value);
                             write_column(rows, name, *value);
                             value.has_value();
                         }) {
        if (value.has_value()) {
            write_column(rows, name, *value);
        }
    } else {
        static_assert(always_false<T>,
                      "no column type for this value: use column_bool, column_i64, column_f64, "
                      "column_str and so on with an explicit conversion");
    }
}

} // namespace coquest::inline v0::detail
