// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows in the line protocol, encoded once into pooled segments, from which they are sent.
#pragma once

#include <coquest/array.hpp>
#include <coquest/buffer_options.hpp>
#include <coquest/detail/language.hpp>
#include <coquest/detail/row_writer.hpp>
#include <coquest/detail/segment_store.hpp>
#include <coquest/detail/write_column.hpp>
#include <coquest/error.hpp>
#include <coquest/name.hpp>
#include <coquest/protocol_version.hpp>
#include <coquest/timestamp.hpp>
#include <coquest/values.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace coquest::inline v0 {

namespace detail {
struct buffer_access;
class column_batch;
template <class Schema, class At, class... Values>
class finished_row;

template <class T>
inline constexpr bool is_finished_row = false;
template <class Schema, class At, class... Values>
inline constexpr bool is_finished_row<finished_row<Schema, At, Values...>> = true;

/// Throws @p failure with the index of the element of a range that caused it.
[[noreturn]] void throw_for_element(const error& failure, std::size_t index);
} // namespace detail

/// Holds rows in the line protocol (docs/protocol.md, Rows).
///
/// A row is one `table`, then `symbol`s, then `column_*`s, then `at` or `at_now`. If a call fails,
/// the whole row is withdrawn, and `at` or `at_now` throws the first error; earlier rows are
/// untouched. clear() and a successful flush keep the segments, so that a buffer in steady use
/// allocates nothing.
///
/// Errors, thrown by at and at_now: errc::invalid_api_call (calls in the wrong order, or no room),
/// errc::invalid_name, errc::invalid_utf8, errc::invalid_timestamp, errc::array_error,
/// errc::invalid_decimal, errc::protocol_version_error. A null `const char*` is errc::invalid_name
/// as a name, and errc::invalid_api_call as a value. Lifetime: names and texts are read during the
/// call only. A buffer that was moved from is empty. Threads: one at a time.
///
/// A column with the name of the table's designated timestamp, in any case, is special in QuestDB
/// 9.3.4: its value replaces the timestamp of `at`, and a value that is not a timestamp becomes a
/// wrong one. In a table that the server creates from rows, that name is "timestamp". The buffer
/// accepts it, because in another table it may be an ordinary column.
class buffer {
public:
    /// Makes an empty buffer. It allocates nothing until the first row.
    explicit buffer(protocol_version version = protocol_version::v2, buffer_options limits = {});
    /// Takes the rows and the segments of @p other, which is empty afterwards.
    buffer(buffer&& other) noexcept;
    /// Drops the rows of this buffer, and takes the rows and the segments of @p other.
    buffer& operator=(buffer&& other) noexcept;
    /// Drops the rows.
    ~buffer();

    /// Begins a row in table @p name.
    buffer& table(table_name name);
    /// Adds a SYMBOL. Symbols come before columns. @p value: UTF-8 without zero bytes.
    buffer& symbol(column_name name, std::string_view value);
    /// Adds a SYMBOL from a C string; a null pointer is errc::invalid_api_call.
    template <detail::c_string Text>
    buffer& symbol(column_name name, Text value)
    {
        return symbol(name, detail::text_of(value));
    }
    buffer& symbol(column_name name, std::nullptr_t value) = delete;
    /// Adds a BOOLEAN.
    buffer& column_bool(column_name name, bool value);
    /// Adds a LONG. The server stores the smallest value as NULL.
    buffer& column_i64(column_name name, std::int64_t value);
    /// Adds a DOUBLE. The server stores NaN and the infinities as NULL.
    buffer& column_f64(column_name name, double value);
    /// Adds a VARCHAR. @p value: UTF-8.
    buffer& column_str(column_name name, std::string_view value);
    /// Adds a VARCHAR from a C string; a null pointer is errc::invalid_api_call.
    template <detail::c_string Text>
    buffer& column_str(column_name name, Text value)
    {
        return column_str(name, detail::text_of(value));
    }
    buffer& column_str(column_name name, std::nullptr_t value) = delete;
    /// Adds a TIMESTAMP. It may lie before 1970.
    buffer& column_ts(column_name name, timestamp_micros value);
    /// Adds a TIMESTAMP_NS. Protocol version 1 sends microseconds, cut towards zero.
    buffer& column_ts(column_name name, timestamp_nanos value);
    /// Adds a TIMESTAMP, or a TIMESTAMP_NS if @p value has finer ticks than microseconds. @p value
    /// may be of any clock with an epoch. Errors: errc::invalid_timestamp if it does not fit 64
    /// bits.
    template <class Clock, class Duration>
    buffer& column_ts(column_name name, std::chrono::time_point<Clock, Duration> value);
    /// Adds a DOUBLE[]; needs version 2 or 3. @p value: an array_view, a span, vector, std::array
    /// or C array of double, nested ranges of these, or a type like std::mdspan. It has 1 to 32
    /// dimensions of at most 268435455 elements each, and at most 512 MiB. Errors:
    /// errc::array_error, errc::protocol_version_error.
    template <class Array>
    buffer& column_arr(column_name name, const Array& value);
    /// Adds a DECIMAL from its text; needs version 3, and a column that exists, because the server
    /// does not create one. The text is checked and sent unchanged. It has at most 76 digits,
    /// including the zeros after the point and those that the exponent adds. The server stores NaN
    /// and Infinity as NULL. Errors: errc::invalid_decimal, errc::protocol_version_error.
    buffer& column_dec(column_name name, std::string_view value);
    /// Adds a DECIMAL from a C string; a null pointer is errc::invalid_api_call.
    template <detail::c_string Text>
    buffer& column_dec(column_name name, Text value)
    {
        return column_dec(name, detail::text_of(value));
    }
    buffer& column_dec(column_name name, std::nullptr_t value) = delete;
    /// Adds a DECIMAL in binary.
    /// \copydetails column_dec(column_name, std::string_view)
    buffer& column_dec(column_name name, const decimal& value);
    /// Adds a DECIMAL from a type that to_coquest_decimal converts.
    template <decimal_like Decimal>
    buffer& column_dec(column_name name, const Decimal& value)
    {
        return column_dec(name, to_coquest_decimal(value));
    }

