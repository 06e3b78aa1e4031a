// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The most memory that is in use while something runs, looked at every millisecond: what a client
// gathers from a hostile server stays long enough to be seen. Not under sanitizers, which have a
// heap of their own.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <system_error>

#include <malloc.h>

namespace coquest::test {

class heap_watch {
public:
    explicit heap_watch(asio::io_context& io) : timer_(io) {}

    /// Takes what is in use now for idle.
    void begin()
    {
        idle_ = in_use();
        most_ = 0;
        look();
    }
    /// Returns how many bytes more than when idle there were at most.
    [[nodiscard]] std::size_t most()
    {
        note();
        timer_.cancel();
        return most_;
    }

private:
    static std::size_t in_use()
    {
        const auto now = ::mallinfo2();
        return now.uordblks + now.hblkhd;
    }
    void note()
    {
        const std::size_t now = in_use();
        most_ = std::max(most_, now - std::min(now, idle_));
    }
    void look()
    {
        timer_.expires_after(std::chrono::milliseconds(1));
        timer_.async_wait([this](std::error_code ec) {
            if (!ec) {
                note();
                look();
            }
        });
    }

    asio::steady_timer timer_;
    std::size_t idle_ = 0;
    std::size_t most_ = 0;
};

} // namespace coquest::test
