// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The sender: it takes rows and delivers them in batches. It includes sender_builder.hpp.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/columns.hpp>
#include <coquest/detail/asio_setup.hpp>
#include <coquest/detail/buffer_access.hpp>
#include <coquest/detail/row_entry.hpp>
#include <coquest/error.hpp>
#include <coquest/metrics.hpp>
#include <coquest/row.hpp>
#include <coquest/row_awaitable.hpp>
#include <coquest/sender_builder.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <cstddef>
#include <exception>
#include <memory>
#include <ranges>
#include <system_error>

namespace coquest::inline v0 {

namespace detail {
struct async_access;
/// Returns the executor of @p core; an empty one if @p core is null.
const asio::any_io_executor& executor_of(const sender_core* core) noexcept;
/// Throws @p failure unless it is null, or else waits for room if @p wait is set.
asio::awaitable<void> settle_row(sender_core* core, bool wait, std::exception_ptr failure);
} // namespace detail

/// Sends rows to QuestDB. sender_builder::build makes it.
///
/// A write loop in the background sends committed rows, one batch at a time for each connection. A
/// batch is sealed when it reaches auto_flush_rows or auto_flush_bytes, when its first row is
/// auto_flush_interval old (by a timer, so that no further row is needed), by flush(), and by
/// close(). A transient failure is retried for up to retry_timeout. After any other failure, or
/// when that time is over, the write loop stops and keeps every row, and the next at, flush or
/// close throws the failure. The call that throws a transient failure also starts the write loop
/// again. Rejected rows (delivery::rejected) and refused credentials (errc::auth_error) would fail
/// again: then `at` refuses rows until flush() succeeds or take_unacknowledged() has taken the
/// rows.
///
/// Only an answer of QuestDB rejects rows (docs/http-statuses.md). The handler given to
/// sender_builder::on_rejected decides what to do with them. With split_rejected, no other row
/// waits for them: they are set aside, the next flush or `at` throws the server's message once, and
/// take_unacknowledged() returns them.
///
/// Rows are delivered at least once: if an answer is lost, the batch is sent again. A table with
/// DEDUP UPSERT KEYS and rows with timestamps of their own make that exactly once.
///
/// Over TCP, nothing is acknowledged. If the server cannot take a row, it closes the connection and
/// loses the rows that it has not read. The sender therefore watches the connection, and keeps the
/// rows that it sent within the last tcp_resend_window (20 seconds) as far as max_buf_size allows.
/// If the connection is lost, these rows are unconfirmed: the next await, and every await after it,
/// throws errc::socket_error or errc::tls_error with diagnostics::unconfirmed_rows, until
/// take_unacknowledged() has taken the rows, the unconfirmed ones first. With tcp_resend, the
/// sender sends them again on a new connection instead, for up to retry_timeout. A lost connection
/// without unconfirmed rows is replaced silently.
///
/// Lifetime: the destructor does not wait, and drops unacknowledged rows. Call close() first.
/// Without an event hook, the destructor reports dropped rows in one line on standard error
/// (config::log_dropped_rows). Operations in progress end with errc::closed. They do not complete
/// while the io_context is stopped, nor after it is destroyed; a sender whose io_context is
/// destroyed is closed, and take_unacknowledged() returns its rows. A sender counts as work of its
/// executor: io_context::run() does not return before close() has completed or the sender is
/// destroyed.
///
/// Threads: as for any Asio object, every call and the destructor belong on the executor on which
/// build() ran. If several threads run that executor, it must be a strand (asio::make_strand),
/// because the write loop is a coroutine on it. build() refuses a thread_pool of several threads
/// without a strand. Coroutines on one strand may add rows at the same time: their rows do not mix.
/// For several threads, use sender_pool.
class sender {
public:
    /// Makes a sender without a connection, which behaves as a closed one: close() does nothing,
    /// functions that add or send rows fail with errc::closed, and there are no rows. A sender that
    /// was moved from behaves in the same way.
    sender() noexcept;
    /// Takes the connections and rows of @p other. Operations in progress go on.
    sender(sender&& other) noexcept;
    /// Destroys what this sender holds, and takes the connections and rows of @p other.
    sender& operator=(sender&& other) noexcept;
    /// Drops unacknowledged rows without waiting; see "Lifetime" above.
    ~sender();

