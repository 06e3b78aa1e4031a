// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Shared parts of the integration tests: builders for the real servers, and a row to send.
#pragma once

#include "support/questdb.hpp"
#include "support/run.hpp"

#include <coquest/sender.hpp>

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace coquest::test {

inline asio::awaitable<void> send_row(sender_builder builder, std::string table)
{
    auto target = co_await builder.build();
    co_await target.table(table).symbol("side", "buy").column_f64("price", 0.5).at_now();
    co_await target.close();
}

class real_server : public ::testing::Test {
protected:
    void SetUp() override
    {
        if (!servers.skipped().empty()) {
            GTEST_SKIP() << "SKIPPED: " << servers.skipped();
        }
    }

    [[nodiscard]] sender_builder admin(std::string_view protocol, const std::string& port) const
    {
        sender_builder builder(protocol, "localhost", servers.port(port));
        builder.username("admin").password("quest");
        return builder;
    }

    /// Makes a builder for one of haproxy's TLS ports that trusts a certificate of make_certs.
    [[nodiscard]] sender_builder tls(const std::string& port, std::string_view roots) const
    {
        return admin("https", port).tls_roots(servers.cert(roots));
    }

    /// Runs @p work to its end.
    static void await(asio::awaitable<void> work)
    {
        asio::io_context context;
        run(context, std::move(work));
    }

    /// Sends a row, and expects that it can be read back.
    void expect_delivery(const sender_builder& builder) const
    {
        const std::string table = unique_table();
        await(send_row(builder, table));
        const auto rows = servers.rows("select side, price from " + table, 1);
        EXPECT_EQ(rows.dump(), R"([["buy",0.5]])");
    }

    /// Tries to send a row, expects that this fails and stores nothing, and returns the failure.
    [[nodiscard]] error expect_failure(const sender_builder& builder) const
    {
        const std::string table = unique_table();
        try {
            await(send_row(builder, table));
        } catch (const error& failure) {
            EXPECT_FALSE(servers.has_table(table));
            return failure;
        }
        ADD_FAILURE() << "the row was delivered";
        return error(errc::invalid_api_call, "no failure");
    }

    const real_servers servers;
};

/// The rows of docs/faults.md that need a real server.
class fault_matrix : public real_server {};

} // namespace coquest::test
