// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One row of a sender, from its table to its timestamp.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/asio_setup.hpp>
#include <coquest/detail/buffer_access.hpp>
#include <coquest/detail/row_entry.hpp>
#include <coquest/error.hpp>
#include <coquest/row_awaitable.hpp>

#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <utility>

namespace coquest::inline v0 {

namespace detail {
struct async_access;
} // namespace detail

/// Builds one row of a sender. sender::table begins it; at, at_now, try_at or try_at_now end it.
/// The calls between are those of buffer, in the same order, and the end of the row reports their
/// errors.
///
/// A row that is destroyed before its end is withdrawn: nothing of it is sent, and no other row is
/// affected. Rows of several coroutines do not mix, even if one of them suspends while its row is
/// open, as with a co_await among the arguments. After its end, a row ignores further calls, and a
/// second end fails with errc::invalid_api_call.
///
/// Usually a row is one expression. To add a column under a condition, give the row a name:
/// `auto row = sender.table("t");`, `row.symbol("s", "v");`, `co_await row.at_now();`.
///
/// Lifetime: the row must be ended or destroyed before the execution context of its sender is
/// destroyed. Threads: those of its sender.
class row {
public:
    row(const row&) = delete;
    row& operator=(const row&) = delete;
    /// Withdraws the row if it has not been ended.
    ~row()
    {
        if (core_ != nullptr) [[unlikely]] {
            withdraw();
        }
    }

