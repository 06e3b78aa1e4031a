// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/metrics.hpp>

#include "core/metrics/metrics_table.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>

namespace coquest::inline v0 {
namespace {

using shared_number = std::atomic_ref<std::uint64_t>;
static_assert(alignof(metrics_snapshot) >= shared_number::required_alignment);

// Only one thread writes at a time, so no read-modify-write operation is needed.
void increase(std::uint64_t& number, std::uint64_t n) noexcept
{
    const shared_number shared(number);
    shared.store(shared.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

// Calls function(target, source) for each number of two snapshots.
template <class Source, class Function>
void for_each_number(metrics_snapshot& target, Source& source, Function function)
{
    const auto for_each = [&](auto& targets, auto& sources) {
        for (std::size_t i = 0; i < targets.size(); ++i) {
            function(targets[i], sources[i]);
        }
    };
    for (const detail::metric& metric : detail::metrics_table) {
        function(target.*metric.value, source.*metric.value);
    }
    for_each(target.errors, source.errors);
    for_each(target.http_errors, source.http_errors);
    for_each(target.latency.buckets, source.latency.buckets);
    function(target.latency.total_ns, source.latency.total_ns);
}

} // namespace

std::uint64_t latency_histogram::count() const noexcept
{
    return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

std::chrono::nanoseconds latency_histogram::quantile(double q) const noexcept
{
    const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(count());
    double below = 0; // batches in the lower buckets
    double lower_us = 0;
    for (std::size_t i = 0; i < bounds_us.size(); ++i) {
        const auto in_bucket = static_cast<double>(buckets[i]);
        if (in_bucket > 0 && below + in_bucket >= rank) {
            const double us = lower_us + (bounds_us[i] - lower_us) * (rank - below) / in_bucket;
            return std::chrono::nanoseconds(static_cast<std::int64_t>(us * 1000));
        }
        below += in_bucket;
        lower_us = bounds_us[i];
    }
    return std::chrono::microseconds(buckets.back() == 0 ? 0 : bounds_us.back());
}

metrics_snapshot& metrics_snapshot::operator+=(const metrics_snapshot& other) noexcept
{
    for_each_number(*this, other, [](std::uint64_t& sum, std::uint64_t number) { sum += number; });
    return *this;
}

std::uint64_t metrics_snapshot::errors_of(errc code) const noexcept
{
    const auto index = static_cast<std::size_t>(code);
    return index < errors.size() ? errors[index] : 0;
}

metrics_snapshot metrics::snapshot() const noexcept
{
    metrics_snapshot copy;
    for_each_number(copy, values_, [](std::uint64_t& number, std::uint64_t& shared) {
        number = shared_number(shared).load(std::memory_order_relaxed);
    });
    return copy;
}

void metrics::add(field counter, std::uint64_t n) noexcept
{
    increase(values_.*counter, n);
}

void metrics::set(field gauge, std::uint64_t value) noexcept
{
    shared_number(values_.*gauge).store(value, std::memory_order_relaxed);
}

void metrics::add_error(std::error_code code, int http_status) noexcept
{
    const auto value = static_cast<std::size_t>(code.value());
    const bool known = code.category() == error_category() && value < values_.errors.size();
    increase(values_.errors[known ? value : 0], 1);
    if (http_status != 0) {
        const int digit = http_status / 100;
        increase(
            values_.http_errors[digit >= 3 && digit <= 5 ? static_cast<std::size_t>(digit) : 0], 1);
    }
}

void metrics::add_latency(std::chrono::nanoseconds taken) noexcept
{
    const auto ns = static_cast<std::uint64_t>(std::max<std::int64_t>(taken.count(), 0));
    const auto bound = std::lower_bound(
        latency_histogram::bounds_us.begin(), latency_histogram::bounds_us.end(), ns,
        [](std::uint64_t us, std::uint64_t value) { return us * 1000 < value; });
    increase(values_.latency
                 .buckets[static_cast<std::size_t>(bound - latency_histogram::bounds_us.begin())],
             1);
    increase(values_.latency.total_ns, ns);
}

} // namespace coquest::inline v0
