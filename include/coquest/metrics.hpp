// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a service wants to see of a sender: counters that any thread may read, text for Prometheus,
// and a hook for what happens. Nothing here logs, and nothing holds a secret.
#pragma once

#include <coquest/error.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace coquest {

/// Counts how long batches took, from the first attempt to the acknowledgement: pauses and
/// attempts that failed are in it.
struct latency_histogram {
    /// Upper bounds of the buckets in microseconds, inclusive.
    static constexpr std::array<std::uint32_t, 19> bounds_us{
        50,        100,       200,        500,        1'000,     2'000,   5'000,
        10'000,    20'000,    50'000,     100'000,    200'000,   500'000, 1'000'000,
        2'000'000, 5'000'000, 10'000'000, 20'000'000, 60'000'000};

    std::array<std::uint64_t, bounds_us.size() + 1> buckets{}; ///< the last: above every bound
    std::uint64_t total_ns = 0;                                ///< sum of all, in nanoseconds

    /// Returns the number of batches.
    [[nodiscard]] std::uint64_t count() const noexcept;
    /// Estimates the time within which a share @p q (0 to 1) of the batches was acknowledged, on
    /// the assumption that a bucket is filled evenly. 0 without batches; at most the last bound.
    [[nodiscard]] std::chrono::nanoseconds quantile(double q) const noexcept;
};

/// Holds the counters of one sender, or of several that were added up.
///
/// Rows and bytes count when their batch is sealed; the rows of the open batch are in none of these
/// numbers. What was committed is acknowledged, rejected, returned, dropped or queued. Rows that a
/// lost TCP connection leaves in doubt are committed once more when they go back to the queue.
struct alignas(8) metrics_snapshot {
    std::uint64_t rows_committed = 0;    ///< rows that entered a batch
    std::uint64_t rows_acknowledged = 0; ///< rows that the server (TCP: the system) has taken
    std::uint64_t rows_rejected = 0;     ///< rows that left because the server refused them
    std::uint64_t rows_returned = 0;     ///< rows that the program took back unsent
    std::uint64_t rows_dropped = 0;      ///< rows that went down with a sender
    std::uint64_t bytes_committed = 0;
    std::uint64_t bytes_acknowledged = 0;
    std::uint64_t batches = 0;     ///< batches sealed
    std::uint64_t flushes = 0;     ///< calls of flush and flush_and_keep
    std::uint64_t requests = 0;    ///< attempts to send a batch
    std::uint64_t retries = 0;     ///< attempts but the first of each batch
    std::uint64_t connections = 0; ///< connections opened
    std::uint64_t reconnects = 0;  ///< those of them that replaced one

    std::uint64_t rows_queued = 0;       ///< now: sealed, and waiting or in flight
    std::uint64_t bytes_queued = 0;      ///< now
    std::uint64_t batches_in_flight = 0; ///< now

    /// Failed attempts, those that a retry healed included, and calls that the sender itself
    /// refused or ended: would_block, timed_out, closed, what stopped it. At [n]: the errc of value
    /// n; at [0]: codes of other categories.
    std::array<std::uint64_t, static_cast<std::size_t>(errc::cancelled) + 1> errors{};
    /// Answers that were errors, by the first digit of their status; at [0]: none of 3, 4, 5.
    std::array<std::uint64_t, 6> http_errors{};

    latency_histogram latency;

    /// Adds another sender's numbers, those of the present too.
    metrics_snapshot& operator+=(const metrics_snapshot& other) noexcept;
    /// Returns the count of errors of kind @p code.
    [[nodiscard]] std::uint64_t errors_of(errc code) const noexcept;
};

/// Counts what one sender does. A sender writes on its own strand, so that no operation has to lock
/// the bus; any thread may read. Several senders, as those of a pool, have one object each, whose
/// snapshots are added up.
class metrics {
public:
    /// Names a number of the snapshot.
    using field = std::uint64_t metrics_snapshot::*;

    metrics() noexcept = default;
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    /// Returns the numbers of now. Each is exact, but they are read one after another: what happens
    /// meanwhile may be in one and not yet in the next. Thread-safe.
    [[nodiscard]] metrics_snapshot snapshot() const noexcept;

