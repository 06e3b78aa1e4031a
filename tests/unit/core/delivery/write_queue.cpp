// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/write_queue.hpp"

#include "support/batches.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace {

using namespace coquest::detail;
using coquest::test::rows_of;
using coquest::test::text_of;
using namespace std::chrono_literals;
using action = write_queue::action;
using verdict = write_queue::verdict;

write_queue::limits limits_of(std::chrono::milliseconds retry_timeout)
{
    write_queue::limits made;
    made.retry_timeout = retry_timeout;
    made.max_backoff = 100ms;
    return made;
}

fault passing()
{
    fault why(coquest::errc::socket_error, "connection closed by the server");
    why.info.retryable = true;
    return why;
}

fault refusal()
{
    fault why(coquest::errc::server_flush_error, "bad row");
    why.info.state = coquest::delivery::rejected;
    return why;
}

class write_queue_test : public testing::Test {
protected:
    write_queue::entry& send()
    {
        const auto next = queue.next(now);
        EXPECT_EQ(next.todo, action::send);
        queue.sending(*next.what, now);
        return *next.what;
    }
    verdict fail(fault why, std::uint32_t random = 0)
    {
        return queue.failed(send(), why, now, random);
    }
    /// Lets the front batch fail for good, as the driver does.
    void stop(fault why)
    {
        EXPECT_NE(queue.failed(send(), why, now, 0), verdict::again);
        queue.stop(std::move(why));
    }
    std::string sent() { return text_of(queue.sent(send())); }

    write_queue queue{limits_of(1000ms)};
    write_queue::time_point now{1h};
};

TEST_F(write_queue_test, batches_leave_in_order_one_at_a_time)
{
    EXPECT_EQ(queue.next(now).todo, action::nothing);
    EXPECT_TRUE(queue.done(0));
    EXPECT_FALSE(queue.done(1)) << "not there yet";
    EXPECT_EQ(queue.push(rows_of("a", 2)), 1U);
    EXPECT_EQ(queue.push(rows_of("bc", 3)), 2U);
    EXPECT_EQ(queue.rows(), 5U);
    EXPECT_EQ(queue.bytes(), 3U);

    auto& first = send();
    EXPECT_EQ(queue.next(now).todo, action::nothing) << "one in flight";
    EXPECT_EQ(queue.in_flight(), 1U);
    EXPECT_FALSE(queue.done(1));
    EXPECT_EQ(text_of(queue.sent(first)), "a");

    EXPECT_TRUE(queue.done(1));
    EXPECT_FALSE(queue.done(2));
    EXPECT_EQ(sent(), "bc");
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0U);
    EXPECT_EQ(queue.rows(), 0U);
    EXPECT_EQ(queue.in_flight(), 0U);
}

TEST_F(write_queue_test, several_connections_send_at_once_and_pass_one_that_waits)
{
    auto limits = limits_of(1000ms);
    limits.in_order = false;
    write_queue many(limits);
    for (const char* text : {"a", "b", "c"}) {
        many.push(rows_of(text));
    }
    const auto take = [&] {
        const auto next = many.next(now);
        EXPECT_EQ(next.todo, action::send);
        many.sending(*next.what, now);
        return next.what;
    };
    auto* const a = take();
    auto* const b = take();
    fault why = passing();
    EXPECT_EQ(many.failed(*a, why, now, 0), verdict::again);

    EXPECT_EQ(text_of(many.sent(*take())), "c");
    EXPECT_FALSE(many.done(3)) << "those before it have not left";
    EXPECT_EQ(text_of(many.sent(*b)), "b");
    const auto next = many.next(now);
    EXPECT_EQ(next.todo, action::wait);
    now = next.until;
    EXPECT_EQ(take(), a);
    EXPECT_EQ(text_of(many.sent(*a)), "a");
    EXPECT_TRUE(many.done(3));
}

TEST_F(write_queue_test, a_passing_failure_is_tried_again_after_a_growing_pause)
{
    queue.push(rows_of("a"));
    auto previous = 0ms;
    for (int attempt = 0; attempt < 5; ++attempt) {
        ASSERT_EQ(fail(passing()), verdict::again);
        const auto next = queue.next(now);
        ASSERT_EQ(next.todo, action::wait);
        const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(next.until - now);
        EXPECT_GE(pause, previous);
        EXPECT_LE(pause, 100ms);
        previous = pause;
        now = next.until;
    }
    EXPECT_EQ(sent(), "a");
}

TEST_F(write_queue_test, a_failure_that_lasts_is_given_up_in_time_and_the_rows_are_kept)
{
    queue.push(rows_of("a", 7));
    const auto first_failure = now;
    unsigned attempts = 1;
    fault why = passing();
    while (queue.failed(send(), why, now, 0) == verdict::again) {
        now = queue.next(now).until;
        why = passing();
        ++attempts;
    }
    queue.stop(std::move(why));

    EXPECT_LE(now - first_failure, 1000ms) << "no attempt after retry_timeout";
    EXPECT_GE(now - first_failure, 850ms);
    EXPECT_TRUE(queue.stopped());
    EXPECT_EQ(queue.failure().code, coquest::errc::socket_error);
    EXPECT_EQ(queue.failure().info.attempts, attempts);
    EXPECT_EQ(queue.failure().info.unsent_rows, 7U);
    EXPECT_EQ(queue.failure().info.elapsed, now - first_failure);
    EXPECT_EQ(queue.next(now).todo, action::nothing);
    EXPECT_EQ(queue.rows(), 7U);

    queue.resume();
    EXPECT_EQ(fail(passing()), verdict::again) << "what was before is forgotten";
}

