// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "unit/core/delivery/write_queue_fixture.hpp"

namespace {

using namespace coquest::detail;
using namespace std::chrono_literals;
using coquest::test::limits_of;
using coquest::test::rejection;
using coquest::test::rows_of;
using coquest::test::text_of;
using coquest::test::transient_failure;
using coquest::test::write_queue_test;
using action = write_queue::action;
using outcome = write_queue::outcome;

TEST_F(write_queue_test, batches_leave_in_order_one_at_a_time)
{
    EXPECT_EQ(queue.next(now).kind, action::nothing);
    EXPECT_TRUE(queue.is_delivered(0));
    EXPECT_FALSE(queue.is_delivered(1)) << "it is not pushed yet";
    EXPECT_EQ(queue.push(rows_of("a", 2)), 1U);
    EXPECT_EQ(queue.push(rows_of("bc", 3)), 2U);
    EXPECT_EQ(queue.rows(), 5U);
    EXPECT_EQ(queue.bytes(), 3U);

    auto& first = send();
    EXPECT_EQ(queue.next(now).kind, action::nothing) << "one in flight";
    EXPECT_EQ(queue.in_flight(), 1U);
    EXPECT_FALSE(queue.is_delivered(1));
    EXPECT_EQ(text_of(queue.acknowledge(first)), "a");

    EXPECT_TRUE(queue.is_delivered(1));
    EXPECT_FALSE(queue.is_delivered(2));
    EXPECT_EQ(sent(), "bc");
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0U);
    EXPECT_EQ(queue.rows(), 0U);
    EXPECT_EQ(queue.in_flight(), 0U);
}

TEST_F(write_queue_test, several_connections_send_at_the_same_time_and_pass_one_that_waits)
{
    auto limits = limits_of(1000ms);
    limits.in_order = false;
    write_queue many(limits);
    for (const char* text : {"a", "b", "c"}) {
        many.push(rows_of(text));
    }
    const auto take = [&] {
        const auto next = many.next(now);
        EXPECT_EQ(next.kind, action::send);
        many.begin_attempt(*next.to_send, now);
        return next.to_send;
    };
    auto* const a = take();
    auto* const b = take();
    status failure = transient_failure();
    EXPECT_EQ(many.fail_attempt(*a, failure, now, 0), outcome::retry);

    EXPECT_EQ(text_of(many.acknowledge(*take())), "c");
    EXPECT_FALSE(many.is_delivered(3)) << "those before it are left";
    EXPECT_EQ(text_of(many.acknowledge(*b)), "b");
    const auto next = many.next(now);
    EXPECT_EQ(next.kind, action::wait);
    now = next.until;
    EXPECT_EQ(take(), a);
    EXPECT_EQ(text_of(many.acknowledge(*a)), "a");
    EXPECT_TRUE(many.is_delivered(3));
}

TEST_F(write_queue_test, rows_that_are_lent_are_not_counted_until_they_are_back)
{
    queue.push(rows_of("abc", 3));
    auto& whole = send();
    status failure = rejection();
    EXPECT_EQ(queue.fail_attempt(whole, failure, now, 0), outcome::rejected);

    batch rows = queue.lend_rows(whole);
    EXPECT_EQ(queue.bytes(), 0U);
    EXPECT_EQ(queue.rows(), 0U);
    queue.return_rows(whole, std::move(rows));
    EXPECT_EQ(queue.bytes(), 3U);
    EXPECT_EQ(text_of(queue.drop(whole)), "abc");
    EXPECT_TRUE(queue.empty());
}

TEST_F(write_queue_test, a_batch_from_the_middle_leaves_the_front_as_it_is)
{
    queue.push(rows_of("a"));
    queue.push(rows_of("b"));
    stop(rejection());

    EXPECT_EQ(text_of(queue.withdraw(2)), "b");

    EXPECT_TRUE(queue.is_stopped());
    EXPECT_EQ(queue.withdraw(2).rows, 0U) << "it is withdrawn already";
    queue.resume();
    EXPECT_EQ(sent(), "a");
}

TEST_F(write_queue_test, what_is_in_flight_stays)
{
    queue.push(rows_of("a"));
    queue.push(rows_of("b"));
    queue.push(rows_of("c", 2));
    auto& first = send();

    EXPECT_EQ(queue.withdraw(1).rows, 0U);
    const batch rest = queue.withdraw_all();

    EXPECT_EQ(text_of(rest), "bc");
    EXPECT_EQ(rest.rows, 3U);
    EXPECT_EQ(text_of(queue.acknowledge(first)), "a");
    EXPECT_TRUE(queue.empty());
}

TEST_F(write_queue_test, what_gathered_meanwhile_goes_with_the_first)
{
    queue.push(rows_of("a"), true);
    queue.push(rows_of("bb", 2), true);
    queue.push(rows_of("ccc", 3), true);
    queue.push(rows_of("owned"));
    queue.push(rows_of("d"), true);
    queue.join_followers(*queue.next(now).to_send, 3);
    EXPECT_EQ(queue.rows(), 8U);
    EXPECT_EQ(queue.bytes(), 12U);
    EXPECT_EQ(sent(), "abb") << "3 bytes are the limit";
    EXPECT_TRUE(queue.is_delivered(2));
    EXPECT_FALSE(queue.is_delivered(3));

    queue.join_followers(*queue.next(now).to_send, 100);
    EXPECT_EQ(sent(), "ccc") << "the next has an owner";
    queue.join_followers(*queue.next(now).to_send, 100);
    EXPECT_EQ(sent(), "owned");
    EXPECT_EQ(sent(), "d");
}

