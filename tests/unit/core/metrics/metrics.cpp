// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/observer.hpp>

#include "core/metrics_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace coquest {
namespace {

using namespace std::chrono_literals;

TEST(observer, every_number_is_read_and_added)
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

TEST(observer, the_table_has_every_number_once)
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

TEST(observer, gauges_take_the_last_value)
{
    metrics one;
    one.set(&metrics_snapshot::bytes_queued, 70);
    one.set(&metrics_snapshot::bytes_queued, 7);
    EXPECT_EQ(one.snapshot().bytes_queued, 7U);
}

TEST(observer, errors_count_by_kind_and_status)
{
    metrics one;
    one.add_error(std::make_error_code(std::errc::not_enough_memory));
    one.add_error(tls_failure::expired);
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

TEST(observer, a_bound_belongs_to_its_bucket)
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

TEST(observer, extreme_latencies_go_to_the_outer_buckets)
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

TEST(observer, quantiles_lie_within_their_bucket)
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

TEST(observer, events_are_described_in_a_line)
{
    diagnostics failure;
    failure.message = "connection refused";
    event what;
    what.host = "localhost:9000";
    what.rows = 1;
    what.bytes = 20;
    what.time = 1'234'567ns;
    const auto text = [&what](event_kind kind, const diagnostics* why = nullptr) {
        what.kind = kind;
        what.failure = why;
        return describe(what);
    };
    EXPECT_EQ(text(event_kind::connected), "connected to localhost:9000");
    EXPECT_EQ(text(event_kind::connection_lost, &failure),
              "lost the connection to localhost:9000: connection refused");
    EXPECT_EQ(text(event_kind::batch_sent), "sent a batch (1 row, 20 bytes) in 1.234 ms");
    EXPECT_EQ(text(event_kind::batch_rejected, &failure),
              "the server rejected a batch (1 row, 20 bytes): connection refused");
    EXPECT_EQ(text(event_kind::dropped_unsent), "destroyed with 1 row, 20 bytes unsent");
    EXPECT_EQ(text(event_kind::closed), "closed with 1 unsent row");
    what.rows = 0;
    what.bytes = 1;
    what.time = 40ms;
    what.reconnect = true;
    EXPECT_EQ(text(event_kind::connected), "connected again to localhost:9000");
    EXPECT_EQ(text(event_kind::batch_retry, &failure),
              "sending a batch (0 rows, 1 byte) again in 40.000 ms: connection refused");
    EXPECT_EQ(text(event_kind::stopped, &failure),
              "stopped sending, and kept 0 rows, 1 byte: connection refused");
    EXPECT_EQ(text(event_kind::resumed), "sending again, with 0 rows, 1 byte to go");
    EXPECT_EQ(text(event_kind::closed), "closed");
    what.certificate = "the certificate of localhost ends on Sunday";
    what.days_left = 3;
    EXPECT_EQ(text(event_kind::certificate_expires),
              "the certificate of localhost ends on Sunday, 3 days from now");
    EXPECT_EQ(text(event_kind::tls_reloaded), "loaded the files of the TLS options again");
    EXPECT_EQ(text(event_kind::tls_reload_failed, &failure),
              "could not load the files of the TLS options again, and keeps the old: "
              "connection refused");
}

TEST(observer, a_description_is_short_and_printable)
{
    diagnostics failure;
    failure.message = "bad\r\n\x1b[31m\xff" + std::string(5000, 'x');
    event what;
    what.kind = event_kind::stopped;
    what.failure = &failure;

    const std::string line = describe(what);

    EXPECT_EQ(line.size(), 512U);
    EXPECT_TRUE(line.ends_with("xxx...")) << line;
    EXPECT_EQ(line.find("stopped sending, and kept 0 rows, 0 bytes: bad [31m\xef\xbf\xbdxxx"), 0U);
}

TEST(observer, kinds_of_events_have_names)
{
    EXPECT_EQ(to_string(event_kind::connected), "connected");
    EXPECT_EQ(to_string(event_kind::connection_lost), "connection_lost");
    EXPECT_EQ(to_string(event_kind::batch_sent), "batch_sent");
    EXPECT_EQ(to_string(event_kind::batch_retry), "batch_retry");
    EXPECT_EQ(to_string(event_kind::batch_rejected), "batch_rejected");
    EXPECT_EQ(to_string(event_kind::stopped), "stopped");
    EXPECT_EQ(to_string(event_kind::resumed), "resumed");
    EXPECT_EQ(to_string(event_kind::dropped_unsent), "dropped_unsent");
    EXPECT_EQ(to_string(event_kind::closed), "closed");
    EXPECT_EQ(to_string(event_kind::certificate_expires), "certificate_expires");
    EXPECT_EQ(to_string(event_kind::tls_reloaded), "tls_reloaded");
    EXPECT_EQ(to_string(event_kind::tls_reload_failed), "tls_reload_failed");
    EXPECT_EQ(to_string(static_cast<event_kind>(99)), "unknown");
}

TEST(observer, what_a_hook_throws_is_ignored)
{
    int calls = 0;
    const event_hook hook = [&calls](const event& what) {
        ++calls;
        EXPECT_EQ(what.kind, event_kind::closed);
        throw std::runtime_error("not the sender's business");
    };
    event what;
    what.kind = event_kind::closed;

    detail::notify(hook, what);
    detail::notify(event_hook(), what);

    EXPECT_EQ(calls, 1);
}

} // namespace
} // namespace coquest
