// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/metrics.hpp>

#include "core/metrics/metrics_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace coquest::inline v0 {
namespace {

using namespace std::chrono_literals;

TEST(metrics, every_number_is_read_and_added)
{
    metrics one;
    std::uint64_t n = 0;
    for (const detail::metric& each : detail::metrics_table) {
        one.add(each.value, ++n);
        one.add(each.value, 100);
    }
    one.add_error(errc::tls_error);
    one.add_error(errc::server_flush_error, 503);
    one.add_latency(3ms);

    metrics_snapshot sum = one.snapshot();
    sum += one.snapshot();

    n = 0;
    for (const detail::metric& each : detail::metrics_table) {
        EXPECT_EQ(sum.*each.value, 2 * (++n + 100)) << each.name;
    }
    EXPECT_EQ(sum.errors_of(errc::tls_error), 2U);
    EXPECT_EQ(sum.errors_of(errc::server_flush_error), 2U);
    EXPECT_EQ(sum.errors_of(errc::timed_out), 0U);
    EXPECT_EQ(sum.http_errors[5], 2U);
    EXPECT_EQ(sum.latency.count(), 2U);
    EXPECT_EQ(sum.latency.total_ns, 6'000'000U);
}

TEST(metrics, the_table_has_every_number_once)
{
    constexpr std::size_t arrays = sizeof(metrics_snapshot::errors) +
                                   sizeof(metrics_snapshot::http_errors) +
                                   sizeof(latency_histogram);
    EXPECT_EQ(std::size(detail::metrics_table) * sizeof(std::uint64_t) + arrays,
              sizeof(metrics_snapshot));
    metrics_snapshot marked;
    for (const detail::metric& each : detail::metrics_table) {
        EXPECT_EQ((marked.*each.value)++, 0U) << each.name;
    }
}

TEST(metrics, gauges_take_the_last_value)
{
    metrics one;
    one.set(&metrics_snapshot::bytes_queued, 70);
    one.set(&metrics_snapshot::bytes_queued, 7);
    EXPECT_EQ(one.snapshot().bytes_queued, 7U);
}

TEST(metrics, errors_count_by_kind_and_status)
{
    metrics one;
    one.add_error(std::make_error_code(std::errc::not_enough_memory));
    one.add_error(std::make_error_code(std::errc::io_error));
    one.add_error(static_cast<errc>(1000));
    one.add_error(static_cast<errc>(-1));
    one.add_error(errc::cancelled);
    for (const int status : {101, 307, 400, 499, 500, 599, 600, 999, -5}) {
        one.add_error(errc::server_flush_error, status);
    }

    const metrics_snapshot now = one.snapshot();

    EXPECT_EQ(now.errors[0], 4U);
    EXPECT_EQ(now.errors_of(errc::cancelled), 1U);
    EXPECT_EQ(now.errors_of(errc::server_flush_error), 9U);
    EXPECT_EQ(now.errors_of(static_cast<errc>(1000)), 0U);
    EXPECT_EQ(now.http_errors, (std::array<std::uint64_t, 6>{4, 0, 0, 1, 2, 2}));
}

TEST(metrics, a_bound_belongs_to_its_bucket)
{
    constexpr auto& bounds = latency_histogram::bounds_us;
    ASSERT_TRUE(std::ranges::is_sorted(bounds));
    for (std::size_t i = 0; i < bounds.size(); ++i) {
        metrics one;
        one.add_latency(std::chrono::microseconds(bounds[i]));
        one.add_latency(std::chrono::microseconds(bounds[i]) + 1ns);
        const latency_histogram seen = one.snapshot().latency;
        EXPECT_EQ(seen.buckets[i], 1U) << bounds[i];
        EXPECT_EQ(seen.buckets[i + 1], 1U) << bounds[i];
    }
}

TEST(metrics, extreme_latencies_go_to_the_outer_buckets)
{
    metrics one;
    one.add_latency(0ns);
    one.add_latency(-5ns);
    one.add_latency(std::chrono::nanoseconds::max());

    const latency_histogram seen = one.snapshot().latency;

    EXPECT_EQ(seen.buckets.front(), 2U);
    EXPECT_EQ(seen.buckets.back(), 1U);
    EXPECT_EQ(seen.total_ns, static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

TEST(metrics, quantiles_lie_within_their_bucket)
{
    latency_histogram seen;
    EXPECT_EQ(seen.quantile(0.5), 0ns);
    seen.buckets[0] = 10; // to 50 us
    seen.buckets[4] = 80; // 500 us to 1 ms
    seen.buckets[7] = 10; // 5 ms to 10 ms
    EXPECT_EQ(seen.quantile(0), 0ns);
    EXPECT_EQ(seen.quantile(0.05), 25us);
    EXPECT_EQ(seen.quantile(0.1), 50us);
    EXPECT_EQ(seen.quantile(0.5), 750us);
    EXPECT_EQ(seen.quantile(0.9), 1ms);
    EXPECT_EQ(seen.quantile(0.95), 7500us);
    EXPECT_EQ(seen.quantile(1), 10ms);
    EXPECT_EQ(seen.quantile(7), 10ms);
    EXPECT_EQ(seen.quantile(-7), 0ns);
    seen.buckets.back() = 100;
    EXPECT_EQ(seen.quantile(0.99), 60s);
}

} // namespace
} // namespace coquest::inline v0