    /// Begins a row in table @p name. The row ends with row::at or row::at_now, and reports errors
    /// there. Lifetime: the row must end before the sender's execution context does.
    [[nodiscard]] row table(table_name name)
    {
        buffer& rows =
            detail::buffer_access::row_open(*rows_) ? detail::rows_for_next(core_.get()) : *rows_;
        rows.table(name);
        return {core_.get(), rows};
    }

    /// Adds a row of a row_schema, and commits it before the function returns. Completes as row::at
    /// does. Errors and cancellation: those of row::at and of buffer::append. Lifetime: @p row is
    /// read before the function returns.
    template <class Row>
    requires detail::is_finished_row<Row>
    asio::awaitable<committed> append(const Row& row);
    /// Adds a row for each element of a range, in one await. @p row_fn takes an element and returns
    /// a row of a row_schema, or takes a buffer (the sender's own) and an element and writes a
    /// whole row by calls.
    ///
    /// Completes when all rows are committed. It suspends after each batch, and while max_buf_size
    /// bytes are unacknowledged. Errors: those of row::at. If a row is refused or @p row_fn throws,
    /// the rows before it stay committed; the message of a coquest::error names the element,
    /// counted from 0. Cancellation: ends with errc::cancelled; rows that are committed stay.
    /// Lifetime: elements and function must outlive the operation.
    template <std::ranges::input_range Range, class RowFn>
    [[nodiscard]] asio::awaitable<void> append(Range&& elements, RowFn&& row_fn);

    /// Adds a row for each value of some columns, in one await. The parameters are those of
    /// buffer::append_columns, but the rows are committed and sent in slices, not all or none.
    ///
    /// Completes when all rows are committed. It suspends after each batch, and while max_buf_size
    /// bytes are unacknowledged. Errors: those of row::at and buffer::append_columns. If a row is
    /// refused, the rows before it stay committed, and the message names the row, counted from 0.
    /// Cancellation: ends with errc::cancelled; rows that are committed stay. Lifetime: columns and
    /// names must outlive the operation.
    template <class... ColumnsThenTimes>
    [[nodiscard]] asio::awaitable<void> append_columns(
        table_name table, const ColumnsThenTimes&... columns_then_times)
    {
        return append_batch(core_, detail::column_batch(table, columns_then_times...));
    }

    /// Returns an empty buffer with the protocol version and the limits of this sender.
    [[nodiscard]] buffer new_buffer() const;

    /// Delivers every row that was committed before the call. Calls that wait at the same time
    /// share requests.
    ///
    /// Completes when the server has acknowledged the rows. Over TCP, completes when the operating
    /// system has accepted them and the connection is still sound, which does not mean that the
    /// server has stored them.
    ///
    /// Errors, with all rows kept: errc::server_flush_error, errc::auth_error,
    /// errc::http_not_supported, errc::protocol_version_error, errc::socket_error, errc::tls_error,
    /// errc::could_not_resolve_addr; errc::timed_out if a request or flush_timeout took too long;
    /// errc::closed. diagnostics::state says what is known of the rows.
    ///
    /// Cancellation: stops the wait with errc::cancelled; the rows are still delivered.
    [[nodiscard]] asio::awaitable<void> flush();
    /// Delivers the rows of @p rows, after the rows that were committed before. On success, the
    /// buffer is empty and keeps its memory. On failure, it gets its rows back; with
    /// split_rejected, only those that the server rejected.
    ///
    /// Rows that are being sent when flush_timeout is over, or when the wait is cancelled, cannot
    /// be handed back. The sender goes on sending them, the message of the error says how many they
    /// are, and the next flush of this buffer first waits for them. A loop that repeats flush until
    /// it succeeds therefore loses no row, and sends none that is still being sent.
    ///
    /// Completes as flush() does. Errors: those of flush(); errc::invalid_api_call if a row of
    /// @p rows is open; errc::protocol_version_error if the buffer has another protocol version.
    /// Cancellation: stops the wait with errc::cancelled. Lifetime: the buffer must outlive the
    /// operation.
    [[nodiscard]] asio::awaitable<void> flush(buffer& rows);
    /// Delivers a copy of the rows of @p rows, and leaves the buffer as it is. Rows that are being
    /// sent when the call ends are not waited for: the next call sends them again. All else is as
    /// for flush(buffer&).
    [[nodiscard]] asio::awaitable<void> flush_and_keep(const buffer& rows);
    /// Delivers rows as flush() does, but returns the code of the error in place of throwing.
    /// @p info, unless null, receives the diagnostics, and must outlive the operation. All else is
    /// as for flush(). A shortage of memory is std::errc::not_enough_memory.
    [[nodiscard]] asio::awaitable<std::error_code> try_flush(diagnostics* info = nullptr);
    /// Delivers the rows of a buffer as flush(buffer&) does, but returns the code of the error.
    /// \copydetails try_flush(diagnostics*)
    [[nodiscard]] asio::awaitable<std::error_code> try_flush(buffer& rows,
                                                             diagnostics* info = nullptr);

