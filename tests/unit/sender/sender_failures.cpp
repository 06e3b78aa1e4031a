// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Failures, time limits and cancellation.

#include "unit/sender/sender_fixture.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <optional>
#include <string>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::add_one_and_wait;
using test::bodies_t;
using test::failure_of;
using test::ok;
using test::reply;
using test::request;
using test::send_two;
using test::sender_test;
using test::status;

asio::awaitable<void> background_failure(sender_builder builder, test::scripted_server& server,
                                         std::function<reply(const request&)>& answer)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    while (server.requests.empty() || s.unacknowledged_rows() != 1) {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
    co_await failure_of(s.flush()); // fails with the answer to either batch
    answer = [](const request&) { return ok(); };
    co_await s.table("t")
        .column_i64("n", 2)
        .at_now(); // the failure was reported: the loop starts again
    co_await s.close();
}

TEST_F(sender_test, a_transient_failure_is_reported_once_and_the_loop_continues)
{
    answer = [](const request&) { return status("503 Service Unavailable"); };

    run(background_failure(builder().auto_flush_interval(0ms).retry_timeout(0ms), server, answer));

    EXPECT_EQ(bodies()[bodies().size() - 2], "t n=1i\n");
    EXPECT_EQ(bodies().back(), "t n=2i\n");
}

TEST_F(sender_test, transient_statuses_and_lost_connections_are_retried)
{
    answer = [this](const request&) {
        switch (server.requests.size()) {
        case 1: return status("503 Service Unavailable");
        case 2: return reply{.bytes = "HTTP/1.1 20", .close = true};
        case 3: return reply{.bytes = "", .reset = true};
        case 4: return status("429 Too Many Requests", "Retry-After: 0\r\n");
        default: return ok();
        }
    };

    run(send_two(builder()));

    EXPECT_EQ(server.requests.size(), 5U);
    EXPECT_EQ(server.requests.front().body, server.requests.back().body);
}

asio::awaitable<void> flush_twice(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    co_await s.flush();
    co_await s.table("t").column_i64("n", 2).at_now();
    co_await s.flush();
    co_await s.close();
}

TEST_F(sender_test, a_connection_that_was_closed_while_idle_is_replaced_in_silence)
{
    answer = [](const request&) {
        reply last = ok();
        last.close = true;
        return last;
    };

    run(flush_twice(builder().retry_timeout(0ms)));

    EXPECT_EQ(server.connections, 2U);
    EXPECT_EQ(bodies(), (bodies_t{"t n=1i\n", "t n=2i\n"}));
}

TEST_F(sender_test, a_connection_is_kept_unless_the_server_says_close)
{
    run(flush_twice(builder()));
    EXPECT_EQ(server.connections, 1U);

    answer = [](const request&) { return status("204 OK", "Connection: close\r\n"); };
    run(flush_twice(builder()));
    EXPECT_EQ(server.connections, 3U);
}

TEST_F(sender_test, refused_credentials_are_not_tried_again)
{
    answer = [](const request&) { return status("401 Unauthorized", "", "Unauthorized"); };
    try {
        run(send_two(builder().username("admin").password("wrong")));
        FAIL() << "nothing was thrown";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), errc::auth_error);
        EXPECT_EQ(std::string(e.what()).find("wrong"), std::string::npos);
    }
    EXPECT_EQ(server.requests.size(), 1U);
}

asio::awaitable<void> close_without_server(sender_builder builder, test::scripted_server& server)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    co_await s.table("t").column_i64("n", 2).at_now();
    server.stop();
    const error e = co_await failure_of(s.close());
    EXPECT_EQ(e.code(), errc::socket_error);
    EXPECT_EQ(e.info().unacknowledged_rows, 2U);
    EXPECT_NE(std::string(e.what()).find("closed with 2 unacknowledged rows: "), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("connection refused"), std::string::npos) << e.what();
    EXPECT_EQ(s.take_unacknowledged().to_string(), "t n=1i\nt n=2i\n");
}

TEST_F(sender_test, close_reports_rows_that_could_not_be_sent_and_keeps_them)
{
    run(close_without_server(builder().retry_timeout(30ms), server));
}

asio::awaitable<void> close_twice(sender_builder builder, test::scripted_server& server)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    server.stop();
    const error first = co_await failure_of(s.close());
    const error again = co_await failure_of(s.close());
    EXPECT_EQ(again.code(), first.code());
    EXPECT_EQ(again.info().unacknowledged_rows, 1U);
    EXPECT_EQ(again.what(), std::string(first.what()) +
                                "; it still holds 1 row: take_unacknowledged() hands them back");
    EXPECT_EQ(s.take_unacknowledged().row_count(), 1U);
    co_await s.close();
}

TEST_F(sender_test, close_after_a_close_that_failed_fails_as_long_as_rows_are_held)
{
    run(close_twice(builder().retry_timeout(30ms), server));
}

asio::awaitable<void> close_in_time(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    const error e = co_await failure_of(s.close());
    EXPECT_EQ(e.code(), errc::timed_out);
    EXPECT_STREQ(e.what(), "closed with 1 unacknowledged row: close_timeout (30 ms) is over");
}

TEST_F(sender_test, close_does_not_outlast_its_timeout)
{
    answer = [](const request&) { return reply{.wait = true}; };

    run(close_in_time(builder().close_timeout(30ms)));
}

