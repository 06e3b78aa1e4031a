// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The stream and its TLS driver loop, with the toy backend.

#include "net/stream.hpp"

#include "support/run.hpp"
#include "support/stream_peer.hpp"

#include <asio/read.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using asio::ip::tcp;
using detail::status;
using test::close_notify;
using test::shifted;
using test::stream_test;

asio::awaitable<void> read_to_end(std::function<asio::awaitable<status>()> connect, net::stream& s,
                                  std::string& text)
{
    status result = co_await connect();
    EXPECT_TRUE(result.ok()) << result.info().message;
    std::array<std::byte, 5> block{};
    for (;;) {
        std::size_t n = 0;
        result = co_await s.read_some(block, n);
        EXPECT_TRUE(result.ok()) << result.info().message;
        if (!result.ok() || n == 0) {
            co_return;
        }
        text.append(reinterpret_cast<const char*>(block.data()), n);
    }
}

TEST_F(stream_test, an_orderly_end_is_no_failure)
{
    peer([](tcp::socket& socket) -> asio::awaitable<void> {
        co_await asio::async_write(socket, asio::buffer("hello", 5), asio::use_awaitable);
    });
    net::stream s(io.get_executor());
    std::string text;
    test::run(io, read_to_end([&] { return connect(s); }, s, text));
    EXPECT_EQ(text, "hello");

    peer([](tcp::socket& socket) -> asio::awaitable<void> {
        char hello = 0;
        co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
        const std::string bytes = "h" + shifted("hello, this is longer", 1) + close_notify;
        co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
    });
    net::stream tls(io.get_executor());
    text.clear();
    test::run(io, read_to_end([&] { return connect(tls, toy.get()); }, tls, text));
    EXPECT_EQ(text, "hello, this is longer");
}

asio::awaitable<void> expect_failure(std::function<asio::awaitable<status>()> attempt,
                                     status& result)
{
    result = co_await attempt();
    EXPECT_FALSE(result.ok());
}

TEST_F(stream_test, a_refusal_in_the_handshake_sends_an_alert_and_is_explained)
{
    peer([this](tcp::socket& socket) -> asio::awaitable<void> {
        co_await asio::async_write(socket, asio::buffer("x", 1), asio::use_awaitable);
        co_await read_all(socket);
    });
    net::stream s(io.get_executor());
    status result;
    test::run(io, expect_failure([&] { return connect(s, toy.get()); }, result));
    test::run_until(io, [&] { return received.size() == 2; });

    EXPECT_EQ(received, "HA");
    EXPECT_EQ(result.code(), errc::tls_error);
    EXPECT_EQ(result.info().tls, tls_failure::not_tls);
    EXPECT_EQ(result.info().host, host());
    EXPECT_EQ(result.info().message.find("TLS handshake with " + host() + ": "), 0U);
    EXPECT_FALSE(s.is_open());
}

TEST_F(stream_test, a_connection_that_the_peer_closes_in_the_handshake_is_a_tls_error)
{
    peer([](tcp::socket& socket) -> asio::awaitable<void> {
        char hello = 0;
        co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
    });
    net::stream s(io.get_executor());
    status result;
    test::run(io, expect_failure([&] { return connect(s, toy.get()); }, result));

    EXPECT_EQ(result.code(), errc::tls_error);
    EXPECT_EQ(result.info().tls, tls_failure::closed_in_handshake);
}

TEST_F(stream_test, close_notify_in_the_handshake_is_a_tls_error)
{
    peer([this](tcp::socket& socket) -> asio::awaitable<void> {
        co_await asio::async_write(socket, asio::buffer(&test::close_notify, 1),
                                   asio::use_awaitable);
        co_await read_all(socket);
    });
    net::stream s(io.get_executor());
    status result;
    test::run(io, expect_failure([&] { return connect(s, toy.get()); }, result));

    EXPECT_EQ(result.code(), errc::tls_error);
    EXPECT_EQ(result.info().tls, tls_failure::closed_in_handshake);
    EXPECT_FALSE(s.is_open());
}

TEST_F(stream_test, silence_in_the_handshake_ends_at_the_deadline)
{
    peer([this](tcp::socket& socket) { return read_all(socket); });
    net::stream s(io.get_executor());
    status result;
    test::run(io,
              expect_failure([&] { return connect_to(s, "127.0.0.1", toy.get(), 20ms); }, result));

    EXPECT_EQ(result.code(), errc::tls_error);
    EXPECT_EQ(result.info().tls, tls_failure::timed_out);
    EXPECT_TRUE(result.info().retryable);
}

TEST_F(stream_test, a_backend_that_makes_no_session_says_why)
{
    peer([this](tcp::socket& socket) { return read_all(socket); });
    net::stream s(io.get_executor());
    status result;
    test::run(io,
              expect_failure([&] { return connect_to(s, "localhost", toy.get(), 5s); }, result));

    EXPECT_EQ(result.code(), errc::tls_error);
    EXPECT_NE(result.info().message.find("no session for this host"), std::string::npos);
}

asio::awaitable<void> read_until_deadline(net::stream& s,
                                          std::function<asio::awaitable<status>()> connect,
                                          status& first_result)
{
    status result = co_await connect();
    EXPECT_TRUE(result.ok()) << result.info().message;
    s.expires_at(net::clock::now() + 20ms);
    std::array<std::byte, 16> block{};
    std::size_t n = 0;
    first_result = co_await s.read_some(block, n);
    // The deadline also applies to the next operation.
    result = co_await s.read_some(block, n);
    EXPECT_EQ(result.code(), errc::timed_out);
}

TEST_F(stream_test, a_deadline_ends_a_read_and_does_not_look_like_a_cancellation)
{
    peer([this](tcp::socket& socket) { return read_all(socket); });
    net::stream s(io.get_executor());
    status result;
    test::run(io, read_until_deadline(s, [&] { return connect(s); }, result));

    EXPECT_EQ(result.code(), errc::timed_out);
    EXPECT_EQ(result.info().message,
              "reading from " + host() + ": timed out; " + result.info().hint);
}

asio::awaitable<void> outlive_deadline(net::stream& s,
                                       std::function<asio::awaitable<status>()> connect)
{
    status result = co_await connect();
    EXPECT_TRUE(result.ok()) << result.info().message;
    // A deadline that was moved does not fire at its old time.
    s.expires_at(net::clock::now() + 10ms);
    s.expires_at(net::clock::now() + 10s);
    std::array<std::byte, 16> block{};
    std::size_t n = 0;
    result = co_await s.read_some(block, n);
    EXPECT_TRUE(result.ok()) << result.info().message;
    EXPECT_EQ(n, 4U);
}

TEST_F(stream_test, a_deadline_can_be_moved)
{
    peer([this](tcp::socket& socket) -> asio::awaitable<void> {
        asio::steady_timer late(io, 50ms);
        co_await late.async_wait(asio::use_awaitable);
        co_await asio::async_write(socket, asio::buffer("late", 4), asio::use_awaitable);
    });
    net::stream s(io.get_executor());
    test::run(io, outlive_deadline(s, [&] { return connect(s); }));
}

} // namespace
