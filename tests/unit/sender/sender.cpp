// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using namespace std::string_literals;
using test::failure_of;
using test::ok;
using test::reply;
using test::request;
using test::status;

constexpr const char* bad_row =
    R"({"code":"invalid","message":"cast error\n","line":2,"errorId":"e-1"})";

reply rejection()
{
    return status("400 Bad Request", "Content-Type: application/json; charset=utf-8\r\n", bad_row);
}

class sender_test : public testing::Test {
protected:
    sender_builder builder()
    {
        sender_builder made("http", "127.0.0.1", server.port());
        made.protocol_version(coquest::protocol_version::v2);
        return made;
    }
    void run(asio::awaitable<void> body) { test::run(io, std::move(body)); }
    asio::awaitable<void> add(sender& to, int n)
    {
        return to.table("t").column_i64("n", n).at_now();
    }
    std::vector<std::string> bodies() const
    {
        std::vector<std::string> all;
        for (const request& one : server.requests) {
            all.push_back(one.body);
        }
        return all;
    }

    asio::io_context io{1};
    std::function<reply(const request&)> answer = [](const request&) { return ok(); };
    test::scripted_server server{io, [this](const request& r) { return answer(r); }};
};

using bodies_t = std::vector<std::string>;

asio::awaitable<void> send_two(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await s.table("trades")
        .symbol("side", "buy")
        .column_f64("price", 1.5)
        .at(timestamp_nanos(9));
    co_await s.table("trades").symbol("side", "sell").column_bool("b", true).at_now();
    co_await s.flush();
    co_await s.close();
    EXPECT_TRUE(s.must_close());
}

TEST_F(sender_test, rows_go_in_one_request_with_a_length)
{
    run(send_two(builder()));

    ASSERT_EQ(server.requests.size(), 1U);
    const request& sent = server.requests[0];
    EXPECT_TRUE(sent.begins("POST /write?precision=n HTTP/1.1\r\n")) << sent.head;
    EXPECT_TRUE(sent.has("Host: 127.0.0.1:" + std::to_string(server.port()))) << sent.head;
    EXPECT_TRUE(sent.has("Content-Length: " + std::to_string(sent.body.size()))) << sent.head;
    EXPECT_EQ(sent.body, "trades,side=buy price==\x10\0\0\0\0\0\0\xf8\x3f 9n\n"
                         "trades,side=sell b=t\n"s);
    EXPECT_EQ(server.raw, sent.head + sent.body) << "not a byte more";
}

asio::awaitable<void> send_in_all_ways(sender_builder builder)
{
    using namespace asio::experimental::awaitable_operators;
    const auto executor = co_await asio::this_coro::executor;
    auto s = co_await builder.build();
    asio::awaitable<void> kept = s.table("t").column_i64("n", 1).at_now();
    co_await std::move(kept);
    co_await asio::co_spawn(executor, s.table("t").column_i64("n", 2).at_now(),
                            asio::use_awaitable);
    co_await (s.table("t").column_i64("n", 3).at_now() && s.flush());
    const committed done = co_await s.table("t").column_i64("n", 4).at_now();
    static_cast<void>(done);
    co_await s.close();
}

TEST_F(sender_test, what_a_row_awaits_can_be_kept_spawned_and_combined)
{
    run(send_in_all_ways(builder()));
    std::string all;
    for (const std::string& body : bodies()) {
        all += body;
    }
    EXPECT_EQ(all, "t n=1i\nt n=2i\nt n=3i\nt n=4i\n");
}

TEST_F(sender_test, credentials_go_with_each_request)
{
    run(send_two(builder().username("admin").password("quest")));
    run(send_two(builder().token("secret-token")));

    ASSERT_EQ(server.requests.size(), 2U);
    EXPECT_TRUE(server.requests[0].has("Authorization: Basic YWRtaW46cXVlc3Q="));
    EXPECT_TRUE(server.requests[1].has("Authorization: Bearer secret-token"));
}

