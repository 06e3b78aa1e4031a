// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a sender sends, and when.

#include "unit/sender/sender_fixture.hpp"

#include <asio/co_spawn.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <optional>
#include <string>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using namespace std::string_literals;
using test::add_one_and_wait;
using test::bodies_t;
using test::failure_of;
using test::ok;
using test::reply;
using test::request;
using test::send_two;
using test::sender_test;
using test::status;

constexpr const char* bad_row =
    R"({"code":"invalid","message":"cast error\n","line":2,"errorId":"e-1"})";

reply rejection()
{
    return status("400 Bad Request", "Content-Type: application/json; charset=utf-8\r\n", bad_row);
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
    EXPECT_EQ(server.raw, sent.head + sent.body) << "no other byte";
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
#if !COQUEST_PORTABLE_AWAITABLE
    const committed done = co_await s.table("t").column_i64("n", 4).at_now();
    static_cast<void>(done);
#else
    co_await s.table("t").column_i64("n", 4).at_now();
#endif
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

TEST_F(sender_test, a_server_that_is_starting_is_retried)
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

TEST_F(sender_test, a_quiet_producers_row_is_sent_by_the_timer)
{
    std::optional<sender> s;
    run(add_one_and_wait(builder().auto_flush_interval(20ms), s));
    EXPECT_TRUE(server.requests.empty());

    test::run_until(io, [&] { return s->unacknowledged_rows() == 0; });

    EXPECT_EQ(bodies(), bodies_t{"t n=1i\n"});
}

TEST_F(sender_test, an_interval_of_zero_sends_immediately_and_gathers_later_rows)
{
    std::optional<sender> s;
    answer = [](const request&) { return reply{.wait = true}; };
    run(add_one_and_wait(builder().auto_flush_interval(0ms), s));
    test::run_until(io, [&] { return server.requests.size() == 1; });
    run(add(*s, 2));
    run(add(*s, 3));
    answer = [](const request&) { return ok(); };
    server.release(ok());
    test::run_until(io, [&] { return s->unacknowledged_rows() == 0; });

    EXPECT_EQ(bodies(), (bodies_t{"t n=1i\n", "t n=2i\nt n=3i\n"}));
}

TEST_F(sender_test, rows_and_bytes_seal_a_batch)
{
    std::optional<sender> s;
    run(add_one_and_wait(builder().auto_flush_rows(2), s));
    run(add(*s, 2));
    run(add(*s, 3));
    test::run_until(io, [&] { return s->unacknowledged_rows() == 1; });
    EXPECT_EQ(bodies(), bodies_t{"t n=1i\nt n=2i\n"});
    s.reset();

    run(add_one_and_wait(builder().auto_flush_rows(0).auto_flush_bytes(14), s));
    run(add(*s, 2));
    test::run_until(io, [&] { return s->unacknowledged_rows() == 0; });
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
    EXPECT_EQ(s.unacknowledged_rows(), 0U);
    co_await s.table("t")
        .column_i64("n", 1)
        .at_now(); // other rows are not blocked by the rejected buffer
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
    EXPECT_EQ(first.info().unacknowledged_rows, 2U);
    const error again = co_await failure_of(s.table("t").column_i64("n", 3).at_now());
    EXPECT_EQ(again.code(), errc::server_flush_error)
        << "rows fail until the failure is dealt with";
    EXPECT_EQ(s.unacknowledged_rows(), 2U);

    const buffer taken = s.take_unacknowledged();

    EXPECT_EQ(taken.to_string(), "t n=1i\nt n=2i\n");
    EXPECT_EQ(s.unacknowledged_rows(), 0U);
    co_await s.table("t").column_i64("n", 4).at_now();
    co_await s.close();
}

TEST_F(sender_test, rejected_rows_are_kept_until_they_are_taken)
{
    answer = [](const request& r) { return r.body == "t n=4i\n" ? ok() : rejection(); };

    run(rejected_rows(builder().auto_flush(false)));

    EXPECT_EQ(bodies().back(), "t n=4i\n");
}

} // namespace
