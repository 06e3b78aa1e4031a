// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "fixture.hpp"

#include <gmock/gmock.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <cstdlib>
#include <exception>
#include <optional>
#include <utility>

namespace coquest::test {

ledger::ledger(const real_servers& servers, bool deduplicates) : servers_(servers)
{
    const std::string create = "create table " + table_ +
                               " (ts timestamp, n long, text varchar) timestamp(ts) partition by "
                               "day wal" +
                               (deduplicates ? " dedup upsert keys(ts)" : "");
    EXPECT_EQ(servers_.sql(create)["ddl"], "OK");
}

void ledger::watch(sender_builder& builder)
{
    builder.on_rejected([this](rejected_batch& batch) {
        if (batch.failure.http_status == 413 && batch.rows.row_count() > 1) {
            return rejection::split;
        }
        report(batch.rows);
        return rejection::drop;
    });
}

asio::awaitable<void> ledger::add(sender& target, int count, std::size_t text)
{
    const std::string filler(text, 'x');
    for (int i = 0; i < count; ++i) {
        auto row = target.table(table_);
        row.column_i64("n", committed_);
        if (text != 0) {
            row.column_str("text", filler);
        }
        co_await row.at(timestamp_micros(1 + committed_));
        ++committed_;
    }
}

asio::awaitable<void> ledger::add_bad(sender& target)
{
    auto row = target.table(table_);
    row.column_str("n", "n=" + std::to_string(committed_) + "i");
    co_await row.at(timestamp_micros(1 + committed_));
    ++committed_;
}

void ledger::take_back(sender& source)
{
    report(source.take_unacknowledged());
}

void ledger::report(const buffer& rows)
{
    const std::string text = rows.to_string();
    for (std::size_t at = text.find(" n="); at != text.npos; at = text.find(" n=", at)) {
        at = text.find_first_of("0123456789", at);
        reported_.insert(std::strtoll(text.c_str() + at, nullptr, 10));
    }
}

void ledger::expect_balance(std::size_t reported) const
{
    EXPECT_EQ(reported_.size(), reported);
    const auto total = static_cast<std::size_t>(committed_);
    const auto stored = servers_.rows("select n from " + table_, total - reported_.size());
    std::set<std::int64_t> seen = reported_;
    for (const auto& row : stored) {
        const auto number = row.at(0).get<std::int64_t>();
        EXPECT_TRUE(seen.insert(number).second)
            << "row " << number << " is stored twice, or stored and reported";
    }
    EXPECT_EQ(seen.size(), total) << "rows are lost";
}

void middlebox_test::SetUp()
{
    real_server::SetUp();
    need("haproxy");
}

void middlebox_test::need(const char* program)
{
    if (!IsSkipped() && find_program(program).empty()) {
        GTEST_SKIP() << "SKIPPED: " << program << " is missing: run ./scripts/setup interop";
    }
}

void behind_nginx::SetUp()
{
    middlebox_test::SetUp();
    need("nginx");
}

sender_builder middlebox_test::builder(std::uint16_t port, ledger& rows) const
{
    using namespace std::chrono_literals;
    sender_builder result("http", "127.0.0.1", port);
    result.username("admin").password("quest").auto_flush(false);
    result.retry_timeout(15s).retry_max_backoff(50ms);
    rows.watch(result);
    return result;
}

void middlebox_test::outlast_outages(const sender_builder& builder, middlebox& gate, ledger& rows)
{
    using namespace std::chrono_literals;
    await([](sender_builder options, middlebox& backend, ledger& table) -> asio::awaitable<void> {
        sender s = co_await options.build();
        for (int i = 0; i < 5; ++i) {
            co_await flush_rows(s, table, 1, 10);
            backend.stop();
            co_await table.add(s, 10);
            start_flush(s);
            co_await pause(s, 60ms);
            backend.start();
            co_await flush_rows(s, table, 1, 10);
        }
        co_await s.close();
    }(builder, gate, rows));
}

void middlebox_test::flush_between_pauses(
    std::uint16_t port, ledger& rows, int rounds,
    const std::vector<std::chrono::milliseconds>& pauses) const
{
    asio::io_context io;
    std::size_t running = pauses.size();
    for (const std::chrono::milliseconds time : pauses) {
        asio::co_spawn(
            io,
            [](sender_builder options, ledger& table, int count,
               std::chrono::milliseconds idle) -> asio::awaitable<void> {
                sender s = co_await options.build();
                for (int i = 0; i < count; ++i) {
                    co_await flush_rows(s, table, 2);
                    co_await pause(s, idle);
                }
                co_await flush_rows(s, table, 1);
                co_await s.close();
            }(builder(port, rows), rows, rounds, time),
            [&running](const std::exception_ptr& failure) {
                EXPECT_FALSE(failure) << "a sender failed";
                --running;
            });
    }
    run_until(io, [&running] { return running == 0; });
}

void middlebox_test::expect_tcp_rows_back(std::uint16_t port, ledger& rows)
{
    await([](sender_builder options, ledger& table) -> asio::awaitable<void> {
        sender s = co_await options.build(); // the server ignores empty lines before a request
        co_await table.add(s, 3);
        std::optional<error> thrown;
        try {
            co_await s.flush();
            co_await s.close();
        } catch (const error& e) {
            thrown = e;
        }
        EXPECT_TRUE(thrown);
        EXPECT_THAT(
            thrown ? thrown->what() : "",
            testing::HasSubstr("an HTTP server answers on this port (it said \"HTTP/1.1 400 Bad "));
        table.take_back(s);
    }(sender_builder("tcp", "127.0.0.1", port), rows));
}

middlebox behind_nginx::nginx_to(std::uint16_t target, const std::string& directives,
                                 const std::string& zone)
{
    const std::uint16_t port = free_port();
    return middlebox::nginx(port, zone + "server { listen 127.0.0.1:" + std::to_string(port) +
                                      ";\nproxy_http_version 1.1; proxy_set_header Connection "
                                      "\"\";\n" +
                                      directives + "\nlocation / { proxy_pass http://127.0.0.1:" +
                                      std::to_string(target) + "; }\n}\n");
}

middlebox behind_haproxy::haproxy_to(const std::vector<std::uint16_t>& targets,
                                     const std::string& options)
{
    const std::uint16_t port = free_port();
    std::string section =
        "listen front\n    mode http\n    bind 127.0.0.1:" + std::to_string(port) + "\n" + options;
    for (const std::uint16_t target : targets) {
        const std::string number = std::to_string(target);
        section += "    server backend_" + number + " 127.0.0.1:" + number + "\n";
    }
    return middlebox::haproxy(port, section);
}

asio::awaitable<void> flush_rows(sender& s, ledger& rows, int flushes, int count, std::size_t text)
{
    for (int i = 0; i < flushes; ++i) {
        co_await rows.add(s, count, text);
        co_await s.flush();
    }
}

asio::awaitable<void> flush_and_close(sender_builder builder, ledger& rows, int flushes, int count,
                                      std::size_t text)
{
    sender s = co_await builder.build();
    co_await flush_rows(s, rows, flushes, count, text);
    co_await s.close();
}

void start_flush(sender& s)
{
    asio::co_spawn(
        s.get_executor(),
        [](sender& target) -> asio::awaitable<void> {
            try {
                co_await target.flush();
            } catch (const error&) { // reported by the next flush
            }
        }(s),
        asio::detached);
}

asio::awaitable<void> pause(sender& s, std::chrono::milliseconds time)
{
    asio::steady_timer timer(s.get_executor(), time);
    co_await timer.async_wait(asio::use_awaitable);
}

} // namespace coquest::test
