// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rejected batches: handlers, split_rejected, and what is reported.

#include "unit/sender/rejection_fixture.hpp"

#include <asio/detached.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::add_four;
using test::bodies_t;
using test::build_one;
using test::failure_of;
using test::ok;
using test::rejection_test;
using test::request;
using test::status;

asio::awaitable<void> send_four(sender_builder builder, std::optional<error>& failure,
                                std::string& taken)
{
    auto s = co_await builder.build();
    co_await add_four(s);
    try {
        co_await s.flush();
    } catch (const error& e) {
        failure = e;
    }
    taken = s.take_unacknowledged().to_string();
    co_await s.close();
}

TEST_F(rejection_test, a_handler_sees_the_batch_and_the_row_and_may_drop_it)
{
    std::string seen;
    std::optional<std::size_t> row;
    std::string message;
    std::optional<error> failure;
    std::string taken;
    const auto handler = [&](rejected_batch& batch) {
        seen = batch.rows.to_string();
        row = batch.row;
        message = batch.failure.server_message;
        return rejection::drop;
    };

    test::run(io, send_four(builder().on_rejected(handler), failure, taken));

    EXPECT_FALSE(failure);
    EXPECT_EQ(seen, "t,s=a\nt,s=b\nt,s=bad\nt,s=c\n");
    EXPECT_EQ(row, 2U);
    EXPECT_EQ(message, "cast error");
    EXPECT_EQ(taken, "");
    EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(rejection_test, a_handler_that_splits_gets_the_refused_row_alone)
{
    bodies_t seen;
    std::optional<error> failure;
    std::string taken;
    const auto handler = [&](rejected_batch& batch) {
        seen.push_back(batch.rows.to_string());
        return batch.rows.row_count() == 1 ? rejection::drop : rejection::split;
    };

    test::run(io, send_four(builder().on_rejected(handler), failure, taken));

    EXPECT_FALSE(failure);
    EXPECT_EQ(seen, (bodies_t{"t,s=a\nt,s=b\nt,s=bad\nt,s=c\n", "t,s=bad\n"}));
    EXPECT_EQ(bodies(), (bodies_t{"t,s=a\nt,s=b\nt,s=bad\nt,s=c\n", "t,s=a\nt,s=b\n", "t,s=bad\n",
                                  "t,s=c\n"}));
}

TEST_F(rejection_test, a_handler_that_keeps_or_throws_stops_the_sender_with_all_rows)
{
    const rejection_handler keeps = [](rejected_batch&) { return rejection::keep; };
    const rejection_handler throws = [](rejected_batch&) -> rejection { throw 1; };
    for (const rejection_handler& handler : {keeps, throws}) {
        std::optional<error> failure;
        std::string taken;
        test::run(io, send_four(builder().on_rejected(handler), failure, taken));
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->info().state, delivery::rejected);
        EXPECT_EQ(taken, "t,s=a\nt,s=b\nt,s=bad\nt,s=c\n");
    }
}

// Expects that one flush reports one rejected row, and that the next flush succeeds.
asio::awaitable<void> expect_one_report(sender& s)
{
    const error e = co_await failure_of(s.flush());
    EXPECT_EQ(e.code(), errc::server_flush_error);
    EXPECT_EQ(e.info().state, delivery::rejected);
    EXPECT_EQ(e.info().unacknowledged_rows, 1U);
    EXPECT_NE(std::string(e.what()).find("cast error [line 1, code invalid]; 1 rejected row is "
                                         "kept: take_unacknowledged() hands them back"),
              std::string::npos)
        << e.what();
    co_await s.flush();
}

asio::awaitable<void> send_all_but_one(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await add_four(s);
    co_await expect_one_report(s);
    EXPECT_EQ(s.unacknowledged_rows(), 1U);
    co_await s.table("t").symbol("s", "later").at_now();
    co_await s.flush();
    EXPECT_EQ(s.take_unacknowledged().to_string(), "t,s=bad\n");
    co_await s.close();
}

TEST_F(rejection_test, split_rejected_sends_all_but_the_rejected_rows_and_reports_them_once)
{
    test::run(io, send_all_but_one(builder().split_rejected(true)));

    EXPECT_EQ(bodies(), (bodies_t{"t,s=a\nt,s=b\nt,s=bad\nt,s=c\n", "t,s=a\nt,s=b\n", "t,s=bad\n",
                                  "t,s=c\n", "t,s=later\n"}));
}

asio::awaitable<void> close_with_a_rejected_row(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await add_four(s);
    const error e = co_await failure_of(s.close());
    EXPECT_EQ(e.info().unacknowledged_rows, 1U);
    EXPECT_EQ(std::string(e.what()).find("closed with 1 unacknowledged row: "), 0U) << e.what();
}

TEST_F(rejection_test, close_says_that_a_rejected_row_is_left)
{
    test::run(io, close_with_a_rejected_row(builder().split_rejected(true)));

    EXPECT_EQ(bodies().back(), "t,s=c\n") << "all others are sent";
}

