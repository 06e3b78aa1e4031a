// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "net/resolver.hpp"

#include <asio/error.hpp>
#include <asio/execution/context.hpp>
#include <asio/execution_context.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/query.hpp>

#include <algorithm>
#include <exception>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include <csignal>

namespace coquest::inline v0::net {
namespace {

using asio::ip::tcp;

struct lookup {
    struct waiter {
        asio::any_io_executor executor;
        resolve_handler handler;
    };
    server_address server;
    std::vector<waiter> waiters;
};

// Shared by a context and its look-up threads. The threads may outlive the context, so everything
// that belongs to the context is in the list, and shutdown() takes it out under the lock.
struct lookups {
    std::mutex mutex;
    std::list<lookup> running;
    bool is_shut_down = false;
};

class lookup_service final : public asio::execution_context::service {
public:
    using key_type = lookup_service;
    static asio::execution_context::id id;

    explicit lookup_service(asio::execution_context& context)
        : service(context), shared_(std::make_shared<lookups>())
    {
    }
    [[nodiscard]] const std::shared_ptr<lookups>& shared() const noexcept { return shared_; }

private:
    void shutdown() noexcept override
    {
        std::list<lookup> abandoned;
        const std::lock_guard lock(shared_->mutex);
        shared_->is_shut_down = true;
        abandoned.swap(shared_->running);
    }

    std::shared_ptr<lookups> shared_;
};

asio::execution_context::id lookup_service::id;

std::error_code find_addresses(const server_address& server, std::vector<tcp::endpoint>& found)
{
    std::error_code ec;
    asio::io_context context(1);
    tcp::resolver resolver(context);
    for (const auto& entry : resolver.resolve(server.host, std::to_string(server.port),
                                              tcp::resolver::numeric_service, ec)) {
        found.push_back(entry.endpoint());
    }
    return ec;
}

void look_up(const std::shared_ptr<lookups>& shared, std::list<lookup>::iterator entry,
             const server_address& server) noexcept
{
    sigset_t signals;
    sigfillset(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr); // the program's own threads handle signals
    std::error_code ec;
    std::vector<tcp::endpoint> found;
    try {
        ec = find_addresses(server, found);
    } catch (const std::exception&) {
        ec = asio::error::no_memory;
    }
    const std::lock_guard lock(shared->mutex);
    if (shared->is_shut_down) {
        return;
    }
    try {
        for (lookup::waiter& waiter : entry->waiters) {
            asio::post(waiter.executor,
                       [handler = std::move(waiter.handler), ec, found] { handler(ec, found); });
        }
    } catch (const std::exception&) {
        found.clear(); // out of memory: the remaining waiters run into their deadlines
    }
    shared->running.erase(entry);
}

} // namespace

void resolve(const asio::any_io_executor& executor, const server_address& server,
             resolve_handler handler)
{
    auto& context = asio::query(executor, asio::execution::context);
    const auto& shared = asio::use_service<lookup_service>(context).shared();
    const std::lock_guard lock(shared->mutex);
    const auto same = std::ranges::find(shared->running, server, &lookup::server);
    if (same != shared->running.end()) {
        same->waiters.push_back({executor, std::move(handler)});
        return;
    }
    std::list<lookup> added; // moved into the shared list when nothing can fail any more
    const auto entry = added.insert(added.end(), lookup{server, {}});
    entry->waiters.push_back({executor, std::move(handler)});
    try {
        std::thread(look_up, shared, entry, server).detach(); // waits for the lock
    } catch (const std::system_error& no_thread) {
        asio::post(executor, [failed = std::move(entry->waiters.back().handler),
                              ec = no_thread.code()] { failed(ec, {}); });
        return;
    }
    shared->running.splice(shared->running.end(), added);
}

} // namespace coquest::inline v0::net
