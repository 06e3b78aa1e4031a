// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What the queue does with batches that failed: retries, rejections, splits.

#include "unit/core/delivery/write_queue_fixture.hpp"

#include <optional>
#include <string>

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

TEST_F(write_queue_test, a_passing_failure_is_tried_again_after_a_growing_pause)
{
    queue.push(rows_of("a"));
    auto previous = 0ms;
    for (int attempt = 0; attempt < 5; ++attempt) {
        ASSERT_EQ(fail(transient_failure()), outcome::retry);
        const auto next = queue.next(now);
        ASSERT_EQ(next.kind, action::wait);
        const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(next.until - now);
        EXPECT_GE(pause, previous);
        EXPECT_LE(pause, 100ms);
        previous = pause;
        now = next.until;
    }
    EXPECT_EQ(sent(), "a");
}

TEST_F(write_queue_test, a_lasting_failure_ends_in_time_and_the_rows_are_kept)
{
    queue.push(rows_of("a", 7));
    const auto first_failure = now;
    unsigned attempts = 1;
    status failure = transient_failure();
    while (queue.fail_attempt(send(), failure, now, 0) == outcome::retry) {
        now = queue.next(now).until;
        failure = transient_failure();
        ++attempts;
    }
    queue.stop(std::move(failure));

    EXPECT_LE(now - first_failure, 1000ms) << "no attempt after retry_timeout";
    EXPECT_GE(now - first_failure, 850ms);
    EXPECT_TRUE(queue.is_stopped());
    EXPECT_EQ(queue.failure().code(), coquest::errc::socket_error);
    EXPECT_EQ(queue.failure().info().attempts, attempts);
    EXPECT_EQ(queue.failure().info().unacknowledged_rows, 7U);
    EXPECT_EQ(queue.failure().info().elapsed, now - first_failure);
    EXPECT_EQ(queue.next(now).kind, action::nothing);
    EXPECT_EQ(queue.rows(), 7U);

    queue.resume();
    EXPECT_EQ(fail(transient_failure()), outcome::retry) << "the history starts afresh";
}

TEST_F(write_queue_test, a_refusal_is_not_tried_again)
{
    queue.push(rows_of("a"));
    status failure = rejection();

    EXPECT_EQ(queue.fail_attempt(send(), failure, now, 0), outcome::rejected);
    EXPECT_EQ(failure.info().attempts, 1U);
}

TEST_F(write_queue_test, what_no_rows_are_to_blame_for_is_no_refusal_of_them)
{
    queue.push(rows_of("a"));
    status failure = rejection();
    failure.amend().state = coquest::delivery::not_sent;

    EXPECT_EQ(queue.fail_attempt(send(), failure, now, 0), outcome::failed);
}

TEST_F(write_queue_test, no_retry_timeout_means_one_attempt)
{
    queue = write_queue(limits_of(0ms));
    queue.push(rows_of("a"));

    EXPECT_EQ(fail(transient_failure()), outcome::failed);
}

TEST_F(write_queue_test, the_pause_is_at_least_that_of_the_server)
{
    queue.push(rows_of("a"));
    status failure = transient_failure();
    failure.amend().retry_after = 700ms;
    EXPECT_EQ(fail(failure), outcome::retry);
    EXPECT_EQ(queue.next(now).until, now + 700ms);
}

TEST_F(write_queue_test, a_server_that_asks_for_more_time_than_there_is_gets_what_there_is)
{
    queue.push(rows_of("a"));
    status failure = transient_failure();
    failure.amend().retry_after = 30s;
    EXPECT_EQ(fail(failure), outcome::retry);
    EXPECT_EQ(queue.next(now).until, now + 1000ms) << "retry_timeout";

    now += 1000ms;
    EXPECT_EQ(queue.fail_attempt(send(), failure, now, 0), outcome::failed);
    EXPECT_EQ(failure.info().message,
              "connection closed by the server; the server asked for a pause of 30000 ms, and "
              "retry_timeout (1000 ms) is over; the rows are kept");
    EXPECT_EQ(failure.info().attempts, 2U);

    queue = write_queue(limits_of(0ms));
    queue.push(rows_of("a"));
    EXPECT_EQ(fail(failure), outcome::failed) << "retries are off";
}

