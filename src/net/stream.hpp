// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// One connection, plain or TLS, with one deadline for whatever it is doing. A failure names the
// phase and the peer. After a failure or a cancelled operation it is good for close() only.
#pragma once

#include "net/asio.hpp"

#include <coquest/config.hpp>
#include <coquest/detail/any_tls.hpp>
#include <coquest/detail/fault.hpp>

#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace coquest::net {

using clock = std::chrono::steady_clock;
using detail::fault;

class stream {
public:
    explicit stream(const asio::any_io_executor& executor);
    stream(const stream&) = delete;
    stream& operator=(const stream&) = delete;
    ~stream();

    /// Resolves, connects, and shakes hands where @p tls is not null, all by @p deadline.
    asio::awaitable<fault> connect(server_address peer, std::string bind_to,
                                   const detail::any_tls_backend* tls, clock::time_point deadline);

    /// Sends all of @p pieces in order, and consumes them: what is left was not sent.
    asio::awaitable<fault> write(std::vector<asio::const_buffer>& pieces);

    /// Reads at least one byte; @p n is 0 where the peer ended the connection.
    asio::awaitable<fault> read_some(std::span<std::byte> into, std::size_t& n);

    /// Looks, without waiting, whether the peer has hung up. For a peer that sends no data.
    fault check();

    /// Says goodbye (close_notify) where it costs no waiting, and closes.
    void shutdown() noexcept;
    /// Says goodbye, and closes when the peer has closed or a second has passed. Closing before
    /// could answer what TLS still sends (session tickets) with a reset, which overtakes the rows.
    asio::awaitable<void> linger();
    /// Closes the socket; an operation that is pending fails.
    void close() noexcept;
    [[nodiscard]] bool is_open() const noexcept { return open_; }

    /// Sets the time by which reads and writes that follow must end.
    void expires_at(clock::time_point deadline);
    void never_expires() { expires_at(clock::time_point::max()); }

private:
    struct io;
    enum class phase { resolve, connect, handshake, read, write };

    asio::awaitable<fault> resolve(std::vector<asio::ip::tcp::endpoint>& found);
    asio::awaitable<fault> connect_any(const std::vector<asio::ip::tcp::endpoint>& to,
                                       const std::string& bind_to);
    asio::awaitable<fault> handshake(const detail::any_tls_backend& tls);
    asio::awaitable<fault> write_plain(std::vector<asio::const_buffer>& pieces);
    asio::awaitable<fault> write_tls(std::vector<asio::const_buffer>& pieces);
    template <class Step>
    asio::awaitable<fault> drive(Step step, phase during);
    asio::awaitable<fault> send_output(phase during);
    asio::awaitable<fault> receive_input(phase during);
    void send_goodbye() noexcept;
    fault failed(std::error_code ec, phase during) const;
    fault tls_failed(tls_diagnosis why, phase during) const;

    std::shared_ptr<io> io_;
    server_address peer_;
    std::unique_ptr<detail::any_tls_session> tls_;
    std::vector<std::byte> input_; // ciphertext between the socket and the session
    bool open_ = false;
};

} // namespace coquest::net
