// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Refused batches, waits with an end, and several connections.

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <asio/detached.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::failure_of;
using test::ok;
using test::reply;
using test::request;
using test::status;

using bodies_t = std::vector<std::string>;

// Refuses each request with a row that says "bad", and names the first such row.
reply refuse_bad(const request& r)
{
    std::size_t line = 1;
    const std::size_t bad = r.body.find("bad");
    if (bad == std::string::npos) {
        return ok();
    }
    for (std::size_t i = 0; i < bad; ++i) {
        line += r.body[i] == '\n' ? 1 : 0;
    }
    return status("400 Bad Request", "Content-Type: application/json; charset=utf-8\r\n",
                  R"({"code":"invalid","message":"cast error","line":)" + std::to_string(line) +
                      "}");
}

class rejection_test : public testing::Test {
protected:
    sender_builder builder()
    {
        sender_builder made("http", "127.0.0.1", server.port());
        made.protocol_version(protocol_version::v2).auto_flush_interval(1h);
        return made;
    }
    bodies_t bodies() const
    {
        bodies_t all;
        for (const request& one : server.requests) {
            all.push_back(one.body);
        }
        return all;
    }

    asio::io_context io{1};
    std::function<reply(const request&)> answer = refuse_bad;
    test::scripted_server server{io, [this](const request& r) { return answer(r); }};
};

asio::awaitable<void> add_four(sender& s)
{
    for (const char* value : {"a", "b", "bad", "c"}) {
        co_await s.table("t").symbol("s", value).at_now();
    }
}

asio::awaitable<void> send_four(sender_builder builder, std::optional<error>& failure,
                                std::string& unsent)
{
    auto s = co_await builder.build();
    co_await add_four(s);
    try {
        co_await s.flush();
    } catch (const error& e) {
        failure = e;
    }
    unsent = s.take_unsent().to_string();
    co_await s.close();
}

TEST_F(rejection_test, a_handler_sees_the_batch_and_the_row_and_may_drop_it)
{
    std::string seen;
    std::optional<std::size_t> row;
    std::string message;
    std::optional<error> failure;
    std::string unsent;
    const auto handler = [&](rejected_batch& batch) {
        seen = batch.rows.to_string();
        row = batch.row;
        message = batch.why.server_message;
        return rejection::drop;
    };

    test::run(io, send_four(builder().on_rejected(handler), failure, unsent));

    EXPECT_FALSE(failure);
    EXPECT_EQ(seen, "t,s=a\nt,s=b\nt,s=bad\nt,s=c\n");
    EXPECT_EQ(row, 2U);
    EXPECT_EQ(message, "cast error");
    EXPECT_EQ(unsent, "");
    EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(rejection_test, a_handler_that_splits_gets_the_refused_row_alone)
{
    bodies_t seen;
    std::optional<error> failure;
    std::string unsent;
    const auto handler = [&](rejected_batch& batch) {
        seen.push_back(batch.rows.to_string());
        return batch.rows.row_count() == 1 ? rejection::drop : rejection::split;
    };

    test::run(io, send_four(builder().on_rejected(handler), failure, unsent));

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
        std::string unsent;
        test::run(io, send_four(builder().on_rejected(handler), failure, unsent));
        ASSERT_TRUE(failure);
        EXPECT_EQ(failure->info().state, delivery::rejected);
        EXPECT_EQ(unsent, "t,s=a\nt,s=b\nt,s=bad\nt,s=c\n");
    }
}

TEST_F(rejection_test, split_rejected_leaves_the_refused_rows_only)
{
    std::optional<error> failure;
    std::string unsent;

    test::run(io, send_four(builder().split_rejected(true), failure, unsent));

    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code(), errc::server_flush_error);
    EXPECT_EQ(unsent, "t,s=bad\nt,s=c\n") << "what is behind it waits";
    EXPECT_EQ(bodies()[1], "t,s=a\nt,s=b\n");
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
    EXPECT_EQ(s.unsent_rows(), 0U);
    co_await s.close();
}

TEST_F(rejection_test, a_buffer_gets_back_the_refused_rows_only)
{
    test::run(io, flush_four(builder().split_rejected(true)));
}

asio::awaitable<void> build_one(sender_builder builder, std::optional<sender>& out)
{
    out = co_await builder.build();
}

asio::awaitable<void> expect_timed_out(asio::awaitable<void> operation, std::string message)
{
    const error e = co_await failure_of(std::move(operation));
    EXPECT_EQ(e.code(), errc::timed_out);
    EXPECT_EQ(e.what(), message);
}

asio::awaitable<void> fill(sender& s)
{
    const std::string text(100, 'x');
    for (int i = 0; i < 10; ++i) {
        co_await s.table("t").column_str("text", text).at_now();
    }
}