    /// Delivers all rows within close_timeout, sends close_notify over TLS, and closes the
    /// connections. A further call delivers nothing, and fails as the first one did while rows are
    /// left. Over TCP, close() sends the end of the stream and waits, within the same time, for the
    /// server to close the connection: a reset, or no answer, means that rows may not be stored.
    ///
    /// Completes when all connections are closed. Errors: those of flush(), with
    /// diagnostics::unacknowledged_rows. The sender is closed all the same, and
    /// take_unacknowledged() returns the rows. Cancellation: closes immediately and fails with
    /// errc::cancelled unless all rows are delivered.
    [[nodiscard]] asio::awaitable<void> close();
    /// Closes the sender as close() does, but returns the code of the error.
    /// \copydetails try_flush(diagnostics*)
    [[nodiscard]] asio::awaitable<std::error_code> try_close(diagnostics* info = nullptr);

    /// Takes every unacknowledged row out of the sender, and lets it start again after a failure.
    /// The rows of a failed batch come first. Rows that are being sent at this moment stay. A flush
    /// that waits for rows that are taken fails: with the failure that stopped the sender, or with
    /// errc::cancelled.
    [[nodiscard]] buffer take_unacknowledged();

    /// Returns the number of rows that are committed and not acknowledged.
    [[nodiscard]] std::size_t unacknowledged_rows() const noexcept;
    /// Returns the protocol version that was configured or negotiated.
    [[nodiscard]] coquest::protocol_version protocol_version() const noexcept;
    /// Returns the counters of this sender. Lifetime: they outlive the sender. Threads: any thread
    /// may read them.
    [[nodiscard]] std::shared_ptr<const coquest::metrics> metrics() const noexcept;
    /// Loads roots, revocation lists and the client certificate again, for connections to come. An
    /// open connection stays as it is. The call blocks on the file system, as build() does. Errors:
    /// errc::tls_error, and what was loaded before stays in use; errc::invalid_api_call for a
    /// sender without TLS; errc::closed for a sender that was never built.
    void reload_tls();

    /// Returns true if the sender takes no more rows: it is closed, or it holds unconfirmed rows
    /// that it must not send again (no tcp_resend, or retry_at_now is off). In the second case
    /// take_unacknowledged() makes it usable again.
    [[nodiscard]] bool must_close() const noexcept;
    /// Returns the executor on which build() ran; an empty one for a sender that was never built or
    /// was moved from.
    [[nodiscard]] const asio::any_io_executor& get_executor() const noexcept;

private:
    friend class sender_builder;
    friend struct detail::async_access;
    explicit sender(std::shared_ptr<detail::sender_core> core) noexcept;
    static asio::awaitable<void> append_batch(std::shared_ptr<detail::sender_core> core,
                                              detail::column_batch batch);

    std::shared_ptr<detail::sender_core> core_;
    buffer* rows_; // belongs to core_
};

// Not a coroutine, like row::at: the row is committed before the function returns.
template <class Row>
requires detail::is_finished_row<Row>
asio::awaitable<committed> sender::append(const Row& row)
{
    return detail::row_result(core_.get(), [&] {
        return detail::add_row(core_.get(), [&](buffer& rows) { rows.append(row); });
    });
}

template <std::ranges::input_range Range, class RowFn>
asio::awaitable<void> sender::append(Range&& elements, RowFn&& row_fn)
{
    const std::shared_ptr<detail::sender_core> core = core_;
    detail::admit(core.get());
    std::size_t index = 0;
    for (auto&& element : elements) {
        buffer& rows = detail::rows_for_next(core.get());
        try {
            detail::buffer_access::append_element(rows, row_fn, element);
        } catch (const error& failure) {
            rows.discard_row();
            detail::throw_for_element(failure, index);
        } catch (...) {
            rows.discard_row();
            throw;
        }
        ++index;
        if (detail::commit_row(*core, rows)) {
            co_await detail::pause(*core);
            detail::admit(core.get());
        }
    }
}

} // namespace coquest::inline v0
