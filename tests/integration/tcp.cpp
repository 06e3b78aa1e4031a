// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows over TCP when the real server closes the connection or is killed: SQL counts what it has.

#include "fixture.hpp"

#include "support/questdb_process.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <string>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

asio::awaitable<void> pause(sender& s, std::chrono::milliseconds time)
{
    asio::steady_timer timer(s.get_executor(), time);
    co_await timer.async_wait(asio::use_awaitable);
}

void add(buffer& rows, const std::string& table, int from, int count)
{
    for (int i = from; i < from + count; ++i) {
        rows.table(table).symbol("key", "k").column_i64("n", i).at(timestamp_micros(1 + i));
    }
}

// Sends 100 rows, one with a text for a column of numbers, and 100 more.
asio::awaitable<void> send_a_bad_row(sender_builder builder, std::string table)
{
    sender s = co_await builder.build();
    buffer rows = s.new_buffer();
    add(rows, table, 0, 100);
    rows.table(table).symbol("key", "k").column_str("n", "none").at(timestamp_micros(101));
    add(rows, table, 101, 100);
    const std::string sent = rows.to_string();
    co_await s.flush(rows); // which says only that the operating system has accepted them

    const auto last = std::chrono::steady_clock::now() + 20s;
    while (!s.must_close() && std::chrono::steady_clock::now() < last) {
        co_await pause(s, 5ms);
    }
    const error lost = co_await failure_of(s.table(table).column_i64("n", 1).at_now());
    if (has_tls(builder.options().transport)) { // the proxy ends TLS without close_notify
        EXPECT_EQ(lost.info().tls, tls_failure::truncated);
    } else {
        EXPECT_EQ(lost.code(), errc::socket_error);
        EXPECT_THAT(lost.what(), HasSubstr("connection closed by the server"));
    }
    EXPECT_EQ(lost.info().state, delivery::unconfirmed);
    EXPECT_EQ(lost.info().unconfirmed_rows, 201U);
    EXPECT_THAT(lost.what(), HasSubstr("; 201 rows that were sent "
                                       "may not be stored (QuestDB closes the connection at a row "
                                       "that it can't take: see its log)"));

    buffer kept = s.take_unacknowledged();
    EXPECT_EQ(kept.to_string(), sent);
    kept.clear();
    add(kept, table, 101, 100); // the rows after the bad one
    co_await s.flush(kept);
    co_await s.close();
}

class tcp : public real_server {
protected:
    void expect_the_good_rows(const sender_builder& builder) const
    {
        const std::string table = unique_table();
        await(send_a_bad_row(builder, table));
        (void)servers.rows("select 1 from " + table, 200);
        EXPECT_EQ(servers.sql("select count(), sum(n) from " + table)["dataset"].dump(),
                  "[[200," + std::to_string(200 * 201 / 2 - 100) + "]]");
    }
};

TEST_F(tcp, row81_a_bad_line_ends_the_connection)
{
    expect_the_good_rows(sender_builder("tcp", "localhost", servers.port("questdb_tcp")));
}

TEST_F(tcp, row81_a_bad_line_ends_the_connection_of_tls)
{
    expect_the_good_rows(sender_builder("tcps", "localhost", servers.port("good_tcp"))
                             .tls_roots(servers.cert("root.crt")));
}

// A server that is killed and restarted while rows are streamed to it.
class killed {
public:
    explicit killed(asio::io_context& io) : io_(io)
    {
        server_.wait_until_ready();
        EXPECT_EQ(sql(server_.port(), "create table once (ts timestamp, key symbol, n long) "
                                      "timestamp(ts) partition by day wal "
                                      "dedup upsert keys(ts, key)")["ddl"],
                  "OK");
    }
    asio::awaitable<void> run(int kills)
    {
        sender_builder builder("tcp", "127.0.0.1", server_.tcp_port());
        sender s = co_await builder.tcp_resend(true).retry_timeout(2min).build();
        for (int i = 0; i < kills; ++i) {
            bool back = false;
            asio::co_spawn(io_, kill_and_start(s, back), asio::detached);
            while (!back || sent_ < (i + 1) * 5'000) {
                co_await s.table("once")
                    .symbol("key", "k")
                    .column_i64("n", sent_)
                    .at(timestamp_micros(1 + sent_));
                ++sent_;
                if (sent_ % 50 == 0) {
                    co_await pause(s, 2ms);
                }
            }
        }
        co_await s.close();
    }
    void expect_all_rows() const
    {
        const auto n = static_cast<std::size_t>(sent_);
        (void)rows(server_.port(), "select 1 from once limit " + std::to_string(n), n);
        EXPECT_EQ(
            sql(server_.port(), "select count(), count_distinct(n) from once")["dataset"].dump(),
            "[[" + std::to_string(n) + "," + std::to_string(n) + "]]");
    }

private:
    asio::awaitable<void> kill_and_start(sender& s, bool& back)
    {
        co_await pause(s, 150ms);
        server_.end(SIGKILL);
        server_.start();
        back = true;
    }

    asio::io_context& io_;
    questdb_process server_;
    std::int64_t sent_ = 0;
};

TEST_F(tcp, row_55_rows_survive_a_server_that_is_killed_where_they_may_go_again)
{
    asio::io_context io;
    killed test(io);
    run(io, test.run(3), 110s);
    test.expect_all_rows();
}

} // namespace
} // namespace coquest::test
