// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// ILP over TCP, where the server acknowledges nothing: the window of each connection, and what
// happens to its rows when the connection is lost.

#include "unit/core/delivery/delivery_machine_fixture.hpp"

namespace {

using namespace coquest::test;
using namespace std::chrono_literals;
using coquest::buffer;
using coquest::delivery;
using coquest::errc;

class delivery_machine_tcp : public delivery_machine_test {
protected:
    delivery_machine_tcp() { settings.is_acknowledged = false; }

    static constexpr const char* closed =
        "it failed; 1 rows that were sent may not be stored (QuestDB closes the connection at a "
        "row that it can't take: see its log): take_unacknowledged() hands them back, "
        "tcp_resend=on would send them again";
    /// Each batch fills a segment of 1 KiB in the window, and four of them have room.
    void use_small_window()
    {
        row_limits.segment_size = 1024;
        settings.max_bytes = 4096;
    }
    void send_batch(const char* name, std::size_t id = 0)
    {
        commit_batch(name);
        EXPECT_EQ(deliver(id), name);
    }
};

TEST_F(delivery_machine_tcp, a_batch_counts_as_delivered_when_it_was_sent)
{
    commit("a");
    const auto held = machine().request_all();
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(look(held), "delivered");
    EXPECT_EQ(machine().unacknowledged_rows(), 0U);
    EXPECT_TRUE(machine().is_drained());
    EXPECT_TRUE(machine().has_unconfirmed(0, now));
}

TEST_F(delivery_machine_tcp, batches_that_have_gathered_share_a_write)
{
    buffer rows = rows_named("c");
    commit_batch("a");
    commit_batch("b");
    static_cast<void>(machine().hand_over(rows));
    commit_batch("d");
    EXPECT_EQ(deliver(), "a b");
    EXPECT_EQ(deliver(), "c") << "its buffer waits for it alone";
    EXPECT_EQ(deliver(), "d");
}

TEST_F(delivery_machine_tcp,
       a_connection_that_is_lost_with_no_unconfirmed_rows_is_replaced_silently)
{
    EXPECT_FALSE(lose().has_work);
    send_batch("a");
    now += 20s;
    EXPECT_FALSE(machine().has_unconfirmed(0, now));
    EXPECT_FALSE(lose().has_work);
    EXPECT_EQ(counts.failures, 0U);
    EXPECT_FALSE(machine().has_pending_error());
}

TEST_F(delivery_machine_tcp, without_tcp_resend_unconfirmed_rows_are_handed_back)
{
    send_batch("a");
    const auto before = machine().request_all();
    commit_batch("b");
    const auto held = machine().request_all();
    now += 20s - 1ms;
    EXPECT_TRUE(lose().has_work);
    EXPECT_EQ(counts.failures, 1U);
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(counts.committed_rows, 3U) << "the rows count again";
    EXPECT_EQ(machine().unacknowledged_rows(), 2U);
    EXPECT_FALSE(machine().has_unconfirmed(0, now)) << "they are in the queue";
    EXPECT_EQ(send(), "(waits)");
    EXPECT_EQ(look(held), closed);
    EXPECT_EQ(look(before), closed) << "its rows may be lost after all";
    EXPECT_EQ(found.info().unconfirmed_rows, 1U);
    EXPECT_EQ(found.info().state, delivery::unconfirmed);
    EXPECT_FALSE(found.info().retryable);
    EXPECT_EQ(next_call(), closed);
    EXPECT_EQ(next_call(), closed) << "each call, until the rows are taken";
    EXPECT_FALSE(machine().resume().has_work);
    EXPECT_TRUE(machine().queue().is_stopped());
    EXPECT_EQ(taken(), "a b") << "the unconfirmed ones first";
    EXPECT_EQ(next_call(), "");
    send_batch("c");
}

TEST_F(delivery_machine_tcp, taking_unconfirmed_rows_starts_the_machine_again)
{
    send_batch("a");
    lose();
    buffer rows(machine().rows().version(), {});
    EXPECT_TRUE(machine().take_unacknowledged(rows).has_work);
    EXPECT_EQ(counts.resumptions, 1U);
    EXPECT_FALSE(counts.was_stopped);
    send_batch("b");
}

TEST_F(delivery_machine_tcp, with_tcp_resend_unconfirmed_rows_are_sent_again_before_all_others)
{
    settings.resend_unconfirmed = true;
    send_batch("a");
    send_batch("b");
    commit_batch("c");
    const auto held = machine().request_all();
    EXPECT_TRUE(lose().has_work);
    EXPECT_EQ(counts.retries_announced, 1U);
    EXPECT_EQ(counts.committed_rows, 5U);
    EXPECT_EQ(counts.committed_bytes, 5 * row_bytes);
    EXPECT_EQ(counts.last_failure.info().unconfirmed_rows, 2U);
    EXPECT_TRUE(counts.last_failure.info().retryable);
    EXPECT_EQ(counts.last_failure.info().message,
              "it failed; 2 rows that were sent may not be stored (QuestDB closes the connection "
              "at a row that it can't take: see its log)");
    EXPECT_EQ(send(), "(waits for 10 ms)");
    now += 10ms;
    EXPECT_EQ(deliver(), "a b");
    EXPECT_EQ(look(held), "pending");
    EXPECT_EQ(deliver(), "c");
    EXPECT_EQ(look(held), "delivered");
    EXPECT_FALSE(machine().has_pending_error());
}

TEST_F(delivery_machine_tcp, losses_in_a_row_are_retries_of_one_failure)
{
    settings.resend_unconfirmed = true;
    now = machine_type::time_point(1s); // soon after the start of the clock
    send_batch("a");
    lose();
    EXPECT_EQ(send(), "(waits for 10 ms)");
    now += 10ms;
    EXPECT_EQ(deliver(), "a");
    now += 1s - 30ms;
    lose();
    EXPECT_EQ(send(), "(waits for 20 ms)") << "the pause grows";
    now += 20ms;
    EXPECT_EQ(deliver(), "a");
    lose();
    EXPECT_EQ(counts.stops, 1U) << "retry_timeout is over";
    EXPECT_EQ(machine().stops().failure().info().attempts, 3U);
    EXPECT_EQ(machine().stops().failure().info().elapsed, 1s);

    EXPECT_TRUE(machine().resume().has_work);
    EXPECT_EQ(deliver(), "a");
    lose();
    EXPECT_EQ(send(), "(waits for 10 ms)") << "a new beginning";
}

TEST_F(delivery_machine_tcp, a_connection_that_held_for_a_window_starts_afresh)
{
    settings.resend_unconfirmed = true;
    send_batch("a");
    lose();
    now += 20s - 1ms;
    EXPECT_EQ(deliver(), "a");
    lose();
    EXPECT_EQ(counts.stops, 1U) << "one failure";
    machine().resume();
    EXPECT_EQ(deliver(), "a");
    lose();
    now += 20s;
    EXPECT_EQ(deliver(), "a");
    lose();
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(send(), "(waits for 10 ms)");
}

TEST_F(delivery_machine_tcp, a_loss_after_a_stop_is_the_first_one)
{
    settings.resend_unconfirmed = true;
    settings.queue.retry_timeout = 0ms;
    send_batch("a");
    lose();
    EXPECT_EQ(counts.stops, 1U);
    machine().resume();
    EXPECT_EQ(deliver(), "a");
    now += 5s;
    lose();
    EXPECT_EQ(machine().stops().failure().info().attempts, 1U);
    EXPECT_EQ(machine().stops().failure().info().elapsed, 0s);
}

TEST_F(delivery_machine_tcp, a_batch_that_breaks_off_is_unconfirmed_like_the_rows_before_it)
{
    send_batch("a");
    commit_batch("b");
    commit_batch("c", "d");
    EXPECT_EQ(send(), "b c d");
    EXPECT_FALSE(fail(unconfirmed()).has_work) << "there is no other connection";
    EXPECT_EQ(machine().stops().failure().info().unconfirmed_rows, 4U);
    EXPECT_EQ(counts.committed_rows, 5U) << "only the first row was delivered before";
    commit_batch("e");
    EXPECT_EQ(taken(), "a b c d e");
}

TEST_F(delivery_machine_tcp, a_batch_that_breaks_off_alone_is_handed_back_or_sent_again)
{
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(unconfirmed());
    EXPECT_EQ(next_call(), closed);
    EXPECT_EQ(taken(), "a");

    settings.resend_unconfirmed = true;
    start();
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(unconfirmed());
    EXPECT_EQ(send(), "(waits for 10 ms)");
    now += 10ms;
    EXPECT_EQ(send(), "a");
    fail(unconfirmed());
    EXPECT_EQ(send(), "(waits for 20 ms)");
}

TEST_F(delivery_machine_tcp, rows_that_count_as_stored_do_not_return_with_a_batch_that_breaks_off)
{
    send_batch("a");
    now += 20s;
    commit_batch("b");
    EXPECT_EQ(send(), "b");
    fail(unconfirmed());
    EXPECT_EQ(machine().stops().failure().info().unconfirmed_rows, 1U);
    EXPECT_EQ(taken(), "b");
}

TEST_F(delivery_machine_tcp, a_batch_behind_lost_rows_starts_afresh)
{
    settings.resend_unconfirmed = true;
    send_batch("a");
    commit_batch("b");
    EXPECT_EQ(send(), "b");
    fail(unconfirmed());
    now += 10ms;
    EXPECT_EQ(deliver(), "a");
    now += 20s;
    EXPECT_EQ(send(), "b");
    fail(unconfirmed());
    EXPECT_EQ(send(), "(waits for 10 ms)");
    EXPECT_EQ(counts.stops, 0U);
    now += 10ms;
    EXPECT_EQ(deliver(), "b");
}

TEST_F(delivery_machine_tcp, a_batch_that_was_not_sent_is_retried_if_no_row_is_unconfirmed)
{
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    EXPECT_FALSE(fail(not_sent()).has_work);
    EXPECT_EQ(counts.stops, 0U);
    now += 10ms;
    EXPECT_EQ(deliver(), "a");
}

TEST_F(delivery_machine_tcp, a_batch_that_was_not_sent_is_no_unconfirmed_row)
{
    send_batch("a");
    commit_batch("b");
    EXPECT_EQ(send(), "b");
    fail(not_sent());
    EXPECT_EQ(next_call(), closed) << "one row";
    EXPECT_EQ(machine().queue().in_flight(), 0U);
    EXPECT_EQ(taken(), "a b");
}

TEST_F(delivery_machine_tcp, a_buffer_gets_its_rows_back_if_they_alone_are_unconfirmed)
{
    buffer rows = rows_named("a");
    const auto held = machine().hand_over(rows);
    commit_batch("b");
    EXPECT_EQ(send(), "a");
    fail(unconfirmed());
    EXPECT_EQ(look(held), closed);
    EXPECT_EQ(counts.stops, 0U);
    machine().release(held, rows, true);
    EXPECT_EQ(names_of(rows), "a");
    EXPECT_EQ(deliver(), "b");
}

TEST_F(delivery_machine_tcp, a_buffer_gets_its_rows_back_and_the_rows_before_stop_the_machine)
{
    send_batch("first");
    buffer rows = rows_named("a");
    const auto held = machine().hand_over(rows);
    EXPECT_EQ(send(), "a");
    fail(unconfirmed());
    EXPECT_EQ(machine().stops().failure().info().unconfirmed_rows, 2U);
    machine().release(held, rows, true);
    EXPECT_EQ(names_of(rows), "a");
    EXPECT_TRUE(machine().queue().has_unconfirmed());
    EXPECT_EQ(taken(), "first");
    EXPECT_FALSE(machine().queue().is_stopped());
}

TEST_F(delivery_machine_tcp, each_connection_has_a_window_of_its_own)
{
    use_connections(2);
    settings.resend_unconfirmed = true;
    send_batch("a", 0);
    send_batch("b", 1);
    EXPECT_TRUE(lose(1).has_work);
    EXPECT_TRUE(machine().has_unconfirmed(0, now));
    EXPECT_EQ(send(0), "(waits for 10 ms)");
    now += 10ms;
    EXPECT_EQ(deliver(0), "b") << "any connection may send it";
    commit_batch("c");
    EXPECT_EQ(send(1), "c");
    EXPECT_TRUE(finish(1, unconfirmed()).has_work) << "the other connection may send it";
    EXPECT_TRUE(lose(0).has_work);
    now += 20ms;
    EXPECT_EQ(send(0), "a b");
    EXPECT_EQ(send(1), "c");
}

TEST_F(delivery_machine_tcp, retry_at_now_off_does_not_send_unconfirmed_rows_of_at_now_again)
{
    settings.resend_unconfirmed = true;
    settings.queue.retry_at_now = false;
    machine().rows().table("t").symbol("n", "own").at(coquest::timestamp_micros(1));
    machine().seal();
    deliver();
    lose();
    EXPECT_EQ(counts.retries_announced, 1U) << "its timestamp is its own";
    now += 10ms;
    EXPECT_EQ(deliver(), "own");
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(unconfirmed());
    EXPECT_EQ(counts.retries_announced, 1U) << "one of the rows has the time of the server";
    EXPECT_EQ(counts.stops, 1U);
}

TEST_F(delivery_machine_tcp, rows_that_have_no_room_are_counted)
{
    use_small_window();
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        send_batch(name);
    }
    EXPECT_TRUE(machine().has_unconfirmed(0, now));
    EXPECT_TRUE(lose().has_work);
    EXPECT_EQ(machine().stops().failure().info().unconfirmed_rows, 5U);
    EXPECT_EQ(machine().stops().failure().info().message,
              "it failed; 5 rows that were sent may not be stored (QuestDB closes the connection "
              "at a row that it can't take: see its log), of which 1 are no longer kept "
              "(max_buf_size): take_unacknowledged() hands them back, tcp_resend=on would send "
              "them again");
    EXPECT_EQ(taken(), "b c d e");
}

