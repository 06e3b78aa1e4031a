// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The counters of a sender, which any thread may read.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/error.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <system_error>

namespace coquest::inline v0 {

/// Counts batches by the time from their first attempt to their acknowledgement. That time includes
/// failed attempts and the pauses between attempts.
struct latency_histogram {
    /// The upper bounds of the buckets in microseconds, inclusive.
    static constexpr std::array<std::uint32_t, 19> bounds_us{
        50,        100,       200,        500,        1'000,     2'000,   5'000,
        10'000,    20'000,    50'000,     100'000,    200'000,   500'000, 1'000'000,
        2'000'000, 5'000'000, 10'000'000, 20'000'000, 60'000'000};

    /// The number of batches in each bucket. The last bucket holds those above every bound.
    std::array<std::uint64_t, bounds_us.size() + 1> buckets{};
    std::uint64_t total_ns = 0; ///< sum of all times, in nanoseconds

    /// Returns the number of batches.
    [[nodiscard]] std::uint64_t count() const noexcept;
    /// Estimates the time within which the share @p q (0 to 1) of the batches was acknowledged. The
    /// estimate assumes that times are spread evenly in a bucket. It is 0 without batches, and at
    /// most the last bound. A @p q outside 0 to 1 counts as the nearer of the two.
    [[nodiscard]] std::chrono::nanoseconds quantile(double q) const noexcept;
};

/// Holds the counters of one sender, or the sums of several.
///
/// Rows and bytes count when their batch is sealed; the rows of the batch that is being filled are
/// in none of these numbers. Each committed row is acknowledged, rejected, returned, dropped or
/// queued. Unconfirmed rows of a lost TCP connection count as committed a second time when they
/// return to the queue.
struct alignas(8) metrics_snapshot {
    std::uint64_t rows_committed = 0;     ///< rows of sealed batches
    std::uint64_t rows_acknowledged = 0;  ///< rows that the server (TCP: the system) has accepted
    std::uint64_t rows_rejected = 0;      ///< rejected rows that left the sender
    std::uint64_t rows_returned = 0;      ///< unacknowledged rows that were handed back
    std::uint64_t rows_dropped = 0;       ///< unacknowledged rows of destroyed senders
    std::uint64_t bytes_committed = 0;    ///< bytes of sealed batches
    std::uint64_t bytes_acknowledged = 0; ///< bytes of rows_acknowledged
    std::uint64_t batches = 0;            ///< sealed batches
    std::uint64_t flushes = 0;            ///< calls of flush and flush_and_keep
    std::uint64_t requests = 0;           ///< attempts to send a batch
    std::uint64_t retries = 0;            ///< attempts after the first attempt of a batch
    std::uint64_t connections = 0;        ///< connections that were opened
    std::uint64_t reconnects = 0;         ///< connections that replaced an earlier one

    std::uint64_t rows_queued = 0;       ///< rows of batches that are not acknowledged; a gauge
    std::uint64_t bytes_queued = 0;      ///< bytes of these batches; a gauge
    std::uint64_t batches_in_flight = 0; ///< batches that are being sent; a gauge

    /// Failed attempts, also those that a retry made good, and calls that the sender itself failed
    /// (such as errc::would_block, errc::timed_out and errc::closed). The index is the value of the
    /// errc; index 0 counts codes of other categories. See errors_of().
    std::array<std::uint64_t, static_cast<std::size_t>(errc::cancelled) + 1> errors{};
    /// HTTP answers that were errors, by the first digit of their status. Index 0 counts statuses
    /// that begin with none of 3, 4 and 5.
    std::array<std::uint64_t, 6> http_errors{};

    latency_histogram latency; ///< times of the acknowledged batches

    /// Adds the numbers of another sender, gauges included.
    metrics_snapshot& operator+=(const metrics_snapshot& other) noexcept;
    /// Returns the number of errors with @p code; 0 if @p code is no enumerator of errc.
    [[nodiscard]] std::uint64_t errors_of(errc code) const noexcept;
};

/// Counts what one sender does; see sender::metrics(). Each sender of a pool has an object of its
/// own; sender_pool::metrics() adds them up.
///
/// Threads: only the sender writes, on its strand, so that no write needs a locked instruction. Any
/// thread may call snapshot().
class metrics {
public:
    /// Names a number of the snapshot.
    using field = std::uint64_t metrics_snapshot::*;

    /// Makes counters that are all 0.
    metrics() noexcept = default;
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    /// Returns the current numbers. Each number is exact, but they are read one after the other: an
    /// event in the meantime may be in one of them and missing in another. Threads: any.
    [[nodiscard]] metrics_snapshot snapshot() const noexcept;

    /// Adds @p n to a counter. Only the sender calls this function and those that follow.
    void add(field counter, std::uint64_t n = 1) noexcept;
    /// Sets a gauge. Only the sender calls it.
    void set(field gauge, std::uint64_t value) noexcept;
    /// Counts an error by its code and, unless @p http_status is 0, by its status. Only the sender
    /// calls it.
    void add_error(std::error_code code, int http_status = 0) noexcept;
    /// Counts a batch that was acknowledged @p taken after its first attempt. Only the sender calls
    /// it.
    void add_latency(std::chrono::nanoseconds taken) noexcept;

private:
    mutable metrics_snapshot values_; // accessed by std::atomic_ref only
};

} // namespace coquest::inline v0