TEST_F(write_queue_test, what_was_tried_already_is_not_joined)
{
    queue.push(rows_of("a"), true);
    queue.push(rows_of("b"), true);
    EXPECT_EQ(fail(transient_failure()), outcome::retry);
    now += 1s;
    queue.join_followers(*queue.next(now).to_send, 100);
    EXPECT_EQ(sent(), "a");
}

TEST_F(write_queue_test, rows_that_are_sent_again_come_first_and_keep_their_history)
{
    const auto first = queue.push(rows_of("a"));
    queue.push(rows_of("b"));
    EXPECT_EQ(sent(), "a");
    const auto failed_at = now - 900ms;
    auto& again = queue.push_front(rows_of("a"), 3, failed_at);
    EXPECT_FALSE(queue.is_delivered(first)) << "a flush that begins now waits for it";
    EXPECT_TRUE(queue.withdraw(first + 1).rows == 1) << "the owner of b gets only b";
    status failure = transient_failure();
    EXPECT_EQ(queue.decide_outcome(again, failure, now, 0), outcome::retry);
    EXPECT_EQ(queue.next(now).kind, action::wait);
    failure = transient_failure();
    EXPECT_EQ(queue.decide_outcome(again, failure, now + 200ms, 0), outcome::failed)
        << "retry_timeout counts from the first failure";
}

// Batch 1 is acknowledged and its owner has not run yet. Batch 2 belongs to another buffer.
TEST_F(write_queue_test, rows_that_are_sent_again_belong_to_no_buffer)
{
    const auto first = queue.push(rows_of("a"));
    const auto second = queue.push(rows_of("b"));
    EXPECT_EQ(sent(), "a");
    auto& again = queue.push_front(rows_of("other"), 1, now);

    EXPECT_NE(again.id, first);
    EXPECT_NE(again.id, second);
    EXPECT_EQ(queue.withdraw(first).rows, 0U);
    EXPECT_FALSE(queue.is_delivered(first));
    EXPECT_EQ(sent(), "other");
    EXPECT_TRUE(queue.is_delivered(first));
}

TEST_F(write_queue_test, unconfirmed_rows_are_only_withdrawn)
{
    queue.push(rows_of("a"));
    EXPECT_EQ(sent(), "a");
    queue.mark_unconfirmed(queue.push_front(rows_of("a"), 1, now));
    queue.stop(transient_failure());
    queue.resume();
    EXPECT_TRUE(queue.is_stopped());
    EXPECT_TRUE(queue.has_unconfirmed());
    EXPECT_EQ(queue.next(now).kind, action::nothing);

    EXPECT_EQ(text_of(queue.withdraw_all()), "a");
    queue.resume();
    EXPECT_FALSE(queue.has_unconfirmed());
    EXPECT_FALSE(queue.is_stopped());
}

TEST_F(write_queue_test, a_batch_has_one_state_at_a_time)
{
    queue.push(rows_of("a"));
    auto& first = *queue.next(now).to_send;
    EXPECT_EQ(first.state(), batch_state::pending);
    queue.begin_attempt(first, now);
    EXPECT_EQ(first.state(), batch_state::in_flight);
    EXPECT_EQ(queue.in_flight(), 1U);
    queue.abort_attempt(first);
    EXPECT_EQ(first.state(), batch_state::pending);
    EXPECT_EQ(queue.in_flight(), 0U);
    queue.mark_unconfirmed(first);
    EXPECT_EQ(first.state(), batch_state::unconfirmed);
    EXPECT_EQ(queue.next(now).kind, action::nothing);
    EXPECT_EQ(queue.active(), 1U);
    queue.set_aside(first, transient_failure());
    EXPECT_EQ(first.state(), batch_state::set_aside);
    EXPECT_FALSE(queue.has_unconfirmed()) << "its owner has it";
    EXPECT_FALSE(first.is_rejected());
    EXPECT_EQ(queue.active(), 0U);
}

TEST_F(write_queue_test, all_rows_can_be_withdrawn_when_the_connections_are_gone)
{
    queue.push(rows_of("bad"));
    queue.push(rows_of("owned"));
    queue.push(rows_of("sent"));
    queue.set_aside_rejected(*queue.next(now).to_send);
    queue.set_aside(*queue.next(now).to_send, rejection());
    send();
    queue.prepare();
    queue.mark_unconfirmed(queue.push_front(rows_of("lost"), 1, now));

    queue.abort_all();

    EXPECT_EQ(queue.in_flight(), 0U);
    EXPECT_EQ(queue.active(), 4U);
    EXPECT_TRUE(queue.has_unconfirmed());
    EXPECT_FALSE(queue.is_settled());
    EXPECT_EQ(text_of(queue.withdraw_all()), "lostbadownedsent");
    EXPECT_TRUE(queue.empty());
    EXPECT_TRUE(queue.is_settled());
}

} // namespace