TEST_F(delivery_machine_tcp, rows_that_are_no_longer_kept_are_not_sent_again)
{
    use_small_window();
    settings.resend_unconfirmed = true;
    for (const char* name : {"a", "b", "c", "d", "e"}) {
        send_batch(name);
    }
    lose();
    EXPECT_EQ(counts.stops, 1U) << "somebody has to know";
    EXPECT_FALSE(machine().stops().failure().info().retryable);
    EXPECT_EQ(next_call().find("it failed; 5 rows"), 0U);
    EXPECT_EQ(deliver(), "b c d e") << "the others are";
}

TEST_F(delivery_machine_tcp, a_loss_is_reported_even_if_no_row_is_kept)
{
    use_small_window();
    settings.max_bytes = 512;
    send_batch("a");
    EXPECT_TRUE(machine().has_unconfirmed(0, now)) << "the row is not kept";
    commit_batch("b");
    EXPECT_EQ(send(), "b");
    fail(not_sent());
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(counts.committed_rows, 2U);
    EXPECT_FALSE(machine().queue().has_unconfirmed());
    EXPECT_EQ(next_call().find("it failed; 1 rows"), 0U);
    EXPECT_EQ(next_call(), "") << "nothing is to be taken";
    EXPECT_EQ(deliver(), "b");
}

TEST_F(delivery_machine_tcp, windows_share_the_memory_and_the_fullest_gives_way)
{
    use_small_window();
    use_connections(2);
    send_batch("a", 0);
    send_batch("b", 1);
    send_batch("c", 1);
    send_batch("d", 1);
    commit_batch("e"); // takes room from what was sent
    lose(0);
    EXPECT_EQ(machine().stops().failure().info().unconfirmed_rows, 1U);
    EXPECT_EQ(taken(), "a e");
    lose(1);
    EXPECT_EQ(machine().stops().failure().info().unconfirmed_rows, 3U);
    EXPECT_EQ(taken(), "c d");
}

TEST_F(delivery_machine_tcp, a_batch_that_is_sealed_takes_room_from_what_was_sent)
{
    use_small_window();
    use_connections(2);
    for (const char* name : {"a", "b", "c", "d"}) {
        send_batch(name, 0);
    }
    send_batch("e", 1);
    lose(1);
    EXPECT_EQ(taken(), "e") << "there was room for it";
    lose(0);
    EXPECT_EQ(machine().stops().failure().info().unconfirmed_rows, 4U);
    EXPECT_EQ(taken(), "b c d");
}

} // namespace
