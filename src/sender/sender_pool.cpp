// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender_pool.hpp>

#include "sender/shared_parts.hpp"
#include "sender/waiters.hpp"

#include <asio/strand.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>

namespace coquest {

struct detail::pool_state {
    struct slot {
        slot(asio::any_io_executor on, coquest::sender&& built)
            : executor(std::move(on)), sender(std::move(built)), numbers(sender.metrics())
        {
        }
        asio::any_io_executor executor;
        coquest::sender sender;
        std::shared_ptr<const metrics> numbers;
        std::atomic<unsigned> uses{0};
    };

    explicit pool_state(const asio::any_io_executor& executor) : strand(asio::make_strand(executor))
    {
    }
    pool_state(const pool_state&) = delete;
    pool_state& operator=(const pool_state&) = delete;
    ~pool_state();

    asio::any_io_executor strand; // where what concerns all senders is gathered
    std::deque<slot> slots;
};

namespace {

using detail::pool_state;
using operation = asio::awaitable<void> (sender::*)();

// What came of an operation of all senders.
struct outcome {
    std::size_t left = 0;
    std::size_t unsent_rows = 0;
    std::exception_ptr first;
};

void note(outcome& all, const std::exception_ptr& thrown)
{
    --all.left;
    if (!thrown) {
        return;
    }
    all.first = all.first ? all.first : thrown;
    try {
        std::rethrow_exception(thrown);
    } catch (const error& failure) {
        all.unsent_rows += failure.info().unsent_rows;
    } catch (...) { // NOLINT(bugprone-empty-catch): it counts no rows
    }
}

// Runs on the pool's strand.
asio::awaitable<void> run_all(std::shared_ptr<pool_state> pool, operation what)
{
    outcome all;
    all.left = pool->slots.size();
    detail::waiters ended(pool->strand);
    std::deque<asio::cancellation_signal> signals(pool->slots.size());
    for (std::size_t i = 0; i < signals.size(); ++i) {
        pool_state::slot& one = pool->slots[i];
        asio::co_spawn(pool->strand, detail::run_on(one.executor, (one.sender.*what)()),
                       asio::bind_cancellation_slot(signals[i].slot(),
                                                    [&all, &ended](const std::exception_ptr& e) {
                                                        note(all, e);
                                                        ended.wake();
                                                    }));
    }
    while (all.left != 0) {
        co_await ended.wait();
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            for (asio::cancellation_signal& one : signals) {
                one.emit(asio::cancellation_type::terminal);
            }
        }
    }
    if (!all.first) {
        co_return;
    }
    try {
        std::rethrow_exception(all.first);
    } catch (const error& failure) {
        diagnostics info = failure.info();
        info.unsent_rows = all.unsent_rows;
        throw error(failure.code(), std::move(info));
    }
}

asio::awaitable<void> reload(sender& one)
{
    one.reload_tls();
    co_return;
}

asio::awaitable<buffer> take_from(sender& one)
{
    co_return one.take_unsent();
}

} // namespace

// Each sender goes on its own executor, since its write loop may be running there.
detail::pool_state::~pool_state()
{
    for (slot& one : slots) {
        try {
            asio::post(one.executor, [gone = std::move(one.sender)] {});
        } catch (const std::exception&) { // no memory: it goes here and now
            continue;
        }
    }
}

detail::pool_use::pool_use(std::shared_ptr<pool_state> pool) : pool_(std::move(pool)), which_(0)
{
    for (std::size_t i = 1; i < pool_->slots.size(); ++i) {
        if (pool_->slots[i].uses < pool_->slots[which_].uses) {
            which_ = i;
        }
    }
    ++pool_->slots[which_].uses;
}

detail::pool_use::~pool_use()
{
    --pool_->slots[which_].uses;
}

sender& detail::pool_use::sender() const noexcept
{
    return pool_->slots[which_].sender;
}

const asio::any_io_executor& detail::pool_use::executor() const noexcept
{
    return pool_->slots[which_].executor;
}

asio::awaitable<sender_pool> sender_pool::build(sender_builder builder,
                                                std::vector<asio::any_io_executor> executors)
{
    if (executors.empty()) {
        throw error(errc::config_error, "sender_pool: give it at least one executor");
    }
    builder.share_among(executors.size());
    const auto state = std::make_shared<detail::pool_state>(executors.front());
    for (const asio::any_io_executor& one : executors) {
        state->slots.emplace_back(one, co_await detail::run_on(one, builder.build()));
    }
    co_return sender_pool(state);
}

asio::awaitable<sender_pool> sender_pool::build(sender_builder builder,
                                                const asio::any_io_executor& executor,
                                                std::size_t count)
{
    std::vector<asio::any_io_executor> strands;
    strands.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        strands.emplace_back(asio::make_strand(executor));
    }
    return build(std::move(builder), std::move(strands));
}

std::size_t sender_pool::size() const noexcept
{
    return state_->slots.size();
}

asio::awaitable<void> sender_pool::flush()
{
    return detail::run_on(state_->strand, run_all(state_, &sender::flush));
}

asio::awaitable<void> sender_pool::close()
{
    return detail::run_on(state_->strand, run_all(state_, &sender::close));
}

asio::awaitable<std::vector<buffer>> sender_pool::take_unsent()
{
    const auto state = state_;
    std::vector<buffer> all;
    for (detail::pool_state::slot& one : state->slots) {
        buffer rows = co_await detail::run_on(one.executor, take_from(one.sender));
        if (!rows.empty()) {
            all.push_back(std::move(rows));
        }
    }
    co_return all;
}

asio::awaitable<void> sender_pool::reload_tls()
{
    const auto state = state_;
    detail::pool_state::slot& one = state->slots.front(); // they share what is loaded
    co_await detail::run_on(one.executor, reload(one.sender));
}

metrics_snapshot sender_pool::metrics() const noexcept
{
    metrics_snapshot sum;
    for (const detail::pool_state::slot& one : state_->slots) {
        sum += one.numbers->snapshot();
    }
    return sum;
}

} // namespace coquest
