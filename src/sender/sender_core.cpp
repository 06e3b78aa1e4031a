// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/sender_core.hpp"

#include "core/text/counted.hpp"
#include "sender/wait_limit.hpp"
#include "tls/trust/failure_text.hpp"

#include <asio/execution/context.hpp>
#include <asio/query.hpp>
#include <asio/this_coro.hpp>

#include <exception>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

// Rethrows `failure`, and says that `rows` rows are still in flight.
void rethrow_with_rows_in_flight(const std::exception_ptr& failure, std::size_t rows)
{
    try {
        std::rethrow_exception(failure);
    } catch (const error& e) {
        if (rows == 0) {
            throw;
        }
        diagnostics info = e.info();
        info.message += "; " + std::to_string(rows) +
                        " of them are being sent: flush the buffer again to wait for them";
        info.state = delivery::unconfirmed;
        throw error(e.code(), std::move(info));
    }
}

void require_no_open_row(const buffer& rows)
{
    if (buffer_access::row_open(rows)) {
        throw error(errc::invalid_api_call, "can't flush a buffer while " +
                                                buffer_access::open_row(rows) +
                                                ": call at or at_now first");
    }
}

} // namespace

sender_core::~sender_core()
{
    if (registry_ != nullptr) {
        registry_->remove(*this);
    }
}

void sender_core::start()
{
    auto& context = asio::query(driver_.executor(), asio::execution::context);
    registry_ = &asio::use_service<sender_registry>(context);
    registry_->add(*this);
    driver_.start(shared_from_this());
}

asio::awaitable<void> sender_core::flush()
{
    const auto self = shared_from_this();
    require_open();
    driver_.events().flushing();
    const std::uint64_t rejections = machine().stops().rejections();
    co_await wait_delivered(machine().request_all());
    const stop_state& stops = machine().stops();
    if (stops.has_unreported_rejection() || stops.rejections() != rejections) {
        throw machine().report_rejection().to_error();
    }
}

asio::awaitable<void> sender_core::flush(buffer& rows)
{
    require_open();
    driver_.events().flushing();
    if (rows.version() != version()) {
        throw error(errc::protocol_version_error,
                    "the buffer holds rows of protocol version " +
                        std::to_string(static_cast<int>(rows.version())) +
                        ", and the sender sends version " +
                        std::to_string(static_cast<int>(version())) + ": use sender.new_buffer()");
    }
    require_no_open_row(rows);
    co_await deliver_buffer(&rows);
}

asio::awaitable<void> sender_core::flush_and_keep(const buffer& rows)
{
    require_no_open_row(rows);
    buffer copy(rows.version(), {});
    buffer_access::put_back(copy, buffer_access::copy(rows));
    co_await flush(copy);
}

void sender_core::require_open()
{
    if (machine().is_closed()) {
        throw driver_.call_error(errc::closed, "the sender is closed");
    }
}

// Sends the rows of a caller's buffer. If that fails, they return to the buffer.
asio::awaitable<void> sender_core::deliver_buffer(buffer* owner)
{
    const auto self = shared_from_this();
    do {
        co_await deliver_once(owner);
    } while (!owner->empty());
}

// Waits for the rows of `owner` that an earlier flush left in flight, or else sends those that it
// holds. They are handed over here, and not by the caller: this coroutine may lack memory.
asio::awaitable<void> sender_core::deliver_once(buffer* owner)
{
    const auto earlier = machine().rejoin(*owner);
    if (!earlier && owner->empty()) {
        co_return;
    }
    const ticket held = earlier ? *earlier : machine().hand_over(*owner);
    std::exception_ptr failure;
    try {
        co_await wait_delivered(held);
    } catch (...) {
        failure = std::current_exception();
    }
    if (failure && machine().is_ended()) { // the connections are closed: attempts end shortly
        co_await await_loops();
    }
    const std::size_t in_flight = machine().release(held, *owner, failure != nullptr);
    if (failure) {
        driver_.notify();
        driver_.wake_connections();
        rethrow_with_rows_in_flight(failure, in_flight);
    }
}

// Completes when the rows are delivered. Throws if they fail for good, or if the sender stops
// before.
asio::awaitable<void> sender_core::wait_delivered(ticket held)
{
    driver_.deliver();
    const auto flush_timeout = driver_.options().flush_timeout;
    const auto until = deadline_after(flush_timeout);
    status failure;
    for (;;) {
        const auto progress = machine().look(held, failure);
        if (progress == delivery_machine::progress::delivered) {
            co_return;
        }
        if (progress == delivery_machine::progress::failed) {
            throw std::move(failure).to_error();
        }
        if (clock::now() >= until) {
            throw driver_.call_error(errc::timed_out,
                                     limit_is_over("flush_timeout", flush_timeout) +
                                         "; the rows are kept");
        }
        co_await driver_.delivery_waiters().wait(until);
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (is_cancelled(state)) {
            throw error(errc::cancelled,
                        "cancelled while waiting for the server; the rows are kept");
        }
    }
}