TEST_F(write_queue_test, a_row_that_a_5xx_names_is_rejected_when_retry_timeout_is_over)
{
    queue.push(rows_of("t a=1i\nt a=2i\nt a=3i\n", 3));
    const auto internal_error = [](std::size_t line) {
        status failure(coquest::errc::server_flush_error, "internal error");
        failure.amend().http_status = 500;
        failure.amend().server_line = line;
        failure.amend().state = coquest::delivery::unconfirmed;
        failure.amend().retryable = true;
        return failure;
    };
    status failure = internal_error(2);
    auto* whole = &send();
    while (queue.fail_attempt(*whole, failure, now, 0) == outcome::retry) {
        now = queue.next(now).until;
        whole = &send();
    }
    EXPECT_EQ(failure.info().state, coquest::delivery::rejected);
    EXPECT_GT(failure.info().attempts, 2U);
    EXPECT_TRUE(queue.split(*whole, 1));

    EXPECT_EQ(sent(), "t a=1i\n");
    failure = internal_error(1);
    EXPECT_EQ(queue.fail_attempt(send(), failure, now, 0), outcome::rejected)
        << "the named row keeps its history";
    queue.set_aside_rejected(*queue.next(now).to_send);
    failure = internal_error(0);
    EXPECT_EQ(queue.fail_attempt(send(), failure, now, 0), outcome::retry)
        << "the rows behind it start afresh, and a 5xx without a line names no row";
}

TEST_F(write_queue_test, a_batch_that_is_too_large_is_cut_to_size)
{
    queue.push(rows_of("t a=1i\nt a=2i\nt a=3i\n", 3)); // 7 bytes each
    status failure = rejection();
    failure.amend().http_status = 413;
    auto& whole = send();
    EXPECT_EQ(queue.fail_attempt(whole, failure, now, 0), outcome::too_large);
    EXPECT_FALSE(queue.cut_to_size(whole, 21)) << "it fits";
    EXPECT_TRUE(queue.cut_to_size(whole, 20));
    EXPECT_EQ(sent(), "t a=1i\nt a=2i\n");
    EXPECT_EQ(queue.fail_attempt(send(), failure, now, 0), outcome::rejected) << "a single row";

    queue = write_queue(limits_of(1000ms));
    queue.push(rows_of("t a=1i\nt a=2i\n", 2));
    failure.amend().state = coquest::delivery::not_sent;
    EXPECT_EQ(queue.fail_attempt(send(), failure, now, 0), outcome::failed) << "no row is to blame";

    queue = write_queue(limits_of(1000ms));
    queue.push(rows_of("t a=1i\nt a=2i\n", 2));
    EXPECT_TRUE(queue.cut_to_size(*queue.next(now).to_send, 3)) << "one row at least";
    EXPECT_EQ(sent(), "t a=1i\n");
    EXPECT_EQ(sent(), "t a=2i\n");
}

TEST_F(write_queue_test, nothing_waits_for_rejected_rows_that_are_set_aside)
{
    const auto first = queue.push(rows_of("bad", 2));
    const auto second = queue.push(rows_of("good"));
    auto& bad = send();
    status failure = rejection();
    EXPECT_EQ(queue.fail_attempt(bad, failure, now, 0), outcome::rejected);
    queue.set_aside_rejected(bad);

    EXPECT_TRUE(queue.is_delivered(first));
    EXPECT_FALSE(queue.is_delivered(second));
    EXPECT_FALSE(queue.is_settled());
    EXPECT_EQ(sent(), "good");
    EXPECT_TRUE(queue.is_delivered(second));
    EXPECT_TRUE(queue.is_settled());
    EXPECT_EQ(queue.rejected_rows(), 2U);
    EXPECT_EQ(queue.rows(), 2U) << "they are still held";

    EXPECT_EQ(text_of(queue.withdraw_all()), "bad");
    EXPECT_TRUE(queue.is_settled());
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.rejected_rows(), 0U);
}

