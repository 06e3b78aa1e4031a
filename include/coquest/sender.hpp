// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The sender: rows in, acknowledged batches out, by co_await.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/columns.hpp>
#include <coquest/committed.hpp>
#include <coquest/config.hpp>
#include <coquest/detail/any_tls.hpp>
#include <coquest/detail/buffer_access.hpp>
#include <coquest/ecdsa.hpp>
#include <coquest/error.hpp>
#include <coquest/observer.hpp>
#include <coquest/rejection.hpp>
#include <coquest/tls.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>

namespace coquest {

namespace detail {
class sender_core;
struct shared_parts;
struct async_access;
const asio::any_io_executor& executor_of(const sender_core& core) noexcept;
buffer& open_rows(sender_core& core) noexcept;
/// Says whether rows may be added now; throws what happened since the last await.
void admit_rows(sender_core& core);
/// Takes note of a new row; true where whoever adds more should pause.
bool row_added(sender_core& core);
/// Completes when there is room, and the write loop has had its turn.
asio::awaitable<committed> pause_rows(sender_core& core);
/// What a row awaits that was refused: throws @p failure.
asio::awaitable<committed> row_failed(std::exception_ptr failure);
/// Ends what began as a row that was written: throws @p failure, or waits where it is to pause.
asio::awaitable<void> settle_row(sender_core& core, bool pause, std::exception_ptr failure);
} // namespace detail

/// Builds one row of a sender. Made by sender::table, ended by at or at_now in the same expression;
/// its operations are those of coquest::buffer, which see for their errors.
class row {
public:
    row(const row&) = delete;
    row& operator=(const row&) = delete;

    /// See buffer::symbol.
    row& symbol(column_name name, std::string_view value)
    {
        rows_.symbol(name, value);
        return *this;
    }
    /// See buffer::column_bool.
    row& column_bool(column_name name, bool value)
    {
        rows_.column_bool(name, value);
        return *this;
    }
    /// See buffer::column_i64.
    row& column_i64(column_name name, std::int64_t value)
    {
        rows_.column_i64(name, value);
        return *this;
    }
    /// See buffer::column_f64.
    row& column_f64(column_name name, double value)
    {
        rows_.column_f64(name, value);
        return *this;
    }
    /// See buffer::column_str.
    row& column_str(column_name name, std::string_view value)
    {
        rows_.column_str(name, value);
        return *this;
    }
    /// See buffer::column_ts.
    template <class Timestamp>
    row& column_ts(column_name name, Timestamp value)
    {
        rows_.column_ts(name, value);
        return *this;
    }
    /// See buffer::column_arr.
    template <class Array>
    row& column_arr(column_name name, const Array& value)
    {
        rows_.column_arr(name, value);
        return *this;
    }
    /// See buffer::column_dec.
    template <class Decimal>
    row& column_dec(column_name name, const Decimal& value)
    {
        rows_.column_dec(name, value);
        return *this;
    }
    /// See buffer::column_uuid.
    row& column_uuid(column_name name, const uuid& value)
    {
        rows_.column_uuid(name, value);
        return *this;
    }
    /// See buffer::column_ipv4.
    row& column_ipv4(column_name name, ipv4 value)
    {
        rows_.column_ipv4(name, value);
        return *this;
    }
    /// See buffer::column_char.
    row& column_char(column_name name, char16_t value)
    {
        rows_.column_char(name, value);
        return *this;
    }
    /// See buffer::column_long256.
    row& column_long256(column_name name, const long256& value)
    {
        rows_.column_long256(name, value);
        return *this;
    }
    /// See buffer::column_date.
    row& column_date(column_name name, std::chrono::sys_time<std::chrono::milliseconds> value)
    {
        rows_.column_date(name, value);
        return *this;
    }
    /// See buffer::column_geohash.
    row& column_geohash(column_name name, geohash value)
    {
        rows_.column_geohash(name, value);
        return *this;
    }
    /// See buffer::column.
    template <class T>
    row& column(column_name name, const T& value)
    {
        rows_.column(name, value);
        return *this;
    }

