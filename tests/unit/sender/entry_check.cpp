// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/entry_check.hpp"

#include "support/sanitizers.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#ifndef NDEBUG

namespace {

using coquest::detail::entry_check;

void enter(entry_check& check)
{
    const entry_check::scope outer(check);
    const entry_check::scope inner(check);
}

TEST(entry_check, lets_threads_in_one_after_the_other)
{
    entry_check check;
    enter(check);
    std::thread(enter, std::ref(check)).join();
    enter(check);
}

#if !COQUEST_THREAD_SANITIZER // it does not work well with processes that fork
TEST(entry_check_death_test, two_threads_at_the_same_time_end_the_process)
{
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto meet = [] {
        entry_check check;
        const entry_check::scope here(check);
        std::thread(enter, std::ref(check)).join();
    };
    EXPECT_DEATH(meet(), "two threads are inside one sender at the same time: build and use it on "
                         "a strand");
}
#endif

} // namespace

#endif
