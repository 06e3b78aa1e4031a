// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/http_client.hpp"

#include "support/listener.hpp"
#include "support/run.hpp"
#include "support/toy_tls.hpp"

#include <coquest/buffer.hpp>
#include <coquest/detail/buffer_access.hpp>

#include <asio/detached.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace {

using namespace coquest;
using asio::ip::tcp;
using detail::status;
using test::shifted;

constexpr const char* answer = "HTTP/1.1 204 OK\r\n\r\n";

// Answers one request on each connection, and closes it without close_notify.
asio::awaitable<void> serve(tcp::acceptor& acceptor, int& connections)
{
    for (;;) {
        tcp::socket socket = co_await test::accept(acceptor);
        ++connections;
        try {
            char hello = 0;
            co_await asio::async_read(socket, asio::buffer(&hello, 1), asio::use_awaitable);
            co_await asio::async_write(socket, asio::buffer("h", 1), asio::use_awaitable);
            std::string request;
            co_await asio::async_read_until(socket, asio::dynamic_buffer(request),
                                            shifted("t,a=b\n", 1), asio::use_awaitable);
            const std::string reply = shifted(answer, 1);
            co_await asio::async_write(socket, asio::buffer(reply), asio::use_awaitable);
        } catch (const std::system_error&) {
            continue; // the client has closed the connection
        }
    }
}

asio::awaitable<void> send_twice(net::http_client& client, const detail::segment_chain& rows)
{
    status result = co_await client.send(rows, true);
    EXPECT_TRUE(result.ok()) << result.info().message;
    result = co_await client.send(rows, true);
    EXPECT_TRUE(result.ok()) << result.info().message;
}

TEST(http_client, a_tls_connection_that_was_cut_while_idle_is_replaced_in_silence)
{
    asio::io_context io(1);
    tcp::acceptor acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    int connections = 0;
    asio::co_spawn(io, serve(acceptor, connections), asio::detached);
    auto options = std::make_shared<config>();
    options->transport = protocol::https;
    options->addresses = {{"127.0.0.1", acceptor.local_endpoint().port()}};
    tls_diagnosis diagnosis;
    net::http_client client(io.get_executor(), options,
                            detail::make_tls<test::toy_backend>({}, diagnosis));
    buffer rows;
    rows.table("t").symbol("a", "b").at_now();
    const detail::batch batch = detail::buffer_access::take(rows);

    test::run(io, send_twice(client, batch.chain));

    EXPECT_EQ(connections, 2);
}

} // namespace
