// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A server that records requests, and senders for it.
#pragma once

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace coquest::test {

class sender_test : public testing::Test {
protected:
    sender_builder builder()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(protocol_version::v2);
        return options;
    }
    void run(asio::awaitable<void> body) { test::run(io, std::move(body)); }
    asio::awaitable<void> add(sender& target, int n)
    {
        return target.table("t").column_i64("n", n).at_now();
    }
    std::vector<std::string> bodies() const
    {
        std::vector<std::string> sent;
        for (const request& received : server.requests) {
            sent.push_back(received.body);
        }
        return sent;
    }

    asio::io_context io{1};
    std::function<reply(const request&)> answer = [](const request&) { return ok(); };
    scripted_server server{io, [this](const request& r) { return answer(r); }};
};

using bodies_t = std::vector<std::string>;

inline asio::awaitable<void> send_two(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await s.table("trades")
        .symbol("side", "buy")
        .column_f64("price", 1.5)
        .at(timestamp_nanos(9));
    co_await s.table("trades").symbol("side", "sell").column_bool("b", true).at_now();
    co_await s.flush();
    co_await s.close();
    EXPECT_TRUE(s.must_close());
}

inline asio::awaitable<void> add_one_and_wait(sender_builder builder, std::optional<sender>& kept)
{
    kept = co_await builder.build();
    co_await kept->table("t").column_i64("n", 1).at_now();
}

} // namespace coquest::test
