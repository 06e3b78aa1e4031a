// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/blocking.hpp"

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/read.hpp>
#include <asio/read_until.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <cerrno>
#include <exception>
#include <system_error>

#include <sys/wait.h>

namespace coquest::test {
namespace {

using asio::ip::tcp;

asio::awaitable<void> exchange(tcp::socket& socket, std::uint16_t port, const std::string& request,
                               const std::string& end, std::string& answer)
{
    const tcp::endpoint peer(asio::ip::address_v4::loopback(), port);
    co_await socket.async_connect(peer, asio::use_awaitable);
    co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
    if (!end.empty()) {
        co_await asio::async_read_until(socket, asio::dynamic_buffer(answer), end,
                                        asio::use_awaitable);
        co_return;
    }
    std::error_code ec;
    co_await asio::async_read(socket, asio::dynamic_buffer(answer),
                              asio::redirect_error(asio::use_awaitable, ec));
    if (ec && ec != asio::error::eof) {
        throw std::system_error(ec, "read");
    }
}

} // namespace

std::string ask(std::uint16_t port, const std::string& request, const std::string& end)
{
    asio::io_context context(1);
    tcp::socket socket(context);
    std::string answer;
    std::exception_ptr failure;
    asio::co_spawn(context, exchange(socket, port, request, end, answer),
                   [&failure](std::exception_ptr thrown) { failure = std::move(thrown); });
    context.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return answer;
}

void send_all(tcp::socket& socket, std::string_view bytes)
{
    while (!bytes.empty()) {
        std::error_code ec;
        bytes.remove_prefix(socket.write_some(asio::buffer(bytes), ec));
        if (ec && ec != asio::error::interrupted) {
            throw std::system_error(ec, "write");
        }
    }
}

void pause(std::chrono::milliseconds time)
{
    asio::io_context context(1);
    asio::steady_timer timer(context, time);
    timer.async_wait([](std::error_code) {});
    context.run();
}

int wait_for_end(pid_t pid) noexcept
{
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return status;
}

} // namespace coquest::test
