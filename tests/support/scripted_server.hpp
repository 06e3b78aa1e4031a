// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A server on loopback whose answers a test scripts, for what a real server cannot be made to do.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::test {

/// One request as it came over the wire.
struct request {
    std::string head; // including the empty line
    std::string body;
    std::size_t connection = 0; // counted from 0, in the order of their arrival

    [[nodiscard]] bool begins(std::string_view text) const { return head.starts_with(text); }
    [[nodiscard]] bool has(std::string_view line) const
    {
        return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
    }
};

/// Moves a whole request from the front of @p bytes to @p result; returns false if there is none
/// yet.
[[nodiscard]] bool take_request(std::string& bytes, request& result);

/// What to do with a request.
struct reply {
    std::string bytes = {}; // sent unchanged
    bool close = false;     // then close the connection
    bool reset = false;     // close it with a RST
    bool wait = false;      // keep the connection, and send nothing: see scripted_server::release
};

[[nodiscard]] inline reply status(std::string_view line, std::string_view headers = "",
                                  std::string_view body = "")
{
    std::string bytes = "HTTP/1.1 " + std::string(line) + "\r\n" + std::string(headers);
    if (!line.starts_with("204")) {
        bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    return {bytes + "\r\n" + std::string(body)};
}

[[nodiscard]] inline reply ok()
{
    return status("204 OK");
}

class scripted_server {
public:
    using script = std::function<reply(const request&)>;

    /// Listens on a free port, and answers each request with the result of @p answer.
    scripted_server(asio::io_context& io, script answer);
    ~scripted_server();

    [[nodiscard]] std::uint16_t port() const;
    /// Sends @p answer, which a `wait` held back, on the last connection.
    void release(const reply& answer);
    /// Stops listening and closes every connection.
    void stop();

    std::vector<request> requests;
    std::size_t connections = 0;
    std::string raw; // all received bytes, including those that are no request

private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace coquest::test
