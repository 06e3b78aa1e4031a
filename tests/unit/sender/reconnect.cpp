// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Which requests a sender repeats after it has connected again.

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <gmock/gmock.h>

#include <optional>
#include <string>
#include <vector>

namespace {

using namespace coquest;
using test::failure_of;
using test::ok;
using test::reply;
using test::request;
using test::status;
using testing::ElementsAre;
using testing::HasSubstr;

// A server that closes the connection after each answer. Tests change its settings.
class node {
public:
    explicit node(asio::io_context& io)
        : server(io, [this](const request& r) {
              reply answer_to_r =
                  r.begins("GET /settings ") ? status("200 OK", "", settings) : answer;
              if (!r.begins("GET /settings ")) {
                  rows += r.body;
                  answer_to_r.close = true;
              }
              return answer_to_r;
          })
    {
    }

    std::string settings = R"({"config":{"line.proto.support.versions":[1,2]}})";
    reply answer = ok();
    std::string rows;
    test::scripted_server server;
};

class reconnect_test : public testing::Test {
public: // the coroutines use them
    sender_builder builder() { return {"http", "127.0.0.1", first.server.port()}; }
    asio::awaitable<void> send(sender& target, int n)
    {
        co_await target.table("t").column_i64("n", n).at_now();
        co_await target.flush();
    }
    void build(const sender_builder& builder, std::optional<sender>& out)
    {
        test::run(
            io, [](sender_builder options, std::optional<sender>& result) -> asio::awaitable<void> {
                result = co_await options.build();
            }(builder, out));
    }
    error failure(sender& source, int n)
    {
        std::optional<error> thrown;
        test::run(io,
                  [](asio::awaitable<void> operation,
                     std::optional<error>& out) -> asio::awaitable<void> {
                      out = co_await failure_of(std::move(operation));
                  }(send(source, n), thrown));
        return *thrown;
    }

    asio::io_context io;
    node first{io};
    node second{io};
    std::optional<sender> s;
};

TEST_F(reconnect_test, a_server_that_no_longer_takes_the_version_gets_no_rows)
{
    build(builder(), s);
    EXPECT_EQ(s->protocol_version(), protocol_version::v2);
    test::run(io, send(*s, 1));
    first.settings = R"({"config":{"line.proto.support.versions":[1]}})";

    const error e = failure(*s, 2);

    EXPECT_EQ(e.code(), errc::protocol_version_error);
    EXPECT_EQ(e.info().message,
              "127.0.0.1:" + std::to_string(first.server.port()) +
                  " has been replaced by a server without protocol version 2, which the rows are "
                  "in: build another sender, or set protocol_version to one that all servers take");
    EXPECT_EQ(e.info().state, delivery::not_sent);
    EXPECT_EQ(first.rows, "t n=1i\n");
    EXPECT_EQ(s->take_unacknowledged().to_string(), "t n=2i\n");
}

TEST_F(reconnect_test, a_newer_server_takes_the_version_that_was_negotiated)
{
    build(builder(), s);
    test::run(io, send(*s, 1));
    first.settings = R"({"config":{"line.proto.support.versions":[1,2,3]}})";

    test::run(io, send(*s, 2));

    EXPECT_EQ(first.rows, "t n=1i\nt n=2i\n");
}

TEST_F(reconnect_test, each_connection_asks_the_server_once_unless_the_version_is_set)
{
    build(builder(), s);
    test::run(io, send(*s, 1));
    test::run(io, send(*s, 2));
    EXPECT_EQ(first.server.requests.size(), 4U);
    EXPECT_EQ(first.server.connections, 2U);

    auto fixed = builder();
    build(fixed.protocol_version(protocol_version::v2), s);
    test::run(io, send(*s, 3));
    EXPECT_EQ(first.server.requests.size(), 5U);
}

TEST_F(reconnect_test, a_server_that_has_become_a_replica_is_left_for_the_primary)
{
    auto both = builder();
    build(both.address("127.0.0.1", second.server.port()), s);
    test::run(io, send(*s, 1));
    first.settings = R"({"config":{"line.proto.support.versions":[1,2],"accepting.writes":[]}})";

    test::run(io, send(*s, 2));
    test::run(io, send(*s, 3));

    EXPECT_EQ(first.rows, "t n=1i\n");
    EXPECT_EQ(second.rows, "t n=2i\nt n=3i\n");
}

TEST_F(reconnect_test, where_all_are_replicas_the_error_says_so)
{
    auto options = builder();
    build(options.retry_timeout(std::chrono::milliseconds(30)), s);
    test::run(io, send(*s, 1));
    first.settings = R"({"config":{"line.proto.support.versions":[1,2],"accepting.writes":[]}})";

    const error e = failure(*s, 2);

    EXPECT_EQ(e.code(), errc::server_flush_error);
    EXPECT_THAT(e.info().message, HasSubstr("takes no rows (accepting.writes): it is a replica"));
    EXPECT_EQ(s->unacknowledged_rows(), 1U);
}

// A server that accepts the second request of a connection and then resets the connection.
class forgetful {
public:
    explicit forgetful(asio::io_context& io)
        : server(io, [this](const request& r) {
              rows.push_back(r.body);
              return rows.size() == 2 ? reply{.reset = true} : ok();
          })
    {
    }
    std::vector<std::string> rows;
    test::scripted_server server;
};

asio::awaitable<void> send_two(sender_builder builder, std::optional<error>& failure)
{
    sender s = co_await builder.build();
    for (const int n : {1, 2}) {
        co_await s.table("t").column_i64("n", n).at_now();
        try {
            co_await s.flush();
        } catch (const error& e) {
            failure = e;
        }
    }
    EXPECT_EQ(s.take_unacknowledged().row_count(), failure ? 1U : 0U);
}

TEST(retry_at_now, on_repeats_rows_that_may_be_stored)
{
    asio::io_context io;
    forgetful f(io);
    sender_builder builder("http", "127.0.0.1", f.server.port());
    builder.protocol_version(protocol_version::v2);
    std::optional<error> failure;

    test::run(io, send_two(builder, failure));

    EXPECT_FALSE(failure);
    EXPECT_THAT(f.rows, ElementsAre("t n=1i\n", "t n=2i\n", "t n=2i\n"));
}

TEST(retry_at_now, off_does_not_repeat_them_on_a_stale_connection_either)
{
    asio::io_context io;
    forgetful f(io);
    sender_builder builder("http", "127.0.0.1", f.server.port());
    builder.protocol_version(protocol_version::v2).retry_at_now(false);
    std::optional<error> failure;

    test::run(io, send_two(builder, failure));

    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->info().state, delivery::unconfirmed);
    EXPECT_THAT(failure->info().message, HasSubstr("retry_at_now=off"));
    EXPECT_THAT(f.rows, ElementsAre("t n=1i\n", "t n=2i\n"));
}

} // namespace
