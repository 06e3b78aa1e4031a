// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The tables are changed, or the disk is full, while rows are in flight (rows 56 and 57 of
// docs/faults.md).

#include "fixture.hpp"

#include "support/questdb_process.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;

/// One sender and one table. QuestDB 9.3.4 caches a table for each connection: after a change it
/// accepts one more request, and answers 204 even though it stores the rows in a table that is
/// gone, or as nulls. No client can notice that; the tests send that request.
class one_table {
public:
    explicit one_table(const real_servers& servers) : servers_(servers), name_(unique_table()) {}

    /// Builds the sender, and creates the table by its first rows.
    asio::awaitable<void> begin(sender_builder builder)
    {
        sender_ = co_await builder.build();
        co_await add("first");
        co_await sender_.flush();
        expect("first");
    }

    asio::awaitable<void> add(std::string value)
    {
        const timestamp_micros ts(1'700'000'000'000'000 + added_++);
        co_await sender_.table(name_).column_str("s", value).at(ts);
    }

    asio::awaitable<void> flush() { return sender_.flush(); }

    /// Runs @p statement, in which $ stands for the name of the table.
    void change(std::string statement) const
    {
        statement.replace(statement.find('$'), 1, name_);
        EXPECT_EQ(servers_.sql(statement)["ddl"], "OK") << statement;
    }

    /// Changes the type of the column, and waits until the server has done so.
    void change_type(const std::string& type) const
    {
        change("alter table $ alter column s type " + type);
        const auto changed =
            servers_.rows("select 1 from table_columns('" + name_ +
                              "') where \"column\" = 's' and \"type\" = '" + type + "'",
                          1);
        EXPECT_EQ(changed.size(), 1U) << type;
    }

    /// Expects that the server rejects the next row with @p text, and that the sender keeps it.
    asio::awaitable<void> expect_refusal(std::string text)
    {
        co_await add("kept");
        const error failure = co_await failure_of(sender_.flush());
        EXPECT_EQ(failure.code(), errc::server_flush_error);
        EXPECT_EQ(failure.info().state, coquest::delivery::rejected);
        EXPECT_THAT(failure.info().server_message, HasSubstr(text));
        EXPECT_THAT(failure.what(), HasSubstr(text));
        EXPECT_EQ(sender_.unacknowledged_rows(), 1U);
    }

    /// Delivers the kept rows over a connection that has not used the old table.
    asio::awaitable<void> deliver(sender_builder builder)
    {
        buffer kept = sender_.take_unacknowledged();
        EXPECT_EQ(kept.row_count(), 1U);
        sender fresh = co_await builder.build();
        co_await fresh.flush(kept);
        co_await fresh.close();
        co_await sender_.close();
    }

    /// Expects that the table contains @p value.
    void expect(const std::string& value) const
    {
        const auto found =
            servers_.rows("select s from " + name_ + " where s = '" + value + "'", 1);
        EXPECT_EQ(found.dump(), "[[\"" + value + "\"]]");
    }

private:
    const real_servers& servers_;
    std::string name_;
    sender sender_;
    int added_ = 0;
};

asio::awaitable<void> change_type(sender_builder builder, one_table& table)
{
    co_await table.begin(builder);
    table.change_type("LONG");
    co_await table.add("taken by the old type");
    co_await table.flush();
    co_await table.expect_refusal("cast error from protocol type: STRING to column type: LONG");
    table.change_type("VARCHAR");
    co_await table.deliver(builder);
}

TEST_F(fault_matrix, row_56_column_type_changed_meanwhile)
{
    one_table table(servers);

    await(change_type(admin("http", "questdb_http"), table));

    table.expect("kept");
}

asio::awaitable<void> drop(sender_builder builder, one_table& table)
{
    co_await table.begin(builder);
    table.change("drop table $");
    co_await table.add("taken by the old table");
    co_await table.flush();
    co_await table.add("in a table that the server made");
    co_await table.flush();
    table.expect("in a table that the server made");

    table.change("drop table $");
    table.change("create table $ (timestamp timestamp, s uuid) timestamp(timestamp) "
                 "partition by day wal");
    co_await table.add("taken by the old table");
    co_await table.flush();
    co_await table.expect_refusal("cast error from protocol type: STRING to column type: UUID");
    table.change("drop table $");
    co_await table.deliver(builder);
}

TEST_F(fault_matrix, row_56_table_dropped_meanwhile)
{
    one_table table(servers);

    await(drop(admin("http", "questdb_http"), table));

    table.expect("kept");
}

/// Sends batches until one fails, and returns that failure.
asio::awaitable<error> fill(sender& target, std::int64_t& sent)
{
    for (int batches = 0; batches < 100; ++batches) {
        for (int i = 0; i < 20'000; ++i) {
            const timestamp_micros ts(1'700'000'000'000'000 + sent);
            co_await target.table("t").column_i64("n", sent++).at(ts);
        }
        try {
            co_await target.flush();
        } catch (const error& failure) {
            co_return failure;
        }
    }
    ADD_FAILURE() << "the disk did not fill up";
    co_return error(errc::invalid_api_call, "no failure");
}

asio::awaitable<void> meet_full_disk(const questdb_process& server, std::int64_t& sent)
{
    sender_builder builder("http", "127.0.0.1", server.port());
    builder.username("admin").password("quest").retry_timeout(std::chrono::seconds(1));
    auto target = co_await builder.build();

    const error failure = co_await fill(target, sent);

    EXPECT_EQ(failure.code(), errc::server_flush_error);
    EXPECT_EQ(failure.info().http_status, 500);
    EXPECT_THAT(failure.info().server_message, HasSubstr("No space left"));
    EXPECT_GT(failure.info().attempts, 2U);
    EXPECT_EQ(target.unacknowledged_rows(), 20'000U);

    std::filesystem::remove(server.directory() / "ballast");
    co_await target.flush();
    co_await target.close();
}

TEST_F(fault_matrix, row_57_real_disk_full)
{
    if (!questdb_process::may_have_disk()) {
        GTEST_SKIP() << "SKIPPED: this system does not let a process mount a small disk";
    }
    questdb_process server(std::size_t{192} * 1024 * 1024);
    server.wait_until_ready();
    EXPECT_EQ(sql(server.port(), "create table t (timestamp timestamp, n long) "
                                 "timestamp(timestamp) partition by day wal "
                                 "dedup upsert keys(timestamp)")["ddl"],
              "OK");
    std::ofstream ballast(server.directory() / "ballast", std::ios::binary);
    const std::string block(std::size_t{64} * 1024, 'x');
    while (ballast << block << std::flush) {
    }
    ballast.close();
    asio::io_context io;
    std::int64_t sent = 0;

    run(io, meet_full_disk(server, sent), std::chrono::seconds(60));

    const std::string count = std::to_string(sent);
    (void)rows(server.port(), "select 1 from t limit " + count, static_cast<std::size_t>(sent));
    EXPECT_EQ(sql(server.port(), "select count(), count_distinct(n) from t")["dataset"].dump(),
              "[[" + count + "," + count + "]]");
}

} // namespace
} // namespace coquest::test
