// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// How long to wait between two attempts. The time is a parameter, so that tests need no clock.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

namespace coquest::inline v0::detail {

/// Returns the pause after failed attempt number @p attempt, counted from 0. It is 10 ms, doubles
/// with each attempt up to @p max, and is shortened by a random part of up to a half, so that many
/// senders that failed together do not retry together. @p random is uniform over its whole range.
[[nodiscard]] std::chrono::milliseconds backoff(unsigned attempt, std::chrono::milliseconds max,
                                                std::uint32_t random) noexcept;

/// A token bucket for the retries of all senders that share it. It protects a server that has just
/// restarted from all of them at the same time. Threads: any.
class retry_budget {
public:
    using time_point = std::chrono::steady_clock::time_point;

    static constexpr int burst = 100;                      // tokens of a full bucket
    static constexpr std::chrono::milliseconds refill{20}; // for one token

    /// Takes a token for a retry at @p when. Returns the time at which the retry may start: @p when
    /// or later. If that is after @p last, returns @p last and takes no token, so that the bucket
    /// never owes more tokens than retries can wait for. The last attempt needs no token.
    [[nodiscard]] time_point take(time_point when, time_point last) noexcept;

private:
    std::atomic<time_point> full_at_{time_point()}; // when the bucket is full again
};

} // namespace coquest::inline v0::detail
