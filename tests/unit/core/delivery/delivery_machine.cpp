// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The way of a row without failures: when a batch is sealed, which connection sends it, and what a
// wait finds.

#include "unit/core/delivery/delivery_machine_fixture.hpp"

namespace {

using namespace coquest::test;
using namespace std::chrono_literals;
using coquest::detail::batcher;

TEST_F(delivery_machine_test, a_batch_is_sealed_at_auto_flush_rows)
{
    settings.batching = {true, 2, 0, {}};
    EXPECT_EQ(commit("a"), batcher::action::nothing);
    EXPECT_EQ(send(), "(waits)");
    EXPECT_EQ(commit("b"), batcher::action::seal);
    EXPECT_EQ(commit("c"), batcher::action::nothing);
    EXPECT_EQ(send(), "a b");
    EXPECT_EQ(machine().rows().row_count(), 1U);
}

TEST_F(delivery_machine_test, a_batch_is_sealed_at_auto_flush_bytes)
{
    settings.batching = {true, 0, 2 * row_bytes, {}};
    EXPECT_EQ(commit("a"), batcher::action::nothing);
    EXPECT_EQ(commit("b"), batcher::action::seal);
    EXPECT_EQ(send(), "a b");
}

TEST_F(delivery_machine_test, a_batch_is_sealed_when_its_first_row_is_auto_flush_interval_old)
{
    settings.batching = {true, 0, 0, 100ms};
    EXPECT_EQ(commit("a"), batcher::action::start_interval);
    EXPECT_EQ(machine().start_interval(now), now + 100ms);
    EXPECT_EQ(send(), "(waits for 100 ms)") << "no further row is needed";
    now += 60ms;
    EXPECT_EQ(commit("b"), batcher::action::nothing);
    EXPECT_EQ(send(), "(waits for 40 ms)");
    now += 40ms;
    EXPECT_EQ(deliver(), "a b");

    EXPECT_EQ(commit("c"), batcher::action::start_interval) << "each batch has its own";
    EXPECT_EQ(machine().start_interval(now), now + 100ms);
}

TEST_F(delivery_machine_test, a_row_is_sent_as_soon_as_a_connection_is_free_if_the_interval_is_zero)
{
    settings.batching = {true, 0, 0, 0ms};
    EXPECT_EQ(commit("a"), batcher::action::seal_if_idle);
    EXPECT_TRUE(machine().has_idle_connection());
    EXPECT_EQ(send(), "a");
    EXPECT_FALSE(machine().has_idle_connection());
    commit("b");
    commit("c");
    EXPECT_EQ(machine().queue().batches(), 1U) << "rows gather meanwhile";
    finish(0, {});
    EXPECT_EQ(send(), "b c");
}

TEST_F(delivery_machine_test, a_batch_is_sealed_by_a_request)
{
    commit("a");
    EXPECT_EQ(send(), "(waits)") << "auto_flush is off";
    const auto held = machine().request_all();
    commit("b");
    EXPECT_EQ(machine().queue().batches(), 0U) << "requests that wait share a batch";
    EXPECT_EQ(send(), "a b");
    EXPECT_EQ(look(held), "pending");
    finish(0, {});
    EXPECT_EQ(look(held), "delivered");
    EXPECT_EQ(send(), "(waits)");
}

TEST_F(delivery_machine_test, a_batch_is_sealed_at_close)
{
    commit("a");
    EXPECT_FALSE(machine().is_closed());
    machine().close();
    machine().request_all();
    EXPECT_TRUE(machine().is_closed());
    EXPECT_FALSE(machine().is_ended());
    EXPECT_TRUE(machine().has_pending_error());
    EXPECT_EQ(next_call(), "the sender is closed");
    EXPECT_FALSE(machine().is_drained());
    EXPECT_EQ(deliver(), "a");
    EXPECT_TRUE(machine().is_drained());
}

TEST_F(delivery_machine_test, rows_gather_while_each_connection_has_a_batch)
{
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    commit("b");
    machine().request_all();
    EXPECT_EQ(send(), "(waits for 10 ms)") << "for the retry";
    commit("c");
    EXPECT_EQ(machine().queue().batches(), 1U);
    now += 10ms;
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(deliver(), "b c");
}

TEST_F(delivery_machine_test, a_batch_is_removed_when_the_server_has_acknowledged_it)
{
    commit_batch("a");
    commit("b");
    EXPECT_EQ(machine().unacknowledged_rows(), 2U);
    EXPECT_EQ(machine().unacknowledged_bytes(), 2 * row_bytes);
    EXPECT_EQ(send(), "a");
    EXPECT_TRUE(machine().is_sending(0));
    EXPECT_EQ(counts.last_in_flight, 1U);
    EXPECT_EQ(machine().unacknowledged_rows(), 2U) << "it is only in flight";
    const auto wanted = finish(0, {});
    EXPECT_FALSE(machine().is_sending(0));
    EXPECT_FALSE(wanted.has_work || wanted.renew || wanted.ask);
    EXPECT_EQ(machine().unacknowledged_rows(), 1U);
    EXPECT_EQ(machine().unacknowledged_bytes(), row_bytes);
    EXPECT_EQ(counts.acknowledged_rows, 1U);
    EXPECT_EQ(counts.committed_rows, 1U);
    EXPECT_EQ(counts.committed_bytes, row_bytes);
}

TEST_F(delivery_machine_test, one_connection_sends_one_batch_at_a_time_in_order)
{
    commit_batch("a");
    commit_batch("b");
    EXPECT_EQ(send(), "a");
    EXPECT_EQ(machine().queue().in_flight(), 1U);
    fail(not_sent());
    EXPECT_EQ(send(), "(waits for 10 ms)") << "b does not overtake a";
    now += 10ms;
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(deliver(), "b");
    EXPECT_EQ(counts.changes, 2U + 3U) << "batches that were sealed, and attempts";
}

TEST_F(delivery_machine_test, several_connections_send_as_many_batches_at_a_time)
{
    use_connections(3);
    for (const char* name : {"a", "b", "c", "d"}) {
        commit_batch(name);
    }
    EXPECT_EQ(send(0), "a");
    EXPECT_EQ(send(1), "b");
    EXPECT_TRUE(machine().has_idle_connection());
    EXPECT_EQ(send(2), "c");
    EXPECT_FALSE(machine().has_idle_connection());
    finish(1, not_sent());
    EXPECT_EQ(send(1), "d") << "a batch that waits for its retry holds no other up";
    finish(2, {});
    EXPECT_EQ(send(2), "(waits for 10 ms)");
    now += 10ms;
    EXPECT_EQ(send(2), "b");
    for (const std::size_t id : {0U, 1U, 2U}) {
        EXPECT_TRUE(machine().is_sending(id));
        finish(id, {});
    }
    EXPECT_TRUE(machine().is_drained());
}

TEST_F(delivery_machine_test, a_wait_is_for_its_rows_and_all_before_them)
{
    use_connections(2);
    commit_batch("a");
    EXPECT_EQ(send(0), "a");
    commit("b");
    const auto held = machine().request_all();
    EXPECT_EQ(send(1), "b");
    finish(1, {});
    EXPECT_EQ(look(held), "pending") << "a is in flight";
    commit_batch("c");
    EXPECT_EQ(send(1), "c");
    finish(0, {});
    EXPECT_EQ(look(held), "delivered") << "c was committed later";
}

TEST_F(delivery_machine_test, a_wait_for_nothing_is_over)
{
    EXPECT_EQ(look(machine().request_all()), "delivered");
    EXPECT_TRUE(machine().is_drained());
    commit_batch("a");
    const auto held = machine().request_all();
    EXPECT_EQ(look(held), "pending") << "for rows that were sealed before";
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(look(held), "delivered");
    machine().seal();
    EXPECT_EQ(counts.commits, 1U) << "no batch is empty";
}

TEST_F(delivery_machine_test, max_buf_size_bounds_all_rows)
{
    settings.max_bytes = 2 * row_bytes;
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    commit("b");
    EXPECT_FALSE(machine().is_over_limit());
    commit("c");
    EXPECT_TRUE(machine().is_over_limit());
    finish(0, {});
    EXPECT_FALSE(machine().is_over_limit());
}

TEST_F(delivery_machine_test, a_batch_is_cut_to_the_size_that_the_server_takes)
{
    settings.batching.enabled = true;
    commit_batch("a", "b");
    const auto held = machine().request_all();
    EXPECT_EQ(send(0, 2 * row_bytes - 1), "a");
    finish(0, {}, 2 * row_bytes - 1);
    EXPECT_EQ(look(held), "pending");
    EXPECT_EQ(send(0, row_bytes), "b");
    finish(0, {}, row_bytes);
    EXPECT_EQ(look(held), "delivered");

    commit("c");
    EXPECT_EQ(machine().queue().batches(), 1U) << "sealed below the size of the server";
    commit_batch("d", "e");
    EXPECT_EQ(send(0, 2 * row_bytes), "c");
    finish(0, {});
    EXPECT_EQ(send(0, 2 * row_bytes), "d") << "sealed at the size of the server";
    finish(0, {});
    commit_batch("f", "g");
    EXPECT_EQ(send(0, 2 * row_bytes), "e");
    finish(0, {});
    EXPECT_EQ(send(0, 2 * row_bytes), "f g") << "there is no limit any more";
}

TEST_F(delivery_machine_test, the_memory_of_a_batch_returns_to_new_rows)
{
    row_limits.segment_size = 1024;
    commit_batch("a");
    const auto first = machine().next(0, now, no_limit);
    const void* const memory = first.to_send->rows.chain.front();
    finish(0, {});
    commit_batch("b");
    EXPECT_EQ(machine().next(0, now, no_limit).to_send->rows.chain.front(), memory);
}

TEST_F(delivery_machine_test, small_batches_that_wait_take_little_memory)
{
    const auto memory_of_next = [this] {
        const auto next = machine().next(0, now, no_limit);
        const std::size_t capacity = next.to_send->rows.chain.front()->capacity;
        finish(0, {});
        return capacity;
    };
    for (const char* name : {"a", "b", "c"}) {
        commit_batch(name);
    }
    EXPECT_GT(memory_of_next(), 10 * row_bytes) << "nearly always, it is sent immediately";
    EXPECT_GT(memory_of_next(), 10 * row_bytes);
    EXPECT_EQ(memory_of_next(), row_bytes);
}

} // namespace
