// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Shared parts of the tests of types: sends a buffer, creates a table, and reads it back.
#pragma once

#include "fixture.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace coquest::test {

using fill_rows = std::function<void(buffer&)>;

inline asio::awaitable<void> send_rows(sender_builder builder, fill_rows fill)
{
    auto target = co_await builder.build();
    buffer rows = target.new_buffer();
    fill(rows);
    co_await target.flush(rows);
    co_await target.close();
}

/// Sends rows of every type, and reads them back.
class type_test : public real_server {
protected:
    [[nodiscard]] sender_builder http() const { return admin("http", "questdb_http"); }

    void send(const sender_builder& builder, const fill_rows& fill) const
    {
        await(send_rows(builder, fill));
    }
    void send(protocol_version version, const fill_rows& fill) const
    {
        send(http().protocol_version(version), fill);
    }
    /// Expects that the server rejects the rows that @p fill adds, and returns its message.
    [[nodiscard]] std::string refusal(const fill_rows& fill) const
    {
        try {
            send(protocol_version::v3, fill);
        } catch (const error& e) {
            EXPECT_EQ(e.info().http_status, 400);
            return e.what();
        }
        ADD_FAILURE() << "the server accepted the rows";
        return {};
    }
    /// Creates a table with @p columns and `timestamp`, and returns its name.
    [[nodiscard]] std::string create(std::string_view columns) const
    {
        std::string table = unique_table();
        const nlohmann::json answer =
            servers.sql("create table " + table + " (" + std::string(columns) +
                        ", timestamp timestamp) timestamp(timestamp) partition by day wal");
        EXPECT_FALSE(answer.contains("error")) << answer;
        return table;
    }
    /// Returns the result of `select @p columns from @p table` as soon as it has @p count rows.
    [[nodiscard]] std::string stored(std::string_view columns, const std::string& table,
                                     std::size_t count = 1) const
    {
        return servers.rows("select " + std::string(columns) + " from \"" + table + "\"", count)
            .dump();
    }
    [[nodiscard]] std::string column_types(const std::string& table) const
    {
        return servers.sql("select \"column\", type from table_columns('" + table + "')")["dataset"]
            .dump();
    }
};

} // namespace coquest::test