    /// Adds to a counter. As all that follow: for the sender.
    void add(field counter, std::uint64_t n = 1) noexcept;
    /// Sets a number that goes up and down.
    void set(field gauge, std::uint64_t value) noexcept;
    /// Counts an error by its kind and, where the server answered, its status.
    void add_error(std::error_code code, int http_status = 0) noexcept;
    /// Counts a batch that was acknowledged @p taken after its first attempt.
    void add_latency(std::chrono::nanoseconds taken) noexcept;

private:
    mutable metrics_snapshot values_; // only by std::atomic_ref
};

/// Names and values of labels, such as `{{"sender", "trades"}}`.
using metric_labels = std::vector<std::pair<std::string, std::string>>;

/// Numbers with the labels that tell them from others.
struct metrics_sample {
    metrics_snapshot values;
    metric_labels labels;
};

/// Returns @p values in Prometheus' text format, to be served as
/// `text/plain; version=0.0.4; charset=utf-8`.
///
/// Errors: errc::invalid_name for a label name that is none (letters, digits and underscores), is
/// there twice or is used by coquest itself (`le`, `kind`, `status`); errc::invalid_utf8 for a
/// label value that is not UTF-8.
[[nodiscard]] std::string to_prometheus(const metrics_snapshot& values,
                                        const metric_labels& labels = {});
/// Returns several senders' numbers in one text: the format wants the samples of a metric together,
/// so that texts can't be joined. Labels have to differ. Otherwise as above.
[[nodiscard]] std::string to_prometheus(std::span<const metrics_sample> samples);

/// Names what a sender reports.
enum class event_kind {
    connected,       ///< a connection is ready for rows: host, reconnect
    connection_lost, ///< it ended other than by close: host, failure
    batch_sent,      ///< a batch is acknowledged (TCP: taken by the system): rows, bytes, time
    batch_retry,     ///< an attempt failed: rows, bytes, failure; the next comes after time
    batch_rejected,  ///< the server refused a batch: rows, bytes, failure
    stopped,         ///< the write loop stopped and keeps its rows: rows, bytes, failure
    resumed,         ///< it starts again: rows, bytes
    dropped_unsent,  ///< the sender was destroyed with these rows: rows, bytes
    closed,          ///< close has ended; rows is what was not sent, failure says why
    /// A certificate of the server, the client or tls_roots ends within 14 days, or has ended:
    /// certificate, days_left; once, and again when days_left has changed.
    certificate_expires,
    tls_reloaded,      ///< the files of the TLS options were loaded again
    tls_reload_failed, ///< they could not be: failure; what was loaded before stays in use
};

/// Returns the name of @p kind as it stands in the source.
[[nodiscard]] std::string_view to_string(event_kind kind) noexcept;

/// Tells what happened; which members are set is said at the kind. What it refers to lives for the
/// time of the call.
struct event {
    event_kind kind = event_kind::connected;
    std::string_view host;                ///< the peer as host:port
    bool reconnect = false;               ///< whether a connection was there before
    std::size_t rows = 0;                 ///< of the batch, or of all that wait
    std::size_t bytes = 0;                ///< likewise
    std::chrono::nanoseconds time{0};     ///< what it took, or how long the pause is
    const diagnostics* failure = nullptr; ///< what went wrong; null where nothing did
    std::string_view certificate;         ///< which it is, and when it ends
    int days_left = 0;                    ///< until then, rounded down; negative where it has ended
};

/// Is told what happens, on the sender's strand (dropped_unsent: by the thread that destroys the
/// sender). It should be quick, since the write loop waits for it. It must not call the sender, but
/// may read its metrics. What it throws is ignored.
using event_hook = std::function<void(const event&)>;

/// Says @p what in one printable line of at most 512 bytes, for a log.
[[nodiscard]] std::string describe(const event& what);

namespace detail {
/// Calls @p hook where there is one, and ignores what it throws.
void notify(const event_hook& hook, const event& what) noexcept;
} // namespace detail

} // namespace coquest
