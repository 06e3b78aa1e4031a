// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A bad network between a sender and the real server: the rows of docs/faults.md that toxiproxy can
// cause.

#include "fixture.hpp"

#include "support/toxiproxy.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <functional>

namespace coquest::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A table, and a toxiproxy on the way to it.
class bad_network {
public:
    explicit bad_network(const real_servers& servers)
        : servers_(servers), proxy_(servers.port("questdb_http")), table_(unique_table())
    {
        EXPECT_EQ(servers_.sql("create table " + table_ +
                               " (timestamp timestamp, n long) timestamp(timestamp) "
                               "partition by day wal dedup upsert keys(timestamp)")["ddl"],
                  "OK");
        builder_.username("admin").password("quest").auto_flush_rows(500);
        builder_.retry_max_backoff(milliseconds(100));
    }

    [[nodiscard]] sender_builder& builder() noexcept { return builder_; }
    [[nodiscard]] toxiproxy& proxy() noexcept { return proxy_; }

    asio::awaitable<void> add_rows(sender& target, std::size_t count)
    {
        for (std::size_t i = 0; i < count; ++i) {
            const auto n = static_cast<std::int64_t>(sent_++);
            const timestamp_micros ts(1'700'000'000'000'000 + n);
            co_await target.table(table_).column_i64("n", n).at(ts);
        }
    }

    /// Sends rows while a network fault lets nothing through, and after it has passed.
    asio::awaitable<void> survive(std::string type, std::string stream, nlohmann::json attributes)
    {
        sender target = co_await builder_.build();
        co_await add_rows(target, 1'000);
        co_await target.flush();
        proxy_.add(type, stream, attributes);
        co_await add_rows(target, 1'000);
        asio::steady_timer pause(target.get_executor(), milliseconds(700));
        co_await pause.async_wait(asio::use_awaitable);
        EXPECT_EQ(target.unacknowledged_rows(), 1'000U);
        proxy_.clear();
        co_await target.flush();
        co_await target.close();
    }

    /// Sends rows over a network that is bad all the time, without retries.
    asio::awaitable<void> endure(std::size_t count)
    {
        builder_.retry_timeout(milliseconds(0));
        sender target = co_await builder_.build();
        co_await add_rows(target, count);
        co_await target.flush();
        co_await target.close();
    }

    /// Expects that the server has each row once.
    void expect_rows() const
    {
        const std::string count = std::to_string(sent_);
        (void)servers_.rows("select 1 from " + table_ + " limit " + count, sent_);
        EXPECT_EQ(servers_.sql("select count(), count_distinct(n) from " + table_)["dataset"],
                  nlohmann::json({{sent_, sent_}}));
    }

private:
    const real_servers& servers_;
    toxiproxy proxy_;
    std::string table_;
    sender_builder builder_{"http", "127.0.0.1", proxy_.port()};
    std::size_t sent_ = 0;
};

/// Runs @p test over a bad network, and expects that all its rows arrive.
void run_on(const real_servers& servers,
            const std::function<asio::awaitable<void>(bad_network&)>& test)
{
    if (const std::string reason = toxiproxy::missing(); !reason.empty()) {
        GTEST_SKIP() << "SKIPPED: " << reason;
    }
    asio::io_context io;
    bad_network network(servers);
    run(io, test(network), std::chrono::seconds(60));
    network.expect_rows();
}

asio::awaitable<void> cut_requests(bad_network& network)
{
    return network.survive("limit_data", "upstream", {{"bytes", 5'000}});
}

TEST_F(fault_matrix, row_7_requests_cut_half_way)
{
    run_on(servers, cut_requests);
}

asio::awaitable<void> reset_connections(bad_network& network)
{
    return network.survive("reset_peer", "upstream", {{"timeout", 0}});
}

TEST_F(fault_matrix, row_6_connections_reset)
{
    run_on(servers, reset_connections);
}

asio::awaitable<void> cut_answers(bad_network& network)
{
    return network.survive("limit_data", "downstream", {{"bytes", 9}});
}

TEST_F(fault_matrix, row_21_answers_cut_in_the_status_line)
{
    run_on(servers, cut_answers);
}

asio::awaitable<void> hold_answers(bad_network& network)
{
    network.builder().request_timeout(milliseconds(300));
    return network.survive("timeout", "downstream", {{"timeout", 0}});
}

TEST_F(fault_matrix, row_10_no_answers)
{
    run_on(servers, hold_answers);
}

asio::awaitable<void> drop_connections(bad_network& network)
{
    return network.survive("timeout", "upstream", {{"timeout", 50}});
}

TEST_F(fault_matrix, row_5_connections_closed_after_50_ms)
{
    run_on(servers, drop_connections);
}

asio::awaitable<void> slice_answers(bad_network& network)
{
    network.proxy().add("slicer", "downstream", {{"average_size", 1}, {"delay", 500}});
    network.proxy().add("slicer", "upstream",
                        {{"average_size", 100}, {"size_variation", 50}, {"delay", 100}});
    return network.endure(5'000);
}

TEST_F(fault_matrix, row_20_all_in_slices)
{
    run_on(servers, slice_answers);
}

/// Holds back all bytes for 2 s, twice.
asio::awaitable<void> stall(bad_network& network, asio::any_io_executor executor)
{
    asio::steady_timer timer(executor);
    for (int i = 0; i < 2; ++i) {
        timer.expires_after(seconds(1));
        co_await timer.async_wait(asio::use_awaitable);
        network.proxy().stall(true);
        timer.expires_after(seconds(2));
        co_await timer.async_wait(asio::use_awaitable);
        network.proxy().stall(false);
    }
}

asio::awaitable<void> drive_through_the_country(bad_network& network)
{
    network.proxy().add("latency", "downstream", {{"latency", 300}, {"jitter", 200}});
    network.proxy().add("bandwidth", "upstream", {{"rate", 64}});
    const auto executor = co_await asio::this_coro::executor;
    asio::co_spawn(executor, stall(network, executor), asio::detached);
    co_await network.endure(5'000);
}

TEST_F(fault_matrix, row_83_slow_mobile_network)
{
    run_on(servers, drive_through_the_country);
}

} // namespace
} // namespace coquest::test
