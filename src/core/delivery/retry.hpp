// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// How long to wait between two attempts. Time is told, not asked for, so that it is tested without
// a clock.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace coquest::detail {

/// Returns the pause after failed attempt number @p attempt, counted from 0: 10 ms that double up
/// to @p max, less a random part of at most a half, so that many senders that failed together do
/// not return together. @p random is uniform over its whole range.
[[nodiscard]] std::chrono::milliseconds backoff(unsigned attempt, std::chrono::milliseconds max,
                                                std::uint32_t random) noexcept;

/// A token bucket for the retries of all senders that share it: however many there are, a server
/// that comes up again meets no storm. Threads: any.
class retry_budget {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr int burst = 100;                      // tokens of a full bucket
    static constexpr std::chrono::milliseconds refill{20}; // for one token

    /// Takes a token for a retry at @p when; returns when the retry may go, @p when or later.
    [[nodiscard]] time_point take(time_point when) noexcept;

private:
    std::atomic<time_point> full_at_{time_point()}; // when the bucket is full again
};

} // namespace coquest::detail
