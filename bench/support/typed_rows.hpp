// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows of a schema, which a buffer or a sender can append.
#pragma once

#include "support/workloads.hpp"

#include <coquest/row_schema.hpp>
#include <coquest/timestamp.hpp>

namespace coquest::bench::typed {

using namespace coquest::fields;

inline constexpr row_schema<"trades", symbol<"symbol">, symbol<"side">, f64<"price">, f64<"amount">>
    trades;
inline constexpr row_schema<
    "cpu", symbol<"hostname">, symbol<"region">, symbol<"datacenter">, symbol<"rack">, symbol<"os">,
    symbol<"arch">, symbol<"team">, symbol<"service">, symbol<"service_version">,
    symbol<"service_environment">, i64<"usage_user">, i64<"usage_system">, i64<"usage_idle">,
    i64<"usage_nice">, i64<"usage_iowait">, f64<"usage_irq">, f64<"usage_softirq">,
    f64<"usage_steal">, f64<"usage_guest">, f64<"usage_guest_nice">>
    cpu;
inline constexpr row_schema<"sensors", symbol<"sensor">, f64<"v0">, f64<"v1">, f64<"v2">, f64<"v3">,
                            f64<"v4">, f64<"v5">, f64<"v6">, f64<"v7">>
    sensors;
inline constexpr row_schema<"logs", str<"message">, str<"details">> logs;

inline auto row_of(const trade& row, timestamp_nanos time)
{
    return trades(row.symbol, row.side, row.price, row.amount).at(time);
}

inline auto row_of(const cpu_usage& row, timestamp_nanos time)
{
    const auto& [t, i, f] = row;
    return cpu(t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8], t[9], i[0], i[1], i[2], i[3],
               i[4], f[0], f[1], f[2], f[3], f[4])
        .at(time);
}

inline auto row_of(const sensor_reading& row, timestamp_nanos time)
{
    const auto& v = row.values;
    return sensors(row.sensor, v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]).at(time);
}

inline auto row_of(const log_entry& row, timestamp_nanos time)
{
    return logs(row.message, row.details).at(time);
}

} // namespace coquest::bench::typed
