// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The observer beside threads, where ThreadSanitizer sees it.

#include <coquest/observer.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace {

using namespace coquest;
using namespace std::chrono_literals;

TEST(observer, one_thread_counts_while_another_reads)
{
    constexpr std::uint64_t batches = 20'000;
    metrics shared;
    std::atomic<bool> reading = false;
    std::thread writer([&] {
        while (!reading) {
            std::this_thread::yield();
        }
        for (std::uint64_t i = 0; i < batches; ++i) {
            shared.add(&metrics_snapshot::rows_committed, 3);
            shared.set(&metrics_snapshot::rows_queued, 3);
            shared.add_latency(1ms);
            shared.add_error(errc::timed_out, 504);
            shared.set(&metrics_snapshot::rows_queued, 0);
        }
    });
    metrics_snapshot before;
    while (before.latency.count() < batches) {
        const metrics_snapshot now = shared.snapshot();
        reading = true;
        EXPECT_GE(now.rows_committed, before.rows_committed);
        EXPECT_GE(now.latency.count(), before.latency.count());
        EXPECT_EQ(now.rows_committed % 3, 0U);
        EXPECT_EQ(now.rows_queued % 3, 0U);
        before = now;
    }
    writer.join();
    EXPECT_EQ(shared.snapshot().rows_committed, 3 * batches);
    EXPECT_EQ(shared.snapshot().errors_of(errc::timed_out), batches);
}

} // namespace
