// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/delivery_driver.hpp"

#include <coquest/detail/buffer_access.hpp>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <algorithm>
#include <atomic>
#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace coquest::inline v0::detail {
namespace {

std::atomic<std::uint64_t> sender_count{0};

delivery_machine::settings machine_settings(const sender_dependencies& parts,
                                            const rejection_handler& on_rejected)
{
    const config& options = *parts.options;
    delivery_machine::settings settings;
    settings.number = ++sender_count;
    settings.batching.enabled = options.auto_flush;
    settings.batching.rows = options.rows_per_batch();
    settings.batching.bytes = options.auto_flush_bytes;
    settings.batching.interval = options.auto_flush_interval;
    settings.queue.retry_timeout = options.retry_timeout;
    settings.queue.max_backoff = options.retry_max_backoff;
    settings.queue.in_order = options.connections == 1;
    settings.queue.retry_at_now = options.retry_at_now;
    settings.queue.budget = &parts.shared->budget;
    settings.connections = parts.transports.size();
    settings.max_bytes = options.max_buf_size;
    settings.is_acknowledged = is_http(options.transport);
    settings.resend_unconfirmed = options.tcp_resend;
    settings.confirmed_after = options.tcp_resend_window;
    settings.split_rejected = options.split_rejected;
    settings.has_rejection_handler = static_cast<bool>(on_rejected);
    return settings;
}

} // namespace

delivery_driver::delivery_driver(sender_dependencies& parts)
    : executor_(parts.executor), config_(parts.options), max_name_len_(parts.max_name_len),
      on_rejected_(std::move(parts.on_rejected)), shared_(parts.shared),
      events_(std::move(parts.events)), machine_(machine_settings(parts, on_rejected_),
                                                 buffer(parts.version, row_limits()), *events_),
      delivery_waiters_(executor_), room_waiters_(executor_), random_(std::random_device{}()),
      is_stream_(!is_http(config_->transport))
{
    for (auto& transport : parts.transports) {
        const std::size_t id = connections_.size();
        transport->on_connection_lost(
            [this, id](status&& failure) { connection_lost(id, std::move(failure)); });
        connections_.push_back(std::make_unique<connection>(executor_, std::move(transport)));
    }
}

void delivery_driver::start(const std::shared_ptr<void>& owner)
{
    owner_ = owner;
    for (std::size_t id = 0; id != connections_.size(); ++id) {
        ++running_loops_;
        asio::co_spawn(executor_, run(owner, id), asio::detached);
    }
}

buffer_options delivery_driver::row_limits() const
{
    // With auto_flush, waiting keeps the limit. Without it, such a wait would never end.
    const std::size_t limit =
        config_->auto_flush ? 2 * config_->max_buf_size : config_->max_buf_size;
    return {config_->init_buf_size, limit, max_name_len_, config_->check_duplicates};
}

buffer delivery_driver::new_buffer() const
{
    return buffer(machine_.rows().version(), {config_->init_buf_size, config_->max_buf_size,
                                              max_name_len_, config_->check_duplicates});
}

error delivery_driver::call_error(errc code, std::string message)
{
    const status failure(code, std::move(message));
    events_->failed(failure);
    return failure.to_error();
}

// The write loop of a connection: sends a batch, or waits until there may be one. Shares the
// ownership, because it may outlive the handle by one step.
asio::awaitable<void> delivery_driver::run(std::shared_ptr<void> /*owner*/, std::size_t id)
{
    connection& conn = *connections_[id];
    while (!machine_.is_ended()) {
        try {
            const auto next = machine_.next(id, clock::now(), conn.transport->most_bytes());
            if (next.kind != delivery_machine::action::send) {
                set_timer(next.until);
                co_await conn.idle.wait();
                continue;
            }
            if (connections_.size() > 1) {
                wake_connection(); // there may be a batch for another connection
            }
            const batch& rows = next.to_send->rows;
            status result;
            try {
                result = co_await conn.transport->send(rows.chain,
                                                       config_->retry_at_now || !rows.server_time);
            } catch (const std::exception& unexpected) { // no memory, or a TLS backend that throws
                result =
                    status(errc::socket_error, std::string("sending failed: ") + unexpected.what());
                result.amend().state = delivery::unconfirmed;
                conn.transport->close();
            }
            if (!is_abandoned_) {
                finished(id, std::move(result));
            }
        } catch (const std::bad_alloc&) {
            out_of_memory(id);
        }
    }
    --running_loops_;
    if (is_abandoned_) {
        delivery_waiters_.wake(); // close() may wait for this
    } else {
        notify();
    }
}

void delivery_driver::finished(std::size_t id, status&& result)
{
    {
        const entry_check::scope inside(entry_);
        auto wanted = machine_.finished(id, std::move(result), clock::now(), random(),
                                        connections_[id]->transport->most_bytes());
        apply(wanted.ask ? ask(std::move(*wanted.ask)) : wanted);
    }
    // A loop that waited for the server and has nothing else to do resumes the waiters directly.
    notify(!is_stream_ && machine_.queue().empty() && machine_.rows().empty());
}

