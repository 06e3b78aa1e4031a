// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/scripted_server.hpp"

#include "support/blocking.hpp"
#include "support/listener.hpp"

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
    state(asio::io_context& io, script replies, scripted_server& server)
        : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
          answer(std::move(replies)), owner(&server)
    {
    }

    tcp::acceptor acceptor;
    script answer;
    scripted_server* owner; // null after it was destroyed
    std::vector<std::shared_ptr<tcp::socket>> sockets;
};

namespace {

std::size_t content_length(const std::string& head)
{
    const auto position = head.find("Content-Length: ");
    std::size_t length = 0;
    if (position != std::string::npos) {
        std::from_chars(head.data() + position + 16, head.data() + head.size(), length);
    }
    return length;
}

void close_socket(tcp::socket& socket, bool reset)
{
    std::error_code ec;
    if (reset) {
        socket.set_option(asio::socket_base::linger(true, 0), ec);
    }
    socket.close(ec);
}

template <class State>
asio::awaitable<void> serve(std::shared_ptr<State> state, std::shared_ptr<tcp::socket> socket,
                            std::size_t number)
{
    std::string bytes;
    std::array<char, 16384> block; // NOLINT(cppcoreguidelines-pro-type-member-init)
    try {
        for (;;) {
            request received;
            received.connection = number;
            while (!take_request(bytes, received)) {
                const std::size_t n = co_await socket->async_read_some(
                    asio::buffer(block.data(), block.size()), asio::use_awaitable);
                bytes.append(block.data(), n);
                if (state->owner == nullptr) {
                    co_return;
                }
                state->owner->raw.append(block.data(), n);
            }
            state->owner->requests.push_back(received);
            const reply answer = state->answer(received);
            co_await asio::async_write(*socket, asio::buffer(answer.bytes), asio::use_awaitable);
            if (answer.close || answer.reset) {
                close_socket(*socket, answer.reset);
                co_return;
            }
        }
    } catch (const std::system_error&) {
        close_socket(*socket, false); // the client has closed the connection
    }
}

} // namespace

bool take_request(std::string& bytes, request& result)
{
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string::npos) {
        return false;
    }
    result.head = bytes.substr(0, end + 4);
    const std::size_t length = content_length(result.head);
    if (bytes.size() < result.head.size() + length) {
        return false;
    }
    result.body = bytes.substr(result.head.size(), length);
    bytes.erase(0, result.head.size() + length);
    return true;
}

scripted_server::scripted_server(asio::io_context& io, script answer)
    : state_(std::make_shared<state>(io, std::move(answer), *this))
{
    auto take = [self = state_](tcp::socket accepted) {
        if (self->owner == nullptr) {
            return;
        }
        auto socket = std::make_shared<tcp::socket>(std::move(accepted));
        self->sockets.push_back(socket);
        asio::co_spawn(self->acceptor.get_executor(),
                       serve(self, socket, self->owner->connections++), asio::detached);
    };
    asio::co_spawn(io, listen(state_->acceptor, std::move(take)), asio::detached);
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

void scripted_server::release(const reply& answer)
{
    send_all(*state_->sockets.back(), answer.bytes);
}

void scripted_server::stop()
{
    std::error_code ec;
    state_->acceptor.close(ec);
    for (const auto& socket : state_->sockets) {
        close_socket(*socket, false);
    }
    state_->sockets.clear();
}

} // namespace coquest::test