    /// Ends the row with its designated timestamp, and commits it before it returns.
    ///
    /// Completes at once, save that it lets other coroutines have their turn every 64 KiB of rows,
    /// and waits while max_buf_size bytes are not acknowledged, at_timeout at most. Errors: those
    /// of buffer::at; errc::closed; what stopped the write loop since the last await (see sender),
    /// in which case this row was not taken; errc::timed_out after at_timeout, and errc::cancelled
    /// where the wait was cancelled: the row is committed then.
    asio::awaitable<committed> at(timestamp_micros value);
    asio::awaitable<committed> at(timestamp_nanos value);
    template <class Clock, class Duration>
    asio::awaitable<committed> at(std::chrono::time_point<Clock, Duration> value);
    /// Ends the row; the server sets its timestamp on arrival. Otherwise as at.
    asio::awaitable<committed> at_now();

    /// Do as at and at_now without waiting, and return the error's code; @p why, where given, says
    /// more. errc::would_block where max_buf_size bytes are not acknowledged: the row was not
    /// taken.
    [[nodiscard]] std::error_code try_at(timestamp_micros value, diagnostics* why = nullptr);
    [[nodiscard]] std::error_code try_at(timestamp_nanos value, diagnostics* why = nullptr);
    template <class Clock, class Duration>
    [[nodiscard]] std::error_code try_at(std::chrono::time_point<Clock, Duration> value,
                                         diagnostics* why = nullptr);
    [[nodiscard]] std::error_code try_at_now(diagnostics* why = nullptr);

private:
    friend class sender;
    friend struct detail::async_access;
    row(detail::sender_core& core, buffer& rows) : core_(core), rows_(rows) {}

    detail::sender_core& core_;
    buffer& rows_;
};

/// Sends rows to QuestDB. Made by sender_builder::build.
///
/// A loop in the background takes committed rows to the server, a batch at a time: when
/// auto_flush_rows, auto_flush_bytes or auto_flush_interval is reached (a real timer: no further
/// row has to come), at flush() and at close(). A batch that fails is tried again for retry_timeout
/// where that can help. If it still fails, the loop stops and keeps every row; the next at, flush
/// or close throws what happened. After a passing failure the loop starts again with that throw;
/// after a refusal by the server (delivery::rejected), which would only repeat itself, at refuses
/// rows until flush() succeeds or take_unsent() has taken the rows away. A handler given to
/// sender_builder::on_rejected decides otherwise, and split_rejected leaves only the refused rows.
///
/// Rows are delivered at least once: an answer that was lost makes the batch go out again. Tables
/// with DEDUP UPSERT KEYS, and timestamps of yours, make that exactly once.
///
/// Over TCP nothing is acknowledged: the server hangs up at a row that it cannot take, and the
/// rows that it did not read are gone. So the sender watches for that, keeps what it sent in the
/// last 20 seconds as far as max_buf_size allows, and with the next await throws an error
/// (errc::socket_error, errc::tls_error) with diagnostics::unconfirmed_rows; every further one does
/// until take_unsent() has taken the rows, those in doubt first. With tcp_resend it sends them
/// again on a new connection instead, for retry_timeout. A connection that is lost with nothing in
/// doubt is replaced without a word.
///
/// Threads: as an Asio object; every call on the executor that build() ran on (one strand). Rows of
/// several coroutines on that strand do not mix.
///
/// Lifetime: the destructor does not wait, and drops what is unsent: call close() first. Operations
/// that are pending end with errc::closed. While its io_context is stopped nothing completes; once
/// that is destroyed, nothing ever will: the sender is closed, and take_unsent() has the rows.
class sender {
public:
    /// Makes a sender that can be assigned to and destroyed; must_close() is true.
    sender() noexcept = default;
    sender(sender&& other) noexcept;
    sender& operator=(sender&& other) noexcept;
    ~sender();

    /// Begins a row in @p name. Finish it in the same expression.
    [[nodiscard]] row table(table_name name)
    {
        buffer& rows = *rows_;
        rows.table(name);
        return {*core_, rows};
    }

    /// Adds a row of a row_schema (row.hpp), and commits it before it returns. As row::at, which
    /// see for when it completes and its errors; those of the values are buffer::append's.
    template <class Row>
    requires detail::is_finished_row<Row>
    asio::awaitable<committed> append(const Row& row);
    /// Adds a row for each element, in one await; @p row_fn is that of buffer::append, and the
    /// buffer that it may take is the sender's own.
    ///
    /// Completes when all rows are committed; it suspends after each batch, and while max_buf_size
    /// bytes are waiting. Errors: those of row::at; where a row is refused, or @p row_fn throws,
    /// the rows before it stay committed, and the message says which element it was. Cancelled, it
    /// ends with errc::cancelled. Elements and function must outlive the operation.
    template <std::ranges::input_range Range, class RowFn>
    [[nodiscard]] asio::awaitable<void> append(Range&& elements, RowFn&& row_fn);