    /// Adds a SYMBOL, as buffer::symbol does.
    row& symbol(column_name name, std::string_view value) &
    {
        rows().symbol(name, value);
        return *this;
    }
    /// Adds a SYMBOL, as buffer::symbol does.
    [[nodiscard]] row&& symbol(column_name name, std::string_view value) &&
    {
        rows_->symbol(name, value);
        return std::move(*this);
    }
    /// Adds a SYMBOL from a C string, as buffer::symbol does.
    template <detail::c_string Text>
    row& symbol(column_name name, Text value) &
    {
        rows().symbol(name, value);
        return *this;
    }
    /// Adds a SYMBOL from a C string, as buffer::symbol does.
    template <detail::c_string Text>
    [[nodiscard]] row&& symbol(column_name name, Text value) &&
    {
        rows_->symbol(name, value);
        return std::move(*this);
    }
    /// Adds a BOOLEAN, as buffer::column_bool does.
    row& column_bool(column_name name, bool value) &
    {
        rows().column_bool(name, value);
        return *this;
    }
    /// \copydoc column_bool
    [[nodiscard]] row&& column_bool(column_name name, bool value) &&
    {
        rows_->column_bool(name, value);
        return std::move(*this);
    }
    /// Adds a LONG, as buffer::column_i64 does.
    row& column_i64(column_name name, std::int64_t value) &
    {
        rows().column_i64(name, value);
        return *this;
    }
    /// \copydoc column_i64
    [[nodiscard]] row&& column_i64(column_name name, std::int64_t value) &&
    {
        rows_->column_i64(name, value);
        return std::move(*this);
    }
    /// Adds a DOUBLE, as buffer::column_f64 does.
    row& column_f64(column_name name, double value) &
    {
        rows().column_f64(name, value);
        return *this;
    }
    /// \copydoc column_f64
    [[nodiscard]] row&& column_f64(column_name name, double value) &&
    {
        rows_->column_f64(name, value);
        return std::move(*this);
    }
    /// Adds a VARCHAR, as buffer::column_str does.
    row& column_str(column_name name, std::string_view value) &
    {
        rows().column_str(name, value);
        return *this;
    }
    /// Adds a VARCHAR, as buffer::column_str does.
    [[nodiscard]] row&& column_str(column_name name, std::string_view value) &&
    {
        rows_->column_str(name, value);
        return std::move(*this);
    }
    /// Adds a VARCHAR from a C string, as buffer::column_str does.
    template <detail::c_string Text>
    row& column_str(column_name name, Text value) &
    {
        rows().column_str(name, value);
        return *this;
    }
    /// Adds a VARCHAR from a C string, as buffer::column_str does.
    template <detail::c_string Text>
    [[nodiscard]] row&& column_str(column_name name, Text value) &&
    {
        rows_->column_str(name, value);
        return std::move(*this);
    }
    /// Adds a TIMESTAMP or a TIMESTAMP_NS, as buffer::column_ts does.
    template <class Timestamp>
    row& column_ts(column_name name, Timestamp value) &
    {
        rows().column_ts(name, value);
        return *this;
    }
    /// \copydoc column_ts
    template <class Timestamp>
    [[nodiscard]] row&& column_ts(column_name name, Timestamp value) &&
    {
        rows_->column_ts(name, value);
        return std::move(*this);
    }
    /// Adds a DOUBLE[], as buffer::column_arr does.
    template <class Array>
    row& column_arr(column_name name, const Array& value) &
    {
        rows().column_arr(name, value);
        return *this;
    }
    /// \copydoc column_arr
    template <class Array>
    [[nodiscard]] row&& column_arr(column_name name, const Array& value) &&
    {
        rows_->column_arr(name, value);
        return std::move(*this);
    }
    /// Adds a DECIMAL, as buffer::column_dec does.
    template <class Decimal>
    row& column_dec(column_name name, const Decimal& value) &
    {
        rows().column_dec(name, value);
        return *this;
    }
    /// \copydoc column_dec
    template <class Decimal>
    [[nodiscard]] row&& column_dec(column_name name, const Decimal& value) &&
    {
        rows_->column_dec(name, value);
        return std::move(*this);
    }
    /// Adds a UUID, as buffer::column_uuid does.
    row& column_uuid(column_name name, const uuid& value) &
    {
        rows().column_uuid(name, value);
        return *this;
    }
    /// \copydoc column_uuid
    [[nodiscard]] row&& column_uuid(column_name name, const uuid& value) &&
    {
        rows_->column_uuid(name, value);
        return std::move(*this);
    }
    /// Adds an IPv4, as buffer::column_ipv4 does.
    row& column_ipv4(column_name name, ipv4 value) &
    {
        rows().column_ipv4(name, value);
        return *this;
    }
    /// \copydoc column_ipv4
    [[nodiscard]] row&& column_ipv4(column_name name, ipv4 value) &&
    {
        rows_->column_ipv4(name, value);
        return std::move(*this);
    }
    /// Adds a CHAR, as buffer::column_char does.
    row& column_char(column_name name, char16_t value) &
    {
        rows().column_char(name, value);
        return *this;
    }
    /// \copydoc column_char
    [[nodiscard]] row&& column_char(column_name name, char16_t value) &&
    {
        rows_->column_char(name, value);
        return std::move(*this);
    }
    /// Adds a LONG256, as buffer::column_long256 does.
    row& column_long256(column_name name, const long256& value) &
    {
        rows().column_long256(name, value);
        return *this;
    }
    /// \copydoc column_long256
    [[nodiscard]] row&& column_long256(column_name name, const long256& value) &&
    {
        rows_->column_long256(name, value);
        return std::move(*this);
    }
    /// Adds a DATE, as buffer::column_date does.
    row& column_date(column_name name, std::chrono::sys_time<std::chrono::milliseconds> value) &
    {
        rows().column_date(name, value);
        return *this;
    }
    /// \copydoc column_date
    [[nodiscard]] row&& column_date(column_name name,
                                    std::chrono::sys_time<std::chrono::milliseconds> value) &&
    {
        rows_->column_date(name, value);
        return std::move(*this);
    }
    /// Adds a GEOHASH, as buffer::column_geohash does.
    row& column_geohash(column_name name, geohash value) &
    {
        rows().column_geohash(name, value);
        return *this;
    }
    /// \copydoc column_geohash
    [[nodiscard]] row&& column_geohash(column_name name, geohash value) &&
    {
        rows_->column_geohash(name, value);
        return std::move(*this);
    }
    /// Adds a column of the type that fits @p value, as buffer::column does.
    template <class T>
    row& column(column_name name, const T& value) &
    {
        rows().column(name, value);
        return *this;
    }
    /// \copydoc column
    template <class T>
    [[nodiscard]] row&& column(column_name name, const T& value) &&
    {
        rows_->column(name, value);
        return std::move(*this);
    }
    void symbol(column_name name, std::nullptr_t value) = delete;
    void column_str(column_name name, std::nullptr_t value) = delete;

