// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Each port of the real server, and of TLS in front of it, used with the protocol of another port.

#include "fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <string>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;

class wrong_port : public real_server {
protected:
    [[nodiscard]] sender_builder over(std::string_view protocol, const std::string& port) const
    {
        sender_builder builder(protocol, "localhost", servers.port(port));
        if (has_tls(builder.options().transport)) {
            builder.tls_roots(servers.cert("root.crt"));
        }
        if (is_http(builder.options().transport)) {
            builder.retry_timeout(std::chrono::milliseconds(0));
        }
        return builder;
    }
    static error failure_of_build(const sender_builder& builder)
    {
        std::optional<error> thrown;
        await([](sender_builder b, std::optional<error>& failure) -> asio::awaitable<void> {
            try {
                const sender s = co_await b.build();
            } catch (const error& e) {
                failure = e;
            }
        }(builder, thrown));
        if (!thrown) {
            ADD_FAILURE() << "build() succeeded";
            thrown.emplace(errc::invalid_api_call, "");
        }
        return *thrown;
    }
};

TEST_F(wrong_port, tcp_to_the_http_port_fails_build)
{
    const error e = failure_of_build(over("tcp", "questdb_http"));

    EXPECT_EQ(e.code(), errc::socket_error);
    EXPECT_THAT(e.what(), HasSubstr("is this an HTTP server, as on QuestDB's port 9000? then use "
                                    "http; does it speak TLS? then use tcps"));
}

TEST_F(wrong_port, tcps_to_the_https_port_fails_build)
{
    EXPECT_THAT(failure_of_build(over("tcps", "good")).what(),
                HasSubstr("is this an HTTP server, as on QuestDB's port 9000? then use https"));
}

TEST_F(wrong_port, http_to_the_tcp_port_fails_build)
{
    const error e = failure_of_build(over("http", "questdb_tcp"));

    EXPECT_EQ(e.code(), errc::socket_error);
    EXPECT_THAT(e.what(),
                HasSubstr("is it one for rows over TCP, as QuestDB's 9009? then use tcp"));
}

TEST_F(wrong_port, https_to_the_tcps_port_fails_build)
{
    EXPECT_THAT(failure_of_build(over("https", "good_tcp")).what(),
                HasSubstr("is this a port for rows over TCP, as QuestDB's 9009? then use tcps"));
}

TEST_F(wrong_port, plain_tcp_to_a_port_of_tls_fails_build)
{
    for (const char* const port : {"good_tcp", "good"}) {
        EXPECT_THAT(failure_of_build(over("tcp", port)).what(), HasSubstr("use tcps")) << port;
    }
}

// The empty lines that begin a connection are no rows, and cause no error on the server.
TEST_F(wrong_port, the_tcp_port_takes_empty_lines_and_rows)
{
    expect_delivery(over("tcp", "questdb_tcp"));
    expect_delivery(over("tcps", "good_tcp"));
}

} // namespace
} // namespace coquest::test