// Asks the rejection handler.
delivery_machine::effects delivery_driver::ask(delivery_machine::question&& asked)
{
    buffer rows = new_buffer();
    buffer_access::put_back(rows, machine_.lend(asked));
    rejected_batch shown{rows, asked.failure.info(), asked.row};
    rejection decision = rejection::keep;
    try {
        decision = on_rejected_(shown);
    } catch (...) { // counts as `keep`
        decision = rejection::keep;
    }
    rows.discard_row();
    return machine_.answer(std::move(asked), decision, buffer_access::take(rows));
}

void delivery_driver::connection_lost(std::size_t id, status&& failure) noexcept
{
    if (is_abandoned_) {
        return;
    }
    try {
        const auto wanted = machine_.lost(id, std::move(failure), clock::now(), random());
        if (wanted.has_work) {
            notify();
            apply(wanted);
        }
    } catch (const std::bad_alloc&) {
        out_of_memory(id);
    }
}

// Allocates nothing.
void delivery_driver::out_of_memory(std::size_t id) noexcept
{
    machine_.out_of_memory(id);
    delivery_waiters_.wake();
    room_waiters_.wake();
}

void delivery_driver::apply(const delivery_machine::effects& wanted)
{
    if (wanted.renew) {
        for (std::size_t id = 0; id != connections_.size(); ++id) {
            if (!machine_.is_sending(id)) {
                connections_[id]->transport->close();
            }
        }
    }
    if (wanted.has_work) {
        wake_connections();
    }
}

void delivery_driver::deliver()
{
    apply(machine_.resume());
    if (is_stream_) {
        wake_connections(); // sends that complete without waiting must let other coroutines run
    } else {
        resume_connections();
    }
}

void delivery_driver::wake_connection()
{
    const auto idle =
        std::ranges::find_if(connections_, [](const auto& conn) { return !conn->idle.empty(); });
    if (idle != connections_.end()) {
        (*idle)->idle.wake();
    }
}

void delivery_driver::wake_connections()
{
    for (const auto& conn : connections_) {
        conn->idle.wake();
    }
}

// Runs all idle connections until they are idle again or wait for their sockets. This saves a turn
// of the reactor.
void delivery_driver::resume_connections()
{
    for (const auto& conn : connections_) {
        conn->idle.resume();
    }
}

// The timer is not set for each batch: a loop that is resumed too early sets it again.
void delivery_driver::set_timer(clock::time_point when)
{
    if (when >= timer_expiry_ || machine_.is_ended()) {
        return;
    }
    timer_expiry_ = clock::time_point::max(); // if the next lines throw
    timer_.emplace(executor_, when);
    timer_->async_wait([this, weak = owner_](std::error_code ec) {
        const auto owner = weak.lock();
        if (owner && !ec) {
            timer_expiry_ = clock::time_point::max();
            resume_connections();
        }
    });
    timer_expiry_ = when;
}

void delivery_driver::notify(bool before_returning)
{
    events_->changed(machine_.queue());
    if (before_returning) {
        delivery_waiters_.resume();
    } else {
        delivery_waiters_.wake();
    }
    if (machine_.is_ended() || machine_.queue().is_stopped() || machine_.queue().is_settled() ||
        !machine_.is_over_limit()) {
        room_waiters_.wake();
    }
}

asio::awaitable<status> delivery_driver::shut_down(clock::time_point until)
{
    for (std::size_t id = 0; id != connections_.size(); ++id) {
        const bool must_wait = machine_.has_unconfirmed(id, clock::now());
        status result =
            co_await connections_[id]->transport->shutdown(must_wait ? until : clock::now());
        if (!result.ok()) {
            apply(machine_.lost(id, std::move(result), clock::now(), random()));
            if (machine_.queue().is_stopped()) {
                result = machine_.stops().failure();
                result.amend().message = "closed with " +
                                         std::to_string(machine_.unacknowledged_rows()) +
                                         " rows that may not be stored: " + result.info().message;
                co_return result;
            }
        }
    }
    co_return status();
}

void delivery_driver::end()
{
    machine_.end();
    close_connections();
    wake_connections();
    notify();
}

void delivery_driver::abandon() noexcept
{
    is_abandoned_ = true;
    close_connections();
    machine_.abandon();
    wake_connections();
    delivery_waiters_.wake();
    room_waiters_.wake();
}

void delivery_driver::release() noexcept
{
    timer_.reset();
    delivery_waiters_.release();
    room_waiters_.release();
    connections_.clear();
    machine_.disconnect();
}

void delivery_driver::close_connections() noexcept
{
    timer_.reset();
    for (const auto& conn : connections_) {
        conn->transport->close();
    }
}

} // namespace coquest::inline v0::detail
