// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Listening on loopback. A listener that ends without being stopped fails the test: otherwise the
// client that waits for it would hang without an explanation.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/error.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <system_error>
#include <utility>

namespace coquest::test {

/// Accepts one connection. Throws std::system_error if that fails. Then the test fails too, unless
/// @p acceptor was closed or its operations were cancelled.
inline asio::awaitable<asio::ip::tcp::socket> accept(asio::ip::tcp::acceptor& acceptor)
{
    std::error_code ec;
    asio::ip::tcp::socket accepted =
        co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, ec));
    if (ec) {
        if (ec != asio::error::operation_aborted && acceptor.is_open()) {
            ADD_FAILURE() << "a listener ended without being stopped: " << ec.message();
        }
        throw std::system_error(ec, "accept");
    }
    co_return accepted;
}

/// Accepts connections and passes each of them to @p take until @p acceptor is closed. The test
/// fails if it ends for another reason, such as an exception thrown by @p take.
template <class Take>
asio::awaitable<void> listen(asio::ip::tcp::acceptor& acceptor, Take take)
{
    for (;;) {
        asio::ip::tcp::socket accepted(acceptor.get_executor());
        try {
            accepted = co_await accept(acceptor);
        } catch (const std::system_error&) {
            co_return; // stopped, or accept has failed the test
        }
        try {
            take(std::move(accepted));
        } catch (const std::exception& thrown) {
            ADD_FAILURE() << "a listener ended without being stopped: " << thrown.what();
            co_return;
        }
    }
}

} // namespace coquest::test
