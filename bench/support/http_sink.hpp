// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A server on loopback that counts the rows it is sent and does nothing with them: what a client
// costs shows best beside a server that costs little.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::bench {

/// Counts the rows in the bodies of requests, of protocol version 1, or 2 without arrays.
class row_counter {
public:
    /// Returns the rows that end within @p bytes, which follow those of the last call.
    std::size_t count(std::string_view bytes) noexcept;
    /// Says whether the bytes so far end with a row.
    [[nodiscard]] bool at_end() const noexcept { return now_ == state::text && last_ == '\n'; }

private:
    enum class state { text, escaped, value, text_value, escaped_in_text };

    state now_ = state::text;
    std::size_t skip_ = 0; // bytes left of a number in binary
    char last_ = '\n';
};

class http_sink {
public:
    /// Listens on @p port of 127.0.0.1, or on a free one where it is 0.
    /// Throws std::system_error.
    explicit http_sink(std::uint16_t port);
    http_sink(const http_sink&) = delete;
    http_sink& operator=(const http_sink&) = delete;
    ~http_sink();

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

    /// Serves for ever: GET /settings as a server of version 9 does, GET /counts with what came
    /// since the last GET /counts, and POST with 204, or 400 where the rows end amid one.
    [[noreturn]] void run();

private:
    struct connection {
        std::string head;          // so far, of the request that is coming
        std::size_t body_left = 0; // bytes
        row_counter rows;
    };
    struct counts {
        std::size_t requests = 0;
        std::size_t rows = 0;
        std::size_t bytes = 0; // of bodies
    };

    void accept();
    bool serve(int descriptor, connection& of);
    bool take(int descriptor, connection& of, std::string_view bytes);
    bool answer(int descriptor, connection& of);

    int listener_ = -1;
    int epoll_ = -1;
    std::uint16_t port_ = 0;
    std::map<int, connection> connections_; // by descriptor
    std::vector<char> input_;
    counts counts_;
};

} // namespace coquest::bench
