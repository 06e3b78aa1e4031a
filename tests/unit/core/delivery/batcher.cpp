// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/batcher.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace {

using namespace coquest::detail;
using namespace std::chrono_literals;
using action = batcher::action;
using time_point = batcher::time_point;

constexpr time_point now{1h};

batcher::limits limits_of(std::size_t rows, std::size_t bytes)
{
    batcher::limits limits;
    limits.rows = rows;
    limits.bytes = bytes;
    return limits;
}

TEST(batcher_test, a_batch_is_sealed_at_its_number_of_rows)
{
    batcher rows_limit(limits_of(3, 0));
    EXPECT_TRUE(rows_limit.needs_look(1, 10)) << "the first row of a batch";
    EXPECT_EQ(rows_limit.row_committed(1, 10), action::nothing);
    EXPECT_FALSE(rows_limit.needs_look(2, 20));
    EXPECT_TRUE(rows_limit.needs_look(3, 30));
    EXPECT_EQ(rows_limit.row_committed(3, 30), action::seal);
}

TEST(batcher_test, a_batch_is_sealed_at_its_number_of_bytes)
{
    batcher bytes_limit(limits_of(0, 1000));
    EXPECT_EQ(bytes_limit.row_committed(1, 10), action::nothing);
    EXPECT_FALSE(bytes_limit.needs_look(2, 999));
    EXPECT_TRUE(bytes_limit.needs_look(3, 1000));
    EXPECT_EQ(bytes_limit.row_committed(3, 1000), action::seal);

    bytes_limit.sealed();
    EXPECT_EQ(bytes_limit.row_committed(1, 1001), action::seal) << "a single large row";
}

TEST(batcher_test, a_long_loop_of_commits_pauses_every_64_kib)
{
    constexpr std::size_t turn = batcher::bytes_per_turn;
    for (const bool enabled : {true, false}) {
        batcher::limits limits = limits_of(0, 0);
        limits.enabled = enabled;
        batcher no_limit(limits);
        EXPECT_EQ(no_limit.row_committed(1, 100), action::nothing);
        EXPECT_FALSE(no_limit.needs_look(2, turn + 99));
        EXPECT_TRUE(no_limit.needs_look(2, turn + 100));
        EXPECT_EQ(no_limit.row_committed(2, turn + 100), action::pause);
        EXPECT_FALSE(no_limit.needs_look(3, turn + 200));
    }
}

TEST(batcher_test, without_auto_flush_only_a_request_seals)
{
    batcher::limits limits = limits_of(2, 100);
    limits.enabled = false;
    limits.interval = 1ms;
    batcher manual(limits);
    EXPECT_EQ(manual.row_committed(1, 200), action::nothing);
    EXPECT_EQ(manual.row_committed(2, 300), action::nothing);
    EXPECT_FALSE(manual.is_due(now));
    manual.request();
    EXPECT_TRUE(manual.is_due(now));
    manual.sealed();
    EXPECT_FALSE(manual.is_due(now));
}

TEST(batcher_test, a_batch_is_due_when_its_oldest_row_is_as_old_as_the_interval)
{
    batcher::limits limits = limits_of(0, 0);
    limits.interval = 100ms;
    batcher timed(limits);
    EXPECT_EQ(timed.deadline(now), time_point::max());
    EXPECT_EQ(timed.row_committed(1, 10), action::start_interval);
    EXPECT_EQ(timed.start_interval(now), now + 100ms);
    EXPECT_EQ(timed.row_committed(2, 20), action::nothing) << "the first row counts";
    EXPECT_EQ(timed.deadline(now), now + 100ms);
    EXPECT_FALSE(timed.is_due(now + 99ms));
    EXPECT_TRUE(timed.is_due(now + 100ms));
    EXPECT_EQ(timed.deadline(now + 100ms), time_point::max()) << "no timer for what is due";

    timed.sealed();
    EXPECT_EQ(timed.row_committed(1, 10), action::start_interval);
    EXPECT_EQ(timed.start_interval(now + 5s), now + 5s + 100ms);
}

TEST(batcher_test, an_interval_of_zero_makes_the_first_row_due)
{
    batcher::limits limits = limits_of(0, 0);
    limits.interval = 0ms;
    batcher immediate(limits);
    EXPECT_EQ(immediate.row_committed(1, 10), action::seal_if_idle);
    EXPECT_TRUE(immediate.is_due(time_point::min()));
    EXPECT_EQ(immediate.row_committed(2, 20), action::nothing) << "they gather until it is sealed";
}

TEST(batcher_test, a_limit_of_the_server_makes_batches_smaller)
{
    constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();
    batcher learning(limits_of(0, 1000));
    learning.limit_bytes(800);
    EXPECT_EQ(learning.row_committed(2, 699), action::pause);
    EXPECT_TRUE(learning.needs_look(3, 700));
    EXPECT_EQ(learning.row_committed(3, 700), action::seal) << "room for the last row";
    learning.limit_bytes(10'000);
    EXPECT_EQ(learning.row_committed(3, 999), action::nothing) << "the configured limit stays";
    EXPECT_EQ(learning.row_committed(3, 1000), action::seal);
    learning.limit_bytes(800);
    learning.limit_bytes(no_limit);
    EXPECT_EQ(learning.row_committed(3, 999), action::nothing);

    batcher unlimited(limits_of(0, 0));
    unlimited.limit_bytes(800);
    EXPECT_EQ(unlimited.row_committed(2, 700), action::seal);
}

} // namespace
