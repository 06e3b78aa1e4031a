// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Retries, the stop after a failure, what the calls are told of it, and what take_unacknowledged()
// takes.

#include "unit/core/delivery/delivery_machine_fixture.hpp"

namespace {

using namespace coquest::test;
using namespace std::chrono_literals;
using coquest::buffer;
using coquest::delivery;
using coquest::errc;
using coquest::protocol_version;
using coquest::timestamp_micros;
using coquest::detail::status;

TEST_F(delivery_machine_test, a_transient_failure_is_retried_after_a_growing_pause)
{
    commit_batch("a");
    const auto held = machine().request_all();
    EXPECT_EQ(send(), "a");
    const auto wanted = fail(not_sent());
    EXPECT_FALSE(wanted.has_work || wanted.renew || wanted.ask);
    EXPECT_FALSE(machine().is_sending(0));
    EXPECT_EQ(counts.last_pause, 10ms);
    EXPECT_EQ(counts.failures, 1U);
    EXPECT_EQ(send(), "(waits for 10 ms)");
    now += 10ms;
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    EXPECT_EQ(counts.last_pause, 20ms);
    EXPECT_EQ(counts.retries_announced, 2U);
    EXPECT_EQ(look(held), "pending") << "a retry is no failure for those who wait";
    EXPECT_FALSE(machine().has_pending_error());
    now += 20ms;
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(look(held), "delivered");
    EXPECT_EQ(counts.attempts, 3U);
    EXPECT_EQ(counts.retries, 2U);
    EXPECT_EQ(counts.stops, 0U);
}

TEST_F(delivery_machine_test, the_random_number_shortens_the_pause_by_up_to_a_half)
{
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    machine().finished(0, not_sent(), now, 0xffffffff, no_limit);
    EXPECT_EQ(counts.last_pause, 6ms);
}

TEST_F(delivery_machine_test, retries_end_with_retry_timeout_and_the_rows_are_kept)
{
    commit_batch("a", "b");
    const auto held = machine().request_all();
    EXPECT_EQ(send(), "a b");
    fail(not_sent());
    now += 1000ms;
    EXPECT_EQ(send(), "a b") << "one last attempt";
    const auto wanted = fail(not_sent());
    EXPECT_FALSE(wanted.has_work || wanted.renew || wanted.ask);
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_TRUE(counts.was_stopped);
    EXPECT_EQ(send(), "(waits)") << "a machine that is stopped sends nothing";
    EXPECT_EQ(machine().unacknowledged_rows(), 2U);
    EXPECT_EQ(look(held), "it failed");
    EXPECT_EQ(found.code(), errc::socket_error);
    EXPECT_EQ(found.info().attempts, 2U);
    EXPECT_EQ(found.info().elapsed, 1000ms);
    EXPECT_EQ(found.info().unacknowledged_rows, 2U);

    machine().resume();
    EXPECT_EQ(send(), "a b");
    fail(not_sent());
    EXPECT_EQ(send(), "(waits for 10 ms)") << "a new beginning";
}

TEST_F(delivery_machine_test, a_pause_beyond_retry_timeout_ends_the_retries)
{
    coquest::detail::retry_budget budget;
    settings.queue.budget = &budget;
    settings.queue.retry_timeout = 25ms;
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    now += 10ms;
    EXPECT_EQ(send(), "a");
    for (int token = 0; token != 2 * coquest::detail::retry_budget::burst; ++token) {
        static_cast<void>(budget.take(now, now + 1min));
    }
    fail(not_sent());
    EXPECT_EQ(counts.stops, 1U) << "20 ms more, and the server has not asked for a pause";
}

TEST_F(delivery_machine_test, a_failure_that_no_retry_can_help_stops_immediately)
{
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(failure_of(errc::http_not_supported, delivery::not_sent, false, 404));
    EXPECT_EQ(counts.retries_announced, 0U);
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(counts.rejections, 0U);
}

TEST_F(delivery_machine_test, retry_after_is_honoured_as_far_as_retry_timeout_allows)
{
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(unavailable(700ms));
    EXPECT_EQ(send(), "(waits for 700 ms)");
    now += 700ms;
    EXPECT_EQ(send(), "a");
    fail(unavailable(700ms));
    EXPECT_EQ(send(), "(waits for 300 ms)") << "one last attempt when retry_timeout is over";
    now += 300ms;
    EXPECT_EQ(send(), "a");
    fail(unavailable(700ms));
    EXPECT_EQ(machine().stops().failure().info().message,
              "it failed; the server asked for a pause of 700 ms, and retry_timeout (1000 ms) is "
              "over; the rows are kept");
}

TEST_F(delivery_machine_test, senders_that_share_a_budget_retry_in_turn)
{
    coquest::detail::retry_budget budget;
    for (int token = 0; token != coquest::detail::retry_budget::burst; ++token) {
        EXPECT_EQ(budget.take(now, now + 1s), now);
    }
    settings.queue.budget = &budget;
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    EXPECT_EQ(send(), "(waits for 20 ms)");
}

TEST_F(delivery_machine_test, rows_are_sent_again_if_the_answer_is_lost)
{
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(unconfirmed());
    now += 10ms;
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(counts.acknowledged_rows, 1U) << "they count once";
}

TEST_F(delivery_machine_test, retry_at_now_off_does_not_send_unconfirmed_rows_of_at_now_again)
{
    settings.queue.retry_at_now = false;
    machine().rows().table("t").symbol("n", "own").at(timestamp_micros(1));
    machine().seal();
    EXPECT_EQ(send(), "own");
    fail(unconfirmed());
    now += 10ms;
    EXPECT_EQ(deliver(), "own") << "its timestamp is its own";

    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    now += 10ms;
    EXPECT_EQ(send(), "a") << "it was not sent";
    fail(unconfirmed());
    EXPECT_EQ(counts.stops, 1U);
    EXPECT_EQ(next_call(),
              "it failed; the rows may be stored and the server sets their timestamp, so that "
              "sending them again could duplicate them: retry_at_now=off");
    EXPECT_FALSE(machine().resume().has_work);
    EXPECT_TRUE(machine().queue().is_stopped()) << "no later call sends them again";
    EXPECT_EQ(taken(), "a");
    EXPECT_FALSE(machine().queue().is_stopped());
}

TEST_F(delivery_machine_test, the_next_call_reports_a_stop_once_and_starts_again)
{
    settings.queue.retry_timeout = 0ms;
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    EXPECT_TRUE(machine().has_pending_error());

    effects wanted;
    EXPECT_EQ(machine().take_pending_error(wanted).code(), errc::socket_error);
    EXPECT_TRUE(wanted.has_work);
    EXPECT_FALSE(wanted.renew);
    EXPECT_FALSE(machine().has_pending_error());
    EXPECT_EQ(counts.resumptions, 1U);
    EXPECT_FALSE(counts.was_stopped);
    EXPECT_EQ(deliver(), "a");
    EXPECT_TRUE(machine().is_drained());
}

TEST_F(delivery_machine_test, a_stop_that_a_wait_has_reported_is_not_reported_again)
{
    settings.queue.retry_timeout = 0ms;
    commit_batch("a");
    const auto first = machine().request_all();
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    EXPECT_EQ(look(first), "it failed");
    EXPECT_EQ(next_call(), "");
    EXPECT_EQ(look(first), "it failed") << "the wait began before the stop";
    const auto second = machine().request_all();
    EXPECT_EQ(look(second), "pending") << "this one began after it";
    EXPECT_EQ(machine().stopped_since(second.stops), nullptr);
    ASSERT_NE(machine().stopped_since(first.stops), nullptr);
    EXPECT_EQ(machine().stopped_since(first.stops)->code(), errc::socket_error);
    EXPECT_EQ(deliver(), "a");
    EXPECT_EQ(look(first), "delivered");
    EXPECT_EQ(look(second), "delivered");
}

TEST_F(delivery_machine_test, a_wait_that_begins_while_the_machine_is_stopped_starts_it)
{
    settings.queue.retry_timeout = 0ms;
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    const auto held = machine().request_all();
    ASSERT_NE(machine().stopped_since(held.stops), nullptr);
    EXPECT_TRUE(machine().resume().has_work);
    EXPECT_EQ(look(held), "pending");
    const auto wanted = machine().resume();
    EXPECT_FALSE(wanted.has_work || wanted.renew) << "it is not stopped";
    EXPECT_EQ(counts.resumptions, 1U);
    EXPECT_EQ(deliver(), "a");
}

TEST_F(delivery_machine_test, a_machine_that_resumes_does_not_wait_for_retries)
{
    use_connections(2);
    commit_batch("a");
    commit_batch("b");
    EXPECT_EQ(send(0), "a");
    EXPECT_EQ(send(1), "b");
    finish(0, unavailable(700ms));
    finish(1, wrong_password());
    machine().resume();
    EXPECT_EQ(send(0), "a");
}

TEST_F(delivery_machine_test, refused_credentials_are_reported_by_each_call_until_a_flush)
{
    commit_batch("a");
    EXPECT_EQ(send(), "a");
    fail(wrong_password());
    EXPECT_EQ(next_call(), "it failed");
    EXPECT_EQ(next_call(), "it failed");
    EXPECT_TRUE(machine().queue().is_stopped());
    const auto wanted = machine().resume();
    EXPECT_TRUE(wanted.has_work);
    EXPECT_FALSE(wanted.renew);
    EXPECT_EQ(next_call(), "");
    EXPECT_EQ(deliver(), "a");
}

TEST_F(delivery_machine_test, several_connections_may_fail_and_succeed_after_a_stop)
{
    use_connections(3);
    settings.queue.retry_timeout = 0ms;
    for (const char* name : {"a", "b", "c", "d"}) {
        commit_batch(name);
    }
    const auto held = machine().request_all();
    for (const std::size_t id : {0U, 1U, 2U}) {
        send(id);
    }
    finish(0, not_sent());
    EXPECT_EQ(send(0), "(waits)");
    finish(1, wrong_password());
    finish(2, {});
    EXPECT_EQ(counts.stops, 2U);
    EXPECT_EQ(counts.acknowledged_rows, 1U);
    EXPECT_EQ(machine().queue().failure().code(), errc::socket_error) << "the first one";
    EXPECT_EQ(look(held), "it failed");
    EXPECT_EQ(found.code(), errc::auth_error) << "the last one";
    machine().resume();
    EXPECT_EQ(send(0), "a");
    EXPECT_EQ(send(1), "b");
    EXPECT_EQ(send(2), "d");
}

TEST_F(delivery_machine_test, take_unacknowledged_takes_all_rows_except_those_in_flight)
{
    use_connections(2);
    settings.queue.retry_timeout = 0ms;
    commit_batch("a");
    commit_batch("b");
    commit_batch("c");
    commit("d");
    EXPECT_EQ(send(0), "a");
    EXPECT_EQ(send(1), "b");
    finish(0, not_sent());

    buffer rows(protocol_version::v1, {});
    const auto wanted = machine().take_unacknowledged(rows);
    EXPECT_EQ(names_of(rows), "a c d");
    EXPECT_TRUE(wanted.has_work);
    EXPECT_FALSE(machine().queue().is_stopped());
    EXPECT_EQ(counts.returned_rows, 3U);
    EXPECT_EQ(machine().unacknowledged_rows(), 1U);
    finish(1, not_sent());
    EXPECT_EQ(counts.stops, 2U) << "b was in flight, and fails on its own";
    EXPECT_EQ(taken(), "b");
    EXPECT_TRUE(machine().is_drained());
    EXPECT_EQ(taken(), "");
}

TEST_F(delivery_machine_test, rows_that_are_taken_are_not_delivered)
{
    commit_batch("a");
    const auto before = machine().request_all();
    EXPECT_EQ(deliver(), "a");
    commit_batch("b");
    const auto held = machine().request_all();
    EXPECT_EQ(taken(), "b");
    EXPECT_EQ(look(held), "take_unacknowledged() took the rows before they were acknowledged");
    EXPECT_EQ(found.code(), errc::cancelled);
    EXPECT_EQ(look(before), "delivered") << "before they were taken";
    EXPECT_EQ(look(machine().request_all()), "delivered") << "nothing is left";

    EXPECT_EQ(taken(), "");
    EXPECT_EQ(look(before), "delivered") << "the second call took nothing";
    commit_batch("c");
    EXPECT_EQ(taken(), "c");
    EXPECT_NE(look(held), "delivered") << "two calls later";

    commit_batch("d");
    const auto after = machine().request_all();
    EXPECT_EQ(deliver(), "d");
    commit_batch("e");
    EXPECT_EQ(taken(), "e");
    EXPECT_EQ(look(after), "delivered") << "before they were taken";
}

TEST_F(delivery_machine_test, a_wait_for_rows_that_are_taken_after_a_stop_tells_its_reason)
{
    settings.queue.retry_timeout = 0ms;
    commit_batch("a");
    const auto held = machine().request_all();
    EXPECT_EQ(send(), "a");
    fail(not_sent());
    EXPECT_EQ(taken(), "a");
    EXPECT_EQ(look(held), "it failed");
    EXPECT_EQ(found.code(), errc::socket_error);
}

TEST_F(delivery_machine_test, out_of_memory_stops_and_loses_nothing)
{
    commit_batch("a");
    const auto held = machine().request_all();
    EXPECT_EQ(send(), "a");
    machine().out_of_memory(0);
    EXPECT_FALSE(machine().is_sending(0));
    EXPECT_EQ(machine().queue().in_flight(), 0U);
    EXPECT_TRUE(machine().queue().is_stopped());
    EXPECT_NE(look(held), "pending");
    EXPECT_EQ(found.code(), std::errc::not_enough_memory);
    EXPECT_EQ(next_call(), "") << "the wait has reported it";
    EXPECT_EQ(deliver(), "a");

    machine().out_of_memory(0);
    EXPECT_EQ(send(), "(waits)") << "also without a batch in flight";
    effects wanted;
    EXPECT_EQ(machine().take_pending_error(wanted).code(), std::errc::not_enough_memory);
}

} // namespace
