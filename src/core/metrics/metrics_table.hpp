// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Every single number of a snapshot, once: what copies, adds and prints them goes by this table.
#pragma once

#include <coquest/observer.hpp>

#include <string_view>

namespace coquest::detail {

struct metric {
    metrics::field value;
    std::string_view name;
    std::string_view help;
    bool gauge = false; // goes up and down
};

inline constexpr metric metrics_table[] = {
    {&metrics_snapshot::rows_committed, "coquest_rows_committed_total",
     "Rows that entered a batch."},
    {&metrics_snapshot::rows_acknowledged, "coquest_rows_acknowledged_total",
     "Rows that the server has taken."},
    {&metrics_snapshot::rows_rejected, "coquest_rows_rejected_total",
     "Rows that left because the server refused them."},
    {&metrics_snapshot::rows_returned, "coquest_rows_returned_total",
     "Rows that the program took back unsent."},
    {&metrics_snapshot::rows_dropped, "coquest_rows_dropped_total",
     "Rows that went down with a sender."},
    {&metrics_snapshot::bytes_committed, "coquest_committed_bytes_total",
     "Bytes of the rows that entered a batch."},
    {&metrics_snapshot::bytes_acknowledged, "coquest_acknowledged_bytes_total",
     "Bytes of the rows that the server has taken."},
    {&metrics_snapshot::batches, "coquest_batches_total", "Batches sealed."},
    {&metrics_snapshot::flushes, "coquest_flushes_total", "Calls of flush and flush_and_keep."},
    {&metrics_snapshot::requests, "coquest_requests_total", "Attempts to send a batch."},
    {&metrics_snapshot::retries, "coquest_retries_total",
     "Attempts to send a batch, but the first of each."},
    {&metrics_snapshot::connections, "coquest_connections_total", "Connections opened."},
    {&metrics_snapshot::reconnects, "coquest_reconnects_total",
     "Connections opened in place of another."},
    {&metrics_snapshot::rows_queued, "coquest_queued_rows",
     "Rows in batches that wait or are in flight.", true},
    {&metrics_snapshot::bytes_queued, "coquest_queued_bytes",
     "Bytes in batches that wait or are in flight.", true},
    {&metrics_snapshot::batches_in_flight, "coquest_batches_in_flight",
     "Batches that are being sent.", true},
};

} // namespace coquest::detail
