// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The implementation of a sender: its calls, on top of the gate for rows and of the driver that
// delivers them. All of it runs on one strand.
#pragma once

#include "sender/delivery_driver.hpp"
#include "sender/row_gate.hpp"
#include "sender/sender_registry.hpp"

#include <coquest/buffer.hpp>
#include <coquest/row_awaitable.hpp>

#include <asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace coquest::inline v0::detail {

class sender_core final : public registered_sender,
                          public std::enable_shared_from_this<sender_core> {
public:
    using clock = net::clock;

    explicit sender_core(sender_dependencies&& parts)
        : shared_(parts.shared), driver_(parts), gate_(driver_)
    {
    }
    sender_core(const sender_core&) = delete;
    sender_core& operator=(const sender_core&) = delete;
    ~sender_core();

    /// Starts the write loops.
    void start();

    [[nodiscard]] row_gate& gate() noexcept { return gate_; }
    [[nodiscard]] const delivery_driver& driver() const noexcept { return driver_; }
    [[nodiscard]] delivery_machine& machine() noexcept { return driver_.machine(); }
    [[nodiscard]] const delivery_machine& machine() const noexcept { return driver_.machine(); }

    /// Lets the write loops run, and waits for room.
    asio::awaitable<committed> pause() { return gate_.pause(shared_from_this()); }
    asio::awaitable<void> flush();
    asio::awaitable<void> flush(buffer& rows);
    asio::awaitable<void> flush_and_keep(const buffer& rows);
    asio::awaitable<void> close();
    [[nodiscard]] buffer take_unacknowledged();
    void reload_tls();
    /// Ends the sender without waiting: its handle is being destroyed.
    void abandon() noexcept;
    void on_context_destroyed() noexcept override;

    [[nodiscard]] protocol_version version() const noexcept { return machine().rows().version(); }
    [[nodiscard]] bool must_close() const noexcept
    {
        return machine().is_closed() || machine().queue().has_unconfirmed();
    }

private:
    using ticket = delivery_machine::ticket;

    void require_open();
    asio::awaitable<void> deliver_buffer(buffer* owner);
    asio::awaitable<void> deliver_once(buffer* owner);
    asio::awaitable<void> wait_delivered(ticket held);
    asio::awaitable<status> deliver_all(clock::time_point until);
    asio::awaitable<status> drain(clock::time_point until);
    asio::awaitable<void> await_loops();
    asio::awaitable<void> await_other_close();
    [[nodiscard]] std::string rows_left() const;

    std::shared_ptr<pool_shared> shared_;
    delivery_driver driver_;
    row_gate gate_;
    sender_registry* registry_ = nullptr; // null once the context is destroyed
    status close_failure_;                // the result of close()
    bool is_close_done_ = false;          // close() has completed
};

} // namespace coquest::inline v0::detail
