// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Carries out what a delivery_machine decides: one write loop for each connection, the timer, and
// the coroutines that wait. All of it runs on the strand of the sender.
#pragma once

#include "core/delivery/delivery_machine.hpp"
#include "net/transport.hpp"
#include "sender/delivery_events.hpp"
#include "sender/entry_check.hpp"
#include "sender/pool_shared.hpp"
#include "sender/waiters.hpp"

#include <coquest/buffer.hpp>
#include <coquest/config.hpp>
#include <coquest/rejection.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace coquest::inline v0::detail {

/// The parts from which a sender is made.
struct sender_dependencies {
    asio::any_io_executor executor;
    std::shared_ptr<const config> options;
    std::unique_ptr<delivery_events> events; // outlives the transports, which refer to it
    std::vector<std::unique_ptr<net::transport>> transports; // one for each connection
    protocol_version version = protocol_version::v1;
    std::size_t max_name_len = 0;
    rejection_handler on_rejected;
    std::shared_ptr<pool_shared> shared;
};

class delivery_driver {
public:
    using clock = net::clock;

    explicit delivery_driver(sender_dependencies& parts);
    delivery_driver(const delivery_driver&) = delete;
    delivery_driver& operator=(const delivery_driver&) = delete;
    ~delivery_driver() = default;

    /// Starts the write loops, which share @p owner, the object that this driver belongs to.
    void start(const std::shared_ptr<void>& owner);

    [[nodiscard]] const asio::any_io_executor& executor() const noexcept { return executor_; }
    [[nodiscard]] const config& options() const noexcept { return *config_; }
    [[nodiscard]] delivery_machine& machine() noexcept { return machine_; }
    [[nodiscard]] const delivery_machine& machine() const noexcept { return machine_; }
    [[nodiscard]] delivery_events& events() noexcept { return *events_; }
    [[nodiscard]] const delivery_events& events() const noexcept { return *events_; }
    [[nodiscard]] entry_check& entry() noexcept { return entry_; }
    /// Returns the limits of a buffer in which rows of the sender are written.
    [[nodiscard]] buffer_options row_limits() const;
    /// Returns an empty buffer for a caller.
    [[nodiscard]] buffer new_buffer() const;
    /// Returns the error of a call, and counts it.
    [[nodiscard]] error call_error(errc code, std::string message);

    /// Does what the machine asks for.
    void apply(const delivery_machine::effects& wanted);
    /// Starts sending again if the sender is stopped, and lets the write loops look for work: they
    /// send before this function returns, or soon.
    void deliver();
    /// Wakes one connection that is idle.
    void wake_connection();
    /// Wakes all connections that are idle.
    void wake_connections();
    /// Has the idle connections look for work at @p when, or before.
    void set_timer(clock::time_point when);
    /// Tells the coroutines that wait that something has changed. They continue later, or before
    /// this function returns.
    void notify(bool before_returning = false);
    /// The coroutines that wait for rows to be delivered.
    [[nodiscard]] waiters& delivery_waiters() noexcept { return delivery_waiters_; }
    /// The coroutines that wait for room.
    [[nodiscard]] waiters& room_waiters() noexcept { return room_waiters_; }

    /// Shuts the connections down. Rows that were sent and may be lost are in the queue afterwards.
    asio::awaitable<status> shut_down(clock::time_point until);
    /// Closes the connections, and ends the write loops.
    void end();
    [[nodiscard]] bool is_running() const noexcept { return running_loops_ != 0; }
    /// Ends without waiting, because the sender is being destroyed.
    void abandon() noexcept;
    [[nodiscard]] bool is_abandoned() const noexcept { return is_abandoned_; }
    /// Destroys what belongs to the execution context. Coroutines that wait are never resumed.
    void release() noexcept;

private:
    // One connection. The loop that drives it waits in `idle` while it has nothing to do.
    struct connection {
        connection(const asio::any_io_executor& executor, std::unique_ptr<net::transport> carrier)
            : transport(std::move(carrier)), idle(executor)
        {
        }
        std::unique_ptr<net::transport> transport;
        waiters idle;
    };

    asio::awaitable<void> run(std::shared_ptr<void> owner, std::size_t id);
    void finished(std::size_t id, status&& result);
    delivery_machine::effects ask(delivery_machine::question&& asked);
    void connection_lost(std::size_t id, status&& failure) noexcept;
    void out_of_memory(std::size_t id) noexcept;
    void resume_connections();
    void close_connections() noexcept;
    [[nodiscard]] std::uint32_t random() { return static_cast<std::uint32_t>(random_()); }

    [[no_unique_address]] entry_check entry_;
    asio::any_io_executor executor_;
    std::shared_ptr<const config> config_;
    std::size_t max_name_len_;
    rejection_handler on_rejected_;
    std::shared_ptr<pool_shared> shared_; // has the retry budget
    std::unique_ptr<delivery_events> events_;
    delivery_machine machine_;
    std::vector<std::unique_ptr<connection>> connections_;
    std::weak_ptr<void> owner_;
    std::optional<asio::steady_timer> timer_; // resumes the connections that are idle
    clock::time_point timer_expiry_ = clock::time_point::max();
    waiters delivery_waiters_;
    waiters room_waiters_;
    std::minstd_rand random_;
    std::size_t running_loops_ = 0;
    bool is_stream_; // ILP over TCP: the server acknowledges nothing
    bool is_abandoned_ = false;
};

} // namespace coquest::inline v0::detail
