// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Properties of the back-off, for the attempts, limits and random numbers that matter.

#include "core/delivery/retry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace coquest::inline v0::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t max_random = std::numeric_limits<std::uint32_t>::max();

TEST(retry, doubles_from_ten_milliseconds_up_to_the_cap)
{
    const int expected[] = {10, 20, 40, 80, 160, 320, 640, 1000, 1000};
    for (unsigned attempt = 0; attempt < std::size(expected); ++attempt) {
        EXPECT_EQ(backoff(attempt, milliseconds(1000), 0), milliseconds(expected[attempt]));
    }
}

TEST(retry, jitter_takes_at_most_a_half)
{
    std::mt19937 generator(20260101); // NOLINT(bugprone-random-generator-seed): repeatable
    for (unsigned attempt = 0; attempt < 80; ++attempt) {
        for (const int cap : {0, 1, 9, 10, 1000, 86'400'000}) {
            const milliseconds full = backoff(attempt, milliseconds(cap), 0);
            EXPECT_LE(full, milliseconds(cap));
            for (int i = 0; i < 100; ++i) {
                const milliseconds pause =
                    backoff(attempt, milliseconds(cap), static_cast<std::uint32_t>(generator()));
                EXPECT_LE(pause, full);
                EXPECT_GE(pause, full / 2);
            }
            EXPECT_GE(backoff(attempt, milliseconds(cap), max_random), full / 2);
        }
    }
}

TEST(retry, jitter_spreads_over_the_whole_half)
{
    EXPECT_EQ(backoff(20, milliseconds(1000), max_random), milliseconds(501));
    EXPECT_EQ(backoff(20, milliseconds(1000), max_random / 2), milliseconds(751));
}

TEST(retry, pauses_never_shrink_with_the_attempts)
{
    for (const std::uint32_t random : {0U, 12345678U, max_random}) {
        for (unsigned attempt = 0; attempt < 100; ++attempt) {
            EXPECT_LE(backoff(attempt, milliseconds::max(), random),
                      backoff(attempt + 1, milliseconds::max(), random));
        }
    }
}

// Thousands of failures during an outage must not leave the bucket empty for long.
TEST(retry, a_budget_is_never_in_debt_for_longer_than_a_retry_may_wait)
{
    retry_budget budget;
    retry_budget::time_point now{std::chrono::hours(1)};
    const auto last = now + std::chrono::seconds(1);
    for (int i = 0; i < retry_budget::burst; ++i) {
        EXPECT_EQ(budget.take(now, last), now);
    }
    int granted = 0;
    retry_budget::time_point due = now;
    for (int i = 0; i < 50'000; ++i) {
        const auto next = budget.take(now, last);
        EXPECT_GE(next, due);
        EXPECT_LE(next, last);
        granted += next < last ? 1 : 0;
        due = next;
    }
    EXPECT_EQ(due, last) << "a retry without a token starts at the end";
    EXPECT_LE(granted, 50) << "one token each 20 ms";

    now = last + retry_budget::burst * retry_budget::refill;
    EXPECT_EQ(budget.take(now, now + std::chrono::seconds(1)), now);
}

TEST(retry, extreme_arguments_do_not_overflow)
{
    EXPECT_GT(backoff(max_random, milliseconds::max(), max_random), milliseconds(0));
    EXPECT_EQ(backoff(0, milliseconds(-5), max_random), milliseconds(0));
}

} // namespace
} // namespace coquest::inline v0::detail
