// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/row_gate.hpp"

#include "sender/wait_limit.hpp"

#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <new>

namespace coquest::inline v0::detail {

buffer& row_gate::side_buffer()
{
    const auto idle = std::ranges::find_if_not(
        side_buffers_, [](const auto& side) { return buffer_access::row_open(*side); });
    if (idle != side_buffers_.end()) {
        return **idle;
    }
    buffer_options limits = driver_.row_limits();
    limits.segment_size = 1024; // for one row
    return *side_buffers_.emplace_back(std::make_unique<buffer>(machine_.rows().version(), limits));
}

bool row_gate::is_row_open() const noexcept
{
    return buffer_access::row_open(machine_.rows()) ||
           std::ranges::any_of(side_buffers_,
                               [](const auto& side) { return buffer_access::row_open(*side); });
}

status row_gate::take_pending_error()
{
    delivery_machine::effects wanted;
    status result = machine_.take_pending_error(wanted);
    driver_.apply(wanted);
    return result;
}

status row_gate::full_buffer_error() const
{
    return {errc::would_block,
            "the buffer is full: " + std::to_string(machine_.unacknowledged_rows()) +
                " rows wait for the server (max_buf_size)"};
}

void row_gate::throw_pending_error(buffer* rows)
{
    const std::shared_ptr<void> owner = owner_;
    if (status failure = take_pending_error(); !failure.ok()) {
        if (rows != nullptr) {
            discard(*rows);
        }
        driver_.events().failed(failure);
        std::move(failure).raise();
    }
}

void row_gate::discard(buffer& rows) noexcept
{
    rows.discard_row();
    if (owner_ && !is_row_open()) {
        owner_.reset(); // this may destroy the sender
    }
}

void row_gate::keep_while_rows_open(std::shared_ptr<void> owner) noexcept
{
    if (is_row_open()) {
        owner_ = std::move(owner);
    }
}

// Does what the batcher decides after a commit. Returns true if the caller should pause.
bool row_gate::apply_batch_limits()
{
    using action = batcher::action;
    switch (machine_.row_committed()) {
    case action::nothing: return false;
    case action::pause: return true;
    case action::seal: driver_.wake_connection(); return true;
    case action::seal_if_idle: driver_.wake_connection(); return machine_.has_idle_connection();
    case action::start_interval: break;
    }
    try {
        driver_.set_timer(machine_.start_interval(net::clock::now()));
    } catch (const std::bad_alloc&) { // the row is committed: the loop sets the timer
        driver_.wake_connection();
    }
    return false;
}

asio::awaitable<committed> row_gate::pause(std::shared_ptr<void> /*owner*/)
{
    co_await asio::post(driver_.executor(), asio::use_awaitable);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (is_cancelled(state)) {
        throw error(errc::cancelled, "cancelled after the row was committed");
    }
    if (machine_.is_over_limit()) {
        co_await wait_for_room();
    }
    co_return committed();
}

asio::awaitable<void> row_gate::wait_for_room()
{
    const config& options = driver_.options();
    if (options.auto_flush) {
        machine_.request_all();
        driver_.wake_connection();
    }
    const auto until = deadline_after(options.at_timeout);
    // If the queue stops, the row stays committed, and the next call reports the failure.
    while (machine_.is_over_limit() && !machine_.queue().is_stopped() && !machine_.is_ended()) {
        if (net::clock::now() >= until) {
            throw driver_.call_error(errc::timed_out,
                                     limit_is_over("at_timeout", options.at_timeout) +
                                         " and there is no room; the row is committed");
        }
        if (machine_.is_drained()) {
            throw driver_.call_error(
                errc::server_flush_error,
                std::to_string(machine_.queue().rejected_rows()) +
                    " rejected rows fill max_buf_size: take_unacknowledged() hands them back; the "
                    "row is committed");
        }
        co_await driver_.room_waiters().wait(until);
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (is_cancelled(state)) {
            throw error(errc::cancelled, "cancelled while waiting for room; the row is committed");
        }
    }
}

} // namespace coquest::inline v0::detail
