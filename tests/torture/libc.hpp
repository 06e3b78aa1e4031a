// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Replaces functions of the C library in this executable: they fail, or report another time, when a
// test says so.
#pragma once

#include <chrono>
#include <cstddef>

namespace coquest::test {

class rig;

enum class system_call { socket, connect, sendmsg, recvmsg, epoll_wait, getaddrinfo };

/// The side whose calls fail.
enum class side { client, server };

/// Makes some calls of one side fail during its lifetime. Only one object may exist at a time.
class failing_calls {
public:
    /// Lets @p spared calls of @p client succeed, then fails @p times calls with the errno @p error
    /// (getaddrinfo: EAI_SYSTEM with that errno).
    failing_calls(rig& client, system_call call, int error, std::size_t spared, std::size_t times,
                  side whose = side::client);
    failing_calls(const failing_calls&) = delete;
    failing_calls& operator=(const failing_calls&) = delete;
    ~failing_calls();

    [[nodiscard]] std::size_t failed() const noexcept;

private:
    rig& rig_;
};

/// Moves the wall clock forward by an offset during its lifetime. Steady clocks are unchanged.
class wall_clock_jump {
public:
    explicit wall_clock_jump(std::chrono::seconds offset);
    wall_clock_jump(const wall_clock_jump&) = delete;
    wall_clock_jump& operator=(const wall_clock_jump&) = delete;
    ~wall_clock_jump();
};

} // namespace coquest::test