    /// Ends the row with its designated timestamp in microseconds, and commits it before the
    /// function returns.
    ///
    /// Completes immediately, with two exceptions: after every 64 KiB of rows and after each batch
    /// it lets other coroutines run, and it waits while max_buf_size bytes are unacknowledged, for
    /// up to at_timeout. Errors, with the row not committed: those of buffer::at; errc::closed; the
    /// failure that stopped the write loop and has not been reported yet (see sender). Errors, with
    /// the row committed: errc::timed_out after at_timeout; errc::server_flush_error if rejected
    /// rows that are set aside fill max_buf_size. Cancellation: stops the wait with
    /// errc::cancelled; the row is committed and still delivered.
    asio::awaitable<committed> at(timestamp_micros value);
    /// Ends the row with its designated timestamp in nanoseconds, and commits it.
    /// \copydetails at(timestamp_micros)
    asio::awaitable<committed> at(timestamp_nanos value);
    /// Ends the row with its designated timestamp, in nanoseconds if @p value has finer ticks than
    /// microseconds, and commits it.
    /// \copydetails at(timestamp_micros)
    template <class Clock, class Duration>
    asio::awaitable<committed> at(std::chrono::time_point<Clock, Duration> value);
    /// Ends the row, and commits it. The server sets its timestamp on arrival.
    /// \copydetails at(timestamp_micros)
    asio::awaitable<committed> at_now();

    /// Ends the row as at(timestamp_micros) does, but neither waits nor throws. Returns the code of
    /// the error; @p info, unless null, receives its diagnostics. Errors, with the row not
    /// committed: those of at(), and errc::would_block if max_buf_size bytes are unacknowledged.
    [[nodiscard]] std::error_code try_at(timestamp_micros value, diagnostics* info = nullptr);
    /// Ends the row as at(timestamp_nanos) does, but neither waits nor throws.
    /// \copydetails try_at(timestamp_micros, diagnostics*)
    [[nodiscard]] std::error_code try_at(timestamp_nanos value, diagnostics* info = nullptr);
    /// Ends the row as `at` does for a time point, but neither waits nor throws.
    /// \copydetails try_at(timestamp_micros, diagnostics*)
    template <class Clock, class Duration>
    [[nodiscard]] std::error_code try_at(std::chrono::time_point<Clock, Duration> value,
                                         diagnostics* info = nullptr);
    /// Ends the row as at_now() does, but neither waits nor throws.
    /// \copydetails try_at(timestamp_micros, diagnostics*)
    [[nodiscard]] std::error_code try_at_now(diagnostics* info = nullptr);

private:
    friend class sender;
    friend struct detail::async_access;
    row(detail::sender_core* core, buffer& rows) noexcept : core_(core), rows_(&rows) {}

    // Returns the buffer of a named row. After the end of the row that is a buffer which ignores
    // all calls, because another row may be open in rows_.
    [[nodiscard]] buffer& rows() noexcept
    {
        return core_ != nullptr ? *rows_ : detail::buffer_access::no_rows();
    }
    // Ends the row by `end`, which is called with its buffer. Returns true if the caller should
    // pause before it adds more rows.
    template <class End>
    bool end_by(const End& end)
    {
        detail::sender_core* const core = std::exchange(core_, nullptr);
        if (core == nullptr) [[unlikely]] {
            throw not_open();
        }
        detail::admit(*core, *rows_);
        end(*rows_);
        return detail::commit_row(*core, *rows_);
    }
    // Returns the error for the end of a row that was ended already, or that has no sender.
    [[nodiscard]] error not_open() const;
    template <class... Timestamp>
    asio::awaitable<committed> finish(Timestamp... value);
    template <class... Timestamp>
    std::error_code try_finish(diagnostics* info, Timestamp... value);
    void withdraw() noexcept;

    detail::sender_core* core_; // null: the row has no sender, or was ended
    buffer* rows_;
};

template <class Clock, class Duration>
asio::awaitable<committed> row::at(std::chrono::time_point<Clock, Duration> value)
{
    detail::timestamp_of<Duration> timestamp;
    if (!detail::to_timestamp(value, timestamp)) {
        detail::buffer_access::refuse_time_point(rows());
    }
    return at(timestamp);
}

template <class Clock, class Duration>
std::error_code row::try_at(std::chrono::time_point<Clock, Duration> value, diagnostics* info)
{
    detail::timestamp_of<Duration> timestamp;
    if (!detail::to_timestamp(value, timestamp)) {
        detail::buffer_access::refuse_time_point(rows());
    }
    return try_at(timestamp, info);
}

} // namespace coquest::inline v0