    /// Adds a row for each value of some columns, in one await; see buffer::append_columns.
    ///
    /// Completes when all rows are committed; it suspends after each batch, and while max_buf_size
    /// bytes are waiting, so that rows are committed, and sent, in slices: unlike the buffer's, it
    /// is not all or nothing. Errors: those of row::at; where a row is refused, the rows before it
    /// stay committed, and the message says which row it was. Cancelled, it ends with
    /// errc::cancelled. Columns and names must outlive the operation.
    template <class... ColumnsThenTimes>
    [[nodiscard]] asio::awaitable<void> append_columns(
        table_name table, const ColumnsThenTimes&... columns_then_times)
    {
        return append_batch(core_, detail::column_batch(table, columns_then_times...));
    }

    /// Returns an empty buffer for this server's protocol version and limits.
    [[nodiscard]] buffer new_buffer() const;

    /// Delivers every row that was committed before the call; completes when the server has
    /// acknowledged them (TCP: when the system has taken them and the connection is sound, which
    /// does not say that the server stored them).
    ///
    /// Calls that wait at the same time share requests. Errors: errc::server_flush_error,
    /// errc::auth_error, errc::http_not_supported, errc::socket_error, errc::tls_error,
    /// errc::timed_out (a request's deadline, or flush_timeout), errc::could_not_resolve_addr,
    /// errc::closed; the rows are kept. Cancelled, it ends with errc::cancelled, and the rows stay
    /// on their way.
    [[nodiscard]] asio::awaitable<void> flush();
    /// Delivers the rows of @p rows behind those committed before. On success the buffer is empty
    /// and keeps its memory; on failure it has its rows back, with split_rejected only those that
    /// the server refused. It must outlive the operation.
    ///
    /// Errors: those of flush(), and errc::invalid_api_call while a row of @p rows is open,
    /// errc::protocol_version_error for a buffer of another version. Cancelled, it ends with
    /// errc::cancelled; rows that are being sent then stay on their way and leave the buffer.
    [[nodiscard]] asio::awaitable<void> flush(buffer& rows);
    /// Delivers a copy of the rows of @p rows, and leaves the buffer as it is. Otherwise as
    /// flush(buffer&).
    [[nodiscard]] asio::awaitable<void> flush_and_keep(const buffer& rows);

    /// Flushes within close_timeout, says goodbye, and closes. Idempotent. Over TCP it says that no
    /// more will come and waits, within the same time, for the server's end, since what comes in
    /// its place (a reset, nothing) means that rows may not be stored.
    ///
    /// Errors: those of flush(), with diagnostics::unsent_rows; the sender is closed all the same,
    /// and take_unsent() has the rows. Cancelled before all is delivered, it closes at once and
    /// reports errc::cancelled.
    [[nodiscard]] asio::awaitable<void> close();

    /// Takes every row that is not acknowledged out of the sender, those of a refused batch first,
    /// and forgets the failure. Rows that are being sent right now stay.
    [[nodiscard]] buffer take_unsent();

    /// Returns the number of rows that are committed and not acknowledged.
    [[nodiscard]] std::size_t unsent_rows() const noexcept;
    /// Returns the protocol version that was configured or negotiated.
    [[nodiscard]] coquest::protocol_version protocol_version() const noexcept;
    /// Returns the sender's counters, which any thread may read, and which stay when it goes.
    [[nodiscard]] std::shared_ptr<const coquest::metrics> metrics() const noexcept;
    /// Loads roots, revocation lists and client certificate again, for the connections to come; one
    /// that is open stays. As build() does, it waits for the file system. Errors: errc::tls_error,
    /// with what was loaded before still in use; errc::invalid_api_call for a sender without TLS.
    void reload_tls();

    /// Says whether the sender takes no more rows: it is closed or, over TCP without tcp_resend,
    /// its connection was lost with rows that may be stored or not, until take_unsent() takes them.
    [[nodiscard]] bool must_close() const noexcept;
    /// Returns the executor on which build() ran, and every call belongs. Not for a sender that was
    /// made by default or moved from.
    [[nodiscard]] const asio::any_io_executor& get_executor() const noexcept;

private:
    friend class sender_builder;
    friend struct detail::async_access;
    explicit sender(std::shared_ptr<detail::sender_core> core) noexcept;
    static asio::awaitable<void> append_batch(std::shared_ptr<detail::sender_core> core,
                                              detail::column_batch batch);

