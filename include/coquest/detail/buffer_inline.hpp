// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The inline functions of buffer: those that add columns, and templates.
#pragma once

#include <coquest/buffer.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ranges>
#include <string_view>

namespace coquest::inline v0 {

inline buffer& buffer::table(table_name name)
{
    writer_.table(name);
    return *this;
}

inline buffer& buffer::symbol(column_name name, std::string_view value)
{
    writer_.symbol(name, value);
    return *this;
}

inline buffer& buffer::column_bool(column_name name, bool value)
{
    detail::write_bool(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_i64(column_name name, std::int64_t value)
{
    detail::write_i64(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_f64(column_name name, double value)
{
    detail::write_f64(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_str(column_name name, std::string_view value)
{
    detail::write_text(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_ts(column_name name, timestamp_micros value)
{
    detail::write_timestamp(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_ts(column_name name, timestamp_nanos value)
{
    detail::write_timestamp(writer_, name, value);
    return *this;
}

template <class Clock, class Duration>
buffer& buffer::column_ts(column_name name, std::chrono::time_point<Clock, Duration> value)
{
    detail::write_timestamp(writer_, name, value);
    return *this;
}

template <class Array>
buffer& buffer::column_arr(column_name name, const Array& value)
{
    detail::write_array_like(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_dec(column_name name, std::string_view value)
{
    detail::write_decimal(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_dec(column_name name, const decimal& value)
{
    detail::write_decimal(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_uuid(column_name name, const uuid& value)
{
    detail::write_uuid(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_ipv4(column_name name, ipv4 value)
{
    detail::write_ipv4(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_char(column_name name, char16_t value)
{
    detail::write_char(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_long256(column_name name, const long256& value)
{
    detail::write_long256(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_date(column_name name,
                                   std::chrono::sys_time<std::chrono::milliseconds> value)
{
    detail::write_timestamp(writer_, name, value);
    return *this;
}

inline buffer& buffer::column_geohash(column_name name, geohash value)
{
    detail::write_geohash(writer_, name, value);
    return *this;
}

template <class T>
buffer& buffer::column(column_name name, const T& value)
{
    detail::write_column(writer_, name, value);
    return *this;
}

inline void buffer::at(timestamp_micros value)
{
    if (!writer_.finish_at(value)) [[unlikely]] {
        writer_.throw_problem();
    }
}

inline void buffer::at(timestamp_nanos value)
{
    if (!writer_.finish_at(value)) [[unlikely]] {
        writer_.throw_problem();
    }
}

template <class Clock, class Duration>
void buffer::at(std::chrono::time_point<Clock, Duration> value)
{
    if (!writer_.finish_at(value)) [[unlikely]] {
        writer_.throw_problem();
    }
}

inline void buffer::at_now()
{
    if (!writer_.finish_now()) [[unlikely]] {
        writer_.throw_problem();
    }
}

template <class RowFn, class Element>
void buffer::append_element(RowFn& row_fn, Element& element)
{
    if constexpr (std::invocable<RowFn&, buffer&, Element&>) {
        std::invoke(row_fn, *this, element);
        writer_.require_idle("append");
    } else {
        append(std::invoke(row_fn, element));
    }
}

template <std::ranges::input_range Range, class RowFn>
void buffer::append(Range&& elements, RowFn row_fn)
{
    writer_.require_idle("append");
    const detail::segment_store::position before = writer_.memory().end();
    std::size_t index = 0;
    try {
        for (auto&& element : elements) {
            append_element(row_fn, element);
            ++index;
        }
    } catch (const error& failure) {
        rewind(before);
        detail::throw_for_element(failure, index);
    } catch (...) {
        rewind(before);
        throw;
    }
}

} // namespace coquest::inline v0
