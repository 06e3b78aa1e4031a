// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender_pool.hpp>

#include "sender/pool_shared.hpp"
#include "sender/waiters.hpp"

#include <asio/strand.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <exception>

namespace coquest::inline v0 {

struct detail::pool_state {
    struct slot {
        slot(asio::any_io_executor strand, coquest::sender&& built)
            : executor(std::move(strand)), sender(std::move(built)), metrics(sender.metrics())
        {
        }
        asio::any_io_executor executor;
        coquest::sender sender;
        std::shared_ptr<const coquest::metrics> metrics;
        std::atomic<unsigned> uses{0};
    };

    explicit pool_state(const asio::any_io_executor& executor) : strand(asio::make_strand(executor))
    {
    }
    pool_state(const pool_state&) = delete;
    pool_state& operator=(const pool_state&) = delete;
    ~pool_state();

    asio::any_io_executor strand; // for operations of all senders
    std::deque<slot> slots;
};

namespace {

using detail::pool_state;
using operation = asio::awaitable<void> (sender::*)();

// The result of an operation of all senders.
struct pool_result {
    std::size_t running = 0;
    std::size_t unacknowledged_rows = 0;
    std::exception_ptr first_failure;
};

void add_result(pool_result& sum, const std::exception_ptr& thrown)
{
    --sum.running;
    if (!thrown) {
        return;
    }
    sum.first_failure = sum.first_failure ? sum.first_failure : thrown;
    try {
        std::rethrow_exception(thrown);
    } catch (const error& failure) {
        sum.unacknowledged_rows += failure.info().unacknowledged_rows;
    } catch (...) { // NOLINT(bugprone-empty-catch): it has no row count
    }
}

error no_pool()
{
    return {errc::closed, "there is no pool: it was never built, or was moved from"};
}

asio::awaitable<void> fail_closed()
{
    throw no_pool();
    co_return;
}

asio::awaitable<void> do_nothing()
{
    co_return;
}

// Runs on the pool's strand.
asio::awaitable<void> run_all(std::shared_ptr<pool_state> pool, operation call)
{
    pool_result sum;
    sum.running = pool->slots.size();
    detail::waiters ended(pool->strand);
    std::deque<asio::cancellation_signal> signals(pool->slots.size());
    for (std::size_t i = 0; i < signals.size(); ++i) {
        pool_state::slot& slot = pool->slots[i];
        asio::co_spawn(pool->strand, detail::run_on(slot.executor, (slot.sender.*call)()),
                       asio::bind_cancellation_slot(signals[i].slot(),
                                                    [&sum, &ended](const std::exception_ptr& e) {
                                                        add_result(sum, e);
                                                        ended.wake();
                                                    }));
    }
    while (sum.running != 0) {
        co_await ended.wait();
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
            for (asio::cancellation_signal& signal : signals) {
                signal.emit(asio::cancellation_type::terminal);
            }
        }
    }
    if (!sum.first_failure) {
        co_return;
    }
    try {
        std::rethrow_exception(sum.first_failure);
    } catch (const error& failure) {
        diagnostics info = failure.info();
        info.unacknowledged_rows = sum.unacknowledged_rows;
        throw error(failure.code(), std::move(info));
    }
}

asio::awaitable<void> reload(sender& target)
{
    target.reload_tls();
    co_return;
}

asio::awaitable<buffer> take_from(sender& source)
{
    co_return source.take_unacknowledged();
}

} // namespace

// Each sender is destroyed on its own executor, because its write loop may be running there.
detail::pool_state::~pool_state()
{
    for (slot& member : slots) {
        try {
            asio::post(member.executor, [destroyed = std::move(member.sender)] {});
        } catch (const std::exception&) { // no memory: it is destroyed here
            continue;
        }
    }
}

asio::awaitable<void> detail::return_from(asio::any_io_executor other)
{
    const asio::any_io_executor own = co_await asio::this_coro::executor;
    if (own != other) {
        co_await asio::post(own, asio::use_awaitable);
    }
}

detail::pool_use::pool_use(std::shared_ptr<pool_state> pool) : pool_(std::move(pool)), which_(0)
{
    if (!pool_) {
        throw no_pool();
    }
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
    for (const asio::any_io_executor& executor : executors) {
        state->slots.emplace_back(executor, co_await detail::run_on(executor, builder.build()));
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
    return state_ ? state_->slots.size() : 0;
}

asio::awaitable<void> sender_pool::flush()
{
    return state_ ? detail::run_on(state_->strand, run_all(state_, &sender::flush)) : fail_closed();
}

asio::awaitable<void> sender_pool::close()
{
    return state_ ? detail::run_on(state_->strand, run_all(state_, &sender::close)) : do_nothing();
}

asio::awaitable<std::vector<buffer>> sender_pool::take_unacknowledged()
{
    const auto state = state_;
    std::vector<buffer> taken;
    if (!state) {
        co_return taken;
    }
    for (detail::pool_state::slot& slot : state->slots) {
        buffer rows = co_await detail::run_on(slot.executor, take_from(slot.sender));
        if (!rows.empty()) {
            taken.push_back(std::move(rows));
        }
    }
    co_return taken;
}

asio::awaitable<void> sender_pool::reload_tls()
{
    const auto state = state_;
    if (!state) {
        throw no_pool();
    }
    detail::pool_state::slot& slot = state->slots.front(); // all senders share the TLS source
    co_await detail::run_on(slot.executor, reload(slot.sender));
}

metrics_snapshot sender_pool::metrics() const noexcept
{
    metrics_snapshot sum;
    if (!state_) {
        return sum;
    }
    for (const detail::pool_state::slot& slot : state_->slots) {
        sum += slot.metrics->snapshot();
    }
    return sum;
}

} // namespace coquest::inline v0