TEST_F(rejection_test, where_there_is_no_room_at_waits_no_longer_than_allowed_and_try_at_not_at_all)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    test::run(io, build_one(builder().init_buf_size(1024).max_buf_size(1024).at_timeout(20ms), s));

    test::run(io, expect_timed_out(fill(*s), "at_timeout (20 ms) is over and there is no room; the "
                                             "row is committed"));
    const std::size_t rows = s->unsent_rows();
    diagnostics why;
    EXPECT_EQ(s->table("t").symbol("s", "a").try_at_now(&why), errc::would_block);
    EXPECT_EQ(why.message, "the buffer is full: " + std::to_string(rows) +
                               " rows wait for the server (max_buf_size)");
    EXPECT_EQ(s->unsent_rows(), rows);

    answer = [](const request&) { return ok(); };
    server.release(ok());
    test::run(io, s->flush());
    EXPECT_FALSE(s->table("t").symbol("s", "a").try_at(timestamp_nanos(1)));
    EXPECT_EQ(s->unsent_rows(), 1U);
}

TEST_F(rejection_test, where_only_the_size_is_limited_at_has_the_rows_sent)
{
    std::optional<sender> s;
    const std::string conf = "http::addr=127.0.0.1:" + std::to_string(server.port()) +
                             ";protocol_version=2;init_buf_size=1024;max_buf_size=1024;"
                             "auto_flush_rows=off;auto_flush_bytes=off;auto_flush_interval=off;";
    test::run(io, build_one(sender_builder::from_conf(conf), s));

    for (int i = 0; i < 10; ++i) {
        test::run(io, fill(*s)); // ten rows, which need room ten times
    }

    EXPECT_LE(s->unsent_rows(), 10U);
}

TEST_F(rejection_test, flush_waits_no_longer_than_allowed_and_the_rows_stay)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    test::run(io, build_one(builder().flush_timeout(20ms), s));
    test::run(io, add_four(*s));

    test::run(io, expect_timed_out(s->flush(), "flush_timeout (20 ms) is over; the rows are kept"));

    EXPECT_EQ(s->unsent_rows(), 4U);
    server.release(ok());
    test::run(io, s->flush());
    EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(rejection_test, those_who_flush_while_a_request_is_under_way_share_the_next)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    test::run(io, build_one(builder(), s));
    int ended = 0;
    for (int i = 0; i < 100; ++i) {
        test::run(io, add_four(*s));
        asio::co_spawn(io, s->flush(), [&](std::exception_ptr e) {
            EXPECT_FALSE(e);
            ++ended;
        });
        test::run_until(io, [&] { return server.requests.size() == 1; });
    }
    answer = [](const request&) { return ok(); };
    server.release(ok());
    test::run_until(io, [&] { return ended == 100; });

    EXPECT_EQ(server.requests.size(), 2U);
    EXPECT_EQ(s->unsent_rows(), 0U);
}

TEST_F(rejection_test, what_was_refused_is_tried_again_on_a_new_connection)
{
    answer = [](const request& r) {
        return r.connection == 0 ? status("400 Bad Request", "", "cast error") : ok();
    };
    std::optional<sender> s;
    test::run(io, build_one(builder(), s));
    test::run(io, add_four(*s));
    const auto fail = [](sender& one) -> asio::awaitable<void> {
        EXPECT_EQ((co_await failure_of(one.flush())).code(), errc::server_flush_error);
    };
    test::run(io, fail(*s));

    test::run(io, s->flush());

    EXPECT_EQ(server.connections, 2U);
    EXPECT_EQ(s->unsent_rows(), 0U);
}

TEST_F(rejection_test, connections_send_at_the_same_time)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    test::run(io, build_one(builder().connections(3).auto_flush_rows(1), s));
    test::run(io, add_four(*s));

    test::run_until(io, [&] { return server.requests.size() == 3; });

    EXPECT_EQ(server.connections, 3U);
    EXPECT_EQ(s->unsent_rows(), 4U);
    s.reset();
}

TEST_F(rejection_test, a_batch_that_waits_for_its_retry_does_not_hold_up_another_connection)
{
    answer = [](const request& r) {
        return r.body.find("bad") != std::string::npos
                   ? status("503 Service Unavailable", "Retry-After: 1\r\n")
                   : ok();
    };
    std::optional<sender> s;
    test::run(io, build_one(builder().connections(2).auto_flush_rows(0), s));
    const auto add = [&](const char* value) { return s->table("t").symbol("s", value).at_now(); };
    const auto sent = [&] { return server.requests.size(); };
    test::run(io, add("bad"));
    asio::co_spawn(io, s->flush(), asio::detached);
    test::run_until(io, [&] { return sent() == 1; });
    test::run(io, add("good"));
    asio::co_spawn(io, s->flush(), asio::detached);

    test::run_until(io, [&] { return sent() == 2 || s->unsent_rows() == 0; });

    EXPECT_EQ(bodies(), (bodies_t{"t,s=bad\n", "t,s=good\n"}));
    s.reset();
}

} // namespace