    std::shared_ptr<detail::sender_core> core_;
    buffer* rows_ = nullptr; // of core_
};

/// Collects the options of a sender, and makes it.
///
/// Every setter throws errc::config_error where the value is wrong, and names the key. Values are
/// those of the configuration string; defaults are those of coquest::config.
class sender_builder {
public:
    /// Begins with "http", "https", "tcp" or "tcps", and one server.
    sender_builder(std::string_view protocol, std::string_view host, std::uint16_t port);
    sender_builder(coquest::protocol protocol, std::string_view host, std::uint16_t port);
    /// Begins with options that are complete.
    explicit sender_builder(config options);
    /// Begins with a configuration string; errors: see parse_config.
    [[nodiscard]] static sender_builder from_conf(std::string_view text);
    /// Begins with the configuration string in QDB_CLIENT_CONF; errors: see config_from_env.
    [[nodiscard]] static sender_builder from_env();

    sender_builder& address(std::string_view host, std::uint16_t port); ///< one more server
    sender_builder& username(std::string_view value);                   ///< config::username
    sender_builder& password(std::string_view value);                   ///< config::password
    sender_builder& token(std::string_view value);                      ///< config::token
    sender_builder& token_x(std::string_view value);                    ///< config::token_x
    sender_builder& token_y(std::string_view value);                    ///< config::token_y
    sender_builder& auth_timeout(std::chrono::milliseconds value);      ///< config::auth_timeout
    sender_builder& bind_interface(std::string_view value);             ///< config::bind_interface
    sender_builder& tls_ca(std::string_view value);        ///< tls_options::ca, by its name
    sender_builder& tls_ca(coquest::tls_ca value);         ///< tls_options::ca
    sender_builder& tls_roots(std::string_view path);      ///< tls_options::roots; implies pem_file
    sender_builder& tls_verify(std::string_view value);    ///< "on" or "unsafe_off"
    sender_builder& tls_verify(coquest::tls_verify value); ///< tls_options::verify
    sender_builder& tls_min(std::string_view value);       ///< "1.2" or "1.3"
    sender_builder& tls_min(coquest::tls_min value);       ///< tls_options::min
    sender_builder& tls_pin(std::string_view value);       ///< adds to tls_options::pins
    sender_builder& tls_crl(std::string_view path);        ///< tls_options::crl
    sender_builder& tls_reload(bool value);                ///< tls_options::reload
    /// tls_options::roots_pem, in place of tls_roots; implies pem_file. Empty: not given.
    sender_builder& tls_roots_pem(std::string_view text);
    sender_builder& tls_client_cert(std::string_view path);     ///< tls_options::client_cert
    sender_builder& tls_client_key(std::string_view path);      ///< tls_options::client_key
    sender_builder& tls_client_cert_pem(std::string_view text); ///< tls_options::client_cert_pem
    sender_builder& tls_client_key_pem(std::string_view text);  ///< tls_options::client_key_pem
    sender_builder& protocol_version(coquest::protocol_version value); ///< config::version
    sender_builder& max_name_len(std::size_t value);                   ///< config::max_name_len
    sender_builder& init_buf_size(std::size_t value);                  ///< config::init_buf_size
    sender_builder& max_buf_size(std::size_t value);                   ///< config::max_buf_size
    sender_builder& check_duplicates(bool value);                      ///< config::check_duplicates
    sender_builder& auto_flush(bool value);                            ///< config::auto_flush
    sender_builder& auto_flush_rows(std::size_t value);                ///< config::auto_flush_rows
    sender_builder& auto_flush_bytes(std::size_t value);               ///< config::auto_flush_bytes
    sender_builder& auto_flush_interval(std::chrono::milliseconds value); ///< same
    sender_builder& request_timeout(std::chrono::milliseconds value); ///< config::request_timeout
    sender_builder& request_min_throughput(std::size_t value); ///< config::request_min_throughput
    sender_builder& retry_timeout(std::chrono::milliseconds value);     ///< config::retry_timeout
    sender_builder& retry_max_backoff(std::chrono::milliseconds value); ///< same
    sender_builder& connect_timeout(std::chrono::milliseconds value);   ///< config::connect_timeout
    sender_builder& close_timeout(std::chrono::milliseconds value);     ///< config::close_timeout
    sender_builder& retry_at_now(bool value);                           ///< config::retry_at_now
    sender_builder& tcp_resend(bool value);                             ///< config::tcp_resend
    sender_builder& split_rejected(bool value);                         ///< config::split_rejected
    sender_builder& connections(std::size_t value);                     ///< config::connections
    sender_builder& at_timeout(std::chrono::milliseconds value);        ///< config::at_timeout
    sender_builder& flush_timeout(std::chrono::milliseconds value);     ///< config::flush_timeout
    sender_builder& user_agent(std::string_view value);                 ///< config::user_agent

