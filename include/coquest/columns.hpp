// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows of data that is held by columns.
//
//   rows.append_columns("trades", coquest::symbols("symbol", indices, texts),
//                       coquest::values("price", prices),
//                       coquest::values("amount", amounts).where(known), times);
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/cells.hpp>
#include <coquest/name.hpp>
#include <coquest/timestamp.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace coquest {
namespace detail {

struct column_access;

/// A range whose elements lie one behind the other: a span, vector, array; not std::vector<bool>.
template <class T>
concept column_range =
    std::ranges::contiguous_range<const T&> && std::ranges::sized_range<const T&>;

template <class T>
using element_of = std::ranges::range_value_t<const T&>;

template <class T>
concept index_range =
    column_range<T> && std::integral<element_of<T>> && !std::same_as<element_of<T>, bool>;

template <class T>
concept timestamp_value = ts<"v">::takes<T>;

/// Throws the error of @p count validity flags or bits for @p values values.
[[noreturn]] void refuse_validity(column_name name, std::size_t count, std::size_t values);
/// Throws the error of a time point that 64 bits do not hold.
[[noreturn]] void refuse_time_point();

} // namespace detail

/// Refers to the values of one column, for buffer::append_columns; made by symbols() and values().
/// Name, values and flags must outlive the call.
class column_view {
public:
    /// Returns this column with NULL wherever a flag is false. Throws errc::invalid_api_call unless
    /// there is a flag for each value.
    [[nodiscard]] column_view where(std::span<const bool> flags) const
    {
        if (flags.size() != size_) {
            detail::refuse_validity(name_, flags.size(), size_);
        }
        column_view made = *this;
        made.there_ = {flags.data(), nullptr, 0};
        return made;
    }
    /// Does so by a bitmap, as Arrow has it: the lowest bit of a byte comes first, and value i is
    /// there where bit @p first_bit + i is set. Throws errc::invalid_api_call for too few bits.
    [[nodiscard]] column_view where(std::span<const std::uint8_t> bitmap,
                                    std::size_t first_bit = 0) const
    {
        const std::size_t bits = 8 * bitmap.size();
        if (bits < first_bit || bits - first_bit < size_) {
            detail::refuse_validity(name_, bits - std::min(bits, first_bit), size_);
        }
        column_view made = *this;
        made.there_ = {nullptr, bitmap.data(), first_bit};
        return made;
    }

    /// Returns the name as given.
    [[nodiscard]] column_name name() const noexcept { return name_; }
    /// Returns the number of values, those that are NULL included.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

private:
    friend class detail::column_encoder;
    friend struct detail::column_access;

    column_view(column_name name, const detail::cell_type& cells, const void* values,
                std::size_t size) noexcept
        : name_(name), cells_(&cells), values_(values), size_(size)
    {
    }

    column_name name_;
    const detail::cell_type* cells_;
    const void* values_; // or indices
    std::size_t size_;
    detail::validity there_;
    const void* texts_ = nullptr; // that indices refer to
    std::size_t text_count_ = 0;
    detail::validity texts_there_;
};

/// Leaves the timestamp of each row to the server.
struct at_now_t {};
/// Stands for the timestamps in buffer::append_columns.
inline constexpr at_now_t at_now;

/// Says the designated timestamps of rows: one for each, one for all, or at_now. Converts from a
/// range of timestamps or time points, which must outlive the call, or from a single one.
class row_times {
public:
    row_times(at_now_t) noexcept : unit_(unit::none) {} // NOLINT(google-explicit-constructor)
    row_times(timestamp_micros value) noexcept          // NOLINT(google-explicit-constructor)
        : ticks_(value.value)
    {
    }
    row_times(timestamp_nanos value) noexcept // NOLINT(google-explicit-constructor)
        : unit_(unit::nanos), ticks_(value.value)
    {
    }
    /// Throws errc::invalid_timestamp where 64 bits are too few.
    template <class Clock, class Duration>
    row_times( // NOLINT(google-explicit-constructor)
        std::chrono::time_point<Clock, Duration> value)
        : row_times(to_wire(value))
    {
    }
    template <detail::column_range Range>
    requires detail::timestamp_value<detail::element_of<Range>>
    row_times(const Range& values) noexcept // NOLINT(google-explicit-constructor)
        : row_times(read_one<detail::plain_reader<detail::element_of<Range>>>,
                    is_nanos<detail::element_of<Range>>, std::ranges::data(values),
                    std::ranges::size(values))
    {
    }

private:
    friend class detail::column_encoder;
    friend struct detail::column_access;

    enum class unit : unsigned char { none, micros, nanos };
    using read_function = bool (*)(const void* values, std::size_t row, std::int64_t& ticks);

    row_times(read_function read, bool nanos, const void* values, std::size_t size) noexcept
        : unit_(nanos ? unit::nanos : unit::micros), read_(read), values_(values), size_(size)
    {
    }

    static timestamp_micros to_wire(timestamp_micros value) noexcept { return value; }
    static timestamp_nanos to_wire(timestamp_nanos value) noexcept { return value; }
    template <class Clock, class Duration>
    static detail::timestamp_of<Duration> to_wire(std::chrono::time_point<Clock, Duration> value)
    {
        detail::timestamp_of<Duration> timestamp;
        if (!detail::to_timestamp(value, timestamp)) {
            detail::refuse_time_point();
        }
        return timestamp;
    }
    template <class T>
    static constexpr bool is_nanos =
        std::same_as<decltype(to_wire(std::declval<T>())), timestamp_nanos>;

