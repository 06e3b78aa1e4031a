// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Detects, in builds with assertions, that two threads are inside one sender at the same time: its
// executor is not a strand. Without the check, this ends in a hang or a crash much later.
#pragma once

#ifndef NDEBUG
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <thread>
#endif

namespace coquest::inline v0::detail {

#ifdef NDEBUG

class entry_check {
public:
    class [[maybe_unused]] scope {
    public:
        explicit scope(entry_check& /*check*/) noexcept {}
    };
};

#else

class entry_check {
public:
    /// Marks the calling thread as the one that is inside, and ends the process if another thread
    /// is. Scopes may be nested. A scope must not span a suspension.
    class [[maybe_unused]] scope {
    public:
        explicit scope(entry_check& check) noexcept : check_(check)
        {
            const std::thread::id self = std::this_thread::get_id();
            is_outermost_ = check_.inside_.load(std::memory_order_relaxed) != self;
            std::thread::id nobody;
            if (is_outermost_ && !check_.inside_.compare_exchange_strong(nobody, self)) {
                std::fputs("coquest: two threads are inside one sender at the same time: build and "
                           "use it on a strand (asio::make_strand), or use sender_pool\n",
                           stderr);
                std::abort();
            }
        }
        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;
        ~scope()
        {
            if (is_outermost_) {
                check_.inside_.store(std::thread::id());
            }
        }

    private:
        entry_check& check_;
        bool is_outermost_;
    };

private:
    std::atomic<std::thread::id> inside_{};
};

#endif

} // namespace coquest::inline v0::detail
