// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A stream's life: deadlines, connecting, closing. stream_io.cpp and stream_write.cpp move the
// bytes.

#include "net/stream.hpp"

#include "net/error_text.hpp"
#include "net/stream_io.hpp"
#include "tls/byte_queue.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include <netinet/tcp.h>

namespace coquest::net {

using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds handshake_limit(10);

} // namespace

stream::stream(const asio::any_io_executor& executor, std::size_t memory)
    : io_(std::make_shared<io>(executor)),
      gather_(std::clamp(memory / 4, detail::max_plaintext, detail::output_high_water))
{
}

stream::~stream()
{
    close();
}

void stream::expires_at(clock::time_point deadline)
{
    io_->deadline = deadline;
    io_->expired = false;
    if (deadline < io_->armed_for) {
        io::watch(io_);
    }
}

void stream::close() noexcept
{
    open_ = false;
    ++io_->connection;
    io_->watching = io_->readable = io_->writing = false;
    io_->watcher = nullptr;
    early_.clear();
    std::error_code ignored;
    io_->socket.close(ignored);
    io_->racing.cancel();
    io_->deadline = clock::time_point::max();
    io_->armed_for = clock::time_point::max();
    try {
        io_->watchdog.cancel();
    } catch (const std::system_error&) {
        // Asio reports no error here on any platform; the signature merely allows it
        return;
    }
}

void stream::shutdown() noexcept
{
    send_goodbye();
    close();
}

void stream::watch(std::function<void()> handler)
{
    io_->watcher = std::move(handler);
    io::watch_input(io_);
}

// Where that costs no waiting.
void stream::send_goodbye() noexcept
{
    if (open_ && tls_) {
        std::error_code ec;
        tls_->shutdown(ec);
        const auto goodbye = tls_->output();
        if (!ec && !goodbye.empty()) {
            io_->socket.non_blocking(true, ec);
            io_->socket.write_some(asio::buffer(goodbye.data(), goodbye.size()), ec);
        }
    }
}

asio::awaitable<fault> stream::connect(std::shared_ptr<detail::address_list> servers,
                                       std::vector<std::size_t> order, std::string bind_to,
                                       const detail::any_tls_backend* tls,
                                       clock::time_point deadline)
{
    close();
    report_ = std::make_unique<connect_report>(std::move(servers));
    bool tried_in_full = false; // where a session that was to be resumed may be to blame
    while (!open_) {
        fault problem = co_await connect_plain(order, bind_to, deadline);
        if (problem) {
            co_return problem.code == errc::cancelled ? std::move(problem) : report_->result();
        }
        if (tls != nullptr) {
            const auto left = deadline - clock::now();
            const bool others = report_->remaining(order).size() > 1;
            // one that stalls leaves half of the time to those after it
            expires_at(clock::now() +
                       std::min<clock::duration>(handshake_limit, others ? left / 2 : left));
            problem = co_await handshake(*tls);
        }
        if (problem) {
            close();
            if (problem.code == errc::cancelled) {
                co_return problem;
            }
            if (tls_ && tls_->diagnosis({}).offered_session &&
                !std::exchange(tried_in_full, true)) {
                order.insert(order.begin(), server_);
                order.erase(std::find(order.begin() + 1, order.end(), server_));
                continue;
            }
            report_->failed(server_, std::move(problem), clock::now());
            order = report_->remaining(std::move(order));
            if (order.empty()) {
                co_return report_->result();
            }
        } else {
            open_ = true;
        }
    }
    never_expires();
    co_return fault();
}

asio::awaitable<fault> stream::start_tls(server_address name, const detail::any_tls_backend& tls,
                                         clock::time_point deadline)
{
    peer_ = std::move(name);
    expires_at(deadline);
    fault problem = co_await handshake(tls);
    if (problem) {
        close();
    } else {
        never_expires();
    }
    co_return problem;
}

asio::awaitable<fault> stream::connect_plain(std::vector<std::size_t> order,
                                             const std::string& bind_to, clock::time_point deadline)
{
    fault problem = co_await io_->racing.connect(std::move(order), bind_to, deadline, *report_);
    if (problem) {
        co_return problem;
    }
    io_->socket = io_->racing.take();
    server_ = io_->racing.server();
    peer_ = report_->addresses()[server_];
    acknowledgement_ = std::chrono::milliseconds(0);
    tls_.reset();
    broken_ = false;
    std::error_code ec;
    io_->socket.set_option(tcp::no_delay(true), ec);
    io_->socket.set_option(asio::socket_base::keep_alive(true), ec);
    io_->socket.non_blocking(true, ec);
    co_return fault();
}

void stream::expect_acknowledgement_in(std::chrono::milliseconds time) noexcept
{
    if (time <= acknowledgement_) {
        return;
    }
    acknowledgement_ = time;
#ifdef TCP_USER_TIMEOUT
    constexpr std::chrono::milliseconds most(std::numeric_limits<int>::max());
    const int milliseconds = static_cast<int>(std::min(time, most).count());
    // what an old kernel does without, the deadline of the request does later
    static_cast<void>(::setsockopt(io_->socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT,
                                   &milliseconds, sizeof milliseconds));
#endif
}

} // namespace coquest::net