    /// Reads one value; false where it does not fit 64 bits.
    template <class Reader>
    static bool read_one(const void* values, std::size_t row, std::int64_t& ticks)
    {
        const auto& value = Reader::read(values, row);
        if constexpr (requires { value.value; }) {
            ticks = value.value;
            return true;
        } else {
            detail::timestamp_of<typename std::remove_cvref_t<decltype(value)>::duration> timestamp;
            const bool fits = detail::to_timestamp(value, timestamp);
            ticks = timestamp.value;
            return fits;
        }
    }

    unit unit_ = unit::micros;
    read_function read_ = nullptr; // null: all rows have ticks_
    const void* values_ = nullptr;
    std::size_t size_ = 0;
    std::int64_t ticks_ = 0;
    detail::validity there_;
};

namespace detail {

/// Makes and opens column views for this library's own sources of columns.
struct column_access {
    static column_view make(column_name name, const cell_type& cells, const void* values,
                            std::size_t size, const validity& there = {}) noexcept
    {
        column_view made(name, cells, values, size);
        made.there_ = there;
        return made;
    }
    static void set_texts(column_view& column, const void* texts, std::size_t count,
                          const validity& there = {}) noexcept
    {
        column.texts_ = texts;
        column.text_count_ = count;
        column.texts_there_ = there;
    }
    template <class Reader>
    static row_times make_times(const void* values, std::size_t size,
                                const validity& there) noexcept
    {
        row_times made(row_times::read_one<Reader>, row_times::is_nanos<typename Reader::type>,
                       values, size);
        made.there_ = there;
        return made;
    }
    static const void* values(const column_view& column) noexcept { return column.values_; }
};

template <class Reader>
void add_value(buffer& rows, const column_view& column, std::size_t row)
{
    rows.column(column.name(), Reader::read(column_access::values(column), row));
}

template <class Reader>
void add_symbol(buffer& rows, const column_view& column, std::size_t row)
{
    rows.symbol(column.name(), Reader::read(column_access::values(column), row));
}

/// All that append_columns is given.
class column_batch {
public:
    template <class... ColumnsThenTimes>
    explicit column_batch(table_name of, const ColumnsThenTimes&... given)
        : column_batch(of, std::make_index_sequence<sizeof...(given) - 1>(), std::tie(given...))
    {
        static_assert(sizeof...(given) >= 2,
                      "append_columns takes columns, and then timestamps or coquest::at_now");
    }

    table_name table;
    std::vector<column_view> columns;
    row_times times;

private:
    template <std::size_t... I, class... Given>
    column_batch(table_name of, std::index_sequence<I...>, const std::tuple<Given&...>& given)
        : table(of), times(std::get<sizeof...(I)>(given))
    {
        columns.reserve(sizeof...(I));
        (add(std::get<I>(given)), ...);
    }
    void add(const column_view& one) { columns.push_back(one); }
    void add(std::span<const column_view> some)
    {
        columns.insert(columns.end(), some.begin(), some.end());
    }
};

} // namespace detail

/// Makes a column of symbols from a range of texts: UTF-8 without zero bytes.
template <detail::column_range Texts>
requires detail::text_like<detail::element_of<Texts>>
[[nodiscard]] column_view symbols(column_name name, const Texts& texts) noexcept
{
    using reader = detail::plain_reader<detail::element_of<Texts>>;
    return detail::column_access::make(name, detail::symbol_cells<reader>, std::ranges::data(texts),
                                       std::ranges::size(texts));
}

/// Makes a column of symbols from an index into @p texts for each row: a text is checked and
/// escaped once, when a row first has it.
template <detail::index_range Indices, detail::column_range Texts>
requires detail::text_like<detail::element_of<Texts>>
[[nodiscard]] column_view symbols(column_name name, const Indices& indices,
                                  const Texts& texts) noexcept
{
    using index_reader = detail::plain_reader<detail::element_of<Indices>>;
    using text_reader = detail::plain_reader<detail::element_of<Texts>>;
    column_view made =
        detail::column_access::make(name, detail::indexed_cells<index_reader, text_reader>,
                                    std::ranges::data(indices), std::ranges::size(indices));
    detail::column_access::set_texts(made, std::ranges::data(texts), std::ranges::size(texts));
    return made;
}

/// Makes a column of the type that fits the elements of a range, which are anything that
/// buffer::column takes. Fastest are bool, integers, floating point, text, timestamps and time
/// points.
template <detail::column_range Values>
[[nodiscard]] column_view values(column_name name, const Values& of) noexcept
{
    using reader = detail::plain_reader<detail::element_of<Values>>;
    return detail::column_access::make(name, detail::value_cells<reader>, std::ranges::data(of),
                                       std::ranges::size(of));
}

template <class... ColumnsThenTimes>
void buffer::append_columns(table_name table, const ColumnsThenTimes&... columns_then_times)
{
    append_batch(detail::column_batch(table, columns_then_times...));
}

} // namespace coquest
