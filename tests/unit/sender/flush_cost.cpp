// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The system calls and allocations of a flush of one row on an open connection. The functions with
// which Asio calls the kernel are replaced by functions that count.

#include <coquest/sender.hpp>

#include "support/allocation_counter.hpp"
#include "support/run.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>
#include <thread>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#if COQUEST_COUNTS_ALLOCATIONS // sanitizers make system calls too

namespace {

struct calls {
    std::size_t send = 0;
    std::size_t receive = 0;
    std::size_t wait = 0;
    std::size_t other = 0;
};

thread_local calls made;

} // namespace

extern "C" {

ssize_t sendmsg(int socket, const msghdr* message, int flags)
{
    ++made.send;
    return ::syscall(SYS_sendmsg, socket, message, flags);
}

ssize_t send(int socket, const void* data, size_t size, int flags)
{
    ++made.send;
    return ::syscall(SYS_sendto, socket, data, size, flags, nullptr, 0);
}

ssize_t recv(int socket, void* data, size_t size, int flags)
{
    ++made.receive;
    return ::syscall(SYS_recvfrom, socket, data, size, flags, nullptr, nullptr);
}

int epoll_wait(int epoll, epoll_event* events, int most, int timeout)
{
    ++made.wait;
    return static_cast<int>(
        ::syscall(SYS_epoll_pwait, epoll, events, most, timeout, nullptr, sizeof(sigset_t)));
}

int epoll_ctl(int epoll, int operation, int descriptor, epoll_event* event) noexcept
{
    ++made.other;
    return static_cast<int>(::syscall(SYS_epoll_ctl, epoll, operation, descriptor, event));
}

int timerfd_settime(int timer, int flags, const itimerspec* time, itimerspec* before) noexcept
{
    ++made.other;
    return static_cast<int>(::syscall(SYS_timerfd_settime, timer, flags, time, before));
}

int setsockopt(int socket, int level, int option, const void* value, socklen_t size) noexcept
{
    ++made.other;
    return static_cast<int>(::syscall(SYS_setsockopt, socket, level, option, value, size));
}
}

namespace {

using namespace coquest;
using asio::ip::tcp;

constexpr std::size_t warm_up = 50;
constexpr std::size_t flushes = 500;

// Answers requests in its own thread, without allocations.
class answering_server {
public:
    answering_server()
        : listener_(io_, {asio::ip::address_v4::loopback(), 0}), thread_([this] { serve(); })
    {
    }
    answering_server(const answering_server&) = delete;
    answering_server& operator=(const answering_server&) = delete;
    ~answering_server() { thread_.join(); } // the client has closed its connection

    [[nodiscard]] std::uint16_t port() const { return listener_.local_endpoint().port(); }

private:
    // A request ends with its only row, in text form.
    void serve()
    {
        std::error_code ec;
        tcp::socket peer(io_);
        do {
            listener_.accept(peer, ec);
        } while (ec == asio::error::interrupted);
        EXPECT_FALSE(ec) << ec.message();
        std::array<char, 4096> input{};
        std::size_t size = 0;
        while (!ec || ec == asio::error::interrupted) {
            size += peer.receive(asio::buffer(input) + size, 0, ec);
            const std::string_view text(input.data(), size);
            const std::size_t head = text.find("\r\n\r\n");
            if (head != std::string_view::npos && text.size() > head + 4 && text.back() == '\n') {
                peer.send(asio::buffer("HTTP/1.1 204 OK\r\n\r\n", 19), 0, ec);
                size = 0;
            }
        }
    }

    asio::io_context io_;
    tcp::acceptor listener_;
    std::thread thread_;
};

struct cost {
    calls system;
    std::size_t allocations = 0;
};

asio::awaitable<void> flush_rows(sender_builder builder, cost& total)
{
    auto s = co_await builder.build();
    for (std::size_t i = 0; i < warm_up + flushes; ++i) {
        if (i == warm_up) {
            made = {};
            total.allocations = test::allocations();
        }
        co_await s.table("trades").symbol("side", "buy").column_i64("price", 1).at_now();
        co_await s.flush();
    }
    total.system = made;
    total.allocations = test::allocations() - total.allocations;
    co_await s.close();
}

TEST(flush_cost, a_row_costs_few_system_calls_and_allocations)
{
    cost total;
    {
        answering_server server;
        sender_builder builder("http", "127.0.0.1", server.port());
        builder.protocol_version(protocol_version::v1);
        asio::io_context io(1);
        test::run(io, flush_rows(builder, total));
    }

    EXPECT_EQ(total.system.send, flushes) << "head and row go together";
    EXPECT_GE(total.system.receive, flushes);
    // One read checks the connection, one is Asio's attempt before it waits, one gets the answer.
    EXPECT_LE(total.system.receive, 3 * flushes);
    EXPECT_LE(total.system.wait, flushes + flushes / 10) << "the write loop resumes the flush";
    // Timers and socket options are set once. The watchdog may fire during the test.
    EXPECT_LE(total.system.other, 10U);
    // Coroutine frames, of which Asio caches only two.
    EXPECT_LE(total.allocations, 16 * flushes);
}

} // namespace

#endif
