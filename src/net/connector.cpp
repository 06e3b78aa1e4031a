// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/connector.hpp"

#include "core/connect/connect_race.hpp"
#include "net/error_text.hpp"
#include "net/resolver.hpp"

#include <asio/error.hpp>
#include <asio/ip/address.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace coquest::inline v0::net {

using asio::ip::tcp;
using detail::connect_race;

namespace {

constexpr const char* resolving = "resolving";
constexpr const char* connecting = "connecting to";

// Unlike Asio's open(), does not pass the socket on to programs that the process starts.
void open_socket(tcp::socket& socket, const tcp& protocol, std::error_code& ec)
{
#if defined(SOCK_CLOEXEC)
    const int descriptor =
        ::socket(protocol.family(), protocol.type() | SOCK_CLOEXEC, protocol.protocol());
    if (descriptor < 0) {
        ec.assign(errno, asio::error::get_system_category());
        return;
    }
    try {
        socket.assign(protocol, descriptor, ec);
    } catch (...) { // out of memory
        ::close(descriptor);
        throw;
    }
    if (ec) {
        ::close(descriptor);
    }
#else
    socket.open(protocol, ec);
    if (!ec) {
        ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    }
#endif
}

} // namespace

// Shared with the handlers of the operations, which may run after connect() has ended.
struct connector::state : std::enable_shared_from_this<state> {
    struct runner {
        std::size_t server = 0;
        std::optional<tcp::socket> socket; // empty while resolving, and after the attempt
    };

    state(const asio::any_io_executor& strand, std::string local_address)
        : executor(strand), bind_to(std::move(local_address)), wake(strand)
    {
    }

    clock::time_point start_due_attempts(clock::time_point now);
    void start_resolving(std::size_t attempt);
    void start_connecting(std::size_t attempt, std::size_t ip);
    void resolved(std::size_t attempt, std::error_code ec, std::vector<tcp::endpoint> endpoints);
    void failed(std::size_t attempt, const status& failure, std::error_code ec = {});
    void succeeded(std::size_t attempt);
    /// Runs the body of a handler and wakes connect(), which rethrows an exception of the body.
    template <class Function>
    void handle(Function body)
    {
        try {
            body();
        } catch (...) {
            thrown = std::current_exception();
        }
        wake.cancel();
    }
    void close_all() noexcept;
    [[nodiscard]] const server_address& address(std::size_t server) const
    {
        return summary->addresses()[server];
    }

    asio::any_io_executor executor;
    std::string bind_to;
    asio::steady_timer wake; // connect() waits on it; a handler cancels it
    std::optional<connect_race> race;
    connect_summary* summary = nullptr;                // while connect() runs
    std::vector<runner> runners;                       // by the number of the attempt
    std::vector<std::vector<tcp::endpoint>> endpoints; // of each server, in the order to try
    std::exception_ptr thrown;                         // by the body of a handler
    std::size_t connected_attempt = 0;
    bool open = false; // connected_attempt has a connection
    bool running = false;
};

asio::awaitable<status> connector::connect(std::vector<std::size_t> order, std::string bind_to,
                                           clock::time_point deadline, connect_summary& summary)
{
    const auto self = std::make_shared<state>(executor_, std::move(bind_to));
    state_ = self;
    const server_address& first = summary.addresses()[order.front()];
    self->summary = &summary;
    self->endpoints.resize(summary.addresses().size());
    self->race.emplace(std::move(order));
    self->running = true;
    for (;;) {
        const auto next_start = self->start_due_attempts(clock::now());
        if (self->open || !self->running) {
            break;
        }
        self->wake.expires_at(std::min(next_start, deadline));
        co_await self->wake.async_wait(no_throw);
        const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
        if (!self->running || cancellation.cancelled() != asio::cancellation_type::none) {
            self->close_all();
            co_return socket_status(connecting, first, asio::error::operation_aborted);
        }
        if (self->thrown) {
            self->close_all();
            std::rethrow_exception(self->thrown);
        }
        const auto now = clock::now();
        if (!self->open && now >= deadline) {
            for (const std::size_t server : summary.remaining(self->race->started())) {
                summary.add_failed(server, timeout_status(connecting, self->address(server)), now);
            }
            self->close_all();
        }
    }
    self->running = false;
    co_return self->open ? status() : status(errc::socket_error, "no server was reached");
}

// Returns the time at which to call this again, unless a handler runs before.
clock::time_point connector::state::start_due_attempts(clock::time_point now)
{
    while (running && !open) {
        const connect_race::decision next = race->next(now);
        if (runners.size() <= next.attempt) {
            runners.resize(next.attempt + 1);
        }
        switch (next.kind) {
        case connect_race::action::resolve:
            runners[next.attempt].server = next.server;
            summary->add_tried(next.server);
            start_resolving(next.attempt);
            break;
        case connect_race::action::connect:
            runners[next.attempt].server = next.server;
            start_connecting(next.attempt, next.ip);
            break;
        case connect_race::action::abandon: {
            const bool is_resolving = !runners[next.attempt].socket;
            runners[next.attempt].socket.reset();
            failed(next.attempt,
                   timeout_status(is_resolving ? resolving : connecting, address(next.server)));
            break;
        }
        case connect_race::action::wait: return next.until;
        case connect_race::action::over: close_all(); break;
        }
    }
    return now;
}

