// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a sender counts and tells; and counters beside threads, where ThreadSanitizer sees them.

#include <coquest/observer.hpp>
#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::failure_of;
using test::ok;
using test::reply;
using test::request;
using test::status;
using testing::ElementsAre;

class observer_test : public testing::Test {
public: // for the coroutines
    sender_builder builder()
    {
        sender_builder made("http", "127.0.0.1", server.port());
        made.protocol_version(protocol_version::v2).auto_flush(false);
        made.on_event([this](const event& what) {
            events.emplace_back(to_string(what.kind));
            lines.push_back(describe(what));
        });
        return made;
    }
    void run(asio::awaitable<void> body) { test::run(io, std::move(body)); }
    asio::awaitable<void> add(sender& to, int n)
    {
        return to.table("t").column_i64("n", n).at_now();
    }
    // Gives the next requests these answers; all behind them succeed.
    void answer(std::vector<reply> with) { answers = std::move(with); }
    std::string host() const { return "127.0.0.1:" + std::to_string(server.port()); }
    // What was committed is in one of the other numbers.
    static void expect_balance(const metrics_snapshot& now)
    {
        EXPECT_EQ(now.rows_committed, now.rows_acknowledged + now.rows_rejected +
                                          now.rows_returned + now.rows_dropped + now.rows_queued);
    }

    asio::io_context io;
    std::vector<reply> answers;
    std::size_t answered = 0;
    test::scripted_server server{io, [this](const request&) {
                                     return answered < answers.size() ? answers[answered++] : ok();
                                 }};
    std::vector<std::string> events;
    std::vector<std::string> lines;
};

TEST_F(observer_test, a_batch_that_is_sent_again)
{
    answer({status("503 Service Unavailable", "", "starting")});
    run([](observer_test& t) -> asio::awaitable<void> {
        auto s = co_await t.builder().build();
        const auto numbers = s.metrics();
        co_await t.add(s, 1);
        co_await t.add(s, 2);
        co_await s.flush();
        co_await s.close();

        const metrics_snapshot now = numbers->snapshot();
        EXPECT_EQ(now.rows_committed, 2U);
        EXPECT_EQ(now.rows_acknowledged, 2U);
        EXPECT_EQ(now.bytes_committed, now.bytes_acknowledged);
        EXPECT_EQ(now.bytes_committed, t.server.requests.back().body.size());
        EXPECT_EQ(now.batches, 1U);
        EXPECT_EQ(now.flushes, 1U);
        EXPECT_EQ(now.requests, 2U);
        EXPECT_EQ(now.retries, 1U);
        EXPECT_EQ(now.connections, 1U);
        EXPECT_EQ(now.reconnects, 0U);
        EXPECT_EQ(now.errors_of(errc::server_flush_error), 1U);
        EXPECT_EQ(now.http_errors[5], 1U);
        EXPECT_EQ(now.latency.count(), 1U);
        EXPECT_EQ(now.rows_queued + now.bytes_queued + now.batches_in_flight, 0U);
    }(*this));
    EXPECT_THAT(events, ElementsAre("connected", "batch_retry", "batch_sent", "closed"));
    EXPECT_EQ(lines[0], "connected to " + host());
    EXPECT_THAT(lines[1], testing::HasSubstr("starting"));
}

TEST_F(observer_test, a_connection_that_is_replaced)
{
    reply last = ok();
    last.close = true;
    answer({last});
    run([](observer_test& t) -> asio::awaitable<void> {
        auto s = co_await t.builder().build();
        for (int i = 0; i < 2; ++i) {
            co_await t.add(s, i);
            co_await s.flush();
        }
        EXPECT_EQ(s.metrics()->snapshot().connections, 2U);
        EXPECT_EQ(s.metrics()->snapshot().reconnects, 1U);
        co_await s.close();
    }(*this));
    EXPECT_THAT(events, ElementsAre("connected", "batch_sent", "connection_lost", "connected",
                                    "batch_sent", "closed"));
    EXPECT_EQ(lines[3], "connected again to " + host());
}

TEST_F(observer_test, a_batch_that_is_refused_and_taken_back)
{
    answer({status("400 Bad Request", "", "cast error")});
    run([](observer_test& t) -> asio::awaitable<void> {
        auto s = co_await t.builder().build();
        co_await t.add(s, 1);
        EXPECT_EQ((co_await failure_of(s.flush())).code(), errc::server_flush_error);
        EXPECT_EQ(s.metrics()->snapshot().rows_queued, 1U);
        expect_balance(s.metrics()->snapshot());
        const buffer rows = s.take_unsent();
        EXPECT_EQ(rows.row_count(), 1U);
        EXPECT_EQ(s.metrics()->snapshot().rows_returned, 1U);
        expect_balance(s.metrics()->snapshot());
        co_await t.add(s, 2);
        co_await s.flush();
        co_await s.close();
    }(*this));
    EXPECT_THAT(events, ElementsAre("connected", "batch_rejected", "stopped", "resumed",
                                    "connected", "batch_sent", "closed"));
}

