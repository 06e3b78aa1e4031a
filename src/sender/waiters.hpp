// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Coroutines of one strand that wait for a change. Cancelling a timer wakes them through the
// reactor, which costs a system call. A `waiters` can also resume them directly.
#pragma once

#include "net/asio.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/awaitable.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/dispatch.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

namespace coquest::inline v0::detail {

class waiters {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit waiters(const asio::any_io_executor& executor)
        : state_(std::make_shared<state>(executor))
    {
    }
    waiters(const waiters&) = delete;
    waiters& operator=(const waiters&) = delete;
    ~waiters() { release(); }

    [[nodiscard]] bool empty() const noexcept { return state_->waiting.is_empty(); }

    /// Completes after wake() or resume(), at @p until, or when it is cancelled. The caller checks
    /// which it was.
    asio::awaitable<void> wait(time_point until = time_point::max())
    {
        waiter self;
        if (until != time_point::max()) {
            asio::steady_timer timer(state_->executor, until);
            self.timer = &timer;
            self.join(state_->waiting);
            co_await timer.async_wait(net::no_throw);
            co_return;
        }
        state::arm(state_);
        const begin_wait initiation{state_.get(), &self};
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(initiation,
                                                                             asio::use_awaitable);
    }

    /// Ends all waits later, from the executor. Allocates nothing.
    void wake() noexcept
    {
        if (state_) {
            while (!state_->waiting.is_empty()) {
                state_->wake(static_cast<waiter&>(*state_->waiting.next));
            }
            state_->signal.cancel(); // it would keep the context busy
        }
    }

    /// Resumes all coroutines that wait, until they wait again, before it returns.
    void resume()
    {
        const std::shared_ptr<state> self = state_; // a coroutine may destroy this object
        link resumed;
        while (!self->waiting.is_empty()) {
            self->waiting.next->join(resumed);
        }
        self->finish(resumed);
    }

    /// Destroys what belongs to the context. The coroutines that wait are never resumed.
    void release() noexcept
    {
        if (const std::shared_ptr<state> self = std::move(state_)) {
            self->signal.cancel();
        }
    }

private:
    using handler = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;

    // A node of a ring, or its head.
    struct link {
        link() = default;
        link(const link&) = delete;
        link& operator=(const link&) = delete;
        ~link() { leave(); }

        [[nodiscard]] bool is_empty() const noexcept { return next == this; }
        void leave() noexcept
        {
            next->previous = previous;
            previous->next = next;
            next = previous = this;
        }
        void join(link& ring) noexcept // as its last node
        {
            leave();
            next = &ring;
            previous = ring.previous;
            next->previous = previous->next = this;
        }

        link* next = this;
        link* previous = this;
    };
    struct waiter : link {
        std::optional<handler> continuation; // of a wait without a time limit
        asio::steady_timer* timer = nullptr; // of a wait with one
    };

    struct state {
        explicit state(const asio::any_io_executor& strand)
            : executor(strand), signal(strand, time_point::max())
        {
        }

        // Starts the wait of the timer, which runs whenever a waiter does.
        static void arm(const std::shared_ptr<state>& self)
        {
            if (!self->is_armed) {
                self->signal.async_wait(on_signal(self));
                self->is_armed = true;
            }
        }

        void wake(waiter& target) noexcept
        {
            if (target.timer != nullptr) {
                target.leave();
                target.timer->cancel();
            } else {
                target.join(woken);
            }
        }

        // Ends all waits of `ring`.
        void finish(link& ring)
        {
            while (!ring.is_empty()) {
                auto& target = static_cast<waiter&>(*ring.next);
                if (target.timer != nullptr) {
                    wake(target);
                } else {
                    target.leave();
                    run_continuation(target);
                }
            }
        }

        void run_continuation(waiter& target)
        {
            handler continuation = std::move(*target.continuation);
            target.continuation.reset();
            if (continuation.get_executor() != executor) {
                asio::dispatch(std::move(continuation));
                return;
            }
            try {
                continuation();
            } catch (...) { // a coroutine that ends must not unwind the callers of this function
                asio::post(executor,
                           [thrown = std::current_exception()] { std::rethrow_exception(thrown); });
            }
        }

        // Destroys the coroutines of `ring`.
        static void destroy(link& ring) noexcept
        {
            while (!ring.is_empty()) {
                auto& target = static_cast<waiter&>(*ring.next);
                target.leave();
                if (target.continuation) {
                    const handler destroyed = std::move(*target.continuation);
                    target.continuation.reset();
                }
            }
        }

        asio::any_io_executor executor;
        asio::steady_timer signal; // cancelled, it ends the waits in `woken`
        bool is_armed = false;
        link waiting;
        link woken;
    };

    // The handler of the timer. If it is destroyed and was never called, the context is destroyed.
    class on_signal {
    public:
        explicit on_signal(std::shared_ptr<state> shared) noexcept : shared_(std::move(shared)) {}
        on_signal(on_signal&&) noexcept = default;
        on_signal(const on_signal&) = delete;
        on_signal& operator=(const on_signal&) = delete;
        on_signal& operator=(on_signal&&) = delete;
        ~on_signal()
        {
            if (shared_) {
                state::destroy(shared_->waiting);
                state::destroy(shared_->woken);
            }
        }

        void operator()(std::error_code /*aborted*/)
        {
            const std::shared_ptr<state> self = std::move(shared_);
            self->is_armed = false;
            self->finish(self->woken);
            if (!self->waiting.is_empty()) {
                try {
                    state::arm(self);
                } catch (const std::bad_alloc&) { // they fail when they wait again
                    self->finish(self->waiting);
                }
            }
        }

    private:
        std::shared_ptr<state> shared_;
    };

    // Starts a wait without a time limit.
    struct begin_wait {
        void operator()(handler&& continuation) const
        {
            self->continuation.emplace(std::move(continuation));
            self->join(shared->waiting);
            if (auto slot = self->continuation->get_cancellation_slot(); slot.is_connected()) {
                slot.assign([shared = shared, self = self](asio::cancellation_type type) {
                    if (type != asio::cancellation_type::none && self->continuation) {
                        shared->wake(*self);
                        shared->signal.cancel();
                    }
                });
            }
        }

        state* shared;
        waiter* self;
    };

    std::shared_ptr<state> state_;
};

} // namespace coquest::inline v0::detail
