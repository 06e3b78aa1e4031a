// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Coroutines of one strand that wait for something to change. A timer that is cancelled would do,
// but what it wakes goes through the reactor, which is a system call: here they can also be resumed
// on the spot.
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

namespace coquest::detail {

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

    [[nodiscard]] bool empty() const noexcept { return state_->waiting.alone(); }

    /// Completes after wake() or resume(), at @p until, or when it is cancelled: look which.
    asio::awaitable<void> wait(time_point until = time_point::max())
    {
        waiter self;
        if (until != time_point::max()) {
            asio::steady_timer alarm(state_->executor, until);
            self.alarm = &alarm;
            self.join(state_->waiting);
            co_await alarm.async_wait(net::no_throw);
            co_return;
        }
        state::arm(state_);
        const parking here{state_.get(), &self};
        co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(here,
                                                                             asio::use_awaitable);
    }

    /// Has all that wait now go on, later. Needs no memory.
    void wake() noexcept
    {
        if (state_) {
            while (!state_->waiting.alone()) {
                state_->wake(static_cast<waiter&>(*state_->waiting.next));
            }
            state_->poster.cancel(); // which would keep the context busy
        }
    }

    /// Has all that wait now go on until they wait again, before it returns.
    void resume()
    {
        const std::shared_ptr<state> mine = state_; // they may be the end of this
        link now;
        while (!mine->waiting.alone()) {
            mine->waiting.next->join(now);
        }
        mine->end(now);
    }

    /// Lets go of what belongs to the context; nobody waits any more.
    void release() noexcept
    {
        if (const std::shared_ptr<state> mine = std::move(state_)) {
            mine->poster.cancel();
        }
    }

private:
    using handler = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;

    // Of a ring.
    struct link {
        link() = default;
        link(const link&) = delete;
        link& operator=(const link&) = delete;
        ~link() { leave(); }

        [[nodiscard]] bool alone() const noexcept { return next == this; }
        void leave() noexcept
        {
            next->previous = previous;
            previous->next = next;
            next = previous = this;
        }
        void join(link& ring) noexcept // as its last
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
        std::optional<handler> rest;         // what comes after the wait
        asio::steady_timer* alarm = nullptr; // of a wait that has an end; there is no `rest` then
    };

    struct state {
        explicit state(const asio::any_io_executor& on)
            : executor(on), poster(on, time_point::max())
        {
        }

        // Whenever somebody waits, the timer does.
        static void arm(const std::shared_ptr<state>& self)
        {
            if (!self->armed) {
                self->poster.async_wait(on_wake(self));
                self->armed = true;
            }
        }

        void wake(waiter& one) noexcept
        {
            if (one.alarm != nullptr) {
                one.leave();
                one.alarm->cancel();
            } else {
                one.join(woken);
            }
        }

        void end(link& ring)
        {
            while (!ring.alone()) {
                auto& one = static_cast<waiter&>(*ring.next);
                if (one.alarm != nullptr) {
                    wake(one);
                } else {
                    one.leave();
                    go_on(one);
                }
            }
        }

        void go_on(waiter& one)
        {
            handler rest = std::move(*one.rest);
            one.rest.reset();
            if (rest.get_executor() != executor) {
                asio::dispatch(std::move(rest));
                return;
            }
            try {
                rest();
            } catch (...) { // of a coroutine that ends: nothing to those beneath it
                asio::post(executor,
                           [thrown = std::current_exception()] { std::rethrow_exception(thrown); });
            }
        }

        // The coroutines are not to go on.
        static void drop(link& ring) noexcept
        {
            while (!ring.alone()) {
                auto& one = static_cast<waiter&>(*ring.next);
                one.leave();
                if (one.rest) {
                    const handler gone = std::move(*one.rest);
                    one.rest.reset();
                }
            }
        }

        asio::any_io_executor executor;
        asio::steady_timer poster; // cancelled, it ends the waits in `woken`
        bool armed = false;
        link waiting;
        link woken;
    };

    // The handler of the timer. Where it goes without being called, so does the context.
    class on_wake {
    public:
        explicit on_wake(std::shared_ptr<state> of) noexcept : of_(std::move(of)) {}
        on_wake(on_wake&&) noexcept = default;
        on_wake(const on_wake&) = delete;
        on_wake& operator=(const on_wake&) = delete;
        on_wake& operator=(on_wake&&) = delete;
        ~on_wake()
        {
            if (of_) {
                state::drop(of_->waiting);
                state::drop(of_->woken);
            }
        }

        void operator()(std::error_code /*aborted*/)
        {
            const std::shared_ptr<state> mine = std::move(of_);
            mine->armed = false;
            mine->end(mine->woken);
            if (!mine->waiting.alone()) {
                try {
                    state::arm(mine);
                } catch (const std::bad_alloc&) { // they will find out when they wait again
                    mine->end(mine->waiting);
                }
            }
        }

    private:
        std::shared_ptr<state> of_;
    };

    // Begins a wait that has no end.
    struct parking {
        void operator()(handler&& rest) const
        {
            one->rest.emplace(std::move(rest));
            one->join(all->waiting);
            if (auto slot = one->rest->get_cancellation_slot(); slot.is_connected()) {
                slot.assign([all = all, one = one](asio::cancellation_type type) {
                    if (type != asio::cancellation_type::none && one->rest) {
                        all->wake(*one);
                        all->poster.cancel();
                    }
                });
            }
        }

        state* all;
        waiter* one;
    };

    std::shared_ptr<state> state_;
};

} // namespace coquest::detail
