// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/unconfirmed_rows.hpp"

#include "support/batches.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace coquest::detail;
using coquest::test::rows_of;
using coquest::test::text_of;
using namespace std::chrono_literals;

constexpr std::size_t segment_size = 1024;

std::size_t count(const segment_chain& chain)
{
    std::size_t segments = 0;
    for (const segment* part = chain.front(); part != nullptr; part = part->next) {
        ++segments;
    }
    return segments;
}

class unconfirmed_rows_test : public testing::Test {
protected:
    void add(const std::string& text, std::size_t rows = 1)
    {
        kept.prepare();
        kept.add(rows_of(text, rows, segment_size), now, spare);
    }

    unconfirmed_rows kept{100'000, 20s};
    segment_chain spare;
    unconfirmed_rows::time_point now{100s};
};

TEST_F(unconfirmed_rows_test, keeps_rows_in_order)
{
    add("a\n");
    now += 6s;
    add("b\nc\n", 2);
    EXPECT_EQ(kept.rows(), 3U);

    const batch taken = kept.take();
    EXPECT_EQ(text_of(taken), "a\nb\nc\n");
    EXPECT_EQ(taken.rows, 3U);
    EXPECT_EQ(taken.bytes(), 6U);
    EXPECT_EQ(kept.rows(), 0U);
    EXPECT_EQ(kept.memory(), 0U);
}

TEST_F(unconfirmed_rows_test, rows_count_as_stored_after_the_configured_time)
{
    for (const auto age : {1s, 20s, 60s}) {
        kept = unconfirmed_rows(100'000, age);
        add("a\n");
        kept.trim(now + age - 1ms, 100'000, spare);
        EXPECT_EQ(kept.rows(), 1U);
        kept.trim(now + age, 100'000, spare);
        EXPECT_EQ(kept.rows(), 0U);
    }
}

TEST_F(unconfirmed_rows_test, small_batches_share_a_segment)
{
    std::string expected;
    for (int i = 0; i < 90; ++i) {
        add("0123456789\n");
        expected += "0123456789\n";
    }
    EXPECT_EQ(kept.memory(), segment_size);
    EXPECT_EQ(count(spare), 89U);
    EXPECT_EQ(text_of(kept.take()), expected);
}

TEST_F(unconfirmed_rows_test, full_segments_are_not_copied)
{
    add(std::string(100, 'x'));
    add(std::string(600, 'y')); // the first segment has room for it
    EXPECT_EQ(kept.memory(), 2 * segment_size);
    EXPECT_TRUE(spare.empty());
}

TEST_F(unconfirmed_rows_test, a_segment_is_never_filled_past_what_a_buffer_may_fill)
{
    add(std::string(500, 'x'));
    add(std::string(500, 'y')); // 1,000 of 1,024 bytes; a buffer leaves 32 free
    EXPECT_EQ(kept.memory(), 2 * segment_size);
}

TEST_F(unconfirmed_rows_test, forgets_what_was_sent_long_ago)
{
    add("a\n");
    now += 15s;
    add("b\n");
    now += 5s;
    kept.trim(now, 1'000'000, spare);
    EXPECT_EQ(kept.rows(), 1U);
    EXPECT_EQ(kept.evicted(), 0U) << "it counts as stored";
    EXPECT_EQ(text_of(kept.take()), "b\n");
}

TEST_F(unconfirmed_rows_test, what_is_sent_together_is_forgotten_together)
{
    add("a\n");
    now += 4s;
    add("b\n");
    now += 16s;
    kept.trim(now, 1'000'000, spare);
    EXPECT_EQ(kept.rows(), 2U);
    now += 4s;
    kept.trim(now, 1'000'000, spare);
    EXPECT_EQ(kept.rows(), 0U);
}

TEST_F(unconfirmed_rows_test, counts_what_it_has_no_room_for)
{
    add("a\nb\n", 2);
    now += 6s;
    add("c\n");
    kept.trim(now, segment_size, spare);
    EXPECT_EQ(kept.rows(), 1U);
    EXPECT_EQ(kept.evicted(), 2U);
    EXPECT_EQ(count(spare), 1U);

    now += 14s; // 20 s since the first
    kept.trim(now, segment_size, spare);
    EXPECT_EQ(kept.evicted(), 0U) << "they count as stored now";
    EXPECT_EQ(kept.rows(), 1U);
}

TEST_F(unconfirmed_rows_test, holds_nothing_where_there_is_no_room)
{
    add("a\n");
    kept.trim(now, 0, spare);
    EXPECT_EQ(kept.memory(), 0U);
    EXPECT_EQ(kept.evicted(), 1U);
    EXPECT_EQ(text_of(kept.take()), "");
}

TEST_F(unconfirmed_rows_test, remembers_rows_that_have_the_servers_time)
{
    kept.prepare();
    batch sent = rows_of("a\n", 1, segment_size);
    sent.server_time = true;
    kept.add(std::move(sent), now, spare);
    add("b\n");
    EXPECT_TRUE(kept.take().server_time);
}

} // namespace