asio::awaitable<void> connect_and_close(sender_builder builder, coquest::protocol_version expected)
{
    auto s = co_await builder.build();
    EXPECT_EQ(s.protocol_version(), expected);
    EXPECT_EQ(s.new_buffer().version(), expected);
    co_await s.close();
}

TEST_F(sender_test, the_version_is_the_best_that_the_server_has)
{
    using coquest::protocol_version;
    std::string settings;
    answer = [&](const request& r) {
        EXPECT_TRUE(r.begins("GET /settings HTTP/1.1\r\n")) << r.head;
        EXPECT_EQ(r.head.find("Authorization"), std::string::npos);
        return settings.empty() ? status("404 Not Found") : status("200 OK", "", settings);
    };
    const auto any = sender_builder("http", "127.0.0.1", server.port()).username("u").password("p");

    settings = R"({"config":{"line.proto.support.versions":[1,2,3]}})";
    run(connect_and_close(any, protocol_version::v3));
    settings = R"({"config":{"line.proto.support.versions":[1,2]}})";
    run(connect_and_close(any, protocol_version::v2));
    settings = R"({"config":{"line.proto.support.versions":[1]}})";
    run(connect_and_close(any, protocol_version::v1));
    settings.clear();
    run(connect_and_close(any, protocol_version::v1));
}

TEST_F(sender_test, a_server_that_is_starting_is_asked_again)
{
    answer = [this](const request&) {
        return server.requests.size() < 3
                   ? status("503 Service Unavailable")
                   : status("200 OK", "", R"({"config":{"line.proto.support.versions":[2]}})");
    };

    run(connect_and_close(sender_builder("http", "127.0.0.1", server.port()),
                          coquest::protocol_version::v2));

    EXPECT_EQ(server.requests.size(), 3U);
}

asio::awaitable<void> add_one_and_wait(sender_builder builder, std::optional<sender>& kept)
{
    kept = co_await builder.build();
    co_await kept->table("t").column_i64("n", 1).at_now();
}

TEST_F(sender_test, a_quiet_producers_row_is_sent_by_the_timer)
{
    std::optional<sender> s;
    run(add_one_and_wait(builder().auto_flush_interval(20ms), s));
    EXPECT_TRUE(server.requests.empty());

    test::run_until(io, [&] { return s->unsent_rows() == 0; });

    EXPECT_EQ(bodies(), bodies_t{"t n=1i\n"});
}

TEST_F(sender_test, an_interval_of_zero_sends_at_once_and_gathers_what_comes_meanwhile)
{
    std::optional<sender> s;
    answer = [](const request&) { return reply{.wait = true}; };
    run(add_one_and_wait(builder().auto_flush_interval(0ms), s));
    test::run_until(io, [&] { return server.requests.size() == 1; });
    run(add(*s, 2));
    run(add(*s, 3));
    answer = [](const request&) { return ok(); };
    server.release(ok());
    test::run_until(io, [&] { return s->unsent_rows() == 0; });

    EXPECT_EQ(bodies(), (bodies_t{"t n=1i\n", "t n=2i\nt n=3i\n"}));
}

TEST_F(sender_test, rows_and_bytes_seal_a_batch)
{
    std::optional<sender> s;
    run(add_one_and_wait(builder().auto_flush_rows(2), s));
    run(add(*s, 2));
    run(add(*s, 3));
    test::run_until(io, [&] { return s->unsent_rows() == 1; });
    EXPECT_EQ(bodies(), bodies_t{"t n=1i\nt n=2i\n"});
    s.reset();

    run(add_one_and_wait(builder().auto_flush_rows(0).auto_flush_bytes(14), s));
    run(add(*s, 2));
    test::run_until(io, [&] { return s->unsent_rows() == 0; });
    EXPECT_EQ(bodies().back(), "t n=1i\nt n=2i\n");
}