    /// Adds a UUID, as text that the server casts. The column must exist: the server would create a
    /// VARCHAR. A value that QuestDB uses for NULL is stored as NULL.
    buffer& column_uuid(column_name name, const uuid& value);
    /// Adds an IPv4, as text that the server casts. The column must exist. 0.0.0.0 is NULL.
    buffer& column_ipv4(column_name name, ipv4 value);
    /// Adds a CHAR, as text that the server casts. The column must exist. @p value is ASCII and not
    /// zero, because QuestDB takes nothing else. Errors: errc::invalid_api_call.
    buffer& column_char(column_name name, char16_t value);
    /// Adds a LONG256. The server creates the column if needed.
    buffer& column_long256(column_name name, const long256& value);
    /// Adds a DATE, as a timestamp that the server casts. The column must exist: the server would
    /// create a TIMESTAMP.
    buffer& column_date(column_name name, std::chrono::sys_time<std::chrono::milliseconds> value);
    /// Adds a GEOHASH, as text that the server casts. The column must exist. @p value has 1 to 12
    /// characters, and no fewer than the column, or the server stores NULL. Errors:
    /// errc::invalid_api_call.
    buffer& column_geohash(column_name name, geohash value);

    /// Adds a column of the type that fits @p value: bool, integers, floating point, text,
    /// timestamps and time points, arrays, decimals, or the types of values.hpp except CHAR and
    /// DATE. An empty std::optional adds nothing, which is NULL. Errors: errc::invalid_api_call for
    /// an integer that does not fit a LONG, and those of the calls above.
    template <class T>
    buffer& column(column_name name, const T& value);

    /// Ends the row with its designated timestamp in microseconds: from 1970 to the year 9999, or
    /// to 2261 with version 1. Throws the first error of the row.
    void at(timestamp_micros value);
    /// Ends the row with its designated timestamp in nanoseconds: from 1970 to 2261. Throws the
    /// first error of the row.
    void at(timestamp_nanos value);
    /// Ends the row with its designated timestamp, in nanoseconds if @p value has finer ticks than
    /// microseconds. Throws the first error of the row.
    template <class Clock, class Duration>
    void at(std::chrono::time_point<Clock, Duration> value);
    /// Ends the row. The server sets its timestamp on arrival. Throws the first error of the row.
    void at_now();

    /// Ends the row as at(timestamp_micros) does, and returns the code of the first error instead
    /// of throwing. @p info, unless null, receives its diagnostics.
    [[nodiscard]] std::error_code try_at(timestamp_micros value, diagnostics* info = nullptr);
    /// Ends the row as at(timestamp_nanos) does.
    /// \copydetails try_at(timestamp_micros, diagnostics*)
    [[nodiscard]] std::error_code try_at(timestamp_nanos value, diagnostics* info = nullptr);
    /// Ends the row as `at` does for a time point.
    /// \copydetails try_at(timestamp_micros, diagnostics*)
    template <class Clock, class Duration>
    [[nodiscard]] std::error_code try_at(std::chrono::time_point<Clock, Duration> value,
                                         diagnostics* info = nullptr)
    {
        return writer_.finish_at(value) ? std::error_code() : writer_.problem_code(info);
    }
    /// Ends the row as at_now() does.
    /// \copydetails try_at(timestamp_micros, diagnostics*)
    [[nodiscard]] std::error_code try_at_now(diagnostics* info = nullptr);

