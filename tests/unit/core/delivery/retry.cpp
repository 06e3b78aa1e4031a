// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Properties of the back-off for every attempt, cap and random number that matter.

#include "core/retry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

namespace coquest::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t most_random = std::numeric_limits<std::uint32_t>::max();

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
            EXPECT_GE(backoff(attempt, milliseconds(cap), most_random), full / 2);
        }
    }
}

TEST(retry, jitter_spreads_over_the_whole_half)
{
    EXPECT_EQ(backoff(20, milliseconds(1000), most_random), milliseconds(501));
    EXPECT_EQ(backoff(20, milliseconds(1000), most_random / 2), milliseconds(751));
}

TEST(retry, pauses_never_shrink_with_the_attempts)
{
    for (const std::uint32_t random : {0U, 12345678U, most_random}) {
        for (unsigned attempt = 0; attempt < 100; ++attempt) {
            EXPECT_LE(backoff(attempt, milliseconds::max(), random),
                      backoff(attempt + 1, milliseconds::max(), random));
        }
    }
}

TEST(retry, extreme_arguments_do_not_overflow)
{
    EXPECT_GT(backoff(most_random, milliseconds::max(), most_random), milliseconds(0));
    EXPECT_EQ(backoff(0, milliseconds(-5), most_random), milliseconds(0));
}

} // namespace
} // namespace coquest::detail
