// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A server that rejects rows, and senders for it.
#pragma once

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coquest::test {

using bodies_t = std::vector<std::string>;

/// Rejects each request that has a row with "bad", and names the first such row.
inline reply refuse_bad(const request& r)
{
    std::size_t line = 1;
    const std::size_t bad = r.body.find("bad");
    if (bad == std::string::npos) {
        return ok();
    }
    for (std::size_t i = 0; i < bad; ++i) {
        line += r.body[i] == '\n' ? 1 : 0;
    }
    return status("400 Bad Request", "Content-Type: application/json; charset=utf-8\r\n",
                  R"({"code":"invalid","message":"cast error","line":)" + std::to_string(line) +
                      "}");
}

class rejection_test : public testing::Test {
protected:
    sender_builder builder()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(protocol_version::v2).auto_flush_interval(std::chrono::hours(1));
        return options;
    }
    bodies_t bodies() const
    {
        bodies_t sent;
        for (const request& received : server.requests) {
            sent.push_back(received.body);
        }
        return sent;
    }

    asio::io_context io{1};
    std::function<reply(const request&)> answer = refuse_bad;
    scripted_server server{io, [this](const request& r) { return answer(r); }};
};

inline asio::awaitable<void> build_one(sender_builder builder, std::optional<sender>& out)
{
    out = co_await builder.build();
}

inline asio::awaitable<void> add_four(sender& s)
{
    for (const char* value : {"a", "b", "bad", "c"}) {
        co_await s.table("t").symbol("s", value).at_now();
    }
}

} // namespace coquest::test
