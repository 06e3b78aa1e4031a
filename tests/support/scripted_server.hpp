// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A server on loopback that does what a test tells it, for what a real one can't be made to do.
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
    std::string head; // with the empty line
    std::string body;
    std::size_t connection = 0; // from 0, in the order of their coming

    [[nodiscard]] bool begins(std::string_view text) const { return head.starts_with(text); }
    [[nodiscard]] bool has(std::string_view line) const
    {
        return head.find("\r\n" + std::string(line) + "\r\n") != std::string::npos;
    }
};

/// Takes a whole request off the front of @p bytes; false where there is none yet.
[[nodiscard]] bool take_request(std::string& bytes, request& out);

/// What to do with a request.
struct reply {
    std::string bytes = {}; // sent as they are
    bool close = false;     // then close
    bool reset = false;     // close by RST instead
    bool wait = false;      // keep the connection, send nothing more: see scripted_server::release
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

    /// Listens on a free port and answers by @p answer, on @p io.
    scripted_server(asio::io_context& io, script answer);
    ~scripted_server();

    [[nodiscard]] std::uint16_t port() const;
    /// Sends the answer that a `wait` held back, on the last connection.
    void release(const reply& with);
    /// Stops listening and closes every connection.
    void stop();

    std::vector<request> requests;
    std::size_t connections = 0;
    std::string raw; // all bytes that came, also those that make no request

private:
    struct state;
    std::shared_ptr<state> state_;
};

} // namespace coquest::test