TEST_F(write_queue_test, a_refusal_is_not_tried_again)
{
    queue.push(rows_of("a"));
    fault why = refusal();

    EXPECT_EQ(queue.failed(send(), why, now, 0), verdict::rejected);
    EXPECT_EQ(why.info.attempts, 1U);
}

TEST_F(write_queue_test, what_no_rows_are_to_blame_for_is_no_refusal_of_them)
{
    queue.push(rows_of("a"));
    fault why = refusal();
    why.code = coquest::errc::auth_error;

    EXPECT_EQ(queue.failed(send(), why, now, 0), verdict::failed);
}

TEST_F(write_queue_test, no_retry_timeout_means_one_attempt)
{
    queue = write_queue(limits_of(0ms));
    queue.push(rows_of("a"));

    EXPECT_EQ(fail(passing()), verdict::failed);
}

TEST_F(write_queue_test, the_pause_is_at_least_what_the_server_asked_for)
{
    queue.push(rows_of("a"));
    fault why = passing();
    why.info.retry_after = 700ms;
    EXPECT_EQ(fail(why), verdict::again);
    EXPECT_EQ(queue.next(now).until, now + 700ms);

    now += 700ms;
    EXPECT_EQ(fail(why), verdict::failed) << "beyond retry_timeout";
}

TEST_F(write_queue_test, rows_of_at_now_that_may_be_stored_are_repeated_only_where_allowed)
{
    for (const bool allowed : {true, false}) {
        auto limits = limits_of(1000ms);
        limits.retry_at_now = allowed;
        queue = write_queue(limits);
        batch rows = rows_of("a");
        rows.server_time = true;
        queue.push(std::move(rows));
        fault why = passing();
        EXPECT_EQ(queue.failed(send(), why, now, 0), verdict::again) << "certainly not stored";
        now = queue.next(now).until;
        why.info.state = coquest::delivery::maybe_applied;
        EXPECT_EQ(queue.failed(send(), why, now, 0), allowed ? verdict::again : verdict::failed);
        EXPECT_EQ(why.info.message.find("retry_at_now=off") != std::string::npos, !allowed);
    }
}

TEST_F(write_queue_test, retries_take_their_turn_in_a_shared_budget)
{
    retry_budget budget;
    auto limits = limits_of(1000ms);
    limits.budget = &budget;
    limits.in_order = false;
    queue = write_queue(limits);
    for (int i = 0; i < retry_budget::burst + 10; ++i) {
        queue.push(rows_of("a"));
        EXPECT_EQ(fail(passing()), verdict::again);
    }
    std::size_t soon = 0;
    for (now += 11ms; queue.next(now).todo == action::send; ++soon) {
        send();
    }
    EXPECT_EQ(soon, std::size_t{retry_budget::burst});
    EXPECT_EQ(queue.next(now).until, now - 1ms + retry_budget::refill);
}

TEST_F(write_queue_test, what_is_set_aside_stops_nobody_and_waits_for_its_owner)
{
    queue.push(rows_of("bad"));
    queue.push(rows_of("good"));
    EXPECT_EQ(queue.given_up(1), nullptr);
    auto& bad = send();
    fault why = refusal();
    EXPECT_EQ(queue.failed(bad, why, now, 0), verdict::rejected);
    queue.set_aside(bad, std::move(why));

    ASSERT_NE(queue.given_up(1), nullptr);
    EXPECT_EQ(queue.given_up(1)->code, coquest::errc::server_flush_error);
    EXPECT_EQ(queue.given_up(2), nullptr);
    EXPECT_EQ(sent(), "good");
    EXPECT_EQ(text_of(queue.withdraw(1)), "bad");
    EXPECT_TRUE(queue.done(2));
    EXPECT_EQ(queue.bytes(), 0U);
}

TEST_F(write_queue_test, a_batch_is_cut_around_the_row_that_the_server_named)
{
    queue.push(rows_of("t a=1i\nt a=2i\nt a=3i\nt a=4i\n", 4));
    queue.push(rows_of("u a=1i\n"));
    auto& whole = send();
    fault why = refusal();
    EXPECT_EQ(queue.failed(whole, why, now, 0), verdict::rejected);

    EXPECT_TRUE(queue.split(whole, 2));

    EXPECT_EQ(sent(), "t a=1i\nt a=2i\n");
    auto& bad = send();
    EXPECT_EQ(text_of(bad.rows), "t a=3i\n");
    EXPECT_FALSE(queue.split(bad, 0)) << "one row";
    queue.set_aside(bad, refusal());
    EXPECT_EQ(queue.given_up(1), nullptr) << "a part is still on its way";
    EXPECT_EQ(sent(), "t a=4i\n");
    EXPECT_NE(queue.given_up(1), nullptr);
    EXPECT_EQ(queue.rows(), 2U);
    EXPECT_EQ(sent(), "u a=1i\n");
}

