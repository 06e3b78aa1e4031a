// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Coroutines of one strand that wait for something to change.
#pragma once

#include "net/asio.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>

namespace coquest::detail {

class waiters {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit waiters(asio::any_io_executor executor) : executor_(std::move(executor))
    {
        head_.next = head_.previous = &head_;
    }
    waiters(const waiters&) = delete;
    waiters& operator=(const waiters&) = delete;

    /// Completes at wake(), at @p until, or when it is cancelled: look which.
    asio::awaitable<void> wait(time_point until = time_point::max())
    {
        const waiter self(*this, until);
        co_await self.timer->async_wait(net::no_throw);
    }

    /// Wakes all that wait now.
    void wake()
    {
        for (const link* one = head_.next; one != &head_; one = one->next) {
            one->timer->cancel();
        }
    }

private:
    struct link {
        link* next = nullptr;
        link* previous = nullptr;
        asio::steady_timer* timer = nullptr;
    };
    struct waiter : link {
        waiter(waiters& all, time_point until) : alarm(all.executor_, until)
        {
            timer = &alarm;
            next = &all.head_;
            previous = all.head_.previous;
            next->previous = previous->next = this;
        }
        ~waiter()
        {
            next->previous = previous;
            previous->next = next;
        }
        waiter(const waiter&) = delete;
        waiter& operator=(const waiter&) = delete;

        asio::steady_timer alarm;
    };

    asio::any_io_executor executor_;
    link head_;
};

} // namespace coquest::detail
