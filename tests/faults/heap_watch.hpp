// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The peak of the memory in use, sampled every millisecond: memory that a client collects from a
// hostile server stays allocated long enough to be seen. Does not work under sanitizers, which have
// their own heap.
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

    /// Takes the memory that is in use now as the idle level.
    void begin()
    {
        idle_ = in_use();
        most_ = 0;
        schedule();
    }
    /// Returns how many bytes above the idle level were in use at most.
    [[nodiscard]] std::size_t most()
    {
        sample();
        timer_.cancel();
        return most_;
    }

private:
    static std::size_t in_use()
    {
        const auto now = ::mallinfo2();
        return now.uordblks + now.hblkhd;
    }
    void sample()
    {
        const std::size_t now = in_use();
        most_ = std::max(most_, now - std::min(now, idle_));
    }
    void schedule()
    {
        timer_.expires_after(std::chrono::milliseconds(1));
        timer_.async_wait([this](std::error_code ec) {
            if (!ec) {
                sample();
                schedule();
            }
        });
    }

    asio::steady_timer timer_;
    std::size_t idle_ = 0;
    std::size_t most_ = 0;
};

} // namespace coquest::test
