// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rows of flush(buffer): the buffer owns them, and gets them back if they fail.

#include "unit/core/delivery/delivery_machine_fixture.hpp"

namespace {

using namespace coquest::test;
using namespace std::chrono_literals;
using coquest::buffer;
using coquest::errc;
using coquest::detail::buffer_access;

class delivery_machine_buffers : public delivery_machine_test {
protected:
    ticket hand_over(buffer& owner) { return machine().hand_over(owner); }
    /// Ends the wait of @p owner as flush(buffer) does. Returns the names of the rows that are in
    /// the buffer then, and how many are still in flight.
    std::string release(const ticket& held, buffer& owner, bool has_failed = true)
    {
        const std::size_t in_flight = machine().release(held, owner, has_failed);
        return names_of(owner) +
               (in_flight == 0 ? "" : " (" + std::to_string(in_flight) + " in flight)");
    }

    buffer rows = rows_named("a", "b");
};

TEST_F(delivery_machine_buffers, rows_are_a_batch_behind_those_that_were_committed_before)
{
    commit("first");
    const auto held = hand_over(rows);
    commit("last");
    EXPECT_TRUE(rows.empty());
    EXPECT_EQ(counts.committed_rows, 3U);
    EXPECT_EQ(counts.commits, 2U);
    EXPECT_EQ(deliver(), "first");
    EXPECT_EQ(look(held), "pending");
    EXPECT_EQ(deliver(), "a b");
    EXPECT_EQ(look(held), "delivered");
    EXPECT_EQ(release(held, rows, false), "");
    EXPECT_EQ(counts.returned_rows, 0U);
    EXPECT_EQ(deliver(), "(waits)") << "nobody has asked for the last row";
}

TEST_F(delivery_machine_buffers, the_memory_of_a_batch_returns_to_its_buffer)
{
    const auto held = hand_over(rows);
    const auto next = machine().next(0, now, no_limit);
    const void* const memory = next.to_send->rows.chain.front();
    finish(0, {});
    machine().release(held, rows, false);
    add_row(rows, "c");
    EXPECT_EQ(buffer_access::take(rows).chain.front(), memory);
}

TEST_F(delivery_machine_buffers, a_transient_failure_is_retried)
{
    const auto held = hand_over(rows);
    EXPECT_EQ(send(), "a b");
    fail(not_sent());
    EXPECT_EQ(look(held), "pending");
    now += 10ms;
    EXPECT_EQ(deliver(), "a b");
    EXPECT_EQ(look(held), "delivered");
}

TEST_F(delivery_machine_buffers, rows_return_after_a_failure_and_no_other_row_waits_for_them)
{
    settings.has_rejection_handler = true;
    const auto held = hand_over(rows);
    commit_batch("c");
    EXPECT_EQ(send(), "a b");
    const auto wanted = fail(rejected(1));
    EXPECT_FALSE(wanted.ask) << "the caller of flush decides";
    EXPECT_FALSE(wanted.has_work) << "there is no other connection";
    EXPECT_EQ(counts.rejections, 1U);
    EXPECT_EQ(counts.stops, 0U);
    EXPECT_EQ(send(), "c");
    EXPECT_EQ(look(held), "it failed");
    EXPECT_EQ(found.code(), errc::server_flush_error);
    EXPECT_EQ(release(held, rows), "a b");
    EXPECT_EQ(counts.returned_rows, 2U);
    EXPECT_FALSE(machine().has_pending_error()) << "the flush has reported it";
    EXPECT_FALSE(machine().rejoin(rows));
}

TEST_F(delivery_machine_buffers, a_failure_wakes_the_other_connections)
{
    use_connections(2);
    hand_over(rows);
    EXPECT_EQ(send(), "a b");
    EXPECT_TRUE(fail(wrong_password()).has_work);
}

TEST_F(delivery_machine_buffers, rows_return_when_the_machine_stops)
{
    commit_batch("first");
    const auto held = hand_over(rows);
    EXPECT_EQ(send(), "first");
    fail(wrong_password());
    EXPECT_EQ(look(held), "it failed");
    EXPECT_EQ(release(held, rows), "a b");
    EXPECT_EQ(taken(), "first");
    EXPECT_TRUE(machine().is_drained());
}

TEST_F(delivery_machine_buffers, split_rejected_returns_only_the_rejected_rows)
{
    settings.split_rejected = true;
    add_row(rows, "c");
    const auto held = hand_over(rows);
    EXPECT_EQ(send(), "a b c");
    EXPECT_TRUE(fail(rejected(2)).has_work);
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(send(), "b");
    fail(rejected(1));
    EXPECT_EQ(look(held), "pending") << "a part is left";
    EXPECT_EQ(deliver(), "c");
    EXPECT_EQ(look(held), "it failed");
    EXPECT_EQ(release(held, rows), "b");
    EXPECT_FALSE(machine().has_pending_error());
}

TEST_F(delivery_machine_buffers, rows_that_are_pending_return_when_the_wait_ends)
{
    commit_batch("first");
    const auto held = hand_over(rows);
    EXPECT_EQ(send(), "first");
    EXPECT_EQ(release(held, rows), "a b");
    EXPECT_EQ(machine().unacknowledged_rows(), 1U);
}

TEST_F(delivery_machine_buffers, the_next_flush_waits_for_rows_that_are_in_flight)
{
    EXPECT_FALSE(machine().rejoin(rows)) << "it has none";
    const auto held = hand_over(rows);
    EXPECT_EQ(send(), "a b");
    EXPECT_EQ(release(held, rows), " (2 in flight)");
    const auto again = machine().rejoin(rows);
    ASSERT_TRUE(again);
    EXPECT_EQ(look(*again), "pending");
    finish(0, {});
    EXPECT_EQ(look(*again), "delivered");
    EXPECT_EQ(release(*again, rows, false), "");
    EXPECT_FALSE(machine().rejoin(rows));
    EXPECT_EQ(counts.committed_rows, 2U) << "they were sent once";
}

TEST_F(delivery_machine_buffers, rows_that_were_in_flight_return_if_they_fail)
{
    const auto held = hand_over(rows);
    EXPECT_EQ(send(), "a b");
    release(held, rows);
    const auto again = machine().rejoin(rows);
    ASSERT_TRUE(again);
    EXPECT_TRUE(rows.empty());
    fail(rejected());
    EXPECT_EQ(counts.stops, 0U) << "the buffer owns them again";
    EXPECT_EQ(look(*again), "it failed");
    EXPECT_EQ(release(*again, rows), "a b");
}

TEST_F(delivery_machine_buffers, only_the_parts_in_flight_stay)
{
    settings.split_rejected = true;
    const auto held = hand_over(rows);
    EXPECT_EQ(send(), "a b");
    fail(rejected());
    EXPECT_EQ(send(), "a");
    EXPECT_EQ(release(held, rows), "b (1 in flight)");
    EXPECT_TRUE(machine().rejoin(rows));
}

TEST_F(delivery_machine_buffers, another_sender_does_not_wait_for_rows_of_this_one)
{
    const auto held = hand_over(rows);
    EXPECT_EQ(send(), "a b");
    release(held, rows);
    settings.number = 2;
    coquest::test::delivery_counts others;
    machine_type other(settings, buffer(rows.version(), {}), others);
    EXPECT_FALSE(other.rejoin(rows));
}

TEST_F(delivery_machine_buffers, rows_without_an_owner_that_fail_stop_the_machine)
{
    const auto held = hand_over(rows);
    EXPECT_EQ(send(), "a b");
    release(held, rows);
    fail(rejected());
    EXPECT_EQ(counts.stops, 1U) << "nobody waits for them";
    const auto again = machine().rejoin(rows);
    ASSERT_TRUE(again);
    EXPECT_TRUE(machine().resume().has_work);
    EXPECT_EQ(send(), "a b");
    fail(rejected());
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(release(*again, rows), "a b");
}

TEST_F(delivery_machine_buffers, take_unacknowledged_leaves_what_its_owner_is_about_to_get)
{
    buffer second = rows_named("c");
    const auto held = hand_over(rows);
    const auto other = hand_over(second);
    commit("d");
    EXPECT_EQ(send(), "a b");
    fail(rejected());
    EXPECT_EQ(taken(), "c d");
    EXPECT_EQ(look(held), "it failed");
    EXPECT_EQ(release(held, rows), "a b");
    EXPECT_EQ(look(other), "take_unacknowledged() took the rows before they were acknowledged");
    EXPECT_EQ(release(other, second), "");
    EXPECT_EQ(counts.returned_rows, 4U);
}

} // namespace