asio::awaitable<void> add_and_close(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    co_await s.close();
    co_await s.close();
    const error e = co_await failure_of(s.table("t").column_i64("n", 1).at_now());
    EXPECT_EQ(e.code(), errc::closed);
    EXPECT_EQ((co_await failure_of(s.flush())).code(), errc::closed);
}

TEST_F(sender_test, close_delivers_what_is_left_and_can_be_repeated)
{
    run(add_and_close(builder().auto_flush(false)));

    EXPECT_EQ(bodies(), bodies_t{"t n=1i\n"});
}

asio::awaitable<void> flush_buffer(sender_builder builder, test::scripted_server& server)
{
    auto s = co_await builder.build();
    buffer rows = s.new_buffer();
    co_await s.flush(rows);
    EXPECT_TRUE(server.requests.empty()) << "nothing to send";
    rows.table("t").symbol("a", "1").at_now();
    rows.table("t").symbol("a", "2").at_now();
    co_await s.table("first").column_i64("n", 1).at_now();
    co_await s.flush(rows);
    EXPECT_TRUE(rows.empty());
    rows.table("t").symbol("a", "3").at_now();
    co_await s.flush_and_keep(rows);
    EXPECT_EQ(rows.to_string(), "t,a=3\n");
    rows.table("t").symbol("a", "4");
    EXPECT_EQ((co_await failure_of(s.flush(rows))).code(), errc::invalid_api_call);
    buffer other(coquest::protocol_version::v1);
    const error e = co_await failure_of(s.flush(other));
    EXPECT_EQ(e.code(), errc::protocol_version_error);
    EXPECT_STREQ(e.what(), "the buffer holds rows of protocol version 1, and the sender sends "
                           "version 2: use sender.new_buffer()");
    co_await s.close();
}

TEST_F(sender_test, a_buffers_rows_go_behind_those_committed_before)
{
    run(flush_buffer(builder(), server));

    EXPECT_EQ(bodies(), (bodies_t{"first n=1i\n", "t,a=1\nt,a=2\n", "t,a=3\n"}));
}

asio::awaitable<void> refused_buffer(sender_builder builder)
{
    auto s = co_await builder.build();
    buffer rows = s.new_buffer();
    for (int i = 0; i < 100; ++i) {
        rows.table("t").symbol("symbol", std::to_string(i)).column_i64("n", i).at_now();
    }
    const std::string before = rows.to_string();

    const error e = co_await failure_of(s.flush(rows));

    EXPECT_EQ(e.code(), errc::server_flush_error);
    EXPECT_EQ(e.info().state, delivery::rejected);
    EXPECT_EQ(e.info().http_status, 400);
    EXPECT_EQ(e.info().server_line, 2U);
    EXPECT_EQ(e.info().server_error_id, "e-1");
    EXPECT_EQ(rows.to_string(), before);
    EXPECT_EQ(rows.row_count(), 100U);
    EXPECT_EQ(s.unsent_rows(), 0U);
    co_await s.table("t").column_i64("n", 1).at_now(); // one poisoned buffer blocks nobody
    co_await s.close();
}

TEST_F(sender_test, a_refused_buffer_gets_its_rows_back_byte_for_byte)
{
    answer = [this](const request&) { return server.requests.size() == 1 ? rejection() : ok(); };

    run(refused_buffer(builder().init_buf_size(1024)));

    EXPECT_EQ(bodies().back(), "t n=1i\n");
}

asio::awaitable<void> rejected_rows(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    co_await s.table("t").column_i64("n", 2).at_now();
    const error first = co_await failure_of(s.flush());
    EXPECT_EQ(first.info().unsent_rows, 2U);
    const error again = co_await failure_of(s.table("t").column_i64("n", 3).at_now());
    EXPECT_EQ(again.code(), errc::server_flush_error) << "rows are refused until it is dealt with";
    EXPECT_EQ(s.unsent_rows(), 2U);

    const buffer unsent = s.take_unsent();

    EXPECT_EQ(unsent.to_string(), "t n=1i\nt n=2i\n");
    EXPECT_EQ(s.unsent_rows(), 0U);
    co_await s.table("t").column_i64("n", 4).at_now();
    co_await s.close();
}