    /// Adds a row of a row_schema: `rows.append(trades("BTC-USDT", 0.5).at(time))`. Throws the
    /// error of a value, of the timestamp, or of the call if a row is open.
    template <class Row>
    requires detail::is_finished_row<Row>
    void append(const Row& row)
    {
        if (!row.write(writer_)) [[unlikely]] {
            writer_.throw_problem();
        }
    }
    /// Adds a row of a row_schema, and returns the code of an error instead of throwing. @p info,
    /// unless null, receives its diagnostics.
    template <class Row>
    requires detail::is_finished_row<Row>
    [[nodiscard]] std::error_code try_append(const Row& row, diagnostics* info = nullptr)
    {
        return row.write(writer_) ? std::error_code() : writer_.problem_code(info);
    }

    /// Adds a row for each element of a range: all rows or, on an error, none. @p row_fn takes the
    /// element and returns a row of a row_schema, or takes this buffer and the element and writes a
    /// whole row by calls. Errors: those of the rows, with the index of the element, counted from
    /// 0; errc::invalid_api_call if @p row_fn leaves a row open. Exceptions of @p row_fn pass
    /// through.
    template <std::ranges::input_range Range, class RowFn>
    void append(Range&& elements, RowFn row_fn);

    /// Adds a row for each value of some columns of one length: all rows or, on an error, none.
    /// `rows.append_columns("trades", value_column("price", prices), times)`
    ///
    /// @p columns_then_times: columns, made by symbol_column() and value_column() (columns.hpp), or
    /// ranges of columns, in any order, because symbols are written first; then the timestamps: a
    /// range, one for all rows, or coquest::at_now. Errors, with the row (counted from 0), the
    /// column and the byte: those of the row's calls; errc::invalid_api_call if lengths differ, if
    /// an index of a symbol has no text, or if every value of a row is NULL.
    template <class... ColumnsThenTimes>
    void append_columns(table_name table, const ColumnsThenTimes&... columns_then_times);

    /// Withdraws the open row, if there is one, and its error.
    void discard_row() noexcept;

    /// Returns the number of finished rows.
    [[nodiscard]] std::size_t row_count() const noexcept { return writer_.memory().rows(); }
    /// Returns the bytes of finished rows.
    [[nodiscard]] std::size_t size() const noexcept { return writer_.memory().size(); }
    /// Returns true if there is no finished row.
    [[nodiscard]] bool empty() const noexcept { return writer_.memory().rows() == 0; }
    /// Returns the protocol version, which is fixed at construction.
    [[nodiscard]] protocol_version version() const noexcept { return writer_.version(); }

    /// Drops all rows and the marker, and keeps the segments.
    void clear() noexcept;

    /// Sets the marker after the finished rows. Errors: errc::invalid_api_call if a row is open.
    void set_marker();
    /// Drops the rows after the marker and the open row, and removes the marker. Errors:
    /// errc::invalid_api_call if no marker is set.
    void rewind_to_marker();
    /// Removes the marker.
    void clear_marker() noexcept { marker_.reset(); }

    /// Returns the finished rows as pieces of memory, in order, for a transport of your own.
    /// Lifetime: the pieces are valid until the buffer changes.
    [[nodiscard]] std::vector<std::string_view> chunks() const { return writer_.memory().chunks(); }
    /// Returns a copy of the finished rows.
    [[nodiscard]] std::string to_string() const;

private:
    friend struct detail::buffer_access;

    template <class RowFn, class Element>
    void append_element(RowFn& row_fn, Element& element);
    void append_batch(const detail::column_batch& batch);
    void rewind(detail::segment_store::position target) noexcept;

    detail::row_writer writer_;
    std::optional<detail::segment_store::position> marker_;
    // The batch of this buffer that was in flight when a flush ended without an answer.
    std::uint64_t pending_sender_ = 0;
    std::uint64_t pending_batch_ = 0; // 0: none
};

} // namespace coquest::inline v0

#include <coquest/detail/buffer_inline.hpp>
