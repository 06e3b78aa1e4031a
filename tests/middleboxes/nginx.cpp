// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// nginx in front of the real QuestDB, with the configurations that are used in production.

#include "fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::size_t kilobyte = 1024;

// A page that replaces the answer while the server is down, with a status that means success.
constexpr const char* maintenance = "error_page 502 503 504 =200 /down.html;\n"
                                    "location = /down.html { internal; root .; }";
constexpr const char* unbuffered = "proxy_request_buffering off;\nclient_max_body_size 0;";

TEST_F(behind_nginx, a_maintenance_page_with_status_200_acknowledges_nothing)
{
    middlebox gate = middlebox::gate(free_port(), questdb());
    const middlebox nginx = nginx_to(gate.port(), maintenance);
    ledger rows(servers);
    sender_builder impatient = builder(nginx.port(), rows);
    impatient.protocol_version(protocol_version::v2).retry_timeout(300ms);

    await([](sender_builder options, middlebox& backend, ledger& table) -> asio::awaitable<void> {
        sender s = co_await options.build();
        co_await flush_rows(s, table, 1, 100);
        backend.stop();
        co_await table.add(s, 100);
        const error down = co_await failure_of(s.flush());
        EXPECT_THAT(down.what(), HasSubstr("text/html"));
        EXPECT_EQ(s.unacknowledged_rows(), 100U);
        backend.start();
        co_await flush_rows(s, table, 1, 100);
        co_await s.close();
    }(impatient, gate, rows));

    rows.expect_balance();
}

TEST_F(behind_nginx, rows_outlast_a_maintenance_page)
{
    middlebox gate = middlebox::gate(free_port(), questdb());
    const middlebox nginx = nginx_to(gate.port(), maintenance);
    ledger rows(servers);

    await([](sender_builder options, middlebox& backend, ledger& table) -> asio::awaitable<void> {
        sender s = co_await options.build();
        backend.stop();
        co_await table.add(s, 100);
        start_flush(s);
        co_await pause(s, 200ms);
        backend.start();
        co_await s.close();
    }(builder(nginx.port(), rows), gate, rows));

    rows.expect_balance();
}

TEST_F(behind_nginx, a_maintenance_page_in_place_of_the_settings_fails_build)
{
    const middlebox nginx = nginx_to(free_port(), maintenance);
    ledger rows(servers);

    await([](sender_builder options) -> asio::awaitable<void> {
        std::optional<error> thrown;
        try {
            const sender s = co_await options.build();
        } catch (const error& e) {
            thrown = e;
        }
        EXPECT_TRUE(thrown) << "a page was taken for QuestDB's settings";
    }(builder(nginx.port(), rows).retry_timeout(100ms)));
}