TEST_F(write_queue_test, a_batch_is_halved_where_the_row_is_not_known)
{
    for (const std::optional<std::size_t> row : {std::optional<std::size_t>(), {99}}) {
        queue.push(rows_of("t a=1i\nt a=2i\nt a=3i\n", 3));
        auto& whole = send();
        fault why = refusal();
        EXPECT_EQ(queue.failed(whole, why, now, 0), verdict::rejected);
        EXPECT_TRUE(queue.split(whole, row));
        EXPECT_EQ(sent(), "t a=1i\n");
        EXPECT_EQ(sent(), "t a=2i\nt a=3i\n");
        EXPECT_TRUE(queue.empty());
    }
}

TEST_F(write_queue_test, rows_that_are_lent_are_not_counted_until_they_are_back)
{
    queue.push(rows_of("abc", 3));
    auto& one = send();
    fault why = refusal();
    EXPECT_EQ(queue.failed(one, why, now, 0), verdict::rejected);

    batch rows = queue.lend(one);
    EXPECT_EQ(queue.bytes(), 0U);
    EXPECT_EQ(queue.rows(), 0U);
    queue.give_back(one, std::move(rows));
    EXPECT_EQ(queue.bytes(), 3U);
    EXPECT_EQ(text_of(queue.let_go(one)), "abc");
    EXPECT_TRUE(queue.empty());
}

TEST_F(write_queue_test, a_batch_from_the_middle_leaves_the_front_as_it_is)
{
    queue.push(rows_of("a"));
    queue.push(rows_of("b"));
    stop(refusal());

    EXPECT_EQ(text_of(queue.withdraw(2)), "b");

    EXPECT_TRUE(queue.stopped());
    EXPECT_EQ(queue.withdraw(2).rows, 0U) << "gone";
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
    EXPECT_EQ(text_of(queue.sent(first)), "a");
    EXPECT_TRUE(queue.empty());
}

TEST_F(write_queue_test, what_gathered_meanwhile_goes_with_the_first)
{
    queue.push(rows_of("a"), true);
    queue.push(rows_of("bb", 2), true);
    queue.push(rows_of("ccc", 3), true);
    queue.push(rows_of("owned"));
    queue.push(rows_of("d"), true);
    queue.gather(*queue.next(now).what, 5);
    EXPECT_EQ(queue.rows(), 8U);
    EXPECT_EQ(queue.bytes(), 12U);
    EXPECT_EQ(sent(), "abb") << "5 bytes are the limit";
    EXPECT_TRUE(queue.done(2));
    EXPECT_FALSE(queue.done(3));

    queue.gather(*queue.next(now).what, 100);
    EXPECT_EQ(sent(), "ccc") << "the next has an owner";
    queue.gather(*queue.next(now).what, 100);
    EXPECT_EQ(sent(), "owned");
    EXPECT_EQ(sent(), "d");
}

TEST_F(write_queue_test, what_was_tried_already_is_not_joined)
{
    queue.push(rows_of("a"), true);
    queue.push(rows_of("b"), true);
    EXPECT_EQ(fail(passing()), verdict::again);
    now += 1s;
    queue.gather(*queue.next(now).what, 100);
    EXPECT_EQ(sent(), "a");
}

TEST_F(write_queue_test, rows_that_are_sent_again_come_first_and_keep_their_history)
{
    const auto first = queue.push(rows_of("a"));
    queue.push(rows_of("b"));
    EXPECT_EQ(sent(), "a");
    const auto failed_at = now - 900ms;
    auto& again = queue.push_front(rows_of("a"), 3, failed_at);
    EXPECT_FALSE(queue.done(first)) << "a flush that begins now waits for it";
    EXPECT_TRUE(queue.withdraw(first + 1).rows == 1) << "and the owner of b gets b alone";
    fault why = passing();
    EXPECT_EQ(queue.judge(again, why, now, 0), verdict::again);
    EXPECT_EQ(queue.next(now).todo, action::wait);
    why = passing();
    EXPECT_EQ(queue.judge(again, why, now + 200ms, 0), verdict::failed)
        << "retry_timeout counts from the first failure";
}

TEST_F(write_queue_test, unsure_rows_are_only_withdrawn)
{
    queue.push(rows_of("a"));
    EXPECT_EQ(sent(), "a");
    queue.push_front(rows_of("a"), 1, now).unsure = true;
    queue.stop(passing());
    queue.resume();
    EXPECT_TRUE(queue.stopped());
    EXPECT_TRUE(queue.unsure());
    EXPECT_EQ(queue.next(now).todo, action::nothing);

    EXPECT_EQ(text_of(queue.withdraw_all()), "a");
    EXPECT_FALSE(queue.unsure());
    EXPECT_FALSE(queue.stopped());
}

} // namespace
