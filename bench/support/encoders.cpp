// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/encoders.hpp"

#include <utility>

namespace coquest::bench {
namespace {

template <class Row>
encoder for_client(std::string_view client, std::vector<Row> pool, strings::names of)
{
    if (client == "literals") {
        return [pool = std::move(pool)](buffer& rows, std::size_t count) {
            literals::encode(rows, pool, count);
        };
    }
    if (client == "typed") {
        return [pool = std::move(pool)](buffer& rows, std::size_t count) {
            typed::encode(rows, pool, count);
        };
    }
    if (client == "columns") {
        return columns::make_encoder(pool, of);
    }
    if (client == "strings") {
        return [pool = std::move(pool), of = std::move(of)](buffer& rows, std::size_t count) {
            strings::encode(rows, pool, of, count);
        };
    }
    return {};
}

} // namespace

encoder make_encoder(std::string_view workload, std::string_view client)
{
    if (workload == "A") {
        return for_client(client, make_trades(), {"trades", {"symbol", "side", "price", "amount"}});
    }
    if (workload == "B") {
        return for_client(client, make_cpu_usage(),
                          {"cpu",
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
                            "usage_guest_nice"}});
    }
    if (workload == "C" || workload == "E") {
        return for_client(
            client, make_sensor_readings(workload == "C" ? random_finite_double : uniform_double),
            {"sensors", {"sensor", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7"}});
    }
    if (workload == "D") {
        return for_client(client, make_log_entries(), {"logs", {"message", "details"}});
    }
    return {};
}

} // namespace coquest::bench
