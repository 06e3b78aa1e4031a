// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The metrics and events of a sender, and metrics that other threads read, for ThreadSanitizer.

#include <coquest/event.hpp>
#include <coquest/metrics.hpp>
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

class events_test : public testing::Test {
public: // the coroutines use them
    sender_builder builder()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(protocol_version::v2).auto_flush(false);
        options.on_event([this](const event& happened) {
            events.emplace_back(to_string(happened.kind));
            lines.push_back(describe(happened));
        });
        return options;
    }
    void run(asio::awaitable<void> body) { test::run(io, std::move(body)); }
    asio::awaitable<void> add(sender& target, int n)
    {
        return target.table("t").column_i64("n", n).at_now();
    }
    // Sets the answers to the next requests. Later requests succeed.
    void answer(std::vector<reply> replies) { answers = std::move(replies); }
    std::string host() const { return "127.0.0.1:" + std::to_string(server.port()); }
    // Each committed row is in exactly one of the other counters.
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

TEST_F(events_test, a_batch_that_is_sent_again)
{
    answer({status("503 Service Unavailable", "", "starting")});
    run([](events_test& t) -> asio::awaitable<void> {
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
    EXPECT_THAT(events, ElementsAre("connected", "batch_retry", "batch_acknowledged", "closed"));
    EXPECT_EQ(lines[0], "connected to " + host());
    EXPECT_THAT(lines[1], testing::HasSubstr("starting"));
}

TEST_F(events_test, a_connection_that_is_replaced)
{
    reply last = ok();
    last.close = true;
    answer({last});
    run([](events_test& t) -> asio::awaitable<void> {
        auto s = co_await t.builder().build();
        for (int i = 0; i < 2; ++i) {
            co_await t.add(s, i);
            co_await s.flush();
        }
        EXPECT_EQ(s.metrics()->snapshot().connections, 2U);
        EXPECT_EQ(s.metrics()->snapshot().reconnects, 1U);
        co_await s.close();
    }(*this));
    EXPECT_THAT(events, ElementsAre("connected", "batch_acknowledged", "connection_lost",
                                    "connected", "batch_acknowledged", "closed"));
    EXPECT_EQ(lines[3], "reconnected to " + host());
}

TEST_F(events_test, a_batch_that_is_rejected_and_taken_back)
{
    answer({status("400 Bad Request", "", "cast error")});
    run([](events_test& t) -> asio::awaitable<void> {
        auto s = co_await t.builder().build();
        co_await t.add(s, 1);
        EXPECT_EQ((co_await failure_of(s.flush())).code(), errc::server_flush_error);
        EXPECT_EQ(s.metrics()->snapshot().rows_queued, 1U);
        expect_balance(s.metrics()->snapshot());
        const buffer rows = s.take_unacknowledged();
        EXPECT_EQ(rows.row_count(), 1U);
        EXPECT_EQ(s.metrics()->snapshot().rows_returned, 1U);
        expect_balance(s.metrics()->snapshot());
        co_await t.add(s, 2);
        co_await s.flush();
        co_await s.close();
    }(*this));
    EXPECT_THAT(events, ElementsAre("connected", "batch_rejected", "stopped", "resumed",
                                    "connected", "batch_acknowledged", "closed"));
}

TEST_F(events_test, rows_that_a_handler_drops_are_rejected)
{
    answer({status("400 Bad Request", "", "cast error")});
    run([](events_test& t) -> asio::awaitable<void> {
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

TEST_F(events_test, rows_that_are_dropped_with_their_sender)
{
    std::shared_ptr<const metrics> numbers;
    run([](events_test& t, std::shared_ptr<const metrics>& out) -> asio::awaitable<void> {
        auto s = co_await t.builder().build();
        out = s.metrics();
        co_await t.add(s, 1);
        co_await t.add(s, 2);
    }(*this, numbers));
    EXPECT_EQ(numbers->snapshot().rows_dropped, 2U);
    expect_balance(numbers->snapshot());
    EXPECT_THAT(events, ElementsAre("dropped_unacknowledged"));
    EXPECT_THAT(lines[0], testing::StartsWith("destroyed with 2 unacknowledged rows"));
}

TEST_F(events_test, rows_in_flight_are_dropped_with_their_sender)
{
    reply none;
    none.wait = true;
    answer({none});
    std::shared_ptr<const metrics> numbers;
    {
        std::optional<sender> s;
        run([](events_test& t, std::optional<sender>& out) -> asio::awaitable<void> {
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
    EXPECT_THAT(events, ElementsAre("connected", "dropped_unacknowledged"));
}

TEST_F(events_test, calls_that_are_refused)
{
    run([](events_test& t) -> asio::awaitable<void> {
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

TEST(metrics, one_thread_counts_while_another_reads)
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
