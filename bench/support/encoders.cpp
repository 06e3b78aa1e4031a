// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/encoders.hpp"

#include <utility>

namespace coquest::bench {

strings::names strings::names_of_trades()
{
    return {"trades", {"symbol", "side", "price", "amount"}};
}

strings::names strings::names_of_cpu_usage()
{
    return {"cpu",
            {"hostname",
             "region",
             "datacenter",
             "rack",
             "os",
             "arch",
             "team",
             "service",
             "service_version",
             "service_environment",
             "usage_user",
             "usage_system",
             "usage_idle",
             "usage_nice",
             "usage_iowait",
             "usage_irq",
             "usage_softirq",
             "usage_steal",
             "usage_guest",
             "usage_guest_nice"}};
}

strings::names strings::names_of_sensor_readings()
{
    return {"sensors", {"sensor", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"}};
}

strings::names strings::names_of_log_entries()
{
    return {"logs", {"message", "details"}};
}

namespace {

template <class Row>
encoder for_client(std::string_view client, std::vector<Row> pool, strings::names row_names)
{
    if (client == "literals") {
        return [pool = std::move(pool)](buffer& rows, row_range range) {
            literals::encode(rows, pool, range);
        };
    }
    if (client == "typed") {
        return [pool = std::move(pool)](buffer& rows, row_range range) {
            typed::encode(rows, pool, range);
        };
    }
    if (client == "columns") {
        return [source = columns::make_source(pool, row_names), table = row_names.table,
                slice = columns::slice()](buffer& rows, row_range range) mutable {
            for (; range.first < range.end; range.first += slice.times.size()) {
                source(range, slice);
                rows.append_columns(table, slice.columns, slice.times);
            }
        };
    }
    return [pool = std::move(pool), row_names = std::move(row_names)](
               buffer& rows, row_range range) { strings::encode(rows, pool, row_names, range); };
}

} // namespace

encoder make_encoder(std::string_view workload, std::string_view client, std::size_t rows)
{
    return with_workload(workload, rows, [client](auto pool, strings::names row_names) {
        return for_client(client, std::move(pool), std::move(row_names));
    });
}

} // namespace coquest::bench