TEST_F(observer_test, rows_that_a_handler_drops_are_rejected)
{
    answer({status("400 Bad Request", "", "cast error")});
    run([](observer_test& t) -> asio::awaitable<void> {
        auto builder = t.builder();
        builder.on_rejected([](rejected_batch&) { return rejection::drop; });
        auto s = co_await builder.build();
        co_await t.add(s, 1);
        co_await t.add(s, 2);
        co_await s.flush();
        EXPECT_EQ(s.metrics()->snapshot().rows_rejected, 2U);
        expect_balance(s.metrics()->snapshot());
        co_await s.close();
    }(*this));
    EXPECT_THAT(events, ElementsAre("connected", "batch_rejected", "closed"));
}

TEST_F(observer_test, rows_that_go_down_with_their_sender)
{
    std::shared_ptr<const metrics> numbers;
    run([](observer_test& t, std::shared_ptr<const metrics>& out) -> asio::awaitable<void> {
        auto s = co_await t.builder().build();
        out = s.metrics();
        co_await t.add(s, 1);
        co_await t.add(s, 2);
    }(*this, numbers));
    EXPECT_EQ(numbers->snapshot().rows_dropped, 2U);
    expect_balance(numbers->snapshot());
    EXPECT_THAT(events, ElementsAre("dropped_unsent"));
    EXPECT_THAT(lines[0], testing::StartsWith("destroyed with 2 rows"));
}

TEST_F(observer_test, rows_that_are_being_sent_go_down_with_their_sender)
{
    reply none;
    none.wait = true;
    answer({none});
    std::shared_ptr<const metrics> numbers;
    {
        std::optional<sender> s;
        run([](observer_test& t, std::optional<sender>& out) -> asio::awaitable<void> {
            auto builder = t.builder();
            out = co_await builder.auto_flush(true).auto_flush_interval(0ms).build();
            co_await t.add(*out, 1);
        }(*this, s));
        test::run_until(io, [this] { return !server.requests.empty(); });
        numbers = s->metrics();
        EXPECT_EQ(numbers->snapshot().batches_in_flight, 1U);
    }
    io.restart();
    io.poll();
    EXPECT_EQ(numbers->snapshot().rows_dropped, 1U);
    EXPECT_EQ(numbers->snapshot().batches_in_flight, 0U);
    expect_balance(numbers->snapshot());
    EXPECT_THAT(events, ElementsAre("connected", "dropped_unsent"));
}

TEST_F(observer_test, calls_that_are_refused)
{
    run([](observer_test& t) -> asio::awaitable<void> {
        auto s = co_await t.builder().max_buf_size(1024).auto_flush(true).build();
        while (!s.table("t").column_i64("n", 1).try_at_now()) {
        }
        co_await s.close();
        (void)co_await failure_of(s.flush());
        (void)co_await failure_of(t.add(s, 1));
        const metrics_snapshot now = s.metrics()->snapshot();
        EXPECT_EQ(now.errors_of(errc::would_block), 1U);
        EXPECT_EQ(now.errors_of(errc::closed), 2U);
        EXPECT_EQ(now.flushes, 0U);
        expect_balance(now);
    }(*this));
}

TEST(observer, one_thread_counts_while_another_reads)
{
    constexpr std::uint64_t batches = 20'000;
    metrics shared;
    std::atomic<bool> reading = false;
    std::thread writer([&] {
        while (!reading) {
            std::this_thread::yield();
        }
        for (std::uint64_t i = 0; i < batches; ++i) {
            shared.add(&metrics_snapshot::rows_committed, 3);
            shared.set(&metrics_snapshot::rows_queued, 3);
            shared.add_latency(1ms);
            shared.add_error(errc::timed_out, 504);
            shared.set(&metrics_snapshot::rows_queued, 0);
        }
    });
    metrics_snapshot before;
    while (before.latency.count() < batches) {
        const metrics_snapshot now = shared.snapshot();
        reading = true;
        EXPECT_GE(now.rows_committed, before.rows_committed);
        EXPECT_GE(now.latency.count(), before.latency.count());
        EXPECT_EQ(now.rows_committed % 3, 0U);
        EXPECT_EQ(now.rows_queued % 3, 0U);
        before = now;
    }
    writer.join();
    EXPECT_EQ(shared.snapshot().rows_committed, 3 * batches);
    EXPECT_EQ(shared.snapshot().errors_of(errc::timed_out), batches);
}

} // namespace
