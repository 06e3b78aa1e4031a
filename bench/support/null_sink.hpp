// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A server on loopback that counts the bytes it receives, and discards them: a server that costs
// little shows best what a client costs.
#pragma once

#include "support/row_counter.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::bench {

class sink_tls;
class sink_tls_session;

struct sink_options {
    std::uint16_t port = 0; ///< port for HTTP; 0: a free one, as for the other protocols
    /// Whether rows are counted, which inspects each byte. Otherwise only bytes are counted: if the
    /// rows of a run are known, it sent the right ones if it has as many bytes as a run that was
    /// counted.
    bool count_rows = true;
    std::string certificate; ///< PEM file with the chain; empty: neither HTTPS nor TCPS
    std::string key;         ///< PEM file
    /// The only accepted suite of TLS 1.3. The default is the fastest one for every peer on a
    /// processor with AES instructions.
    std::string suite = "TLS_AES_128_GCM_SHA256";
};

class null_sink {
public:
    /// Listens on 127.0.0.1. Throws std::system_error or std::runtime_error.
    explicit null_sink(sink_options options);
    null_sink(const null_sink&) = delete;
    null_sink& operator=(const null_sink&) = delete;
    ~null_sink();

    /// Returns the ports by protocol, as one line of JSON.
    [[nodiscard]] std::string ports() const;

    /// Serves forever, with one thread. Over HTTP, it answers GET /settings like QuestDB 9, GET
    /// /counts with the totals since the last GET /counts, and POST with 204, or with 400 if the
    /// body ends in the middle of a row. Over TCP, it answers nothing.
    [[noreturn]] void run();

private:
    struct listener {
        const char* protocol;
        bool http;
        bool tls;
        int descriptor = -1;
        std::uint16_t port = 0;
    };
    struct connection {
        bool http;
        std::unique_ptr<sink_tls_session> tls; // null without TLS
        std::string head = {};     // the part of the current request's head that has arrived
        std::size_t body_left = 0; // bytes of the body that are still to come
        row_counter rows = {};
    };
    struct counts {
        std::size_t requests = 0;
        std::size_t rows = 0;  // 0 if they are not counted
        std::size_t bytes = 0; // bytes of rows
        std::size_t wire = 0;  // all bytes that were received
        std::size_t broken =
            0; // requests and connections over TCP that ended in the middle of a row
    };

    void listen(listener& opened, std::uint16_t port);
    void accept(const listener& source);
    bool serve(int descriptor, connection& client);
    bool read(int descriptor, connection& client, std::size_t& size);
    bool take(int descriptor, connection& client, std::string_view bytes);
    bool answer(int descriptor, connection& client);
    void count(connection& client, std::string_view rows);
    static bool send(int descriptor, connection& client, std::string_view text);
    void end(int descriptor, connection& client);

    sink_options options_;
    std::unique_ptr<sink_tls> tls_;
    int epoll_ = -1;
    std::vector<listener> listeners_;
    std::map<int, connection> connections_; // by descriptor
    std::vector<char> input_;
    counts counts_;
};

} // namespace coquest::bench
