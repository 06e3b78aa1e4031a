// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The end of a machine: by close(), with its sender, or with its execution context.

#include "unit/core/delivery/delivery_machine_fixture.hpp"

namespace {

using namespace coquest::test;
using namespace std::chrono_literals;
using coquest::buffer;
using coquest::delivery;
using coquest::errc;

constexpr const char* closed = "the sender was closed before the rows were acknowledged";

TEST_F(delivery_machine_test, no_attempt_begins_after_the_end)
{
    commit_batch("a");
    commit_batch("b");
    const auto held = machine().request_all();
    EXPECT_EQ(send(), "a");
    EXPECT_FALSE(machine().is_ended());
    machine().end();
    EXPECT_TRUE(machine().is_ended());
    EXPECT_TRUE(machine().is_closed());
    EXPECT_EQ(next_call(), "the sender is closed");
    EXPECT_EQ(look(held), closed);
    EXPECT_EQ(found.code(), errc::closed);
    finish(0, {});
    EXPECT_EQ(send(), "(ends)");
    EXPECT_EQ(taken(), "b") << "what was not sent can be taken";
}

TEST_F(delivery_machine_test, a_wait_tells_the_failure_that_it_saw_before_the_end)
{
    commit_batch("a");
    const auto held = machine().request_all();
    EXPECT_EQ(send(), "a");
    fail(wrong_password());
    machine().end();
    EXPECT_EQ(look(held), "it failed");
}

TEST_F(delivery_machine_test, a_buffer_gets_the_rows_back_that_were_in_flight_at_the_end)
{
    buffer rows = rows_named("a");
    buffer other = rows_named("b");
    const auto held = machine().hand_over(rows);
    const auto second = machine().hand_over(other);
    EXPECT_EQ(send(), "a");
    machine().end();
    fail(failure_of(errc::cancelled, delivery::unconfirmed, false));
    EXPECT_EQ(look(held), closed) << "not that a request was cancelled";
    EXPECT_EQ(look(second), closed);
    machine().release(held, rows, true);
    machine().release(second, other, true);
    EXPECT_EQ(names_of(rows), "a");
    EXPECT_EQ(names_of(other), "b");
}

TEST_F(delivery_machine_test, a_failure_of_a_buffer_is_told_after_the_end)
{
    buffer rows = rows_named("a");
    const auto held = machine().hand_over(rows);
    EXPECT_EQ(send(), "a");
    fail(rejected());
    machine().end();
    EXPECT_EQ(look(held), "it failed");
    machine().release(held, rows, true);
}

TEST_F(delivery_machine_test, rows_that_are_dropped_with_their_sender_are_counted)
{
    commit_batch("a");
    commit_batch("b");
    commit("c");
    EXPECT_EQ(send(), "a");
    machine().abandon();
    EXPECT_TRUE(machine().is_ended());
    EXPECT_EQ(counts.dropped_rows, 3U);
    EXPECT_EQ(counts.dropped_bytes, 3 * row_bytes);
    EXPECT_EQ(counts.committed_rows, 3U) << "also the row that was not sealed";

    start();
    machine().abandon();
    EXPECT_EQ(counts.drops + counts.commits, 0U) << "there was nothing to drop";
}

TEST_F(delivery_machine_test, rows_of_a_buffer_that_return_after_the_sender_is_destroyed_count_once)
{
    buffer rows = rows_named("a", "b");
    const auto held = machine().hand_over(rows);
    machine().abandon();
    EXPECT_EQ(counts.dropped_rows, 2U);
    EXPECT_EQ(look(held), closed);
    machine().release(held, rows, true);
    EXPECT_EQ(names_of(rows), "a b");
    EXPECT_EQ(counts.returned_rows, 0U);
}

TEST_F(delivery_machine_test, all_rows_can_be_taken_after_the_execution_context_is_destroyed)
{
    use_connections(2);
    buffer rows = rows_named("b");
    buffer other = rows_named("c");
    commit_batch("a");
    static_cast<void>(machine().hand_over(rows));
    static_cast<void>(machine().hand_over(other));
    commit("d");
    EXPECT_EQ(send(0), "a");
    EXPECT_EQ(send(1), "b");
    finish(1, wrong_password()); // b waits for its buffer
    EXPECT_EQ(send(1), "c");
    machine().disconnect();
    EXPECT_TRUE(machine().is_ended());
    EXPECT_FALSE(machine().is_sending(0));
    EXPECT_FALSE(machine().is_sending(1));
    EXPECT_EQ(send(), "(ends)");
    EXPECT_EQ(taken(), "a b c d");
    EXPECT_TRUE(machine().is_drained());
}

} // namespace
