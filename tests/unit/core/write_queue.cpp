// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/write_queue.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace {

using namespace coquest::detail;
using namespace std::chrono_literals;
using action = write_queue::action;

batch rows_of(const std::string& text, std::size_t rows = 1)
{
    batch made;
    segment* one = segment::make(text.size());
    std::memcpy(one->data(), text.data(), text.size());
    one->size = text.size();
    made.chain.push_back(one);
    made.rows = rows;
    return made;
}

std::string text_of(const batch& rows)
{
    std::string text;
    for (const segment* s = rows.chain.front(); s != nullptr; s = s->next) {
        text.append(s->data(), s->size);
    }
    return text;
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
    void fail(fault why, std::uint32_t random = 0)
    {
        queue.sending(now);
        queue.failed(std::move(why), now, random);
    }

    write_queue queue{{1000ms, 100ms}};
    write_queue::time_point now{1h};
};

TEST_F(write_queue_test, batches_leave_in_order_one_at_a_time)
{
    EXPECT_EQ(queue.next(now).what, action::nothing);
    EXPECT_EQ(queue.push(rows_of("a", 2)), 1U);
    EXPECT_EQ(queue.push(rows_of("bc", 3)), 2U);
    EXPECT_EQ(queue.rows(), 5U);
    EXPECT_EQ(queue.bytes(), 3U);

    EXPECT_EQ(queue.next(now).what, action::send);
    queue.sending(now);
    EXPECT_EQ(queue.next(now).what, action::nothing) << "one in flight";
    EXPECT_FALSE(queue.done(1));
    EXPECT_EQ(text_of(queue.sent()), "a");

    EXPECT_TRUE(queue.done(1));
    EXPECT_FALSE(queue.done(2));
    EXPECT_EQ(queue.next(now).what, action::send);
    EXPECT_EQ(text_of(queue.front()), "bc");
    queue.sending(now);
    EXPECT_EQ(queue.sent().rows, 3U);
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.bytes(), 0U);
    EXPECT_EQ(queue.rows(), 0U);
}

TEST_F(write_queue_test, a_passing_failure_is_tried_again_after_a_growing_pause)
{
    queue.push(rows_of("a"));
    auto previous = 0ms;
    for (int attempt = 0; attempt < 5; ++attempt) {
        fail(passing());
        ASSERT_FALSE(queue.stopped());
        const auto next = queue.next(now);
        ASSERT_EQ(next.what, action::wait);
        const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(next.until - now);
        EXPECT_GE(pause, previous);
        EXPECT_LE(pause, 100ms);
        previous = pause;
        now = next.until;
        EXPECT_EQ(queue.next(now).what, action::send);
    }
    queue.sending(now);
    EXPECT_EQ(text_of(queue.sent()), "a");
}

TEST_F(write_queue_test, a_failure_that_lasts_stops_the_queue_and_keeps_the_rows)
{
    queue.push(rows_of("a", 7));
    const auto first_failure = now;
    unsigned attempts = 0;
    while (!queue.stopped()) {
        now = std::max(now, queue.next(now).until);
        fail(passing());
        ++attempts;
    }

    EXPECT_LE(now - first_failure, 1000ms) << "no attempt after retry_timeout";
    EXPECT_GE(now - first_failure, 850ms);
    EXPECT_EQ(queue.failure().code, coquest::errc::socket_error);
    EXPECT_EQ(queue.failure().info.attempts, attempts);
    EXPECT_EQ(queue.failure().info.unsent_rows, 7U);
    EXPECT_EQ(queue.failure().info.elapsed, now - first_failure);
    EXPECT_EQ(queue.next(now).what, action::nothing);
    EXPECT_EQ(queue.rows(), 7U);

    queue.resume();
    EXPECT_EQ(queue.next(now).what, action::send);
}

TEST_F(write_queue_test, a_refusal_stops_the_queue_at_once)
{
    queue.push(rows_of("a"));
    fail(refusal());

    EXPECT_TRUE(queue.stopped());
    EXPECT_EQ(queue.failure().info.attempts, 1U);
}

TEST_F(write_queue_test, no_retry_timeout_means_one_attempt)
{
    write_queue once({0ms, 100ms});
    once.push(rows_of("a"));
    once.sending(now);
    once.failed(passing(), now, 0);

    EXPECT_TRUE(once.stopped());
}

TEST_F(write_queue_test, the_pause_is_at_least_what_the_server_asked_for)
{
    queue.push(rows_of("a"));
    fault why = passing();
    why.info.retry_after = 700ms;
    fail(std::move(why));

    EXPECT_EQ(queue.next(now).until, now + 700ms);

    now += 700ms;
    why = passing();
    why.info.retry_after = 700ms;
    fail(std::move(why));
    EXPECT_TRUE(queue.stopped()) << "beyond retry_timeout";
}

TEST_F(write_queue_test, a_withdrawn_batch_takes_its_failure_along)
{
    queue.push(rows_of("bad"));
    queue.push(rows_of("good"));
    fail(refusal());

    batch out;
    EXPECT_TRUE(queue.withdraw(1, out));

    EXPECT_EQ(text_of(out), "bad");
    EXPECT_FALSE(queue.stopped());
    EXPECT_TRUE(queue.done(1));
    EXPECT_EQ(text_of(queue.front()), "good");
    EXPECT_EQ(queue.bytes(), 4U);
}

TEST_F(write_queue_test, a_batch_from_the_middle_leaves_the_front_as_it_is)
{
    queue.push(rows_of("a"));
    queue.push(rows_of("b"));
    fail(refusal());

    batch out;
    EXPECT_TRUE(queue.withdraw(2, out));

    EXPECT_TRUE(queue.stopped());
    EXPECT_EQ(text_of(queue.front()), "a");
    EXPECT_FALSE(queue.withdraw(2, out)) << "gone";
}

TEST_F(write_queue_test, what_is_in_flight_stays)
{
    queue.push(rows_of("a"));
    queue.push(rows_of("b"));
    queue.push(rows_of("c", 2));
    queue.sending(now);

    batch out;
    EXPECT_FALSE(queue.withdraw(1, out));
    const batch rest = queue.withdraw_all();

    EXPECT_EQ(text_of(rest), "bc");
    EXPECT_EQ(rest.rows, 3U);
    EXPECT_EQ(text_of(queue.sent()), "a");
    EXPECT_TRUE(queue.empty());
}

} // namespace
