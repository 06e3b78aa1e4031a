// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The listener that the tests use: if it ends too early, the test must fail and not hang.

#include "support/listener.hpp"
#include "support/run.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using namespace coquest;
using asio::ip::tcp;

const tcp::endpoint any_port(asio::ip::address_v4::loopback(), 0);

TEST(test_listener, fails_the_test_if_accept_fails)
{
    asio::io_context io(1);
    tcp::acceptor deaf(io, tcp::v4());
    deaf.bind(any_port); // without listen()
    asio::co_spawn(io, test::listen(deaf, [](tcp::socket) {}), asio::detached);

    EXPECT_NONFATAL_FAILURE(io.run(), "a listener ended without being stopped: Invalid argument");
}

TEST(test_listener, fails_the_test_if_its_user_throws)
{
    asio::io_context io(1);
    tcp::acceptor acceptor(io, any_port);
    tcp::socket client(io);
    client.async_connect(acceptor.local_endpoint(), [](std::error_code) {});
    auto take = [](tcp::socket) { throw std::runtime_error("no room"); };
    asio::co_spawn(io, test::listen(acceptor, take), asio::detached);

    EXPECT_NONFATAL_FAILURE(io.run(), "a listener ended without being stopped: no room");
}

TEST(test_listener, ends_in_silence_when_it_is_stopped)
{
    asio::io_context io(1);
    tcp::acceptor acceptor(io, any_port);
    tcp::socket client(io);
    int taken = 0;
    client.async_connect(acceptor.local_endpoint(), [](std::error_code) {});
    asio::co_spawn(io, test::listen(acceptor, [&taken](tcp::socket) { ++taken; }), asio::detached);
    test::run_until(io, [&] { return taken == 1; });

    acceptor.close();

    EXPECT_GT(io.run(), 0U);
    EXPECT_EQ(taken, 1);
}

} // namespace
