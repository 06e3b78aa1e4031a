// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Carries out the decisions of a connect_race: resolves names and opens sockets until one of them
// is connected.
#pragma once

#include "net/asio.hpp"
#include "net/connect_summary.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace coquest::inline v0::net {

/// Connects to the first server that accepts a connection. Must be used on one strand. Destruction
/// during connect() closes every socket.
class connector {
public:
    explicit connector(const asio::any_io_executor& executor) : executor_(executor) {}
    connector(const connector&) = delete;
    connector& operator=(const connector&) = delete;
    ~connector() { cancel(); }

    /// Connects to one of the servers in @p order by @p deadline, from the local address @p bind_to
    /// unless that is empty. Fails with errc::cancelled, or with errc::socket_error if no server
    /// was reached; @p summary then has the failures. Only one call may run at a time.
    asio::awaitable<status> connect(std::vector<std::size_t> order, std::string bind_to,
                                    clock::time_point deadline, connect_summary& summary);
    /// Ends connect() with errc::cancelled, and closes all its sockets.
    void cancel() noexcept;

    /// Releases the socket that connect() has connected.
    [[nodiscard]] asio::ip::tcp::socket take();
    /// Returns the server to which that socket is connected.
    [[nodiscard]] std::size_t server() const;

private:
    struct state;

    asio::any_io_executor executor_;
    std::shared_ptr<state> state_; // of the last connect()
};

} // namespace coquest::inline v0::net
