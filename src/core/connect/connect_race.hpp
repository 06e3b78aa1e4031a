// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Theory of operation (RFC 8305, over several servers): attempts are started one after the other
// and run at the same time. The next one starts when the last has had 250 ms, or at once when one
// has failed. An attempt resolves a server's name, or connects to one of its IP addresses; what has
// been resolved is tried before the next server's name is looked at, in the order of the servers.
// The driver does what next() says, reports what became of it, and closes all when one is through.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace coquest::detail {

/// Decides which attempt to start when. Knows no sockets, and is told what time it is.
class connect_race {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::milliseconds head_start{250}; // RFC 8305 5
    static constexpr std::chrono::seconds attempt_limit{5};     // to resolve, and to connect

    enum class action {
        resolve, ///< start to look up the addresses of server
        connect, ///< start to connect to the IP address number ip of server
        abandon, ///< the attempt's time is over: it has failed
        wait,    ///< nothing to do before until, unless something happens
        over,    ///< all have failed
    };

    struct decision {
        action what = action::over;
        std::size_t attempt = 0; // its number, from 0, where the action is about one
        std::size_t server = 0;
        std::size_t ip = 0;
        time_point until = time_point::max();
    };

    /// Will try the servers in @p order.
    explicit connect_race(std::vector<std::size_t> order) : servers_(std::move(order)) {}

    /// Says what to do; to be asked again until the answer is to wait, or that all is over.
    [[nodiscard]] decision next(time_point now);

    /// Reports that the resolving @p attempt found @p count IP addresses.
    void resolved(std::size_t attempt, std::size_t count);
    /// Reports that @p attempt failed; next() does so itself for those that it abandons.
    void failed(std::size_t attempt) noexcept;

    /// Says whether @p attempt is neither over nor abandoned.
    [[nodiscard]] bool is_running(std::size_t attempt) const { return attempts_[attempt].running; }
    /// Says whether @p server has been started and nothing of it is left.
    [[nodiscard]] bool is_exhausted(std::size_t server) const;
    /// Returns the servers of which an attempt was made, in order.
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

    decision start(action what, target to, time_point now);

    std::vector<std::size_t> servers_;
    std::size_t begun_ = 0; // servers, from the first
    std::vector<runner> attempts_;
    std::deque<target> ready_; // resolved, not tried yet
    time_point next_start_ = time_point::min();
};

} // namespace coquest::detail