TEST_F(write_queue_test, a_batch_that_is_set_aside_as_rejected_has_no_failure_for_its_wait)
{
    auto limits = limits_of(1000ms);
    limits.in_order = false;
    queue = write_queue(limits);
    queue.push(rows_of("slow"));
    const auto rejected = queue.push(rows_of("bad"));
    auto& slow = send();
    queue.set_aside_rejected(send());

    EXPECT_FALSE(queue.is_delivered(rejected)) << "a batch before it is in flight";
    EXPECT_EQ(queue.failure_of(rejected), nullptr);
    EXPECT_EQ(text_of(queue.acknowledge(slow)), "slow");
    EXPECT_TRUE(queue.is_delivered(rejected));
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
        status failure = transient_failure();
        EXPECT_EQ(queue.fail_attempt(send(), failure, now, 0), outcome::retry)
            << "certainly not stored";
        now = queue.next(now).until;
        failure.amend().state = coquest::delivery::unconfirmed;
        EXPECT_EQ(queue.fail_attempt(send(), failure, now, 0),
                  allowed ? outcome::retry : outcome::failed);
        EXPECT_EQ(failure.info().message.find("retry_at_now=off") != std::string::npos, !allowed);
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
        EXPECT_EQ(fail(transient_failure()), outcome::retry);
    }
    std::size_t soon = 0;
    for (now += 11ms; queue.next(now).kind == action::send; ++soon) {
        send();
    }
    EXPECT_EQ(soon, std::size_t{retry_budget::burst});
    EXPECT_EQ(queue.next(now).until, now - 1ms + retry_budget::refill);
}

TEST_F(write_queue_test, a_batch_that_is_set_aside_stops_no_other_and_waits_for_its_owner)
{
    queue.push(rows_of("bad"));
    queue.push(rows_of("good"));
    EXPECT_EQ(queue.failure_of(1), nullptr);
    auto& bad = send();
    status failure = rejection();
    EXPECT_EQ(queue.fail_attempt(bad, failure, now, 0), outcome::rejected);
    queue.set_aside(bad, std::move(failure));

    ASSERT_NE(queue.failure_of(1), nullptr);
    EXPECT_EQ(queue.failure_of(1)->code(), coquest::errc::server_flush_error);
    EXPECT_EQ(queue.failure_of(2), nullptr);
    EXPECT_EQ(sent(), "good");
    EXPECT_EQ(text_of(queue.withdraw(1)), "bad");
    EXPECT_TRUE(queue.is_delivered(2));
    EXPECT_EQ(queue.bytes(), 0U);
}

TEST_F(write_queue_test, a_batch_is_cut_around_the_row_that_the_server_named)
{
    queue.push(rows_of("t a=1i\nt a=2i\nt a=3i\nt a=4i\n", 4));
    queue.push(rows_of("u a=1i\n"));
    auto& whole = send();
    status failure = rejection();
    EXPECT_EQ(queue.fail_attempt(whole, failure, now, 0), outcome::rejected);

    EXPECT_TRUE(queue.split(whole, 2));

    EXPECT_EQ(sent(), "t a=1i\nt a=2i\n");
    auto& bad = send();
    EXPECT_EQ(text_of(bad.rows), "t a=3i\n");
    EXPECT_FALSE(queue.split(bad, 0)) << "one row";
    queue.set_aside(bad, rejection());
    EXPECT_EQ(queue.failure_of(1), nullptr) << "a part is still on its way";
    EXPECT_EQ(sent(), "t a=4i\n");
    EXPECT_NE(queue.failure_of(1), nullptr);
    EXPECT_EQ(queue.rows(), 2U);
    EXPECT_EQ(sent(), "u a=1i\n");
}

TEST_F(write_queue_test, a_batch_is_halved_where_the_row_is_not_known)
{
    for (const std::optional<std::size_t> row : {std::optional<std::size_t>(), {99}}) {
        queue.push(rows_of("t a=1i\nt a=2i\nt a=3i\n", 3));
        auto& whole = send();
        status failure = rejection();
        EXPECT_EQ(queue.fail_attempt(whole, failure, now, 0), outcome::rejected);
        EXPECT_TRUE(queue.split(whole, row));
        EXPECT_EQ(sent(), "t a=1i\n");
        EXPECT_EQ(sent(), "t a=2i\nt a=3i\n");
        EXPECT_TRUE(queue.empty());
    }
}

} // namespace
