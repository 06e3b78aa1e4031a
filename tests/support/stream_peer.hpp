// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Connects a stream to a peer that a test scripts.
#pragma once

#include "net/stream.hpp"

#include "support/listener.hpp"
#include "support/toy_tls.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

namespace coquest::test {

class stream_test : public testing::Test {
protected:
    void peer(std::function<asio::awaitable<void>(asio::ip::tcp::socket&)> script)
    {
        asio::co_spawn(io, accept(std::move(script)), asio::detached);
    }
    asio::awaitable<void> accept(
        std::function<asio::awaitable<void>(asio::ip::tcp::socket&)> script)
    {
        asio::ip::tcp::socket socket = co_await test::accept(acceptor);
        try {
            co_await script(socket);
        } catch (const std::system_error&) {
            co_return; // the other side has closed the connection
        }
    }
    asio::awaitable<void> read_all(asio::ip::tcp::socket& socket)
    {
        std::array<char, 65536> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
        for (;;) {
            const auto n = co_await socket.async_read_some(asio::buffer(block.data(), block.size()),
                                                           asio::use_awaitable);
            received.append(block.data(), n);
        }
    }
    asio::awaitable<detail::status> connect(net::stream& connection,
                                            const detail::any_tls_backend* tls = nullptr)
    {
        return connect_to(connection, "127.0.0.1", tls, std::chrono::seconds(5));
    }
    asio::awaitable<detail::status> connect_to(net::stream& connection, std::string host,
                                               const detail::any_tls_backend* tls,
                                               net::clock::duration time)
    {
        const std::vector<server_address> addresses{
            {std::move(host), acceptor.local_endpoint().port()}};
        return connection.connect(std::make_shared<detail::address_list>(addresses), {0}, {}, tls,
                                  net::clock::now() + time);
    }
    [[nodiscard]] std::string host() const
    {
        return "127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());
    }

    asio::io_context io{1};
    asio::ip::tcp::acceptor acceptor{io,
                                     asio::ip::tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::string received;
    tls_diagnosis diagnosis;
    std::shared_ptr<const detail::any_tls_backend> toy =
        detail::make_tls<toy_backend>({}, diagnosis);
};

} // namespace coquest::test
