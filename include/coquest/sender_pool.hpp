// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Several senders for a service of many coroutines or threads, each on an executor of its own.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/observer.hpp>
#include <coquest/sender.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/cancellation_state.hpp>
#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace coquest {

namespace detail {

struct pool_state;

// One use of a sender of a pool, counted while it lasts.
class pool_use {
public:
    explicit pool_use(std::shared_ptr<pool_state> pool);
    pool_use(const pool_use&) = delete;
    pool_use& operator=(const pool_use&) = delete;
    ~pool_use();

    [[nodiscard]] coquest::sender& sender() const noexcept;
    [[nodiscard]] const asio::any_io_executor& executor() const noexcept;

private:
    std::shared_ptr<pool_state> pool_;
    std::size_t which_;
};

// Passes a cancellation on to what runs on another executor.
struct cancellation_relay {
    void operator()(asio::cancellation_type type) const
    {
        asio::post(where, [to = signal, type] { to->emit(type); });
    }
    std::shared_ptr<asio::cancellation_signal> signal;
    asio::any_io_executor where;
};

// Runs an operation on another executor, and completes on the caller's.
template <class T>
asio::awaitable<T> run_on(asio::any_io_executor where, asio::awaitable<T> operation)
{
    const auto signal = std::make_shared<asio::cancellation_signal>();
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    asio::cancellation_slot slot = state.slot();
    if (slot.is_connected()) {
        slot.emplace<cancellation_relay>(cancellation_relay{signal, where});
    }
    auto token = asio::bind_cancellation_slot(signal->slot(), asio::use_awaitable);
    co_return co_await asio::co_spawn(where, std::move(operation), std::move(token));
}

template <class Function>
std::invoke_result_t<Function&, sender&> call_with(Function& function, sender& one)
{
    co_return co_await function(one);
}

} // namespace detail

/// Holds several senders with the same options, and closes them together.
///
/// What they share: the options and the TLS context; max_buf_size, of which each has an equal part;
/// and the budget of retries, so that a server that comes up again meets no storm however many
/// senders wait for it. Each has `connections` connections of its own. Rows keep their order within
/// one use(), not from one to the next, which may get another sender.
///
/// Threads: use(), flush(), close() and metrics() from any; build, moving and destroying as usual.
/// The executors are strands, or contexts that one thread runs. Destroy a pool before them; what is
/// unsent then is dropped (see sender): call close() first.
class sender_pool {
public:
    /// Makes a sender on each of @p executors. Completes when all are built. Errors: those of
    /// sender_builder::build, and errc::config_error where there is no executor. Cancelled, it ends
    /// with errc::cancelled.
    [[nodiscard]] static asio::awaitable<sender_pool> build(
        sender_builder builder, std::vector<asio::any_io_executor> executors);
    /// Makes @p count senders, each on a strand of its own of @p executor, as of a thread_pool.
    [[nodiscard]] static asio::awaitable<sender_pool> build(sender_builder builder,
                                                            const asio::any_io_executor& executor,
                                                            std::size_t count);

    /// Makes a pool that can be assigned to and destroyed, and nothing else.
    sender_pool() noexcept = default;
    sender_pool(sender_pool&&) noexcept = default;
    sender_pool& operator=(sender_pool&&) noexcept = default;
    ~sender_pool() = default;

    /// Returns the number of senders.
    [[nodiscard]] std::size_t size() const noexcept;

    /// Awaits `function(sender&)`, a coroutine, on the executor of the sender that the fewest use
    /// right now, and returns what it returns (void, or a type with a default constructor), on the
    /// caller's executor.
    ///
    /// Completes, and fails, as the function does; a cancellation is passed on to it. The sender is
    /// the function's for rows and flushes until it completes; others may use it at the same time,
    /// and closing it is the pool's. With g++ 12, name a function object that captures by value
    /// before the co_await expression: as a temporary in it, it would be destroyed twice.
    template <class Function>
    [[nodiscard]] std::invoke_result_t<Function&, sender&> use(Function function)
    {
        const detail::pool_use turn(state_);
        auto operation = detail::call_with(function, turn.sender());
        co_return co_await detail::run_on(turn.executor(), std::move(operation));
    }

    /// Flushes all senders at the same time; see sender::flush. Completes when all have; throws the
    /// first failure.
    [[nodiscard]] asio::awaitable<void> flush();
    /// Closes all senders at the same time; see sender::close. Completes when all are closed, by
    /// close_timeout; throws the first failure, of which diagnostics::unsent_rows counts the rows
    /// of all. Idempotent.
    [[nodiscard]] asio::awaitable<void> close();
    /// Takes every row that is not acknowledged out of the senders; see sender::take_unsent.
    /// Completes with a buffer for each sender that had any.
    [[nodiscard]] asio::awaitable<std::vector<buffer>> take_unsent();
    /// Loads the files of the TLS options again, for all senders; see sender::reload_tls.
    [[nodiscard]] asio::awaitable<void> reload_tls();

    /// Returns the sum of the senders' counters.
    [[nodiscard]] metrics_snapshot metrics() const noexcept;

private:
    explicit sender_pool(std::shared_ptr<detail::pool_state> state) noexcept
        : state_(std::move(state))
    {
    }

    std::shared_ptr<detail::pool_state> state_;
};

} // namespace coquest
