// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows from data that a program holds in columns.
//
//   rows.append_columns("trades", coquest::symbol_column("symbol", indices, texts),
//                       coquest::value_column("price", prices),
//                       coquest::value_column("amount", amounts).where(known), times);
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/cells.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/name.hpp>
#include <coquest/timestamp.hpp>

#include <algorithm>
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

namespace coquest::inline v0 {
namespace detail {

struct column_access;
class column_encoder;

/// A range of contiguous elements: a span, vector or array, but not std::vector<bool>.
template <class T>
concept column_range =
    std::ranges::contiguous_range<const T&> && std::ranges::sized_range<const T&>;

template <class T>
using element_of = std::ranges::range_value_t<const T&>;

template <class T>
concept index_range =
    column_range<T> && std::integral<element_of<T>> && !std::same_as<element_of<T>, bool>;

template <class T>
concept timestamp_value = fields::ts<"v">::takes<T>;

/// Throws the error of @p count validity flags or bits for @p values values.
[[noreturn]] void refuse_validity(column_name name, std::size_t count, std::size_t values);
/// Throws the error of a time point that does not fit 64 bits.
[[noreturn]] void refuse_time_point();

} // namespace detail

/// Refers to the values of one column, for append_columns. symbol_column() and value_column() make
/// it. Lifetime: name, values and flags must outlive the call.
class column_view {
public:
    /// Returns this column with NULL for each value whose flag is false. Errors:
    /// errc::invalid_api_call unless there is one flag for each value.
    [[nodiscard]] column_view where(std::span<const bool> flags) const
    {
        if (flags.size() != size_) {
            detail::refuse_validity(name_, flags.size(), size_);
        }
        column_view column = *this;
        column.there_ = {flags.data(), nullptr, 0};
        return column;
    }
    /// Returns this column with NULL for each value whose bit is 0. The bit of value i is
    /// @p first_bit + i, and the lowest bit of a byte comes first, as in Arrow. Errors:
    /// errc::invalid_api_call for too few bits.
    [[nodiscard]] column_view where(std::span<const std::uint8_t> bitmap,
                                    std::size_t first_bit = 0) const
    {
        const std::size_t bits = 8 * bitmap.size();
        if (bits < first_bit || bits - first_bit < size_) {
            detail::refuse_validity(name_, bits - std::min(bits, first_bit), size_);
        }
        column_view column = *this;
        column.there_ = {nullptr, bitmap.data(), first_bit};
        return column;
    }

    /// Returns the name.
    [[nodiscard]] column_name name() const noexcept { return name_; }
    /// Returns the number of values, including those that are NULL.
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
    const void* values_; // or indices into texts_
    std::size_t size_;
    detail::validity there_;
    const void* texts_ = nullptr; // the texts of indices
    std::size_t text_count_ = 0;
    detail::validity texts_there_;
};

/// The type of coquest::at_now.
struct at_now_t {};
/// Takes the place of the timestamps in append_columns: the server sets them on arrival.
inline constexpr at_now_t at_now;

/// Refers to the designated timestamps of rows, for append_columns: one for each row, one for all
/// rows, or at_now. Lifetime: a range must outlive the call.
class row_times {
public:
    /// Lets the server set the timestamps.
    row_times(at_now_t) noexcept : unit_(unit::none) {} // NOLINT(google-explicit-constructor)
    /// Gives all rows one timestamp.
    row_times(timestamp_micros value) noexcept // NOLINT(google-explicit-constructor)
        : ticks_(value.value)
    {
    }
    /// \copydoc row_times(timestamp_micros)
    row_times(timestamp_nanos value) noexcept // NOLINT(google-explicit-constructor)
        : unit_(unit::nanos), ticks_(value.value)
    {
    }
    /// Gives all rows one timestamp. Errors: errc::invalid_timestamp if it does not fit 64 bits.
    template <class Clock, class Duration>
    row_times( // NOLINT(google-explicit-constructor)
        std::chrono::time_point<Clock, Duration> value)
        : row_times(to_wire(value))
    {
    }
    /// Gives each row its own timestamp: a range of timestamps or time points.
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

