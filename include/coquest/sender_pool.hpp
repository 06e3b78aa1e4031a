// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Several senders for a program of many coroutines or threads. Each has an executor of its own.
#pragma once

#include <coquest/buffer.hpp>
#include <coquest/detail/asio_setup.hpp>
#include <coquest/metrics.hpp>
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
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace coquest::inline v0 {

namespace detail {

struct pool_state;

// Counts one use of a sender of a pool while it exists.
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

// Passes a cancellation on to an operation on another executor.
struct cancellation_relay {
    void operator()(asio::cancellation_type type) const
    {
        asio::post(executor, [target = signal, type] { target->emit(type); });
    }
    std::shared_ptr<asio::cancellation_signal> signal;
    asio::any_io_executor executor;
};

// Runs an operation on another executor, and completes there with its result.
template <class T>
asio::awaitable<T> spawn_on(asio::any_io_executor executor, asio::awaitable<T> operation)
{
    const auto signal = std::make_shared<asio::cancellation_signal>();
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    asio::cancellation_slot slot = state.slot();
    if (slot.is_connected()) {
        slot.emplace<cancellation_relay>(cancellation_relay{signal, executor});
    }
    auto token = asio::bind_cancellation_slot(signal->slot(), asio::use_awaitable);
    co_return co_await asio::co_spawn(executor, std::move(operation), std::move(token));
}

// Returns to the executor of the coroutine from @p executor, if that is another one. It posts: a
// dispatch to the executor of a context would return immediately, still inside a strand of that
// context.
asio::awaitable<void> return_from(asio::any_io_executor executor);

// Runs an operation on another executor, and completes on the executor of the caller, also after a
// cancellation.
template <class T>
asio::awaitable<T> run_on(asio::any_io_executor executor, asio::awaitable<T> operation)
{
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    std::exception_ptr failure;
    if constexpr (std::is_void_v<T>) {
        try {
            co_await spawn_on(executor, std::move(operation));
        } catch (...) {
            failure = std::current_exception();
        }
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await return_from(executor);
        co_await asio::this_coro::throw_if_cancelled(throws);
        if (failure) {
            std::rethrow_exception(failure);
        }
    } else {
        std::optional<T> result;
        try {
            result.emplace(co_await spawn_on(executor, std::move(operation)));
        } catch (...) {
            failure = std::current_exception();
        }
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await return_from(executor);
        co_await asio::this_coro::throw_if_cancelled(throws);
        if (failure) {
            std::rethrow_exception(failure);
        }
        co_return std::move(*result);
    }
}

template <class Function>
std::invoke_result_t<Function&, sender&> call_with(Function& function, sender& target)
{
    co_return co_await function(target);
}

} // namespace detail

/// Holds several senders with the same options, and closes them together.
///
/// The senders share the options and the TLS backend. Each gets an equal part of max_buf_size and
/// opens `connections` connections. A common budget of retries keeps many senders from overloading
/// a server that has just restarted. Rows keep their order within one use(), but the next use() may
/// get another sender.
///
/// Lifetime: destroy the pool before its executors. The destructor drops unacknowledged rows (see
/// sender): call close() first. Threads: any thread may call use(), flush(), close(),
/// take_unacknowledged(), reload_tls() and metrics(). Building, moving and destroying belong to one
/// thread at a time. The executors are strands, or executors of contexts that one thread runs.
class sender_pool {
public:
    /// Makes a sender on each of @p executors. Completes when all are built. Errors: those of
    /// sender_builder::build; errc::config_error if there is no executor. Cancellation: ends with
    /// errc::cancelled.
    [[nodiscard]] static asio::awaitable<sender_pool> build(
        sender_builder builder, std::vector<asio::any_io_executor> executors);
    /// Makes @p count senders, each on a strand of its own of @p executor, such as that of a
    /// thread_pool.
    /// \copydetails build(sender_builder, std::vector<asio::any_io_executor>)
    [[nodiscard]] static asio::awaitable<sender_pool> build(sender_builder builder,
                                                            const asio::any_io_executor& executor,
                                                            std::size_t count);

    /// Makes a pool without senders, which behaves as a closed one: close() does nothing, and use()
    /// and flush() fail with errc::closed. A pool that was moved from behaves in the same way.
    sender_pool() noexcept = default;
    /// Takes the senders of the other pool.
    sender_pool(sender_pool&&) noexcept = default;
    /// Destroys the senders of this pool, and takes those of the other one.
    sender_pool& operator=(sender_pool&&) noexcept = default;
    /// Destroys the senders, each on its own executor, and drops unacknowledged rows.
    ~sender_pool() = default;

    /// Returns the number of senders.
    [[nodiscard]] std::size_t size() const noexcept;

    /// Calls `function(sender&)`, a coroutine, on the executor of the sender with the fewest uses,
    /// and returns its result: void, or a type with a default constructor.
    ///
    /// Completes when the function does, on the executor of the caller. Errors: those of the
    /// function; errc::closed if there is no pool. Cancellation: is passed on to the function.
    /// The function may add and flush rows, and must not close the sender. Other uses of the same
    /// sender may run at the same time. With g++ 12, a function object that captures by value must
    /// be a named variable: g++ destroys a temporary in the co_await expression twice.
    template <class Function>
    [[nodiscard]] std::invoke_result_t<Function&, sender&> use(Function function)
    {
        const detail::pool_use turn(state_); // throws errc::closed if there is no pool
        auto operation = detail::call_with(function, turn.sender());
        co_return co_await detail::run_on(turn.executor(), std::move(operation));
    }

    /// Flushes all senders at the same time, each as sender::flush does. Completes when all have
    /// ended. Errors: the first failure. Cancellation: is passed on to all senders.
    [[nodiscard]] asio::awaitable<void> flush();
    /// Closes all senders at the same time, each as sender::close does, within close_timeout.
    /// Completes when all are closed. Errors: the first failure, with
    /// diagnostics::unacknowledged_rows of all senders that failed. Cancellation: is passed on to
    /// all senders.
    [[nodiscard]] asio::awaitable<void> close();
    /// Takes every unacknowledged row out of the senders, as sender::take_unacknowledged does.
    /// Completes with one buffer for each sender that had rows.
    [[nodiscard]] asio::awaitable<std::vector<buffer>> take_unacknowledged();
    /// Loads the files of the TLS options again, for all senders. Errors: those of
    /// sender::reload_tls; errc::closed if there is no pool.
    [[nodiscard]] asio::awaitable<void> reload_tls();

    /// Returns the sums of the counters of all senders. Threads: any.
    [[nodiscard]] metrics_snapshot metrics() const noexcept;

private:
    explicit sender_pool(std::shared_ptr<detail::pool_state> state) noexcept
        : state_(std::move(state))
    {
    }

    std::shared_ptr<detail::pool_state> state_;
};

} // namespace coquest::inline v0