asio::awaitable<void> sender_core::close()
{
    const auto self = shared_from_this();
    if (machine().is_closed()) {
        co_await await_other_close();
        co_return;
    }
    machine().close();
    status result = co_await deliver_all(clock::now() + driver_.options().close_timeout);
    driver_.end();
    if (result.code() != errc::cancelled) {
        co_await await_loops();
    }
    if (!result.ok()) {
        result.amend().unacknowledged_rows = machine().unacknowledged_rows();
    }
    driver_.events().closed(result);
    close_failure_ = result;
    is_close_done_ = true;
    driver_.notify();
    std::move(result).raise();
}

std::string sender_core::rows_left() const
{
    return counted(machine().unacknowledged_rows(), "unacknowledged row");
}

// Delivers all rows and shuts the connections down. Rows may return to the queue meanwhile.
asio::awaitable<status> sender_core::deliver_all(clock::time_point until)
{
    status result;
    do {
        result = co_await drain(until);
        if (result.ok()) {
            result = co_await driver_.shut_down(until);
        }
    } while (result.ok() && !machine().queue().is_settled());
    if (result.ok() && !machine().queue().empty()) {
        result = machine().report_rejection();
        result.amend().message =
            "closed with " + rows_left() + ": " + machine().stops().rejection().info().message;
    }
    co_return result;
}

// Delivers all rows that are left.
asio::awaitable<status> sender_core::drain(clock::time_point until)
{
    const ticket held = machine().request_all();
    driver_.apply(machine().resume());
    driver_.wake_connections();
    while (!machine().is_drained()) {
        if (driver_.is_abandoned()) {
            co_return status(errc::closed, "the sender was destroyed with " + rows_left());
        }
        if (const status* const stopped = machine().stopped_since(held.stops)) {
            status failure = *stopped;
            failure.amend().message = "closed with " + rows_left() + ": " + failure.info().message;
            co_return failure;
        }
        if (clock::now() >= until) {
            co_return status(errc::timed_out,
                             "closed with " + rows_left() + ": " +
                                 limit_is_over("close_timeout", driver_.options().close_timeout));
        }
        co_await driver_.delivery_waiters().wait(until);
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (is_cancelled(state)) {
            co_return status(errc::cancelled, "closing was cancelled with " + rows_left());
        }
    }
    co_return status();
}

// Waits until the write loops have ended.
asio::awaitable<void> sender_core::await_loops()
{
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    while (driver_.is_running() && !is_cancelled(state)) {
        co_await driver_.delivery_waiters().wait();
    }
}

// Waits until another close() ends. Throws its failure as long as the sender holds rows.
asio::awaitable<void> sender_core::await_other_close()
{
    while (!is_close_done_ && !driver_.is_abandoned() && registry_ != nullptr) {
        co_await driver_.delivery_waiters().wait();
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (is_cancelled(state)) {
            throw error(errc::cancelled, "cancelled while another close() was under way");
        }
    }
    if (const std::size_t rows = machine().unacknowledged_rows(); rows != 0) {
        status failure = close_failure_;
        if (failure.ok()) {
            failure = status(errc::closed, "the sender was closed");
        }
        failure.amend().message +=
            "; it still holds " + counted(rows, "row") + ": take_unacknowledged() hands them back";
        failure.amend().unacknowledged_rows = rows;
        throw std::move(failure).to_error();
    }
}

buffer sender_core::take_unacknowledged()
{
    buffer taken = driver_.new_buffer();
    driver_.apply(machine().take_unacknowledged(taken));
    driver_.notify();
    return taken;
}

void sender_core::reload_tls()
{
    if (!shared_->tls) {
        throw driver_.call_error(errc::invalid_api_call, "reload_tls needs TLS: use https or tcps");
    }
    delivery_events& events = driver_.events();
    tls_diagnosis diagnosis;
    if (!shared_->tls->reload(diagnosis)) {
        status failure = tls_status("", std::move(diagnosis));
        events.on_tls_event(
            {}, {tls_event_kind::reload_failed, failure.info().message, failure.info().path, 0});
        events.failed(failure);
        throw std::move(failure).to_error();
    }
    events.on_tls_event({}, {tls_event_kind::reloaded, {}, {}, 0});
}

void sender_core::abandon() noexcept
{
    driver_.abandon();
    gate_.keep_while_rows_open(weak_from_this().lock());
}

void sender_core::on_context_destroyed() noexcept
{
    registry_ = nullptr;
    driver_.release();
}

} // namespace coquest::inline v0::detail
