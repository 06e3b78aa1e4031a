// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A server on loopback, plain or TLS, whose connections follow scripts down to the byte: for
// failures inside a request or an answer. scripted_server answers whole requests.
#pragma once

#include "support/cert_lab.hpp"
#include "support/record_proxy.hpp"
#include "support/scripted_server.hpp"
#include "support/tls_server.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {

/// One connection, as its script sees it. If the client has closed the connection, or the server
/// was stopped, the operations throw std::system_error, which ends the script.
class wire {
public:
    struct connection;

    explicit wire(std::shared_ptr<connection> opened);

    /// Completes the TLS handshake, if reading has not completed it yet.
    asio::awaitable<void> handshake();
    /// Reads the next whole request, @p piece bytes at a time with a pause before each read, and
    /// adds it to wire_server::requests.
    asio::awaitable<request> read_request(std::size_t piece = 16384,
                                          std::chrono::milliseconds pause = {});
    /// Reads and discards at least @p count bytes.
    asio::awaitable<void> discard(std::size_t count);
    /// Reads at least @p count lines into wire_server::lines, or all lines until the connection
    /// ends.
    asio::awaitable<void> take_lines(std::size_t count);
    asio::awaitable<void> send(std::string bytes);
    /// Sends @p bytes one by one, each in a segment of its own, with a pause after each.
    asio::awaitable<void> send_slowly(std::string bytes, std::chrono::milliseconds pause);
    /// Sends @p bytes @p times times.
    asio::awaitable<void> send_many(std::string bytes, std::size_t times);
    /// Sends @p bytes in TLS records of @p size bytes.
    asio::awaitable<void> send_in_records(std::string bytes, std::size_t size);
    /// Calls @p act with the TLS server, and sends the bytes that it produces.
    asio::awaitable<void> with_tls(std::function<void(tls_server&)> act);
    asio::awaitable<void> wait(std::chrono::milliseconds time);
    /// Keeps the connection open, and neither reads nor sends.
    asio::awaitable<void> hold();
    /// Records that the server has stored the rows of @p received.
    void store(const request& received);

    /// Passes everything that is sent from now on through @p proxy (TLS).
    void tamper(record_proxy proxy);
    void close();  ///< sends close_notify (TLS), then FIN; RST if bytes are unread
    void cut();    ///< the same without close_notify
    void finish(); ///< FIN, and the other direction stays open
    void reset();  ///< RST
    void vanish(); ///< ignores everything from the network, even TCP acknowledgements (Linux)

    /// Returns the number of the connection, counted from 0 in the order of arrival.
    [[nodiscard]] std::size_t number() const;

private:
    asio::awaitable<void> fill(std::size_t most);
    asio::awaitable<void> send_ciphertext();

    std::shared_ptr<connection> connection_;
};

/// What a connection does; it is cut when the script ends. wire_script.hpp has building blocks.
using wire_script = std::function<asio::awaitable<void>(wire&)>;

class wire_server {
public:
    struct options {
        const identity* certificate = nullptr; // if set, uses TLS
        std::optional<server_behaviour> tls;   // if set, uses TLS with this behaviour
        record_proxy to_client;                // applied to the first connection (TLS)
        std::string host = "127.0.0.1";
        std::uint16_t port = 0;   // 0: a free port
        int receive_buffer = 0;   // bytes in the kernel; 0: the kernel's default
        bool listening = true;    // false: refuses connections until listen() is called
        std::size_t at_once = 64; // connections; others are not accepted until one ends
    };

    wire_server(asio::io_context& io, const options& configuration);
    wire_server(const wire_server&) = delete;
    wire_server& operator=(const wire_server&) = delete;
    ~wire_server();

    void listen();
    /// Accepts at most @p at_once simultaneous connections from now on.
    void take(std::size_t at_once);
    /// Stops listening, so that connections are refused, and cuts the open ones.
    void stop();
    [[nodiscard]] std::uint16_t port() const;

    /// The scripts of the connections, in order; the last one also serves all later connections.
    std::vector<wire_script> scripts;

    std::vector<request> requests;   // that arrived completely
    std::vector<std::string> stored; // bodies that scripts stored
    std::vector<std::string> lines;  // what scripts took from each connection
    std::size_t connections = 0;
    std::size_t open = 0;

private:
    friend class wire;
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace coquest::test