    /// Has @p handler decide what becomes of batches that the server refuses; see its type. Empty:
    /// they are kept, and the sender stops.
    sender_builder& on_rejected(rejection_handler handler);
    /// Has @p hook told what happens, from build() on; see its type. Empty: nobody is.
    sender_builder& on_event(event_hook hook);

    /// Uses another TLS library than the one that coquest was built with; see TlsBackend.
    template <tls_backend Backend>
    sender_builder& tls()
    {
        make_tls_ = detail::make_tls<Backend>;
        return *this;
    }

    /// Signs the challenge of a TCP server by another library than the one that coquest was built
    /// with; see EcdsaSigner.
    template <ecdsa_signer Signer>
    sender_builder& signer()
    {
        signer_ = &detail::erased_signer<Signer>;
        return *this;
    }

    /// Returns the options as they stand.
    [[nodiscard]] const config& options() const noexcept { return options_; }

    /// Makes the sender, on the executor of the coroutine that awaits it.
    ///
    /// Completes when the options are checked, the roots loaded, and, over TCP or where the
    /// protocol version is to be negotiated, the server has answered. Errors: errc::config_error,
    /// errc::tls_error, errc::protocol_version_error, errc::auth_error, errc::socket_error,
    /// errc::could_not_resolve_addr, errc::timed_out. Cancelled, it closes the socket and ends with
    /// errc::cancelled. The builder may go while it runs.
    [[nodiscard]] asio::awaitable<sender> build() const;

private:
    friend class sender_pool;
    static asio::awaitable<sender> make(sender_builder from);
    void share_among(std::size_t senders);
    void require_tls(std::string_view key) const;
    sender_builder& set(std::string_view key, std::string_view value);
    sender_builder& set(std::string_view key, std::chrono::milliseconds value);

    config options_;
    detail::tls_factory make_tls_;
    const detail::any_signer* signer_; // null: this build has none
    rejection_handler on_rejected_;
    event_hook on_event_;
    std::shared_ptr<detail::shared_parts> shared_; // of a pool; null: nothing is shared
    bool ca_given_ = false;                        // by tls_ca(), not implied by tls_roots()
};

// Not a coroutine, as row::at.
template <class Row>
requires detail::is_finished_row<Row>
asio::awaitable<committed> sender::append(const Row& row)
{
    try {
        detail::admit_rows(*core_);
        detail::open_rows(*core_).append(row);
        if (!detail::row_added(*core_)) [[likely]] {
            return {};
        }
    } catch (...) {
        return detail::row_failed(std::current_exception());
    }
    return detail::pause_rows(*core_);
}

template <std::ranges::input_range Range, class RowFn>
asio::awaitable<void> sender::append(Range&& elements, RowFn&& row_fn)
{
    const std::shared_ptr<detail::sender_core> core = core_;
    detail::admit_rows(*core);
    std::size_t index = 0;
    for (auto&& element : elements) {
        try {
            detail::buffer_access::append_element(detail::open_rows(*core), row_fn, element);
        } catch (const error& failure) {
            detail::open_rows(*core).discard_row();
            detail::throw_for_element(failure, index);
        } catch (...) {
            detail::open_rows(*core).discard_row();
            throw;
        }
        ++index;
        if (detail::row_added(*core)) {
            co_await detail::pause_rows(*core);
            detail::admit_rows(*core);
        }
    }
}

template <class Clock, class Duration>
asio::awaitable<committed> row::at(std::chrono::time_point<Clock, Duration> value)
{
    detail::timestamp_of<Duration> timestamp;
    if (!detail::to_timestamp(value, timestamp)) {
        rows_.at(value); // throws, and withdraws the row
    }
    return at(timestamp);
}

template <class Clock, class Duration>
std::error_code row::try_at(std::chrono::time_point<Clock, Duration> value, diagnostics* why)
{
    detail::timestamp_of<Duration> timestamp;
    return detail::to_timestamp(value, timestamp) ? try_at(timestamp, why)
                                                  : rows_.try_at(value, why);
}

} // namespace coquest
