// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/observer.hpp>

#include "core/metrics_table.hpp"
#include "core/printable.hpp"

#include <algorithm>
#include <atomic>
#include <numeric>

namespace coquest {
namespace {

using shared_number = std::atomic_ref<std::uint64_t>;
static_assert(alignof(metrics_snapshot) >= shared_number::required_alignment);

// Only one thread at a time writes: no read-modify-write operation is needed.
void increase(std::uint64_t& number, std::uint64_t n) noexcept
{
    const shared_number shared(number);
    shared.store(shared.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
}

// Calls function(to, from) for each number of two snapshots.
template <class From, class Function>
void for_each_number(metrics_snapshot& to, From& from, Function function)
{
    const auto for_each = [&](auto& into, auto& out_of) {
        for (std::size_t i = 0; i < into.size(); ++i) {
            function(into[i], out_of[i]);
        }
    };
    for (const detail::metric& one : detail::metrics_table) {
        function(to.*one.value, from.*one.value);
    }
    for_each(to.errors, from.errors);
    for_each(to.http_errors, from.http_errors);
    for_each(to.latency.buckets, from.latency.buckets);
    function(to.latency.total_ns, from.latency.total_ns);
}

std::string count_of(std::size_t n, std::string_view what)
{
    return std::to_string(n) + " " + std::string(what) + (n == 1 ? "" : "s");
}

std::string size_of(const event& what)
{
    return count_of(what.rows, "row") + ", " + count_of(what.bytes, "byte");
}

std::string milliseconds(std::chrono::nanoseconds time)
{
    const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
    std::string fraction = std::to_string(1000 + us % 1000);
    return std::to_string(us / 1000) + "." + fraction.substr(1) + " ms";
}

std::string text(const event& what)
{
    const std::string host(what.host);
    switch (what.kind) {
    case event_kind::connected:
        return (what.reconnect ? "connected again to " : "connected to ") + host;
    case event_kind::connection_lost: return "lost the connection to " + host;
    case event_kind::batch_sent:
        return "sent a batch (" + size_of(what) + ") in " + milliseconds(what.time);
    case event_kind::batch_retry:
        return "sending a batch (" + size_of(what) + ") again in " + milliseconds(what.time);
    case event_kind::batch_rejected: return "the server rejected a batch (" + size_of(what) + ")";
    case event_kind::stopped: return "stopped sending, and kept " + size_of(what);
    case event_kind::resumed: return "sending again, with " + size_of(what) + " to go";
    case event_kind::dropped_unsent: return "destroyed with " + size_of(what) + " unsent";
    case event_kind::closed:
        return what.rows == 0 ? "closed" : "closed with " + count_of(what.rows, "unsent row");
    case event_kind::certificate_expires:
        return std::string(what.certificate) + ", " + std::to_string(what.days_left) +
               " days from now";
    case event_kind::tls_reloaded: return "loaded the files of the TLS options again";
    case event_kind::tls_reload_failed:
        return "could not load the files of the TLS options again, and keeps the old";
    }
    return "unknown event";
}

} // namespace

std::uint64_t latency_histogram::count() const noexcept
{
    return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

std::chrono::nanoseconds latency_histogram::quantile(double q) const noexcept
{
    const double rank = std::clamp(q, 0.0, 1.0) * static_cast<double>(count());
    double below = 0; // batches in the buckets before
    double lower_us = 0;
    for (std::size_t i = 0; i < bounds_us.size(); ++i) {
        const auto here = static_cast<double>(buckets[i]);
        if (here > 0 && below + here >= rank) {
            const double us = lower_us + (bounds_us[i] - lower_us) * (rank - below) / here;
            return std::chrono::nanoseconds(static_cast<std::int64_t>(us * 1000));
        }
        below += here;
        lower_us = bounds_us[i];
    }
    return std::chrono::microseconds(buckets.back() == 0 ? 0 : bounds_us.back());
}

metrics_snapshot& metrics_snapshot::operator+=(const metrics_snapshot& other) noexcept
{
    for_each_number(*this, other, [](std::uint64_t& to, std::uint64_t from) { to += from; });
    return *this;
}

std::uint64_t metrics_snapshot::errors_of(errc code) const noexcept
{
    const auto index = static_cast<std::size_t>(code);
    return index < errors.size() ? errors[index] : 0;
}

metrics_snapshot metrics::snapshot() const noexcept
{
    metrics_snapshot now;
    for_each_number(now, values_, [](std::uint64_t& to, std::uint64_t& from) {
        to = shared_number(from).load(std::memory_order_relaxed);
    });
    return now;
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

std::string_view to_string(event_kind kind) noexcept
{
    switch (kind) {
    case event_kind::connected: return "connected";
    case event_kind::connection_lost: return "connection_lost";
    case event_kind::batch_sent: return "batch_sent";
    case event_kind::batch_retry: return "batch_retry";
    case event_kind::batch_rejected: return "batch_rejected";
    case event_kind::stopped: return "stopped";
    case event_kind::resumed: return "resumed";
    case event_kind::dropped_unsent: return "dropped_unsent";
    case event_kind::closed: return "closed";
    case event_kind::certificate_expires: return "certificate_expires";
    case event_kind::tls_reloaded: return "tls_reloaded";
    case event_kind::tls_reload_failed: return "tls_reload_failed";
    }
    return "unknown";
}

std::string describe(const event& what)
{
    constexpr std::size_t limit = 512;
    std::string line = text(what);
    if (what.failure != nullptr) {
        line += ": " + what.failure->message;
    }
    return detail::printable(line, limit);
}

void detail::notify(const event_hook& hook, const event& what) noexcept
{
    if (!hook) {
        return;
    }
    try {
        hook(what);
    } catch (...) { // NOLINT(bugprone-empty-catch): the rows do not depend on who watches
    }
}

} // namespace coquest
