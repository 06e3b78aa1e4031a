// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The real server is killed and restarted while rows are in flight (row 55 of docs/faults.md).

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

constexpr std::size_t rows_a_round = 2'000; // from each sender, to each table

/// Two senders, one of them with several connections, and a server that is killed while they send.
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

    /// Kills the server @p times times, and sends rows until all are acknowledged.
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
        for (sender& each : senders_) {
            co_await each.close();
        }
    }

    /// Expects that the server has every row, and only once in the table with deduplication.
    void expect_rows() const
    {
        const std::string count = std::to_string(sent_);
        const std::string sum = std::to_string(sent_ * (sent_ - 1) / 2);
        (void)rows(server_.port(), "select 1 from once limit " + count, sent_);
        (void)rows(server_.port(), "select 1 from (select distinct n from often) limit " + count,
                   sent_);
        EXPECT_EQ(
            sql(server_.port(), "select count(), count_distinct(n), sum(n) from once")["dataset"]
                .dump(),
            "[[" + count + "," + count + "," + sum + "]]");
        const auto often =
            sql(server_.port(), "select count(), count_distinct(n) from often")["dataset"][0];
        EXPECT_GE(often[0], sent_);
        EXPECT_EQ(often[1], sent_);
    }

private:
    /// Kills the server when a part of the next rows is acknowledged, and restarts it.
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
            for (sender& each : senders_) {
                const auto n = static_cast<std::int64_t>(sent_++);
                const timestamp_micros ts(1'700'000'000'000'000 + n / 3);
                const std::string key = std::to_string(n % 3);
                for (const char* table : {"once", "often"}) {
                    co_await each.table(std::string(table))
                        .symbol("key", key)
                        .column_i64("n", n)
                        .at(ts);
                }
            }
        }
        for (sender& each : senders_) {
            co_await each.flush();
        }
    }

    asio::awaitable<void> pause()
    {
        asio::steady_timer timer(io_, std::chrono::microseconds(100));
        co_await timer.async_wait(asio::use_awaitable);
    }

    [[nodiscard]] std::size_t acknowledged() const
    {
        std::size_t unacknowledged = 0;
        for (const sender& each : senders_) {
            unacknowledged += each.unacknowledged_rows();
        }
        return sent_ - unacknowledged / 2; // each row goes to two tables
    }

    asio::io_context& io_;
    questdb_process server_;
    std::vector<sender> senders_;
    std::minstd_rand random_{std::random_device{}()};
    std::size_t sent_ = 0;
    bool up_ = false; // whether the server was restarted
};

TEST_F(fault_matrix, row_55_real_server_killed_ten_times)
{
    asio::io_context io;
    restarts test(io);

    run(io, test.run(10), std::chrono::seconds(220));

    test.expect_rows();
}

} // namespace
} // namespace coquest::test