TEST_F(behind_nginx, batches_larger_than_client_max_body_size_are_cut_and_the_size_is_learnt)
{
    const middlebox nginx = nginx_to(questdb(), "client_max_body_size 1m;");
    ledger rows(servers);

    await(flush_and_close(builder(nginx.port(), rows), rows, 4, 2'000, kilobyte)); // 2 MB each

    rows.expect_balance();
    EXPECT_GE(nginx.answers_with(413), 1U);
    EXPECT_LE(nginx.answers_with(413), 3U) << "the size that the server accepts is not learnt";
}

TEST_F(behind_nginx, a_row_larger_than_client_max_body_size_is_reported)
{
    const middlebox nginx = nginx_to(questdb(), "client_max_body_size 10k;");
    ledger rows(servers);

    await([](sender_builder options, ledger& table) -> asio::awaitable<void> {
        sender s = co_await options.build();
        co_await table.add(s, 10);
        co_await table.add(s, 1, 20 * kilobyte);
        co_await table.add(s, 10);
        co_await s.flush();
        co_await s.close();
    }(builder(nginx.port(), rows), rows));

    rows.expect_balance(1);
}

TEST_F(behind_nginx, keepalive_requests_of_2_loses_and_doubles_nothing)
{
    const middlebox nginx = nginx_to(questdb(), "keepalive_requests 2;");
    ledger rows(servers, false);
    sender_builder with_version = builder(nginx.port(), rows);

    await(flush_and_close(builder(nginx.port(), rows), rows, 40));
    await(flush_and_close(with_version.protocol_version(protocol_version::v2), rows, 40));

    rows.expect_balance();
}

// The requests begin a little before or after nginx closes the connection.
TEST_F(behind_nginx, keepalive_timeout_of_1_s_loses_nothing)
{
    const middlebox nginx = nginx_to(questdb(), "keepalive_timeout 1s;");
    ledger rows(servers);

    flush_between_pauses(nginx.port(), rows, 3,
                         {980ms, 990ms, 996ms, 998ms, 1000ms, 1001ms, 1002ms, 1004ms, 1010ms});

    rows.expect_balance();
}

TEST_F(behind_nginx, limit_req_delays_rows_and_loses_none)
{
    for (const std::string status : {"503", "429"}) {
        SCOPED_TRACE(status);
        const middlebox nginx =
            nginx_to(questdb(), "limit_req zone=all;\nlimit_req_status " + status + ";",
                     "limit_req_zone $server_port zone=all:1m rate=20r/s;\n");
        ledger rows(servers);

        await(flush_and_close(builder(nginx.port(), rows), rows, 20));

        rows.expect_balance();
        EXPECT_GE(nginx.answers_with(std::stoi(status)), 1U);
    }
}

TEST_F(behind_nginx, uploads_that_are_not_buffered_survive_a_backend_that_goes_and_comes_back)
{
    middlebox gate = middlebox::gate(free_port(), questdb());
    const middlebox nginx = nginx_to(gate.port(), unbuffered);
    ledger rows(servers);

    await([](sender_builder options, middlebox& backend, ledger& table) -> asio::awaitable<void> {
        sender s = co_await options.build();
        co_await flush_rows(s, table, 2, 2'000, kilobyte);
        for (const auto delay : {0ms, 2ms, 5ms, 10ms}) { // in the middle of an upload, or not
            co_await table.add(s, 2'000, kilobyte);
            start_flush(s);
            co_await pause(s, delay);
            backend.stop();
            co_await pause(s, 50ms);
            backend.start();
            co_await s.flush();
        }
        co_await s.close();
    }(builder(nginx.port(), rows), gate, rows));

    rows.expect_balance();
}

TEST_F(behind_nginx, a_rejection_in_the_middle_of_an_upload_that_is_not_buffered_is_reported)
{
    const middlebox nginx = nginx_to(questdb(), unbuffered);
    ledger rows(servers);

    await([](sender_builder options, ledger& table) -> asio::awaitable<void> {
        sender s = co_await options.build();
        co_await flush_rows(s, table, 1, 100);
        co_await table.add_bad(s);
        co_await table.add(s, 3'000, kilobyte);
        co_await s.flush();
        co_await flush_rows(s, table, 1, 100);
        co_await s.close();
    }(builder(nginx.port(), rows), rows));

    rows.expect_balance(3'001);
}

TEST_F(behind_nginx, rows_outlast_a_backend_that_is_down)
{
    middlebox gate = middlebox::gate(free_port(), questdb());
    const middlebox nginx = nginx_to(gate.port());
    ledger rows(servers);

    outlast_outages(builder(nginx.port(), rows), gate, rows);

    rows.expect_balance();
    EXPECT_GE(nginx.answers_with(502), 1U);
}

// The first of two servers answers /settings, but accepts no rows; the other one works.
TEST_F(behind_nginx, a_sick_server_is_left_for_a_healthy_one)
{
    for (const std::string sick :
         {"return 404;", "return 500;", "return 502;", "return 503;", "return 302 /login;",
          "return 407;", "default_type text/html; return 200 '<html>Please log in</html>';"}) {
        SCOPED_TRACE(sick);
        const middlebox nginx = nginx_to(questdb(), "location /write { " + sick + " }");
        ledger rows(servers, false);
        sender_builder both = builder(nginx.port(), rows);

        await(flush_and_close(both.retry_timeout(3s).address("127.0.0.1", questdb()), rows, 5, 10));

        rows.expect_balance();
    }
}

TEST_F(behind_nginx, rows_over_tcp_to_its_http_port_are_handed_back)
{
    const middlebox nginx = nginx_to(questdb());
    ledger rows(servers);

    expect_tcp_rows_back(nginx.port(), rows);

    rows.expect_balance(3);
}

} // namespace
} // namespace coquest::test
