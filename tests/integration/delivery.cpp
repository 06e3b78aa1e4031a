// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "fixture.hpp"

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <gmock/gmock.h>

#include <chrono>
#include <limits>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class delivery : public real_server {
protected:
    [[nodiscard]] sender_builder http() const { return admin("http", "questdb_http"); }
    [[nodiscard]] sender_builder https() const { return tls("good", "root.crt"); }

    void expect_unauthorized(const sender_builder& builder) const
    {
        const error failure = expect_failure(builder);

        EXPECT_EQ(failure.code(), errc::auth_error);
        EXPECT_EQ(failure.info().http_status, 401);
        EXPECT_EQ(failure.info().state, coquest::delivery::not_sent);
        EXPECT_THAT(failure.what(), HasSubstr(failure.info().host));
        EXPECT_THAT(failure.info().host, HasSubstr("localhost:"));
        EXPECT_THAT(failure.what(), HasSubstr("401"));
        EXPECT_THAT(failure.what(), HasSubstr("check username and password"));
        EXPECT_THAT(failure.what(), Not(HasSubstr("wrong-password")));
    }

    /// Returns a builder for the same server and roots as @p builder, without credentials.
    [[nodiscard]] static sender_builder anonymous(const sender_builder& builder)
    {
        config options = builder.options();
        options.username.reset();
        options.password.reset();
        return sender_builder(options);
    }
};

TEST_F(delivery, http_with_right_credentials)
{
    expect_delivery(http());
}

TEST_F(delivery, http_with_wrong_credentials)
{
    expect_unauthorized(http().password("wrong-password"));
}

TEST_F(delivery, http_without_credentials)
{
    expect_unauthorized(anonymous(http()));
}

TEST_F(delivery, https_with_right_credentials)
{
    expect_delivery(https());
}

TEST_F(delivery, https_with_wrong_credentials)
{
    expect_unauthorized(https().password("wrong-password"));
}

TEST_F(delivery, https_without_credentials)
{
    expect_unauthorized(anonymous(https()));
}

TEST_F(delivery, tcp)
{
    expect_delivery(sender_builder("tcp", "localhost", servers.port("questdb_tcp")));
}

TEST_F(delivery, tcps)
{
    expect_delivery(sender_builder("tcps", "localhost", servers.port("good_tcp"))
                        .tls_roots(servers.cert("root.crt")));
}

asio::awaitable<void> send_every_type(sender_builder builder, std::string table)
{
    auto target = co_await builder.build();
    co_await target.table(table)
        .symbol("symbol", "a b,c=d")
        .column_bool("flag", true)
        .column_i64("count", std::numeric_limits<std::int64_t>::max())
        .column_f64("price", -1.5e300)
        .column_str("note", "\"quoted\" \\ \n \xc3\xa9")
        .column_ts("micros", timestamp_micros(1'700'000'000'000'001))
        .column_ts("nanos", timestamp_nanos(1'700'000'000'000'000'001))
        .at(timestamp_micros(1'700'000'000'000'002));
    co_await target.close();
}

void expect_every_type(const real_servers& servers, const std::string& table)
{
    const auto rows = servers.rows("select symbol, flag, count, price, note, micros, nanos, "
                                   "timestamp from " +
                                       table,
                                   1);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0][0], "a b,c=d");
    EXPECT_EQ(rows[0][1], true);
    EXPECT_EQ(rows[0][2], std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(rows[0][3], -1.5e300);
    EXPECT_EQ(rows[0][4], "\"quoted\" \\ \n \xc3\xa9");
    EXPECT_EQ(rows[0][5], "2023-11-14T22:13:20.000001Z");
    EXPECT_EQ(rows[0][7], "2023-11-14T22:13:20.000002Z");
}

TEST_F(delivery, every_type_with_version_2)
{
    const std::string table = unique_table();
    sender_builder builder = http();
    builder.protocol_version(protocol_version::v2);

    await(send_every_type(builder, table));

    expect_every_type(servers, table);
    EXPECT_EQ(servers.rows("select nanos from " + table, 1)[0][0],
              "2023-11-14T22:13:20.000000001Z");
}

TEST_F(delivery, every_type_with_version_1)
{
    const std::string table = unique_table();
    sender_builder builder = http();
    builder.protocol_version(protocol_version::v1);

    await(send_every_type(builder, table));

    expect_every_type(servers, table);
    EXPECT_EQ(servers.rows("select nanos from " + table, 1)[0][0], "2023-11-14T22:13:20.000000Z");
}

asio::awaitable<void> send_buffer(sender_builder builder, std::string table, int count)
{
    auto target = co_await builder.build();
    buffer rows = target.new_buffer();
    for (int i = 0; i < count; ++i) {
        rows.table(table).column_i64("i", i).column_str("note", "0123456789").at_now();
    }
    co_await target.flush(rows);
    EXPECT_TRUE(rows.empty());
    co_await target.close();
}

TEST_F(delivery, large_buffer_over_tls)
{
    const std::string table = unique_table();

    await(send_buffer(https(), table, 100'000));

    const auto rows = servers.rows("select 1 from " + table + " limit 100000", 100'000);
    EXPECT_EQ(rows.size(), 100'000U);
    EXPECT_EQ(servers.sql("select sum(i) from " + table)["dataset"].dump(), "[[4999950000]]");
}

asio::awaitable<void> send_bad_then_good(sender_builder builder, std::string table, error& refusal)
{
    auto target = co_await builder.build();
    co_await target.table(table).column_i64("value", 1).at_now();
    co_await target.flush();
    co_await target.table(table).column_str("value", "not a number").at_now();
    try {
        co_await target.flush();
    } catch (const error& e) {
        refusal = e;
    }
    const buffer refused = target.take_unacknowledged();
    EXPECT_EQ(refused.row_count(), 1U);
    co_await target.table(table).column_i64("value", 2).at_now();
    co_await target.close();
}

TEST_F(delivery, refused_batch_is_handed_back_and_later_rows_go_through)
{
    const std::string table = unique_table();
    error refusal(errc::invalid_api_call, "no failure");

    await(send_bad_then_good(http(), table, refusal));

    EXPECT_EQ(refusal.code(), errc::server_flush_error);
    EXPECT_EQ(refusal.info().http_status, 400);
    EXPECT_EQ(refusal.info().state, coquest::delivery::rejected);
    EXPECT_EQ(refusal.info().server_line, 1U);
    EXPECT_THAT(refusal.what(), HasSubstr("value"));
    EXPECT_EQ(servers.rows("select value from " + table, 2).dump(), "[[1],[2]]");
}

asio::awaitable<void> send_and_wait(sender_builder builder, std::string table)
{
    auto target = co_await builder.build();
    co_await target.table(table).column_i64("value", 1).at_now();
    asio::steady_timer poll(co_await asio::this_coro::executor);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (target.unacknowledged_rows() != 0 && std::chrono::steady_clock::now() < deadline) {
        poll.expires_after(std::chrono::milliseconds(50));
        co_await poll.async_wait(asio::use_awaitable);
    }
    EXPECT_EQ(target.unacknowledged_rows(), 0U);
}

TEST_F(delivery, timer_sends_a_row_that_no_other_follows)
{
    const std::string table = unique_table();
    sender_builder builder = http();
    builder.auto_flush_interval(std::chrono::milliseconds(100));

    await(send_and_wait(builder, table));

    EXPECT_EQ(servers.rows("select value from " + table, 1).dump(), "[[1]]");
}

} // namespace
} // namespace coquest::test
