// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The page that unit/core/metrics/prometheus.cpp expects.
#pragma once

#include <string_view>

namespace coquest::inline v0 {

inline constexpr std::string_view page_of_numbers =
    R"page(# HELP coquest_rows_committed_total Rows that entered a batch.
# TYPE coquest_rows_committed_total counter
coquest_rows_committed_total{sender="a"} 1
# HELP coquest_rows_acknowledged_total Rows that the server acknowledged.
# TYPE coquest_rows_acknowledged_total counter
coquest_rows_acknowledged_total{sender="a"} 2
# HELP coquest_rows_rejected_total Rows that were removed because the server rejected them.
# TYPE coquest_rows_rejected_total counter
coquest_rows_rejected_total{sender="a"} 3
# HELP coquest_rows_returned_total Unacknowledged rows that the program took back.
# TYPE coquest_rows_returned_total counter
coquest_rows_returned_total{sender="a"} 4
# HELP coquest_rows_dropped_total Unacknowledged rows that were dropped with their sender.
# TYPE coquest_rows_dropped_total counter
coquest_rows_dropped_total{sender="a"} 5
# HELP coquest_committed_bytes_total Bytes of the rows that entered a batch.
# TYPE coquest_committed_bytes_total counter
coquest_committed_bytes_total{sender="a"} 6
# HELP coquest_acknowledged_bytes_total Bytes of the rows that the server acknowledged.
# TYPE coquest_acknowledged_bytes_total counter
coquest_acknowledged_bytes_total{sender="a"} 7
# HELP coquest_batches_total Batches sealed.
# TYPE coquest_batches_total counter
coquest_batches_total{sender="a"} 8
# HELP coquest_flushes_total Calls of flush and flush_and_keep.
# TYPE coquest_flushes_total counter
coquest_flushes_total{sender="a"} 9
# HELP coquest_requests_total Attempts to send a batch.
# TYPE coquest_requests_total counter
coquest_requests_total{sender="a"} 10
# HELP coquest_retries_total Attempts to send a batch after its first one.
# TYPE coquest_retries_total counter
coquest_retries_total{sender="a"} 11
# HELP coquest_connections_total Connections opened.
# TYPE coquest_connections_total counter
coquest_connections_total{sender="a"} 12
# HELP coquest_reconnects_total Connections opened to replace another one.
# TYPE coquest_reconnects_total counter
coquest_reconnects_total{sender="a"} 13
# HELP coquest_queued_rows Rows in batches that are pending or in flight.
# TYPE coquest_queued_rows gauge
coquest_queued_rows{sender="a"} 14
# HELP coquest_queued_bytes Bytes in batches that are pending or in flight.
# TYPE coquest_queued_bytes gauge
coquest_queued_bytes{sender="a"} 15
# HELP coquest_batches_in_flight Batches in flight.
# TYPE coquest_batches_in_flight gauge
coquest_batches_in_flight{sender="a"} 16
# HELP coquest_errors_total Attempts and calls that failed, by kind.
# TYPE coquest_errors_total counter
coquest_errors_total{sender="a",kind="other"} 1
coquest_errors_total{sender="a",kind="could_not_resolve_addr"} 0
coquest_errors_total{sender="a",kind="invalid_api_call"} 0
coquest_errors_total{sender="a",kind="socket_error"} 1
coquest_errors_total{sender="a",kind="invalid_utf8"} 0
coquest_errors_total{sender="a",kind="invalid_name"} 0
coquest_errors_total{sender="a",kind="invalid_timestamp"} 0
coquest_errors_total{sender="a",kind="auth_error"} 0
coquest_errors_total{sender="a",kind="tls_error"} 0
coquest_errors_total{sender="a",kind="http_not_supported"} 0
coquest_errors_total{sender="a",kind="server_flush_error"} 3
coquest_errors_total{sender="a",kind="config_error"} 0
coquest_errors_total{sender="a",kind="array_error"} 0
coquest_errors_total{sender="a",kind="protocol_version_error"} 0
coquest_errors_total{sender="a",kind="invalid_decimal"} 0
coquest_errors_total{sender="a",kind="timed_out"} 0
coquest_errors_total{sender="a",kind="would_block"} 0
coquest_errors_total{sender="a",kind="closed"} 0
coquest_errors_total{sender="a",kind="cancelled"} 0
# HELP coquest_http_errors_total HTTP responses that were errors, by status.
# TYPE coquest_http_errors_total counter
coquest_http_errors_total{sender="a",status="other"} 1
coquest_http_errors_total{sender="a",status="3xx"} 0
coquest_http_errors_total{sender="a",status="4xx"} 1
coquest_http_errors_total{sender="a",status="5xx"} 1
# HELP coquest_batch_latency_seconds Time from the first attempt to send a batch to its acknowledgement.
# TYPE coquest_batch_latency_seconds histogram
coquest_batch_latency_seconds_bucket{sender="a",le="0.00005"} 1
coquest_batch_latency_seconds_bucket{sender="a",le="0.0001"} 1
coquest_batch_latency_seconds_bucket{sender="a",le="0.0002"} 1
coquest_batch_latency_seconds_bucket{sender="a",le="0.0005"} 1
coquest_batch_latency_seconds_bucket{sender="a",le="0.001"} 1
coquest_batch_latency_seconds_bucket{sender="a",le="0.002"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="0.005"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="0.01"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="0.02"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="0.05"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="0.1"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="0.2"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="0.5"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="1"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="2"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="5"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="10"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="20"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="60"} 3
coquest_batch_latency_seconds_bucket{sender="a",le="+Inf"} 4
coquest_batch_latency_seconds_sum{sender="a"} 61.003051
coquest_batch_latency_seconds_count{sender="a"} 4
)page";

} // namespace coquest::inline v0