// One row of 300 is bad. The producers continue after an error, as a service does.
asio::awaitable<void> produce(sender& s, const char* name, int bad, int& told, int& left)
{
    for (int i = 0; i < 150; ++i) {
        const std::string value = i == bad ? "bad" : name + std::to_string(i);
        for (bool again = true; again;) {
            std::optional<error> failure;
            try {
                co_await s.table("t").symbol("s", value).at_now();
            } catch (const error& e) {
                failure = e;
            }
            again = failure.has_value(); // the row was discarded
            told += failure ? 1 : 0;
        }
        if (i % 10 == 9) {
            try {
                co_await s.flush();
            } catch (const error&) {
                ++told;
            }
        }
    }
    --left;
}

TEST_F(rejection_test, a_rejected_row_costs_another_producer_nothing)
{
    std::optional<sender> s;
    test::run(io, build_one(builder().split_rejected(true), s));
    int told = 0;
    int left = 2;
    asio::co_spawn(io, produce(*s, "x", 17, told, left), asio::detached);
    asio::co_spawn(io, produce(*s, "y", -1, told, left), asio::detached);
    test::run_until(io, [&] { return left == 0; });

    std::size_t stored = 0;
    for (const request& received : server.requests) {
        stored += received.body.find("bad") == std::string::npos
                      ? static_cast<std::size_t>(std::ranges::count(received.body, '\n'))
                      : 0;
    }
    EXPECT_EQ(stored, 299U);
    EXPECT_GE(told, 1);
    EXPECT_LE(told, 2) << "only the calls that waited";
    EXPECT_EQ(s->take_unacknowledged().to_string(), "t,s=bad\n");
}

asio::awaitable<void> fill_with_bad_rows(sender& s, std::string& message)
{
    const std::string text = "bad" + std::string(100, 'x');
    for (int i = 0; i < 40 && message.empty(); ++i) {
        try {
            co_await s.table("t").column_str("text", text).at_now();
        } catch (const error& e) {
            if (e.info().http_status == 0) {
                message = e.what();
            }
        }
    }
}

TEST_F(rejection_test, rejected_rows_that_fill_the_buffer_are_reported_and_no_wait_for_ever)
{
    std::optional<sender> s;
    test::run(io,
              build_one(builder().split_rejected(true).init_buf_size(1024).max_buf_size(1024), s));
    std::string message;
    test::run(io, fill_with_bad_rows(*s, message));

    EXPECT_NE(
        message.find("rejected rows fill max_buf_size: take_unacknowledged() hands them back"),
        std::string::npos)
        << message;
    EXPECT_GT(s->take_unacknowledged().row_count(), 5U);
}

// The server behaves like a proxy with a limit.
TEST_F(rejection_test, batches_are_sealed_to_the_size_that_the_server_takes)
{
    constexpr std::size_t limit = 20'000;
    answer = [](const request& r) {
        return r.body.size() > limit ? status("413 Content Too Large") : ok();
    };
    std::optional<sender> s;
    test::run(io, build_one(builder(), s));
    const auto add = [](sender& target, int rows) -> asio::awaitable<void> {
        const std::string text(100, 'x');
        for (int i = 0; i < rows; ++i) {
            co_await target.table("t").column_str("text", text).at_now();
        }
        co_await target.flush();
    };
    test::run(io, add(*s, 1000)); // 112 kB
    const auto refused = [&] {
        return std::ranges::count_if(server.requests,
                                     [](const request& r) { return r.body.size() > limit; });
    };
    const auto at_first = refused();
    EXPECT_LE(at_first, 3) << "112, 56 and 28 kB";
    const std::size_t so_far = server.requests.size();

    test::run(io, add(*s, 1000));

    EXPECT_EQ(refused(), at_first) << "the limit is known now";
    EXPECT_LE(server.requests.size() - so_far, 12U) << "and it is used";
    EXPECT_EQ(s->unacknowledged_rows(), 0U);
}

asio::awaitable<void> flush_four(sender_builder builder)
{
    auto s = co_await builder.build();
    buffer rows = s.new_buffer();
    for (const char* value : {"bad1", "b", "bad2", "c"}) {
        rows.table("t").symbol("s", value).at_now();
    }
    const error e = co_await failure_of(s.flush(rows));
    EXPECT_EQ(e.info().state, delivery::rejected);
    EXPECT_EQ(rows.to_string(), "t,s=bad1\nt,s=bad2\n");
    EXPECT_EQ(rows.row_count(), 2U);
    EXPECT_EQ(s.unacknowledged_rows(), 0U);
    co_await s.close();
}

TEST_F(rejection_test, a_buffer_gets_back_the_refused_rows_only)
{
    test::run(io, flush_four(builder().split_rejected(true)));
}

} // namespace
