// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/connector.hpp"

#include "core/connect_race.hpp"
#include "net/error_text.hpp"
#include "net/resolver.hpp"

#include <asio/error.hpp>
#include <asio/ip/address.hpp>
#include <asio/this_coro.hpp>

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

namespace coquest::net {

using asio::ip::tcp;
using detail::connect_race;

namespace {

constexpr const char* resolving = "resolving";
constexpr const char* connecting = "connecting to";

} // namespace

// Shared with the handlers of what was started, which may come when nobody is interested any more.
struct connector::state : std::enable_shared_from_this<state> {
    struct runner {
        std::size_t server = 0;
        std::optional<tcp::socket> socket; // none while resolving, and when the attempt is over
    };

    state(const asio::any_io_executor& on, std::string local)
        : executor(on), bind_to(std::move(local)), wake(on)
    {
    }

    clock::time_point proceed(clock::time_point now);
    void start_resolving(std::size_t attempt);
    void start_connecting(std::size_t attempt, std::size_t ip);
    void found(std::size_t attempt, std::error_code ec, std::vector<tcp::endpoint> endpoints);
    void failed(std::size_t attempt, const fault& why, std::error_code ec = {});
    void won(std::size_t attempt);
    /// Does what a handler is to do, has connect() throw what that throws, and wakes it.
    template <class Function>
    void handle(Function what)
    {
        try {
            what();
        } catch (...) {
            thrown = std::current_exception();
        }
        wake.cancel();
    }
    void close_all() noexcept;
    [[nodiscard]] const server_address& address(std::size_t server) const
    {
        return report->addresses()[server];
    }

