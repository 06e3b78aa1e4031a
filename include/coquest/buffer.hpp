// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows in the line protocol, encoded once into pooled segments from which they are sent.
#pragma once

#include <coquest/array.hpp>
#include <coquest/detail/fault.hpp>
#include <coquest/detail/segment.hpp>
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
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace coquest {

namespace detail {
struct buffer_access;
class column_batch;
class column_encoder;
template <class Schema, class At, class... Values>
class finished_row;

template <class T>
inline constexpr bool is_finished_row = false;
template <class Schema, class At, class... Values>
inline constexpr bool is_finished_row<finished_row<Schema, At, Values...>> = true;

/// Throws @p failure, which is that of one element of a range.
[[noreturn]] void throw_for_element(const error& failure, std::size_t index);

/// A character type is text or a byte, never a number by accident.
template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;
} // namespace detail

/// Holds the limits of a buffer.
struct buffer_options {
    std::size_t segment_size = 64 * 1024;     ///< bytes of one segment; rows may be larger
    std::size_t max_size = 100 * 1024 * 1024; ///< most bytes of finished rows
    std::size_t max_name_len = 127;           ///< longest name in bytes; at least 16
    /// Refuse a row with two columns of one name, of which the server keeps the first in silence.
    /// ASCII letters are compared without regard to case. It costs a look through each row.
    bool check_duplicates = false;
};

/// Holds rows in the line protocol.
///
/// A row is `table`, then `symbol`s, then `column_*`s, then `at` or `at_now`. An operation that
/// fails is remembered, the whole row is withdrawn, and `at` or `at_now` throws: earlier rows are
/// untouched. Steady state allocates nothing: clear() and a successful flush keep the segments.
///
/// Errors, thrown by at and at_now: errc::invalid_api_call (calls in a wrong order, the buffer
/// full), errc::invalid_name, errc::invalid_utf8, errc::invalid_timestamp, errc::array_error,
/// errc::invalid_decimal, errc::protocol_version_error. Names and texts are read during the call
/// only. Not thread-safe.
class buffer {
public:
    /// Makes an empty buffer; allocates nothing until the first row.
    explicit buffer(protocol_version version = protocol_version::v2, buffer_options limits = {});
    buffer(buffer&& other) noexcept;
    buffer& operator=(buffer&& other) noexcept;
    ~buffer();

    /// Begins a row in @p name.
    buffer& table(table_name name);
    /// Adds a symbol; symbols come before columns. @p value: UTF-8 without zero bytes.
    buffer& symbol(column_name name, std::string_view value);
    /// Adds a BOOLEAN.
    buffer& column_bool(column_name name, bool value);
    /// Adds a LONG.
    buffer& column_i64(column_name name, std::int64_t value);
    /// Adds a DOUBLE. NaN and the infinities are stored as NULL.
    buffer& column_f64(column_name name, double value);
    /// Adds a VARCHAR; @p value is UTF-8.
    buffer& column_str(column_name name, std::string_view value);
    /// Adds a TIMESTAMP; may lie before 1970.
    buffer& column_ts(column_name name, timestamp_micros value);
    /// Adds a TIMESTAMP_NS; version 1 sends it in microseconds, cut towards zero.
    buffer& column_ts(column_name name, timestamp_nanos value);
    /// Adds a TIMESTAMP or, where @p value ticks finer than microseconds, a TIMESTAMP_NS. Any clock
    /// with an epoch will do; errc::invalid_timestamp where 64 bits are too few.
    template <class Clock, class Duration>
    buffer& column_ts(column_name name, std::chrono::time_point<Clock, Duration> value);
    /// Adds a DOUBLE[]: versions 2 and 3. @p value: an array_view, a span, vector, std::array or C
    /// array of double, such ranges of such ranges, or a type like std::mdspan. At most 32
    /// dimensions of at most 268435455 elements each; errc::array_error.
    template <class Array>
    buffer& column_arr(column_name name, const Array& value);
    /// Adds a DECIMAL as text, checked and sent as it is: version 3. The column must exist: the
    /// server creates none. NaN and Infinity are stored as NULL. At most 76 digits, with the zeros
    /// behind the point and those of the exponent; errc::invalid_decimal.
    buffer& column_dec(column_name name, std::string_view value);
    /// Adds a DECIMAL in binary; also for a type that to_coquest_decimal converts.
    buffer& column_dec(column_name name, const decimal& value);
    template <decimal_like Decimal>
    buffer& column_dec(column_name name, const Decimal& value)
    {
        return column_dec(name, to_coquest_decimal(value));
    }

    /// Add a value as the text or number that the server casts to a column of this type. The column
    /// must exist, save for a LONG256: the server would create a VARCHAR or TIMESTAMP (contract
    /// §5.8). What QuestDB keeps for NULL, as 0.0.0.0, is stored as NULL.
    buffer& column_uuid(column_name name, const uuid& value);
    buffer& column_ipv4(column_name name, ipv4 value);
    /// An ASCII character, all that 9.3.4 takes; errc::invalid_api_call for zero and others.
    buffer& column_char(column_name name, char16_t value);
    buffer& column_long256(column_name name, const long256& value);
    buffer& column_date(column_name name, std::chrono::sys_time<std::chrono::milliseconds> value);
    /// 1 to 12 characters, as many as the column has or more; else errc::invalid_api_call.
    buffer& column_geohash(column_name name, geohash value);

    /// Adds a column of the type that fits @p value: bool, integers, floating point, text,
    /// timestamps and time points, arrays, decimals, the types of values.hpp; an empty
    /// std::optional adds nothing, which is NULL.
    template <class T>
    buffer& column(column_name name, const T& value);

    /// Ends the row with its designated timestamp: not before 1970, nor after the server's limits
    /// (year 9999 in microseconds, 2261 in nanoseconds).
    void at(timestamp_micros value);
    void at(timestamp_nanos value);
    template <class Clock, class Duration>
    void at(std::chrono::time_point<Clock, Duration> value);
    /// Ends the row; the server sets its timestamp on arrival.
    void at_now();

    /// Do as at and at_now, but return the error's code; @p why, where given, says more.
    [[nodiscard]] std::error_code try_at(timestamp_micros value, diagnostics* why = nullptr);
    [[nodiscard]] std::error_code try_at(timestamp_nanos value, diagnostics* why = nullptr);
    template <class Clock, class Duration>
    [[nodiscard]] std::error_code try_at(std::chrono::time_point<Clock, Duration> value,
                                         diagnostics* why = nullptr)
    {
        return finish_at(value) ? std::error_code() : problem_code(why);
    }
    [[nodiscard]] std::error_code try_at_now(diagnostics* why = nullptr);

    /// Adds a row of a row_schema (row.hpp): `rows.append(trades("BTC-USDT", 0.5).at(time))`.
    /// Errors: those of at, and of the values.
    template <class Row>
    requires detail::is_finished_row<Row>
    void append(const Row& row)
    {
        if (!row.write(*this)) [[unlikely]] {
            throw_problem();
        }
    }
    /// Does as append, but returns the error's code; @p why, where given, says more.
    template <class Row>
    requires detail::is_finished_row<Row>
    [[nodiscard]] std::error_code try_append(const Row& row, diagnostics* why = nullptr)
    {
        return row.write(*this) ? std::error_code() : problem_code(why);
    }

    /// Adds a row for each element: all of them or, where one is refused or @p row_fn throws, none.
    /// @p row_fn: takes the element and returns a row of a row_schema, or takes this buffer and the
    /// element and writes the row, to its end, in calls. Errors: those of the rows, and which
    /// element it was; errc::invalid_api_call where @p row_fn leaves a row open.
    template <std::ranges::input_range Range, class RowFn>
    void append(Range&& elements, RowFn row_fn)
    {
        require_idle("append");
        const position before{size(), rows_};
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

    /// Adds a row for each value of some columns of one length (columns.hpp): all of them or, where
    /// one is refused, none. `rows.append_columns("trades", symbols("side", sides), values("price",
    /// prices), times)`.
    ///
    /// @p columns_then_times: what symbols() and values() make, or ranges of that, in any order, as
    /// symbols go first; at last timestamps: a range, one for all, or coquest::at_now. Errors, with
    /// the row from 0, the column and the byte: those of the row's calls, and
    /// errc::invalid_api_call where lengths differ, a symbol's index has no text, or all that a row
    /// would have is NULL.
    template <class... ColumnsThenTimes>
    void append_columns(table_name table, const ColumnsThenTimes&... columns_then_times);

    /// Withdraws the row that is open, if any, together with its error.
    void discard_row() noexcept;

    /// Returns the number of finished rows.
    [[nodiscard]] std::size_t row_count() const noexcept { return rows_; }
    /// Returns the bytes of finished rows.
    [[nodiscard]] std::size_t size() const noexcept
    {
        return full_.bytes() + static_cast<std::size_t>(row_ - begin_);
    }
    /// Says whether there is no finished row.
    [[nodiscard]] bool empty() const noexcept { return rows_ == 0; }
    /// Returns the version, fixed at construction.
    [[nodiscard]] protocol_version version() const noexcept { return version_; }

    /// Drops all rows and the marker; keeps the segments.
    void clear() noexcept;

    /// Marks the end of the finished rows. Throws errc::invalid_api_call while a row is open.
    void set_marker();
    /// Drops every row after the marker and the row that is open, and forgets the marker. Throws
    /// errc::invalid_api_call where none is set.
    void rewind_to_marker();
    /// Forgets the marker.
    void clear_marker() noexcept { marker_.reset(); }

    /// Returns the finished rows as pieces of memory, in order, for a transport of your own. Valid
    /// until the buffer changes.
    [[nodiscard]] std::vector<std::string_view> chunks() const;
    /// Returns a copy of the finished rows.
    [[nodiscard]] std::string to_string() const;

private:
    friend struct detail::buffer_access;
    friend class detail::column_encoder;
    template <class Schema, class At, class... Values>
    friend class detail::finished_row;

    enum class state : unsigned char { table, symbol, column, idle, broken };
    enum class unit : char { micros = 't', nanos = 'n' };
    struct position {
        std::size_t size = 0;
        std::size_t rows = 0;
    };

    template <class RowFn, class Element>
    void append_element(RowFn& row_fn, Element& element)
    {
        if constexpr (std::invocable<RowFn&, buffer&, Element&>) {
            std::invoke(row_fn, *this, element);
            require_idle("append");
        } else {
            append(std::invoke(row_fn, element));
        }
    }
    void append_batch(const detail::column_batch& batch);
    void require_idle(const char* operation);
    void rewind(position to) noexcept;

    bool ensure(std::size_t bytes)
    {
        return static_cast<std::size_t>(end_ - pos_) >= bytes || grow(bytes);
    }
    [[nodiscard]] std::size_t committed_in_open() const noexcept
    {
        return static_cast<std::size_t>(row_ - begin_);
    }
    template <detail::name_kind Kind>
    char* put_name(char* out, const detail::basic_name<Kind>& name);
    char* begin_symbol(column_name name, std::size_t value_bytes);
    char* begin_field(column_name name, std::size_t value_bytes);
    char* put_key(char separator, column_name name, std::size_t value_bytes);
    void end_symbol(char* out, std::string_view value);
    [[gnu::noinline]] void end_long_symbol(char* out, std::string_view value);
    void end_string(char* out, std::string_view value);
    void end_field(char* end) noexcept
    {
        pos_ = end;
        state_ = state::column;
    }

    bool grow(std::size_t bytes);
    void open_segment(std::size_t bytes);
    void set_limits() noexcept;
    char* put_runtime_name(char* out, std::string_view name, detail::name_kind kind, bool checked);
    char* put_odd_name(char* out, std::string_view name, detail::name_kind kind, bool checked);
    void put_ts(column_name name, std::int64_t value, unit value_unit);
    char* begin_array(column_name name, std::span<const std::size_t> shape);
    void put_array(column_name name, const array_view& value);
    void refuse_array(column_name name, std::string message);
    char* begin_decimal(column_name name, std::size_t value_bytes);
    void refuse(errc code, column_name name, const std::string& message);
    bool finish_at(timestamp_micros value);
    bool finish_at(timestamp_nanos value);
    template <class Clock, class Duration>
    bool finish_at(std::chrono::time_point<Clock, Duration> value)
    {
        detail::timestamp_of<Duration> timestamp;
        if (!detail::to_timestamp(value, timestamp)) {
            out_of_range();
        }
        return finish_at(timestamp);
    }
    [[gnu::noinline]] bool finish_slowly(std::int64_t value, unit value_unit);
    bool finish_now();
    [[nodiscard]] bool can_finish(std::size_t bytes) const noexcept
    {
        return (state_ == state::symbol || state_ == state::column) &&
               static_cast<std::size_t>(end_ - pos_) >= bytes;
    }
    bool commit(char* end)
    {
        if (end > limit_) [[unlikely]] {
            return commit_slowly(end);
        }
        commit_unseen(end);
        return true;
    }
    void commit_unseen(char* end) noexcept
    {
        row_ = pos_ = end;
        ++rows_;
        state_ = state::idle;
    }
    [[gnu::noinline]] bool commit_slowly(char* end);
    bool refuse_finish(const char* operation);
    bool refuse_timestamp(std::int64_t value, std::int64_t last, unit value_unit);
    buffer& misplaced(const char* operation);
    void out_of_range();
    void bad_value(std::string_view name, std::string_view value, bool symbol);
    [[nodiscard]] std::string name_before(const char* value) const;
    void break_row(errc code, std::string message);
    detail::fault take_problem();
    [[noreturn]] void throw_problem();
    std::error_code problem_code(diagnostics* why);

    char* pos_ = nullptr;   // where the next byte goes
    char* end_ = nullptr;   // of the open segment, less the slack that kernels may overwrite
    char* row_ = nullptr;   // first byte of the open row
    char* begin_ = nullptr; // first byte of the open segment
    char* limit_ = nullptr; // where max_size is reached; begin_ where each row is inspected
    std::size_t rows_ = 0;
    detail::timestamp_text last_timestamp_;
    std::size_t max_name_len_;
    protocol_version version_;
    state state_ = state::idle;

    detail::segment* open_ = nullptr;
    detail::segment_chain full_;  // finished rows before those of the open segment
    detail::segment_chain spare_; // empty, to be filled again
    std::size_t segment_size_;
    std::size_t max_size_;
    std::optional<position> marker_;
    std::unique_ptr<detail::fault> problem_; // of the broken row
    bool check_duplicates_;
    bool server_time_ = false;            // of some finished rows
    std::vector<std::string_view> names_; // scratch of the check
};

template <detail::name_kind Kind>
inline char* buffer::put_name(char* out, const detail::basic_name<Kind>& name)
{
    // 16 is the least that max_name_len can be
    if (name.plain() && (name.size() <= 16 || name.size() <= max_name_len_)) {
        std::memcpy(out, name.view().data(), name.size());
        return out + name.size();
    }
    return put_runtime_name(out, name.view(), Kind, name.checked());
}

inline buffer& buffer::table(table_name name)
{
    if (state_ != state::idle) [[unlikely]] {
        return misplaced("table");
    }
    if (ensure(2 * name.size())) {
        if (char* end = put_name(pos_, name)) {
            pos_ = end;
            state_ = state::table;
        }
    }
    return *this;
}

// Writes the separator, the name and `=`; null where the row is broken.
inline char* buffer::begin_symbol(column_name name, std::size_t value_bytes)
{
    if (state_ > state::symbol) [[unlikely]] {
        misplaced("symbol");
        return nullptr;
    }
    return put_key(',', name, value_bytes);
}

inline char* buffer::begin_field(column_name name, std::size_t value_bytes)
{
    if (state_ > state::column) [[unlikely]] {
        misplaced("column");
        return nullptr;
    }
    return put_key(state_ == state::column ? ',' : ' ', name, value_bytes);
}

inline char* buffer::put_key(char separator, column_name name, std::size_t value_bytes)
{
    if (!ensure(2 * name.size() + value_bytes + 2)) [[unlikely]] {
        return nullptr;
    }
    *pos_ = separator;
    char* out = put_name(pos_ + 1, name);
    if (out == nullptr) [[unlikely]] {
        return nullptr;
    }
    *out = '=';
    return out + 1;
}

inline buffer& buffer::symbol(column_name name, std::string_view value)
{
    if (char* out = begin_symbol(name, 2 * value.size())) {
        end_symbol(out, value);
    }
    return *this;
}

inline buffer& buffer::column_bool(column_name name, bool value)
{
    if (char* out = begin_field(name, 1)) {
        *out = value ? 't' : 'f';
        end_field(out + 1);
    }
    return *this;
}

inline buffer& buffer::column_i64(column_name name, std::int64_t value)
{
    if (char* out = begin_field(name, detail::max_integer_text + 1)) {
        out = detail::put_integer(out, value);
        *out = 'i';
        end_field(out + 1);
    }
    return *this;
}

inline buffer& buffer::column_f64(column_name name, double value)
{
    if (char* out = begin_field(name, detail::max_double_text)) {
        if (version_ == protocol_version::v1) {
            end_field(detail::put_double(out, value));
            return *this;
        }
        static_assert(std::endian::native == std::endian::little);
        out[0] = '='; // the second `=` says that binary follows
        out[1] = 0x10;
        std::memcpy(out + 2, &value, sizeof value);
        end_field(out + 2 + sizeof value);
    }
    return *this;
}

inline buffer& buffer::column_str(column_name name, std::string_view value)
{
    if (char* out = begin_field(name, 2 * value.size() + 2)) {
        end_string(out, value);
    }
    return *this;
}

inline buffer& buffer::column_ts(column_name name, timestamp_micros value)
{
    put_ts(name, value.value, unit::micros);
    return *this;
}

inline buffer& buffer::column_ts(column_name name, timestamp_nanos value)
{
    put_ts(name, value.value, unit::nanos);
    return *this;
}

template <class Clock, class Duration>
buffer& buffer::column_ts(column_name name, std::chrono::time_point<Clock, Duration> value)
{
    detail::timestamp_of<Duration> timestamp;
    if (!detail::to_timestamp(value, timestamp)) {
        refuse(errc::invalid_timestamp, name, "the time point does not fit a 64-bit timestamp");
        return *this;
    }
    return column_ts(name, timestamp);
}

template <class Array>
buffer& buffer::column_arr(column_name name, const Array& value)
{
    if constexpr (std::same_as<Array, array_view>) {
        put_array(name, value);
    } else if constexpr (detail::mdspan_like<Array>) {
        std::array<std::size_t, Array::rank()> shape{};
        std::array<std::ptrdiff_t, Array::rank()> strides{};
        for (std::size_t i = 0; i < shape.size(); ++i) {
            shape[i] = static_cast<std::size_t>(value.extent(i));
            strides[i] = static_cast<std::ptrdiff_t>(value.stride(i));
        }
        put_array(name, array_view(value.data_handle(), shape, strides));
    } else {
        static_assert(
            detail::array_like<Array>,
            "QuestDB takes arrays of double only: std::vector, std::array, std::span or C "
            "arrays of double, nested or not, a type like std::mdspan, or an array_view");
        static_assert(detail::array_rank<Array> <= max_array_rank,
                      "QuestDB takes arrays of at most 32 dimensions");
        std::array<std::size_t, detail::array_rank<Array>> shape{};
        detail::measure_array(value, shape.data());
        if (char* out = begin_array(name, shape)) {
            out = detail::gather_array(value, shape.data(), out);
            if (out == nullptr) {
                refuse_array(name, "irregular: all parts of one dimension have one length");
                return *this;
            }
            end_field(out);
        }
    }
    return *this;
}

template <class T>
buffer& buffer::column(column_name name, const T& value)
{
    if constexpr (std::same_as<T, bool>) {
        return column_bool(name, value);
    } else if constexpr (std::integral<T> && !detail::character<T>) {
        if (!std::in_range<std::int64_t>(value)) {
            refuse(errc::invalid_api_call, name,
                   "an integer above 9223372036854775807 does not fit a LONG");
            return *this;
        }
        return column_i64(name, static_cast<std::int64_t>(value));
    } else if constexpr (std::same_as<T, double> || std::same_as<T, float>) {
        return column_f64(name, static_cast<double>(value));
    } else if constexpr (std::convertible_to<const T&, std::string_view>) {
        return column_str(name, value);
    } else if constexpr (requires { column_ts(name, value); }) {
        return column_ts(name, value);
    } else if constexpr (std::same_as<T, decimal> || decimal_like<T>) {
        return column_dec(name, value);
    } else if constexpr (std::same_as<T, uuid>) {
        return column_uuid(name, value);
    } else if constexpr (std::same_as<T, ipv4>) {
        return column_ipv4(name, value);
    } else if constexpr (std::same_as<T, long256>) {
        return column_long256(name, value);
    } else if constexpr (std::same_as<T, geohash>) {
        return column_geohash(name, value);
    } else if constexpr (detail::array_like<T>) {
        return column_arr(name, value);
    } else if constexpr (requires {
                             static_cast<bool>(value);
                             column(name, *value);
                             value.has_value();
                         }) {
        return value.has_value() ? column(name, *value) : *this;
    } else {
        static_assert(detail::always_false<T>,
                      "no column type for this value: use column_bool, column_i64, column_f64, "
                      "column_str and so on with an explicit conversion");
    }
}

inline void buffer::at(timestamp_micros value)
{
    if (!finish_at(value)) [[unlikely]] {
        throw_problem();
    }
}

inline void buffer::at(timestamp_nanos value)
{
    if (!finish_at(value)) [[unlikely]] {
        throw_problem();
    }
}

template <class Clock, class Duration>
void buffer::at(std::chrono::time_point<Clock, Duration> value)
{
    if (!finish_at(value)) [[unlikely]] {
        throw_problem();
    }
}

inline void buffer::at_now()
{
    if (!finish_now()) [[unlikely]] {
        throw_problem();
    }
}

} // namespace coquest
