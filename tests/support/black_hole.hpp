// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A port on loopback that answers nothing to who wants to connect: its queue is full.
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
        const asio::ip::tcp::endpoint at(asio::ip::make_address(ip), port);
        acceptor_.open(at.protocol());
        acceptor_.set_option(asio::socket_base::reuse_address(true));
        acceptor_.bind(at);
        acceptor_.listen(0);
        // Those that are queued fill it; the kernel rounds up.
        for (int i = 0; i < 4; ++i) {
            asio::ip::tcp::socket& one = waiting_.emplace_back(io);
            one.open(at.protocol());
            one.non_blocking(true);
            const asio::ip::tcp::endpoint to = acceptor_.local_endpoint();
            ::connect(one.native_handle(), to.data(),
                      static_cast<socklen_t>(to.size())); // Asio's would wait
        }
    }
    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    asio::ip::tcp::acceptor acceptor_;
    std::vector<asio::ip::tcp::socket> waiting_;
};

} // namespace coquest::test
