// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Does what a connect_race decides: resolves names and opens sockets until one is connected.
#pragma once

#include "net/asio.hpp"
#include "net/connect_report.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace coquest::net {

/// Connects to the first server that takes a connection. It is used on one strand; destroyed during
/// connect(), it closes every socket.
class connector {
public:
    explicit connector(const asio::any_io_executor& executor) : executor_(executor) {}
    connector(const connector&) = delete;
    connector& operator=(const connector&) = delete;
    ~connector() { cancel(); }

    /// Connects to one of the servers in @p order by @p deadline, from the local address @p bind_to
    /// where that is not empty. The fault is errc::cancelled, or says that no server was reached,
    /// and @p report why. One call at a time.
    asio::awaitable<fault> connect(std::vector<std::size_t> order, std::string bind_to,
                                   clock::time_point deadline, connect_report& report);
    /// Ends connect() with errc::cancelled, and closes all its sockets.
    void cancel() noexcept;

    /// Hands over the socket that connect() has connected.
    [[nodiscard]] asio::ip::tcp::socket take();
    /// Returns the server to which that is.
    [[nodiscard]] std::size_t server() const;

private:
    struct state;

    asio::any_io_executor executor_;
    std::shared_ptr<state> state_; // of the last connect()
};

} // namespace coquest::net
