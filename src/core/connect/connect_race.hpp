// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Theory of operation (RFC 8305, over several servers). Attempts start one after the other and then
// run at the same time. The next attempt starts 250 ms after the previous one, or immediately after
// an attempt has failed. An attempt resolves the name of a server, or connects to one of its IP
// addresses. Addresses that are resolved are tried before the name of the next server is resolved.
// The driver does what next() returns, reports the outcome, and closes all attempts when one has
// connected.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace coquest::inline v0::detail {

/// Decides which attempt to start, and when. Has no sockets and no clock.
class connect_race {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds head_start{250}; // RFC 8305 5
    static constexpr std::chrono::seconds attempt_limit{5};     // to resolve, and to connect

    enum class action {
        resolve, ///< start to resolve the name of the server
        connect, ///< start to connect to the IP address number `ip` of the server
        abandon, ///< the attempt has timed out and counts as failed
        wait,    ///< nothing to do before `until` or the next report
        over,    ///< all attempts have failed
    };

    struct decision {
        action kind = action::over;
        std::size_t attempt = 0; // from 0; for resolve, connect and abandon
        std::size_t server = 0;
        std::size_t ip = 0;
        time_point until = time_point::max();
    };

    /// Tries the servers in @p order.
    explicit connect_race(std::vector<std::size_t> order) : servers_(std::move(order)) {}

    /// Returns what to do. Call it again until it returns `wait` or `over`.
    [[nodiscard]] decision next(time_point now);

    /// Reports that the resolving @p attempt found @p count IP addresses.
    void resolved(std::size_t attempt, std::size_t count);
    /// Reports that @p attempt failed. next() does so itself for an attempt that it abandons.
    void failed(std::size_t attempt) noexcept;

    /// Returns whether @p attempt has neither ended nor been abandoned.
    [[nodiscard]] bool is_running(std::size_t attempt) const { return attempts_[attempt].running; }
    /// Returns whether @p server was started and has no attempt left, running or to be started.
    [[nodiscard]] bool is_exhausted(std::size_t server) const;
    /// Returns the servers for which an attempt was started, in order.
    [[nodiscard]] std::vector<std::size_t> started() const;

private:
    struct runner {
        std::size_t rank = 0; // position in servers_
        time_point ends;
        bool running = true;
    };
    struct target {
        std::size_t rank = 0;
        std::size_t ip = 0;
    };

    decision start(action kind, target endpoint, time_point now);

    std::vector<std::size_t> servers_;
    std::size_t begun_ = 0; // number of servers that were started
    std::vector<runner> attempts_;
    std::deque<target> ready_; // resolved but not tried
    time_point next_start_ = time_point::min();
};

} // namespace coquest::inline v0::detail
