// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender.hpp>

#include "support/listener.hpp"
#include "support/run.hpp"

#include <asio/buffer.hpp>
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace {

using namespace coquest;
using asio::ip::tcp;
using test::failure_of;

// The first bytes of each connection. They show whether the port accepts rows.
const std::string empty_lines(16, '\n');

// Accepts all bytes. If told to, closes the connection after the first bytes.
struct sink {
    explicit sink(asio::io_context& io, const char* address = "127.0.0.1")
        : acceptor(io, tcp::endpoint(asio::ip::make_address(address), 0))
    {
    }
    asio::awaitable<void> serve()
    {
        tcp::socket socket = co_await test::accept(acceptor);
        std::array<char, 4096> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
        try {
            do {
                const auto n = co_await socket.async_read_some(
                    asio::buffer(block.data(), block.size()), asio::use_awaitable);
                bytes.append(block.data(), n);
            } while (!close_connection);
        } catch (const std::system_error&) {
            ended = true;
        }
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor.local_endpoint().port(); }

    tcp::acceptor acceptor;
    std::string bytes;
    bool close_connection = false;
    bool ended = false;
};

asio::awaitable<void> send_rows(sender_builder builder)
{
    auto s = co_await builder.build();
    EXPECT_EQ(s.protocol_version(), coquest::protocol_version::v1);
    EXPECT_FALSE(s.must_close());
    co_await s.table("t").column_f64("x", 1.5).at(timestamp_nanos(7));
    co_await s.flush();
    buffer rows = s.new_buffer();
    for (int i = 0; i < 1000; ++i) {
        rows.table("t").column_i64("n", i).at_now();
    }
    co_await s.flush(rows);
    co_await s.close();
    EXPECT_TRUE(s.must_close());
}

TEST(tcp, rows_go_as_they_are_and_close_ends_the_connection)
{
    asio::io_context io(1);
    sink server(io);
    asio::co_spawn(io, server.serve(), asio::detached);

    test::run(io, send_rows(sender_builder("tcp", "127.0.0.1", server.port()).init_buf_size(1024)));
    test::run_until(io, [&] { return server.ended; });

    std::string expected = empty_lines + "t x=1.5 7\n";
    for (int i = 0; i < 1000; ++i) {
        expected += "t n=" + std::to_string(i) + "i\n";
    }
    EXPECT_EQ(server.bytes, expected);
}

TEST(tcp, ipv6_literals_and_local_addresses_work)
{
    asio::io_context io(1);
    std::optional<sink> server;
    try {
        server.emplace(io, "::1");
    } catch (const std::system_error&) {
        GTEST_SKIP() << "no IPv6 on this machine";
    }
    asio::co_spawn(io, server->serve(), asio::detached);

    test::run(io, send_rows(sender_builder("tcp", "::1", server->port()).bind_interface("::1")));
    test::run_until(io, [&] { return server->ended; });

    EXPECT_EQ(server->bytes.substr(0, 26), empty_lines + "t x=1.5 7\n");
}

asio::awaitable<void> send_decimal(sender_builder builder)
{
    auto s = co_await builder.build();
    EXPECT_EQ(s.protocol_version(), coquest::protocol_version::v3);
    co_await s.table("t").column_dec("d", decimal(12345, 2)).at(timestamp_nanos(7));
    co_await s.close();
}

TEST(tcp, the_requested_version_is_used)
{
    asio::io_context io(1);
    sink server(io);
    asio::co_spawn(io, server.serve(), asio::detached);
    const std::string address = "tcp::addr=127.0.0.1:" + std::to_string(server.port());

    test::run(io, send_decimal(sender_builder::from_conf(address + ";protocol_version=3;")));
    test::run_until(io, [&] { return server.ended; });

    EXPECT_EQ(server.bytes, empty_lines + "t d==\x17\x02\x02\x30\x39 7n\n");
}

asio::awaitable<void> lose_connection(sender_builder builder, sink& server)
{
    auto s = co_await builder.build();
    co_await s.table("t").column_i64("n", 1).at_now();
    server.close_connection = true;
    co_await s.flush();
    std::optional<error> lost;
    for (int i = 0; i < 1000 && !lost; ++i) { // until the loss is noticed
        co_await s.table("t").column_i64("n", 2).at_now();
        try {
            co_await s.flush();
        } catch (const error& e) {
            lost = e;
        }
    }
    if (!lost) {
        ADD_FAILURE() << "the loss of the connection was not noticed";
        co_return;
    }
    EXPECT_EQ(lost->code(), errc::socket_error);
    EXPECT_EQ(lost->info().state, delivery::unconfirmed);
    EXPECT_NE(std::string(lost->what()).find("connection closed by the server"), std::string::npos);
    EXPECT_TRUE(s.must_close());
    EXPECT_EQ((co_await failure_of(s.table("t").column_i64("n", 3).at_now())).code(),
              errc::socket_error);
    EXPECT_EQ(s.take_unacknowledged().to_string(), "t n=1i\nt n=2i\n");
}

TEST(tcp, a_batch_is_kept_if_the_server_closes_the_connection)
{
    asio::io_context io(1);
    sink server(io);
    asio::co_spawn(io, server.serve(), asio::detached);

    test::run(io, lose_connection(
                      sender_builder("tcp", "127.0.0.1", server.port()).auto_flush(false), server));
}

} // namespace
