// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The real server dies and comes back while rows are on their way (row 55 of the fault matrix).

#include "fixture.hpp"

#include "support/questdb_process.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <csignal>
#include <random>
#include <vector>

namespace coquest::test {
namespace {

constexpr std::size_t rows_a_round = 2'000; // of each sender, into each table

/// Two senders, one of them with several connections, and a server that dies under them.
class restarts {
public:
    explicit restarts(asio::io_context& io) : io_(io)
    {
        server_.wait_until_ready();
        const std::string columns = " (ts timestamp, key symbol, n long) timestamp(ts) "
                                    "partition by day wal";
        EXPECT_EQ(sql(server_.port(),
                      "create table once" + columns + " dedup upsert keys(ts, key)")["ddl"],
                  "OK");
        EXPECT_EQ(sql(server_.port(), "create table often" + columns)["ddl"], "OK");
    }

    /// Kills the server @p times times, and has all rows acknowledged.
    asio::awaitable<void> run(std::size_t times)
    {
        sender_builder builder("http", "127.0.0.1", server_.port());
        builder.username("admin").password("quest").auto_flush_rows(200);
        builder.retry_timeout(std::chrono::minutes(2));
        builder.retry_max_backoff(std::chrono::milliseconds(200));
        senders_.push_back(co_await builder.build());
        builder.connections(3);
        senders_.push_back(co_await builder.build());
        for (std::size_t i = 0; i < times; ++i) {
            asio::co_spawn(io_, kill_server(), asio::detached);
            co_await send_rows();
            while (!up_) {
                co_await pause();
            }
            up_ = false;
        }
        for (sender& one : senders_) {
            co_await one.close();
        }
    }

    /// Expects the server to have every row: once, where it deduplicates.
    void expect_rows() const
    {
        const std::string all = std::to_string(sent_);
        const std::string sum = std::to_string(sent_ * (sent_ - 1) / 2);
        (void)rows(server_.port(), "select 1 from once limit " + all, sent_);
        (void)rows(server_.port(), "select 1 from (select distinct n from often) limit " + all,
                   sent_);
        EXPECT_EQ(
            sql(server_.port(), "select count(), count_distinct(n), sum(n) from once")["dataset"]
                .dump(),
            "[[" + all + "," + all + "," + sum + "]]");
        const auto often =
            sql(server_.port(), "select count(), count_distinct(n) from often")["dataset"][0];
        EXPECT_GE(often[0], sent_);
        EXPECT_EQ(often[1], sent_);
    }

private:
    /// Kills the server when a part of the next rows is acknowledged, and starts it again.
    asio::awaitable<void> kill_server()
    {
        const std::size_t enough = sent_ + random_() % (rows_a_round * senders_.size() * 3 / 4);
        while (acknowledged() < enough) {
            co_await pause();
        }
        server_.end(SIGKILL);
        server_.start();
        up_ = true;
    }

    asio::awaitable<void> send_rows()
    {
        for (std::size_t i = 0; i < rows_a_round; ++i) {
            for (sender& one : senders_) {
                const auto n = static_cast<std::int64_t>(sent_++);
                const timestamp_micros ts(1'700'000'000'000'000 + n / 3);
                const std::string key = std::to_string(n % 3);
                for (const char* table : {"once", "often"}) {
                    co_await one.table(std::string(table))
                        .symbol("key", key)
                        .column_i64("n", n)
                        .at(ts);
                }
            }
        }
        for (sender& one : senders_) {
            co_await one.flush();
        }
    }

    asio::awaitable<void> pause()
    {
        asio::steady_timer timer(io_, std::chrono::microseconds(100));
        co_await timer.async_wait(asio::use_awaitable);
    }

    [[nodiscard]] std::size_t acknowledged() const
    {
        std::size_t unsent = 0;
        for (const sender& one : senders_) {
            unsent += one.unsent_rows();
        }
        return sent_ - unsent / 2; // each goes into two tables
    }

    asio::io_context& io_;
    questdb_process server_;
    std::vector<sender> senders_;
    std::minstd_rand random_{std::random_device{}()};
    std::size_t sent_ = 0;
    bool up_ = false; // the server is started again
};

TEST_F(fault_matrix, row_55_real_server_killed_ten_times)
{
    asio::io_context io;
    restarts test(io);

    run(io, test.run(10), std::chrono::seconds(110));

    test.expect_rows();
}

} // namespace
} // namespace coquest::test
