// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Runs of the rows of docs/faults.md that apply to tcp and tcps, which acknowledge nothing. The
// server counts what arrived; the sender has to report and keep what is unconfirmed.
#pragma once

#include "scenario.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace coquest::test {

inline wire_server::options little_room()
{
    wire_server::options result;
    result.receive_buffer = 4096;
    return result;
}

inline std::string lines(int first, int end)
{
    std::string text;
    for (int i = first; i < end; ++i) {
        text += "t n=" + std::to_string(i) + "i 1\n";
    }
    return text;
}

inline void add(buffer& rows, int from, int count)
{
    for (int i = from; i < from + count; ++i) {
        rows.table("t").column_i64("n", i).at(timestamp_nanos(1));
    }
}

/// A sender, a server with scripts, and coroutines that end soon.
class streaming {
public:
    explicit streaming(protocol over, wire_server::options options = {})
        : fixture({over, owner::sender}, options)
    {
        builder.emplace(fixture.builder()).protocol_version(protocol_version::v1);
    }
    wire_server& server() { return fixture.server; }

    asio::awaitable<sender> build()
    {
        sender result = co_await builder->build();
        is_built_ = true;
        co_return result;
    }
    /// A script that waits until build() has returned, which does not accept a server that ends
    /// earlier.
    wire_script waits_for_build()
    {
        return [this](wire& w) -> asio::awaitable<void> {
            while (!is_built_) {
                co_await w.wait(std::chrono::milliseconds(1));
            }
        };
    }
    /// Waits until the server's script has reached a point.
    asio::awaitable<void> until(const std::function<bool()>& holds) const
    {
        asio::steady_timer pause(fixture.io);
        const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(15);
        while (!holds() && std::chrono::steady_clock::now() < last) {
            pause.expires_after(std::chrono::milliseconds(1));
            co_await pause.async_wait(asio::use_awaitable);
        }
        EXPECT_TRUE(holds()) << "the condition did not come true";
    }
    [[nodiscard]] std::string received(std::size_t connection) const
    {
        const auto& got = fixture.server.lines;
        return connection < got.size() ? got[connection] : "";
    }

    mutable scenario fixture;
    std::optional<sender_builder> builder;

private:
    bool is_built_ = false;
};

/// Flushes `count` rows of a buffer.
inline asio::awaitable<void> flush(sender& s, int from, int count)
{
    buffer rows = s.new_buffer();
    add(rows, from, count);
    co_await s.flush(rows);
}

/// Adds and flushes single rows until an await reports a failure.
inline asio::awaitable<error> failure_after(sender& s)
{
    std::optional<error> thrown;
    const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(15);
    while (!thrown && std::chrono::steady_clock::now() < last) {
        try {
            co_await s.table("t").column_i64("late", 1).at(timestamp_nanos(1));
            co_await s.flush();
        } catch (const error& e) {
            thrown = e;
        }
    }
    if (!thrown) {
        ADD_FAILURE() << "the loss was not reported";
        thrown.emplace(errc::invalid_api_call, "");
    }
    co_return *thrown;
}

class tcp_faults : public fault_matrix, public testing::WithParamInterface<protocol> {};

} // namespace coquest::test
