// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Deadlines, connecting and closing. stream_read.cpp, stream_write.cpp and stream_tls.cpp move the
// bytes.

#include "net/stream.hpp"

#include "net/error_text.hpp"
#include "net/stream_state.hpp"
#include "tls/session/byte_queue.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>
#include <utility>

#include <netinet/tcp.h>

namespace coquest::inline v0::net {

using asio::ip::tcp;

namespace {

constexpr std::chrono::seconds handshake_limit(10);

} // namespace

stream::stream(const asio::any_io_executor& executor, std::size_t memory)
    : io_(std::make_shared<io>(executor)),
      gather_size_(std::clamp(memory / 4, detail::max_plaintext, detail::output_high_water))
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
        io::start_watchdog(io_);
    }
}

void stream::close() noexcept
{
    open_ = false;
    ++io_->connection;
    io_->waiting_for_input = io_->readable = io_->waiting_to_write = false;
    io_->input_handler = nullptr;
    early_data_.clear();
    std::error_code ignored;
    io_->socket.close(ignored);
    io_->socket_connector.cancel();
    io_->deadline = clock::time_point::max();
    io_->armed_for = clock::time_point::max();
    try {
        io_->watchdog.cancel();
    } catch (const std::system_error&) {
        return; // Asio never reports an error here, although the signature allows it
    }
}

void stream::shutdown() noexcept
{
    send_close_notify();
    close();
}

void stream::notify_on_input(std::function<void()> handler)
{
    io_->input_handler = std::move(handler);
    io::wait_for_input(io_);
}

// Sends only what the kernel accepts without waiting.
void stream::send_close_notify() noexcept
{
    if (open_ && tls_) {
        std::error_code ec;
        tls_->shutdown();
        const auto close_notify = tls_->output();
        if (!close_notify.empty()) {
            io_->socket.non_blocking(true, ec);
            io_->socket.write_some(asio::buffer(close_notify.data(), close_notify.size()), ec);
        }
    }
}

asio::awaitable<status> stream::connect(std::shared_ptr<detail::address_list> servers,
                                        std::vector<std::size_t> order, std::string bind_to,
                                        const detail::any_tls_backend* tls,
                                        clock::time_point deadline)
{
    close();
    summary_ = std::make_unique<connect_summary>(std::move(servers));
    bool retried = false; // with a full handshake, in case resumption was the cause
    while (!open_) {
        status result = co_await connect_plain(order, bind_to, deadline);
        if (!result.ok()) {
            co_return result.code() == errc::cancelled ? std::move(result) : summary_->result();
        }
        if (tls != nullptr) {
            const auto time_left = deadline - clock::now();
            const bool has_others = summary_->remaining(order).size() > 1;
            // a server that stalls leaves half of the time to the others
            expires_at(clock::now() + std::min<clock::duration>(
                                          handshake_limit, has_others ? time_left / 2 : time_left));
            result = co_await handshake(*tls);
        }
        if (!result.ok()) {
            close();
            if (result.code() == errc::cancelled) {
                co_return result;
            }
            if (offered_session_ && !std::exchange(retried, true)) {
                order.insert(order.begin(), server_);
                order.erase(std::find(order.begin() + 1, order.end(), server_));
                continue;
            }
            summary_->add_failed(server_, std::move(result), clock::now());
            order = summary_->remaining(std::move(order));
            if (order.empty()) {
                co_return summary_->result();
            }
        } else {
            open_ = true;
        }
    }
    never_expires();
    co_return status();
}

asio::awaitable<status> stream::start_tls(server_address name, const detail::any_tls_backend& tls,
                                          clock::time_point deadline)
{
    peer_ = std::move(name);
    expires_at(deadline);
    status result = co_await handshake(tls);
    if (!result.ok()) {
        close();
    } else {
        never_expires();
    }
    co_return result;
}

asio::awaitable<status> stream::connect_plain(std::vector<std::size_t> order,
                                              const std::string& bind_to,
                                              clock::time_point deadline)
{
    status result =
        co_await io_->socket_connector.connect(std::move(order), bind_to, deadline, *summary_);
    if (!result.ok()) {
        co_return result;
    }
    io_->socket = io_->socket_connector.take();
    server_ = io_->socket_connector.server();
    peer_ = summary_->addresses()[server_];
    acknowledgement_time_ = std::chrono::milliseconds(0);
    tls_.reset();
    write_failed_ = false;
    std::error_code ec;
    io_->socket.set_option(tcp::no_delay(true), ec);
    io_->socket.set_option(asio::socket_base::keep_alive(true), ec);
    io_->socket.non_blocking(true, ec);
    co_return status();
}

void stream::expect_acknowledgement_in(std::chrono::milliseconds time) noexcept
{
    if (time <= acknowledgement_time_) {
        return;
    }
    acknowledgement_time_ = time;
#ifdef TCP_USER_TIMEOUT
    constexpr std::chrono::milliseconds longest(std::numeric_limits<int>::max());
    const int milliseconds = static_cast<int>(std::min(time, longest).count());
    // if an old kernel does not know the option, the deadline of the request acts instead
    static_cast<void>(::setsockopt(io_->socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT,
                                   &milliseconds, sizeof milliseconds));
#endif
}

status stream::failed(std::error_code ec, phase during) const
{
    if (io_->expired && during == phase::handshake) {
        return tls_failed(describe(tls_failure::timed_out), during);
    }
    static constexpr std::array<const char*, 3> operations = {"TLS handshake with", "reading from",
                                                              "writing to"};
    const char* const operation = operations[static_cast<std::size_t>(during)];
    return io_->expired ? timeout_status(operation, peer_) : socket_status(operation, peer_, ec);
}

} // namespace coquest::inline v0::net
