// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/scripted_server.hpp"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <array>
#include <charconv>
#include <system_error>
#include <utility>

namespace coquest::test {

using asio::ip::tcp;

struct scripted_server::state {
    state(asio::io_context& io, script how, scripted_server& of)
        : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), answer(std::move(how)),
          owner(&of)
    {
    }

    tcp::acceptor acceptor;
    script answer;
    scripted_server* owner; // null once it is gone
    std::vector<std::shared_ptr<tcp::socket>> sockets;
};

namespace {

std::size_t content_length(const std::string& head)
{
    const auto at = head.find("Content-Length: ");
    std::size_t length = 0;
    if (at != std::string::npos) {
        std::from_chars(head.data() + at + 16, head.data() + head.size(), length);
    }
    return length;
}

void hang_up(tcp::socket& socket, bool reset)
{
    std::error_code ec;
    if (reset) {
        socket.set_option(asio::socket_base::linger(true, 0), ec);
    }
    socket.close(ec);
}

template <class State>
asio::awaitable<void> serve(std::shared_ptr<State> self, std::shared_ptr<tcp::socket> socket,
                            std::size_t number)
{
    std::string bytes;
    std::array<char, 16384> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
    try {
        for (;;) {
            request one;
            one.connection = number;
            while (!take_request(bytes, one)) {
                const std::size_t n = co_await socket->async_read_some(
                    asio::buffer(block.data(), block.size()), asio::use_awaitable);
                bytes.append(block.data(), n);
                if (self->owner == nullptr) {
                    co_return;
                }
                self->owner->raw.append(block.data(), n);
            }
            self->owner->requests.push_back(one);
            const reply now = self->answer(one);
            co_await asio::async_write(*socket, asio::buffer(now.bytes), asio::use_awaitable);
            if (now.close || now.reset) {
                hang_up(*socket, now.reset);
                co_return;
            }
        }
    } catch (const std::system_error&) {
        hang_up(*socket, false); // the client has gone
    }
}

template <class State>
asio::awaitable<void> listen(std::shared_ptr<State> self)
{
    try {
        for (;;) {
            auto socket = std::make_shared<tcp::socket>(
                co_await self->acceptor.async_accept(asio::use_awaitable));
            if (self->owner == nullptr) {
                co_return;
            }
            self->sockets.push_back(socket);
            asio::co_spawn(self->acceptor.get_executor(),
                           serve(self, socket, self->owner->connections++), asio::detached);
        }
    } catch (const std::system_error&) {
        co_return; // stopped
    }
}

} // namespace

bool take_request(std::string& bytes, request& out)
{
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) {
        return false;
    }
    out.head = bytes.substr(0, end + 4);
    const std::size_t length = content_length(out.head);
    if (bytes.size() < out.head.size() + length) {
        return false;
    }
    out.body = bytes.substr(out.head.size(), length);
    bytes.erase(0, out.head.size() + length);
    return true;
}

scripted_server::scripted_server(asio::io_context& io, script answer)
    : state_(std::make_shared<state>(io, std::move(answer), *this))
{
    asio::co_spawn(io, listen(state_), asio::detached);
}

scripted_server::~scripted_server()
{
    stop();
    state_->owner = nullptr;
}

std::uint16_t scripted_server::port() const
{
    return state_->acceptor.local_endpoint().port();
}

void scripted_server::release(const reply& with)
{
    asio::write(*state_->sockets.back(), asio::buffer(with.bytes));
}

void scripted_server::stop()
{
    std::error_code ec;
    state_->acceptor.close(ec);
    for (const auto& socket : state_->sockets) {
        hang_up(*socket, false);
    }
    state_->sockets.clear();
}

} // namespace coquest::test
