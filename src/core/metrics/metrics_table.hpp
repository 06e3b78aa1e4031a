// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// All single numbers of a snapshot. The code that copies, adds and prints them uses this table.
#pragma once

#include <coquest/metrics.hpp>

#include <string_view>

namespace coquest::inline v0::detail {

struct metric {
    metrics::field value;
    std::string_view name;
    std::string_view help;
    bool gauge = false; // may decrease
};

inline constexpr metric metrics_table[] = {
    {&metrics_snapshot::rows_committed, "coquest_rows_committed_total",
     "Rows that entered a batch."},
    {&metrics_snapshot::rows_acknowledged, "coquest_rows_acknowledged_total",
     "Rows that the server acknowledged."},
    {&metrics_snapshot::rows_rejected, "coquest_rows_rejected_total",
     "Rows that were removed because the server rejected them."},
    {&metrics_snapshot::rows_returned, "coquest_rows_returned_total",
     "Unacknowledged rows that the program took back."},
    {&metrics_snapshot::rows_dropped, "coquest_rows_dropped_total",
     "Unacknowledged rows that were dropped with their sender."},
    {&metrics_snapshot::bytes_committed, "coquest_committed_bytes_total",
     "Bytes of the rows that entered a batch."},
    {&metrics_snapshot::bytes_acknowledged, "coquest_acknowledged_bytes_total",
     "Bytes of the rows that the server acknowledged."},
    {&metrics_snapshot::batches, "coquest_batches_total", "Batches sealed."},
    {&metrics_snapshot::flushes, "coquest_flushes_total", "Calls of flush and flush_and_keep."},
    {&metrics_snapshot::requests, "coquest_requests_total", "Attempts to send a batch."},
    {&metrics_snapshot::retries, "coquest_retries_total",
     "Attempts to send a batch after its first one."},
    {&metrics_snapshot::connections, "coquest_connections_total", "Connections opened."},
    {&metrics_snapshot::reconnects, "coquest_reconnects_total",
     "Connections opened to replace another one."},
    {&metrics_snapshot::rows_queued, "coquest_queued_rows",
     "Rows in batches that are pending or in flight.", true},
    {&metrics_snapshot::bytes_queued, "coquest_queued_bytes",
     "Bytes in batches that are pending or in flight.", true},
    {&metrics_snapshot::batches_in_flight, "coquest_batches_in_flight", "Batches in flight.", true},
};

} // namespace coquest::inline v0::detail