    asio::any_io_executor executor;
    std::string bind_to;
    asio::steady_timer wake; // the coroutine waits on it; cancelled when something happened
    std::optional<connect_race> race;
    connect_report* report = nullptr;                  // while connect() runs
    std::vector<runner> runners;                       // by the number of the attempt
    std::vector<std::vector<tcp::endpoint>> endpoints; // of each server, in the order to try
    std::exception_ptr thrown;                         // by a handler
    std::size_t winner = 0;
    bool open = false; // the winner is
    bool running = false;
};

asio::awaitable<fault> connector::connect(std::vector<std::size_t> order, std::string bind_to,
                                          clock::time_point deadline, connect_report& report)
{
    const auto self = std::make_shared<state>(executor_, std::move(bind_to));
    state_ = self;
    const server_address& first = report.addresses()[order.front()];
    self->report = &report;
    self->endpoints.resize(report.addresses().size());
    self->race.emplace(std::move(order));
    self->running = true;
    for (;;) {
        const auto until = self->proceed(clock::now());
        if (self->open || !self->running) {
            break;
        }
        self->wake.expires_at(std::min(until, deadline));
        co_await self->wake.async_wait(no_throw);
        const asio::cancellation_state cancellation = co_await asio::this_coro::cancellation_state;
        if (!self->running || cancellation.cancelled() != asio::cancellation_type::none) {
            self->close_all();
            co_return socket_fault(connecting, first, asio::error::operation_aborted);
        }
        if (self->thrown) {
            self->close_all();
            std::rethrow_exception(self->thrown);
        }
        const auto now = clock::now();
        if (!self->open && now >= deadline) {
            for (const std::size_t one : report.remaining(self->race->started())) {
                report.failed(one, late_fault(connecting, self->address(one)), now);
            }
            self->close_all();
        }
    }
    self->running = false;
    co_return self->open ? fault() : fault(errc::socket_error, "no server was reached");
}

// Starts what is due, and returns the time until which there is nothing to do.
clock::time_point connector::state::proceed(clock::time_point now)
{
    while (running && !open) {
        const connect_race::decision next = race->next(now);
        if (runners.size() <= next.attempt) {
            runners.resize(next.attempt + 1);
        }
        switch (next.what) {
        case connect_race::action::resolve:
            runners[next.attempt].server = next.server;
            report->tried(next.server);
            start_resolving(next.attempt);
            break;
        case connect_race::action::connect:
            runners[next.attempt].server = next.server;
            start_connecting(next.attempt, next.ip);
            break;
        case connect_race::action::abandon: {
            const bool named = !runners[next.attempt].socket;
            runners[next.attempt].socket.reset();
            failed(next.attempt, late_fault(named ? resolving : connecting, address(next.server)));
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
        found(attempt, {}, {tcp::endpoint(literal, server.port)});
        return;
    }
    // weak, since the look-up may go on for long after all of this is over
    resolve(executor, server,
            [weak = weak_from_this(), attempt](std::error_code error,
                                               const std::vector<tcp::endpoint>& entries) {
                const auto self = weak.lock();
                if (self && self->running && !self->open && self->race->is_running(attempt)) {
                    self->handle([&] { self->found(attempt, error, entries); });
                }
            });
}

void connector::state::found(std::size_t attempt, std::error_code ec,
                             std::vector<tcp::endpoint> entries)
{
    const std::size_t server = runners[attempt].server;
    if (ec) {
        race->failed(attempt);
        failed(attempt, socket_fault(resolving, address(server), ec, errc::could_not_resolve_addr));
        return;
    }
    std::vector<bool> is_v6;
    std::size_t first = entries.size();
    for (const tcp::endpoint& one : entries) {
        const auto& last = report->addresses().last_ip(server);
        if (!last.empty() && one.address().to_string() == last) {
            first = is_v6.size();
        }
        is_v6.push_back(one.address().is_v6());
    }
    endpoints[server].clear();
    for (const std::size_t i : detail::interleave(is_v6, first)) {
        endpoints[server].push_back(entries[i]);
    }
    race->resolved(attempt, entries.size());
}

void connector::state::start_connecting(std::size_t attempt, std::size_t ip)
{
    const tcp::endpoint to = endpoints[runners[attempt].server][ip];
    std::error_code ec;
    tcp::socket& socket = runners[attempt].socket.emplace(executor);
    socket.open(to.protocol(), ec);
    if (!ec && !bind_to.empty()) {
        const auto local = asio::ip::make_address(bind_to, ec);
        if (!ec) {
            socket.bind(tcp::endpoint(local, 0), ec);
        }
    }
    if (ec) {
        race->failed(attempt);
        failed(attempt, socket_fault(connecting, address(runners[attempt].server), ec), ec);
        return;
    }
    socket.async_connect(to, [self = shared_from_this(), attempt](std::error_code error) {
        if (!self->running || self->open || !self->runners[attempt].socket) {
            return; // too late
        }
        self->handle([&] {
            if (error) {
                self->race->failed(attempt);
                self->failed(
                    attempt,
                    socket_fault(connecting, self->address(self->runners[attempt].server), error),
                    error);
            } else {
                self->won(attempt);
            }
        });
    });
}

// A server has failed when nothing of it is left to be tried.
void connector::state::failed(std::size_t attempt, const fault& why, std::error_code ec)
{
    const std::size_t server = runners[attempt].server;
    runners[attempt].socket.reset();
    if (race->is_exhausted(server)) {
        report->failed(server, why, clock::now(), !is_own_want(ec));
    }
}

void connector::state::won(std::size_t attempt)
{
    winner = attempt;
    open = true;
    const std::size_t server = runners[attempt].server;
    if (endpoints[server].size() > 1) {
        std::error_code ec;
        const tcp::endpoint peer = runners[attempt].socket->remote_endpoint(ec);
        report->addresses().reached(server, ec ? "" : peer.address().to_string());
    }
    // those that were ahead and are not through yet must not delay the next connection too
    for (const std::size_t one : race->started()) {
        if (one == server) {
            break;
        }
        report->addresses().failed(one, clock::now());
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
    for (runner& one : runners) {
        one.socket.reset();
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
        return; // Asio reports no error here on any platform; the signature merely allows it
    }
}

tcp::socket connector::take()
{
    tcp::socket taken = std::move(*state_->runners[state_->winner].socket);
    state_->runners[state_->winner].socket.reset();
    return taken;
}

std::size_t connector::server() const
{
    return state_->runners[state_->winner].server;
}

} // namespace coquest::net
