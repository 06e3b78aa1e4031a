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

namespace coquest::net {
namespace {

using asio::ip::tcp;

struct lookup {
    struct waiter {
        asio::any_io_executor executor;
        resolved done;
    };
    server_address server;
    std::vector<waiter> waiters;
};

// What the threads of one context share with it. They outlive it: whatever belongs to the context
// is in the list, and is taken out of it under the lock.
struct lookups {
    std::mutex mutex;
    std::list<lookup> running;
    bool gone = false;
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
        shared_->gone = true;
        abandoned.swap(shared_->running);
    }

    std::shared_ptr<lookups> shared_;
};

asio::execution_context::id lookup_service::id;

std::error_code ask(const server_address& server, std::vector<tcp::endpoint>& found)
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

void look_up(const std::shared_ptr<lookups>& shared, std::list<lookup>::iterator mine,
             const server_address& server) noexcept
{
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr); // signals are for the program's own threads
    std::error_code ec;
    std::vector<tcp::endpoint> found;
    try {
        ec = ask(server, found);
    } catch (const std::exception&) {
        ec = asio::error::no_memory;
    }
    const std::lock_guard lock(shared->mutex);
    if (shared->gone) {
        return;
    }
    try {
        for (lookup::waiter& one : mine->waiters) {
            asio::post(one.executor, [done = std::move(one.done), ec, found] { done(ec, found); });
        }
    } catch (const std::exception&) {
        found.clear(); // no memory for the news: those who wait have a deadline
    }
    shared->running.erase(mine);
}

} // namespace

void resolve(const asio::any_io_executor& executor, const server_address& server, resolved done)
{
    auto& context = asio::query(executor, asio::execution::context);
    const auto& shared = asio::use_service<lookup_service>(context).shared();
    const std::lock_guard lock(shared->mutex);
    const auto same = std::ranges::find(shared->running, server, &lookup::server);
    if (same != shared->running.end()) {
        same->waiters.push_back({executor, std::move(done)});
        return;
    }
    std::list<lookup> one; // joins the others when nothing can fail any more
    const auto mine = one.insert(one.end(), lookup{server, {}});
    mine->waiters.push_back({executor, std::move(done)});
    try {
        std::thread(look_up, shared, mine, server).detach(); // waits for the lock
    } catch (const std::system_error& no_thread) {
        asio::post(executor, [done = std::move(mine->waiters.back().done), ec = no_thread.code()] {
            done(ec, {});
        });
        return;
    }
    shared->running.splice(shared->running.end(), one);
}

} // namespace coquest::net
