// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows over TCP and TCPS to a real server that accepts them only from a key.

#include "fixture.hpp"

#include <asio/steady_timer.hpp>

#include <gmock/gmock.h>

#include <chrono>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;

constexpr const char* d = "5UjEMuA0Pj5pjK8a-fa24dyIf-Es5mYny3oE_Wmus48";
constexpr const char* x = "fLKYEaoEb9lrn3nkwLDA-M_xnuFOdSt9y0Z7_vWSHLU";
constexpr const char* y = "Dt5tbS1dEDMSYfym3fgMv0B99szno-dFc1rYF9t0aac";

class tcp_auth : public real_server {
protected:
    [[nodiscard]] sender_builder builder(std::string_view protocol, const std::string& port) const
    {
        sender_builder result(protocol, "localhost", servers.port(port));
        result.username("testUser1").token(d);
        return result;
    }
    void expect_a_row(const sender_builder& builder_with_key) const
    {
        const std::string table = unique_table();
        await(send_row(builder_with_key, table));
        (void)rows(servers.port("auth_http"), "select 1 from " + table, 1);
        EXPECT_EQ(sql(servers.port("auth_http"), "select count() from " + table)["dataset"].dump(),
                  "[[1]]");
    }
};

TEST_F(tcp_auth, tcp)
{
    expect_a_row(builder("tcp", "auth_tcp"));
}

TEST_F(tcp_auth, tcp_with_the_public_key)
{
    expect_a_row(builder("tcp", "auth_tcp").token_x(x).token_y(y));
}

TEST_F(tcp_auth, tcps)
{
    expect_a_row(builder("tcps", "auth_tcps").tls_roots(servers.cert("root.crt")));
}

// Sends rows until the server closes the connection, which it does silently.
asio::awaitable<void> send_until_lost(sender_builder builder, std::string table)
{
    auto s = co_await builder.build();
    asio::steady_timer pause(s.get_executor());
    const auto last = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    for (std::optional<error> lost; !lost;) {
        if (std::chrono::steady_clock::now() > last) {
            ADD_FAILURE() << "the lost connection was not reported";
            co_return;
        }
        try {
            co_await s.table(table).symbol("side", "buy").at_now();
            co_await s.flush();
        } catch (const error& e) {
            lost = e;
            EXPECT_EQ(e.code(), errc::socket_error);
            EXPECT_EQ(e.info().state, delivery::unconfirmed);
            EXPECT_THAT(e.what(), HasSubstr("the server also closes the connection if it does not "
                                            "know the key id or the key"));
            EXPECT_TRUE(s.must_close());
        }
        pause.expires_after(std::chrono::milliseconds(10));
        co_await pause.async_wait(asio::use_awaitable);
    }
}

TEST_F(tcp_auth, row82_a_key_or_name_that_the_server_does_not_know)
{
    const std::string table = unique_table();
    await(send_until_lost(builder("tcp", "auth_tcp").username("nobody"), table));
    await(send_until_lost(
        builder("tcp", "auth_tcp").token("AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE"), table));
    EXPECT_EQ(sql(servers.port("auth_http"),
                  "select count() from tables() where table_name = '" + table + "'")["dataset"]
                  .dump(),
              "[[0]]");
}

TEST_F(tcp_auth, no_key_where_one_is_asked_for)
{
    const std::string table = unique_table();
    sender_builder anonymous("tcp", "localhost", servers.port("auth_tcp"));
    asio::io_context context;
    try {
        run(context, send_row(anonymous, table));
    } catch (const error& e) {
        EXPECT_EQ(e.code(),
                  errc::socket_error); // the server sends a challenge, which a row does not answer
    }
    EXPECT_EQ(sql(servers.port("auth_http"),
                  "select count() from tables() where table_name = '" + table + "'")["dataset"]
                  .dump(),
              "[[0]]");
}

TEST_F(tcp_auth, a_server_that_does_not_authenticate)
{
    asio::io_context context;
    try {
        run(context, send_row(builder("tcp", "questdb_tcp").auth_timeout(std::chrono::seconds(5)),
                              unique_table()));
        ADD_FAILURE() << "nothing was thrown";
    } catch (const error& e) {
        EXPECT_THAT(e.what(), HasSubstr("does it authenticate over TCP (line.tcp.auth.db.path)?"));
        EXPECT_EQ(e.code(), errc::auth_error);
    }
}

} // namespace
} // namespace coquest::test
