// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Takes the place of functions of the C library in this executable, and fails them, or lies about
// the time, where a test says so.
#pragma once

#include <chrono>
#include <cstddef>

namespace coquest::test {

class rig;

enum class system_call { socket, connect, sendmsg, recvmsg, epoll_wait, getaddrinfo };

/// While it lives, some calls that a client makes fail. One at a time.
class failing_calls {
public:
    /// Lets @p spared calls of @p of through, then fails @p times calls with @p error, an errno; of
    /// getaddrinfo with EAI_SYSTEM and that.
    failing_calls(rig& of, system_call which, int error, std::size_t spared, std::size_t times);
    failing_calls(const failing_calls&) = delete;
    failing_calls& operator=(const failing_calls&) = delete;
    ~failing_calls();

    [[nodiscard]] std::size_t failed() const noexcept;

private:
    rig& of_;
};

/// While it lives, the wall clock is ahead by that time. Steady clocks are as they were.
class wall_clock_jump {
public:
    explicit wall_clock_jump(std::chrono::seconds by);
    wall_clock_jump(const wall_clock_jump&) = delete;
    wall_clock_jump& operator=(const wall_clock_jump&) = delete;
    ~wall_clock_jump();
};

} // namespace coquest::test
