// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Waits with a time limit, shared requests, and several connections.

#include "unit/sender/rejection_fixture.hpp"

#include <asio/detached.hpp>

#include <optional>
#include <string>
#include <utility>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::add_four;
using test::bodies_t;
using test::build_one;
using test::failure_of;
using test::ok;
using test::rejection_test;
using test::reply;
using test::request;
using test::status;

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
    const std::size_t rows = s->unacknowledged_rows();
    diagnostics info;
    EXPECT_EQ(s->table("t").symbol("s", "a").try_at_now(&info), errc::would_block);
    EXPECT_EQ(info.message, "the buffer is full: " + std::to_string(rows) +
                                " rows wait for the server (max_buf_size)");
    EXPECT_EQ(s->unacknowledged_rows(), rows);

    answer = [](const request&) { return ok(); };
    server.release(ok());
    test::run(io, s->flush());
    EXPECT_FALSE(s->table("t").symbol("s", "a").try_at(timestamp_nanos(1)));
    EXPECT_EQ(s->unacknowledged_rows(), 1U);
}

TEST_F(rejection_test, where_only_the_size_is_limited_at_has_the_rows_sent)
{
    std::optional<sender> s;
    const std::string conf = "http::addr=127.0.0.1:" + std::to_string(server.port()) +
                             ";protocol_version=2;init_buf_size=1024;max_buf_size=1024;"
                             "auto_flush_rows=off;auto_flush_bytes=off;auto_flush_interval=off;";
    test::run(io, build_one(sender_builder::from_conf(conf), s));

    for (int i = 0; i < 10; ++i) {
        test::run(io, fill(*s)); // ten rows, and each waits for room
    }

    EXPECT_LE(s->unacknowledged_rows(), 10U);
}

TEST_F(rejection_test, flush_waits_no_longer_than_allowed_and_the_rows_stay)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    test::run(io, build_one(builder().flush_timeout(20ms), s));
    test::run(io, add_four(*s));

    test::run(io, expect_timed_out(s->flush(), "flush_timeout (20 ms) is over; the rows are kept"));

    EXPECT_EQ(s->unacknowledged_rows(), 4U);
    server.release(ok());
    test::run(io, s->flush());
    EXPECT_EQ(server.requests.size(), 1U);
}

TEST_F(rejection_test, flushes_during_a_request_share_the_next_one)
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
    EXPECT_EQ(s->unacknowledged_rows(), 0U);
}

TEST_F(rejection_test, what_was_refused_is_tried_again_on_a_new_connection)
{
    answer = [](const request& r) {
        return r.connection == 0 ? status("400 Bad Request", "", "cast error") : ok();
    };
    std::optional<sender> s;
    test::run(io, build_one(builder(), s));
    test::run(io, add_four(*s));
    const auto fail = [](sender& source) -> asio::awaitable<void> {
        EXPECT_EQ((co_await failure_of(source.flush())).code(), errc::server_flush_error);
    };
    test::run(io, fail(*s));

    test::run(io, s->flush());

    EXPECT_EQ(server.connections, 2U);
    EXPECT_EQ(s->unacknowledged_rows(), 0U);
}

TEST_F(rejection_test, connections_send_at_the_same_time)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    test::run(io, build_one(builder().connections(3).auto_flush_rows(1), s));
    test::run(io, add_four(*s));

    test::run_until(io, [&] { return server.requests.size() == 3; });

    EXPECT_EQ(server.connections, 3U);
    EXPECT_EQ(s->unacknowledged_rows(), 4U);
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

    test::run_until(io, [&] { return sent() == 2 || s->unacknowledged_rows() == 0; });

    EXPECT_EQ(bodies(), (bodies_t{"t,s=bad\n", "t,s=good\n"}));
    s.reset();
}

TEST_F(rejection_test, a_flush_waits_for_the_other_connections_after_a_rejection)
{
    answer = [](const request& r) {
        return r.body.find("slow") != std::string::npos ? reply{.wait = true} : test::refuse_bad(r);
    };
    std::optional<sender> s;
    test::run(
        io,
        build_one(
            builder().connections(2).auto_flush_rows(1).split_rejected(true).request_timeout(300ms),
            s));
    const auto add = [&](const char* value) { return s->table("t").symbol("s", value).at_now(); };
    test::run(io, add("slow"));
    test::run_until(io, [&] { return server.requests.size() == 1; });
    test::run(io, add("bad"));
    std::optional<error> thrown;
    const auto flush_rows = [](sender& source, std::optional<error>& out) -> asio::awaitable<void> {
        out = co_await failure_of(source.flush());
    };
    asio::co_spawn(io, flush_rows(*s, thrown), asio::detached);
    test::run_until(
        io, [&] { return s->metrics()->snapshot().errors_of(errc::server_flush_error) != 0; });
    io.poll();
    EXPECT_FALSE(thrown);

    answer = [](const request&) { return ok(); }; // the slow request is sent again
    test::run_until(io, [&] { return thrown.has_value(); });

    ASSERT_TRUE(thrown);
    EXPECT_EQ(thrown->code(), errc::server_flush_error);
    EXPECT_EQ(thrown->info().state, delivery::rejected);
    EXPECT_EQ(s->take_unacknowledged().to_string(), "t,s=bad\n");
}

} // namespace