void connector::state::start_resolving(std::size_t attempt)
{
    const server_address& server = address(runners[attempt].server);
    std::error_code ec;
    const auto literal = asio::ip::make_address(server.host, ec);
    if (!ec) {
        resolved(attempt, {}, {tcp::endpoint(literal, server.port)});
        return;
    }
    // weak, because the look-up may take long and connect() does not wait for it
    resolve(executor, server,
            [weak = weak_from_this(), attempt](std::error_code error,
                                               const std::vector<tcp::endpoint>& entries) {
                const auto self = weak.lock();
                if (self && self->running && !self->open && self->race->is_running(attempt)) {
                    self->handle([&] { self->resolved(attempt, error, entries); });
                }
            });
}

void connector::state::resolved(std::size_t attempt, std::error_code ec,
                                std::vector<tcp::endpoint> entries)
{
    const std::size_t server = runners[attempt].server;
    if (ec) {
        race->failed(attempt);
        failed(attempt,
               socket_status(resolving, address(server), ec, errc::could_not_resolve_addr));
        return;
    }
    std::vector<bool> is_v6;
    std::size_t first = entries.size();
    for (const tcp::endpoint& entry : entries) {
        const auto& last_ip = summary->addresses().last_ip(server);
        if (!last_ip.empty() && entry.address().to_string() == last_ip) {
            first = is_v6.size();
        }
        is_v6.push_back(entry.address().is_v6());
    }
    endpoints[server].clear();
    for (const std::size_t i : detail::interleave(is_v6, first)) {
        endpoints[server].push_back(entries[i]);
    }
    race->resolved(attempt, entries.size());
}

void connector::state::start_connecting(std::size_t attempt, std::size_t ip)
{
    const tcp::endpoint peer = endpoints[runners[attempt].server][ip];
    std::error_code ec;
    tcp::socket& socket = runners[attempt].socket.emplace(executor);
    open_socket(socket, peer.protocol(), ec);
    if (!ec && !bind_to.empty()) {
        const auto local = asio::ip::make_address(bind_to, ec);
        if (!ec) {
            socket.bind(tcp::endpoint(local, 0), ec);
        }
    }
    if (ec) {
        race->failed(attempt);
        failed(attempt, socket_status(connecting, address(runners[attempt].server), ec), ec);
        return;
    }
    socket.async_connect(peer, [self = shared_from_this(), attempt](std::error_code error) {
        if (!self->running || self->open || !self->runners[attempt].socket) {
            return; // connect() or this attempt has ended
        }
        self->handle([&] {
            if (error) {
                self->race->failed(attempt);
                self->failed(
                    attempt,
                    socket_status(connecting, self->address(self->runners[attempt].server), error),
                    error);
            } else {
                self->succeeded(attempt);
            }
        });
    });
}

// A server has failed after all its IP addresses have failed.
void connector::state::failed(std::size_t attempt, const status& failure, std::error_code ec)
{
    const std::size_t server = runners[attempt].server;
    runners[attempt].socket.reset();
    if (race->is_exhausted(server)) {
        summary->add_failed(server, failure, clock::now(), !is_local_shortage(ec));
    }
}

void connector::state::succeeded(std::size_t attempt)
{
    connected_attempt = attempt;
    open = true;
    const std::size_t server = runners[attempt].server;
    if (endpoints[server].size() > 1) {
        std::error_code ec;
        const tcp::endpoint peer = runners[attempt].socket->remote_endpoint(ec);
        summary->addresses().reached(server, ec ? "" : peer.address().to_string());
    }
    // servers that started earlier and are still not connected must not delay the next connection
    for (const std::size_t earlier : race->started()) {
        if (earlier == server) {
            break;
        }
        summary->addresses().failed(earlier, clock::now());
    }
    for (std::size_t i = 0; i < runners.size(); ++i) {
        if (i != attempt) {
            runners[i].socket.reset();
        }
    }
}

void connector::state::close_all() noexcept
{
    running = open = false;
    for (runner& attempt : runners) {
        attempt.socket.reset();
    }
}

void connector::cancel() noexcept
{
    if (!state_) {
        return;
    }
    state_->close_all();
    try {
        state_->wake.cancel();
    } catch (const std::system_error&) {
        return; // Asio never reports an error here, although the signature allows it
    }
}

tcp::socket connector::take()
{
    tcp::socket socket = std::move(*state_->runners[state_->connected_attempt].socket);
    state_->runners[state_->connected_attempt].socket.reset();
    return socket;
}

std::size_t connector::server() const
{
    return state_->runners[state_->connected_attempt].server;
}

} // namespace coquest::inline v0::net
