// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A port on loopback that answers no connection attempt, because its accept queue is full.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>

#include <cstdint>
#include <vector>

#include <sys/socket.h>

namespace coquest::test {

class black_hole {
public:
    explicit black_hole(asio::io_context& io, const char* ip = "127.0.0.1", std::uint16_t port = 0)
        : acceptor_(io)
    {
        const asio::ip::tcp::endpoint address(asio::ip::make_address(ip), port);
        acceptor_.open(address.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address(true));
        acceptor_.bind(address);
        acceptor_.listen(0);
        // These connections fill the queue; the kernel rounds its length up.
        for (int i = 0; i < 4; ++i) {
            asio::ip::tcp::socket& client = waiting_.emplace_back(io);
            client.open(address.protocol());
            client.non_blocking(true);
            const asio::ip::tcp::endpoint full_address = acceptor_.local_endpoint();
            ::connect(client.native_handle(), full_address.data(),
                      static_cast<socklen_t>(full_address.size())); // Asio's connect would block
        }
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    asio::ip::tcp::acceptor acceptor_;
    std::vector<asio::ip::tcp::socket> waiting_;
};

} // namespace coquest::test
