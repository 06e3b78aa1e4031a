// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The fields of a row, with literal names, for a buffer and for a sender: table_of(rows, row)
// begins the row, and fields(...) adds everything except its timestamp.
#pragma once

#include "support/workloads.hpp"

namespace coquest::bench {

template <class Rows>
decltype(auto) table_of(Rows& rows, const trade& /*row*/)
{
    return rows.table("trades");
}

template <class Row>
[[gnu::always_inline]] inline auto& fields(Row&& target, const trade& row)
{
    return target.symbol("symbol", row.symbol)
        .symbol("side", row.side)
        .column_f64("price", row.price)
        .column_f64("amount", row.amount);
}

template <class Rows>
decltype(auto) table_of(Rows& rows, const cpu_usage& /*row*/)
{
    return rows.table("cpu");
}

template <class Row>
[[gnu::always_inline]] inline auto& fields(Row&& target, const cpu_usage& row)
{
    return target.symbol("hostname", row.tags[0])
        .symbol("region", row.tags[1])
        .symbol("datacenter", row.tags[2])
        .symbol("rack", row.tags[3])
        .symbol("os", row.tags[4])
        .symbol("arch", row.tags[5])
        .symbol("team", row.tags[6])
        .symbol("service", row.tags[7])
        .symbol("service_version", row.tags[8])
        .symbol("service_environment", row.tags[9])
        .column_i64("usage_user", row.integers[0])
        .column_i64("usage_system", row.integers[1])
        .column_i64("usage_idle", row.integers[2])
        .column_i64("usage_nice", row.integers[3])
        .column_i64("usage_iowait", row.integers[4])
        .column_f64("usage_irq", row.decimals[0])
        .column_f64("usage_softirq", row.decimals[1])
        .column_f64("usage_steal", row.decimals[2])
        .column_f64("usage_guest", row.decimals[3])
        .column_f64("usage_guest_nice", row.decimals[4]);
}

template <class Rows>
decltype(auto) table_of(Rows& rows, const sensor_reading& /*row*/)
{
    return rows.table("sensors");
}

template <class Row>
[[gnu::always_inline]] inline auto& fields(Row&& target, const sensor_reading& row)
{
    return target.symbol("sensor", row.sensor)
        .column_f64("v0", row.values[0])
        .column_f64("v1", row.values[1])
        .column_f64("v2", row.values[2])
        .column_f64("v3", row.values[3])
        .column_f64("v4", row.values[4])
        .column_f64("v5", row.values[5])
        .column_f64("v6", row.values[6])
        .column_f64("v7", row.values[7]);
}

template <class Rows>
decltype(auto) table_of(Rows& rows, const log_entry& /*row*/)
{
    return rows.table("logs");
}

template <class Row>
[[gnu::always_inline]] inline auto& fields(Row&& target, const log_entry& row)
{
    return target.column_str("message", row.message).column_str("details", row.details);
}

} // namespace coquest::bench
