// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A server on loopback, plain or TLS, whose connections follow scripts down to the byte: for what
// goes wrong within a request or an answer. scripted_server answers whole requests.
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

/// One connection, as its script sees it. Where the client has gone, or the server was stopped,
/// the operations throw std::system_error, which ends the script.
class wire {
public:
    struct connection;

    explicit wire(std::shared_ptr<connection> of);

    /// Shakes hands, where that has not happened by reading (TLS).
    asio::awaitable<void> handshake();
    /// Reads the next whole request, @p piece bytes at a time with a pause before each, and logs
    /// it.
    asio::awaitable<request> read_request(std::size_t piece = 16384,
                                          std::chrono::milliseconds pause = {});
    /// Reads and forgets at least @p count bytes.
    asio::awaitable<void> discard(std::size_t count);
    /// Reads at least @p count lines, or all that come, into wire_server::lines.
    asio::awaitable<void> take_lines(std::size_t count);
    asio::awaitable<void> send(std::string bytes);
    /// Sends @p bytes one by one, each in a segment of its own, with a pause between.
    asio::awaitable<void> send_slowly(std::string bytes, std::chrono::milliseconds pause);
    /// Sends @p bytes again and again.
    asio::awaitable<void> send_many(std::string bytes, std::size_t times);
    /// Sends @p bytes, in TLS records of @p size bytes.
    asio::awaitable<void> send_in_records(std::string bytes, std::size_t size);
    /// Has the TLS server do something, and sends what comes of it.
    asio::awaitable<void> with_tls(std::function<void(tls_server&)> act);
    asio::awaitable<void> wait(std::chrono::milliseconds time);
    /// Keeps the connection, reads nothing, and says nothing.
    asio::awaitable<void> hold();
    /// Takes note that the server has stored the rows of @p from.
    void store(const request& from);

    /// Has what is sent from now on go through @p proxy (TLS).
    void tamper(record_proxy proxy);
    void close();  ///< says goodbye (TLS), then FIN; RST where bytes are unread
    void cut();    ///< the same without the goodbye
    void finish(); ///< FIN, and the other direction stays open
    void reset();  ///< RST
    void vanish(); ///< takes nothing from the network any more, not even acknowledgements (Linux)

    /// Counts from 0, in the order of their coming.
    [[nodiscard]] std::size_t number() const;

private:
    asio::awaitable<void> fill(std::size_t most);
    asio::awaitable<void> send_ciphertext();

    std::shared_ptr<connection> at_;
};

/// Says what becomes of a connection; it is cut where the script ends. wire_script.hpp has some.
using wire_script = std::function<asio::awaitable<void>(wire&)>;

class wire_server {
public:
    struct options {
        const identity* certificate = nullptr; // TLS where set
        std::optional<server_behaviour> tls;   // the same, in any way
        record_proxy to_client;                // of the first connection (TLS)
        std::string host = "127.0.0.1";
        std::uint16_t port = 0;   // 0: a free one
        int receive_buffer = 0;   // bytes in the kernel; 0: as it likes
        bool listening = true;    // false: refuses connections until listen()
        std::size_t at_once = 64; // connections; more wait unaccepted until one ends
    };

    wire_server(asio::io_context& io, const options& how);
    wire_server(const wire_server&) = delete;
    wire_server& operator=(const wire_server&) = delete;
    ~wire_server();

    void listen();
    /// Takes so many connections at once from now on.
    void take(std::size_t at_once);
    /// Stops listening, which refuses connections, and cuts those that are open.
    void stop();
    [[nodiscard]] std::uint16_t port() const;

    /// Of the connections in their order; the last is that of all further ones too.
    std::vector<wire_script> scripts;

    std::vector<request> requests;   // that came whole
    std::vector<std::string> stored; // bodies that scripts stored
    std::vector<std::string> lines;  // what scripts took of each connection
    std::size_t connections = 0;
    std::size_t open = 0;

private:
    friend class wire;
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace coquest::test