TEST_F(sender_test, rejected_rows_are_kept_until_they_are_taken)
{
    answer = [](const request& r) { return r.body == "t n=4i\n" ? ok() : rejection(); };

    run(rejected_rows(builder().auto_flush(false)));

    EXPECT_EQ(bodies().back(), "t n=4i\n");
}

asio::awaitable<void> background_failure(sender_builder builder, test::scripted_server& server,
                                         std::function<reply(const request&)>& answer)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    while (server.requests.empty() || s.unsent_rows() != 1) {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
    co_await failure_of(s.flush()); // the answer to the batch of the timer, or to this one
    answer = [](const request&) { return ok(); };
    co_await s.table("t").column_i64("n", 2).at_now(); // reported already: the loop starts again
    co_await s.close();
}

TEST_F(sender_test, a_passing_failure_is_reported_once_and_the_loop_goes_on)
{
    answer = [](const request&) { return status("503 Service Unavailable"); };

    run(background_failure(builder().auto_flush_interval(0ms).retry_timeout(0ms), server, answer));

    EXPECT_EQ(bodies()[bodies().size() - 2], "t n=1i\n");
    EXPECT_EQ(bodies().back(), "t n=2i\n");
}

TEST_F(sender_test, passing_statuses_and_hang_ups_are_tried_again)
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
    EXPECT_EQ(e.info().unsent_rows, 2U);
    EXPECT_NE(std::string(e.what()).find("closed with 2 unsent rows: "), std::string::npos);
    EXPECT_NE(std::string(e.what()).find("connection refused"), std::string::npos) << e.what();
    EXPECT_EQ(s.take_unsent().to_string(), "t n=1i\nt n=2i\n");
}

TEST_F(sender_test, close_reports_rows_that_could_not_be_sent_and_keeps_them)
{
    run(close_without_server(builder().retry_timeout(30ms), server));
}

asio::awaitable<void> close_in_time(sender_builder builder)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    const error e = co_await failure_of(s.close());
    EXPECT_EQ(e.code(), errc::timed_out);
    EXPECT_STREQ(e.what(), "closed with 1 unsent rows: close_timeout (30 ms) is over");
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
    EXPECT_EQ(e.info().state, delivery::maybe_applied);
    EXPECT_EQ(s.unsent_rows(), 1U);
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

TEST_F(sender_test, at_waits_at_max_buf_size_and_goes_on_when_bytes_are_acknowledged)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    run(add_one_and_wait(builder().init_buf_size(1024).max_buf_size(1024), s));
    int committed = 0;
    bool done = false;
    asio::co_spawn(io, fill(*s, 100, committed), [&](std::exception_ptr) { done = true; });
    test::run_until(io, [&] { return server.requests.size() == 1; });
    EXPECT_FALSE(done);
    EXPECT_EQ(committed, 46); // of 22 bytes each, beside the first of 7; one more waits
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
    EXPECT_EQ(s->unsent_rows(), 1U);

    server.release(ok());
    run(s->flush());

    EXPECT_EQ(s->unsent_rows(), 0U);
    EXPECT_EQ(server.requests.size(), 1U) << "the request was not disturbed";
}

TEST_F(sender_test, a_sender_that_goes_with_rows_unsent_leaves_nothing_behind)
{
    answer = [](const request&) { return reply{.wait = true}; };
    std::optional<sender> s;
    run(add_one_and_wait(builder().auto_flush_interval(0ms), s));
    test::run_until(io, [&] { return server.requests.size() == 1; });
    s.reset();
    server.stop();
    io.restart();

    io.run_for(5s); // ends as soon as nobody waits for anything

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
    for (std::size_t at = 0; (at = body.find('\n', at)) != std::string::npos; ++at) {
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