asio::awaitable<void> request_in_time(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    const error e = co_await failure_of(s.flush());
    EXPECT_EQ(e.code(), errc::timed_out);
    EXPECT_EQ(e.info().state, delivery::unconfirmed);
    EXPECT_EQ(s.unacknowledged_rows(), 1U);
}

TEST_F(sender_test, a_silent_server_ends_the_request_in_time)
{
    answer = [](const request&) { return reply{.wait = true}; };

    run(request_in_time(builder().request_timeout(30ms).retry_timeout(0ms)));
}

asio::awaitable<void> fill(sender& s, int rows, int& committed)
{
    for (int i = 0; i < rows; ++i) {
        co_await s.table("table").column_i64("number", 1'000'000 + i).at_now();
        ++committed;
    }
}

TEST_F(sender_test, at_waits_at_max_buf_size_until_bytes_are_acknowledged)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    run(add_one_and_wait(builder().init_buf_size(1024).max_buf_size(1024), s));
    int committed = 0;
    bool done = false;
    asio::co_spawn(io, fill(*s, 100, committed), [&](std::exception_ptr) { done = true; });
    test::run_until(io, [&] { return server.requests.size() == 1; });
    EXPECT_FALSE(done);
    EXPECT_EQ(committed, 46); // 22 bytes each, after the first row of 7; the last one waits
    const int before = committed;

    answer = [](const request&) { return ok(); };
    server.release(ok());
    test::run_until(io, [&] { return done; });

    EXPECT_GT(committed, before);
    EXPECT_EQ(committed, 100);
}

TEST_F(sender_test, a_cancelled_flush_ends_the_wait_and_keeps_the_rows)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    run(add_one_and_wait(builder(), s));
    asio::cancellation_signal signal;
    std::optional<error> ended;
    asio::co_spawn(io, s->flush(),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr thrown) {
                       try {
                           std::rethrow_exception(thrown);
                       } catch (const error& e) {
                           ended = e;
                       }
                   }));
    test::run_until(io, [&] { return server.requests.size() == 1; });
    signal.emit(asio::cancellation_type::terminal);
    test::run_until(io, [&] { return ended.has_value(); });
    EXPECT_EQ(ended->code(), errc::cancelled);
    EXPECT_EQ(s->unacknowledged_rows(), 1U);

    server.release(ok());
    run(s->flush());

    EXPECT_EQ(s->unacknowledged_rows(), 0U);
    EXPECT_EQ(server.requests.size(), 1U) << "the request was not disturbed";
}

TEST_F(sender_test, a_sender_that_is_destroyed_with_unacknowledged_rows_frees_everything)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    run(add_one_and_wait(builder().auto_flush_interval(0ms), s));
    test::run_until(io, [&] { return server.requests.size() == 1; });
    s.reset();
    server.stop();
    io.restart();

    io.run_for(5s); // ends when nothing is left to wait for

    EXPECT_TRUE(io.stopped());
}

asio::awaitable<void> many_rows(sender& s, std::string name)
{
    for (int i = 0; i < 50; ++i) {
        co_await s.table(name).symbol("a", name).column_i64("n", i).at_now();
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
}

TEST_F(sender_test, rows_of_several_coroutines_do_not_mix)
{
    std::optional<sender> s;
    run(add_one_and_wait(builder(), s));
    int ended = 0;
    for (const char* name : {"x", "yy", "zzz"}) {
        asio::co_spawn(io, many_rows(*s, name), [&](std::exception_ptr e) {
            EXPECT_FALSE(e);
            ++ended;
        });
    }
    test::run_until(io, [&] { return ended == 3; });
    run(s->flush());

    std::size_t rows = 0;
    std::string body = server.requests.back().body;
    for (std::size_t end = 0; (end = body.find('\n', end)) != std::string::npos; ++end) {
        ++rows;
    }
    EXPECT_EQ(rows, 151U);
    for (const char* name : {"x", "yy", "zzz"}) {
        for (int i = 0; i < 50; ++i) {
            const std::string row =
                "\n" + std::string(name) + ",a=" + name + " n=" + std::to_string(i) + "i\n";
            EXPECT_NE(body.find(row), std::string::npos) << row;
        }
    }
}

asio::awaitable<void> build_only(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await s.close();
}

TEST_F(sender_test, a_refused_connection_says_what_to_look_at)
{
    const auto port = server.port();
    server.stop();
    try {
        run(build_only(sender_builder("http", "localhost", port).retry_timeout(0ms)));
        FAIL() << "nothing was thrown";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), errc::socket_error);
        EXPECT_EQ(e.what(), "connecting to localhost:" + std::to_string(port) +
                                ": connection refused; is the server up, and is this its port? TLS "
                                "uses the same port as plain: 9000 for HTTP, 9009 for TCP");
        EXPECT_EQ(e.info().host, "localhost:" + std::to_string(port));
    }
}

TEST_F(sender_test, a_cancelled_build_closes_the_socket)
{
    answer = [](const request&) { return reply{.wait = true}; };
    asio::cancellation_signal signal;
    std::optional<error> ended;
    asio::co_spawn(io, build_only(sender_builder("http", "127.0.0.1", server.port())),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr thrown) {
                       try {
                           std::rethrow_exception(thrown);
                       } catch (const error& e) {
                           ended = e;
                       }
                   }));
    test::run_until(io, [&] { return server.requests.size() == 1; });

    signal.emit(asio::cancellation_type::terminal);
    test::run_until(io, [&] { return ended.has_value(); });

    EXPECT_EQ(ended->code(), errc::cancelled);
}

} // namespace
