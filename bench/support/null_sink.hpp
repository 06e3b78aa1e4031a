// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A server on loopback that counts what it is sent and does nothing with it: what a client costs
// shows best beside a server that costs little.
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
    std::uint16_t port = 0; ///< for HTTP; 0: any that is free, as for the others
    /// Whether rows are counted, which takes a look at each byte. Else only bytes are: a run whose
    /// rows are known has the right ones where it has as many bytes as one that was counted.
    bool count_rows = true;
    std::string certificate; ///< file with the chain, PEM; empty: neither HTTPS nor TCPS
    std::string key;         ///< file, PEM
    /// The only one of TLS 1.3 that is taken; else what every peer can do fastest on a processor
    /// with AES.
    std::string suite = "TLS_AES_128_GCM_SHA256";
};

class null_sink {
public:
    /// Listens on 127.0.0.1. Throws std::system_error or std::runtime_error.
    explicit null_sink(sink_options options);
    null_sink(const null_sink&) = delete;
    null_sink& operator=(const null_sink&) = delete;
    ~null_sink();

    /// Returns the ports, by protocol, as one line of JSON.
    [[nodiscard]] std::string ports() const;

    /// Serves for ever, by one thread: over HTTP GET /settings as a server of version 9 does, GET
    /// /counts with what came since the last GET /counts, and POST with 204, or 400 where the rows
    /// end amid one; over TCP nothing is said.
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
        std::unique_ptr<sink_tls_session> tls; // null: plain
        std::string head = {};                 // so far, of the request that is coming
        std::size_t body_left = 0;             // bytes
        row_counter rows = {};
    };
    struct counts {
        std::size_t requests = 0;
        std::size_t rows = 0;   // 0 where they are not counted
        std::size_t bytes = 0;  // of rows
        std::size_t wire = 0;   // bytes that came, all told
        std::size_t broken = 0; // requests and connections over TCP that ended amid a row
    };

    void listen(listener& on, std::uint16_t port);
    void accept(const listener& on);
    bool serve(int descriptor, connection& of);
    bool read(int descriptor, connection& of, std::size_t& got);
    bool take(int descriptor, connection& of, std::string_view bytes);
    bool answer(int descriptor, connection& of);
    void count(connection& of, std::string_view rows);
    static bool send(int descriptor, connection& of, std::string_view text);
    void end(int descriptor, connection& of);

    sink_options options_;
    std::unique_ptr<sink_tls> tls_;
    int epoll_ = -1;
    std::vector<listener> listeners_;
    std::map<int, connection> connections_; // by descriptor
    std::vector<char> input_;
    counts counts_;
};

} // namespace coquest::bench