    /// Reads one value. Returns false if it does not fit 64 bits.
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

/// Gives the sources of columns in this library access to column_view and row_times.
struct column_access {
    static column_view make(column_name name, const cell_type& cells, const void* values,
                            std::size_t size, const validity& there = {}) noexcept
    {
        column_view column(name, cells, values, size);
        column.there_ = there;
        return column;
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
        row_times times(row_times::read_one<Reader>, row_times::is_nanos<typename Reader::type>,
                        values, size);
        times.there_ = there;
        return times;
    }
    static const void* values(const column_view& column) noexcept { return column.values_; }
};

template <class Reader>
void add_value(row_writer& rows, const column_view& column, std::size_t row)
{
    write_column(rows, column.name(), Reader::read(column_access::values(column), row));
}

template <class Reader>
void add_symbol(row_writer& rows, const column_view& column, std::size_t row)
{
    rows.symbol(column.name(), Reader::read(column_access::values(column), row));
}

/// Holds the arguments of append_columns.
class column_batch {
public:
    template <class... ColumnsThenTimes>
    explicit column_batch(table_name name, const ColumnsThenTimes&... arguments)
        : column_batch(name, std::make_index_sequence<sizeof...(arguments) - 1>(),
                       std::tie(arguments...))
    {
        static_assert(sizeof...(arguments) >= 2,
                      "append_columns takes columns, and then timestamps or coquest::at_now");
    }

    table_name table;
    std::vector<column_view> columns;
    row_times times;

private:
    template <std::size_t... I, class... Arguments>
    column_batch(table_name name, std::index_sequence<I...>,
                 const std::tuple<Arguments&...>& arguments)
        : table(name), times(std::get<sizeof...(I)>(arguments))
    {
        columns.reserve(sizeof...(I));
        (add(std::get<I>(arguments)), ...);
    }
    void add(const column_view& column) { columns.push_back(column); }
    void add(std::span<const column_view> views)
    {
        columns.insert(columns.end(), views.begin(), views.end());
    }
};

} // namespace detail

/// Makes a column of symbols from a range of texts: UTF-8 without zero bytes. Lifetime: name and
/// texts must outlive the call of append_columns.
template <detail::column_range Texts>
requires detail::text_like<detail::element_of<Texts>>
[[nodiscard]] column_view symbol_column(column_name name, const Texts& texts) noexcept
{
    using reader = detail::plain_reader<detail::element_of<Texts>>;
    return detail::column_access::make(name, detail::symbol_cells<reader>, std::ranges::data(texts),
                                       std::ranges::size(texts));
}

/// Makes a column of symbols from an index into @p texts for each row. A text is checked and
/// escaped once, for the first row that has it. Lifetime: name, indices and texts must outlive the
/// call of append_columns.
template <detail::index_range Indices, detail::column_range Texts>
requires detail::text_like<detail::element_of<Texts>>
[[nodiscard]] column_view symbol_column(column_name name, const Indices& indices,
                                        const Texts& texts) noexcept
{
    using index_reader = detail::plain_reader<detail::element_of<Indices>>;
    using text_reader = detail::plain_reader<detail::element_of<Texts>>;
    column_view column =
        detail::column_access::make(name, detail::indexed_cells<index_reader, text_reader>,
                                    std::ranges::data(indices), std::ranges::size(indices));
    detail::column_access::set_texts(column, std::ranges::data(texts), std::ranges::size(texts));
    return column;
}

/// Makes a column of the type that fits the elements of a range, which may be anything that
/// buffer::column takes. The fastest are bool, integers, floating point, text, timestamps and time
/// points. Lifetime: name and elements must outlive the call of append_columns.
template <detail::column_range Values>
[[nodiscard]] column_view value_column(column_name name, const Values& elements) noexcept
{
    using reader = detail::plain_reader<detail::element_of<Values>>;
    return detail::column_access::make(name, detail::value_cells<reader>,
                                       std::ranges::data(elements), std::ranges::size(elements));
}

template <class... ColumnsThenTimes>
void buffer::append_columns(table_name table, const ColumnsThenTimes&... columns_then_times)
{
    append_batch(detail::column_batch(table, columns_then_times...));
}

} // namespace coquest::inline v0
