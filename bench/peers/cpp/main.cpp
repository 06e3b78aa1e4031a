// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The same program as bench/throughput/main.cpp, with QuestDB's client for C++.

#include "support/workloads.hpp"

#include <questdb/ingress/line_sender.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>

namespace {

using namespace questdb::ingress::literals;
using namespace coquest::bench;
using questdb::ingress::column_name_view;
using questdb::ingress::line_sender;
using questdb::ingress::line_sender_buffer;
using questdb::ingress::utf8_view;

// The names are checked once, as in the client's examples.
void add(line_sender_buffer& rows, const trade& row)
{
    static const auto table = "trades"_tn;
    static const std::array<column_name_view, 4> names = {"symbol"_cn, "side"_cn, "price"_cn,
                                                          "amount"_cn};
    rows.table(table)
        .symbol(names[0], row.symbol)
        .symbol(names[1], row.side)
        .column(names[2], row.price)
        .column(names[3], row.amount);
}

void add(line_sender_buffer& rows, const cpu_usage& row)
{
    static const auto table = "cpu"_tn;
    static const std::array<column_name_view, 20> names = {"hostname"_cn,
                                                           "region"_cn,
                                                           "datacenter"_cn,
                                                           "rack"_cn,
                                                           "os"_cn,
                                                           "arch"_cn,
                                                           "team"_cn,
                                                           "service"_cn,
                                                           "service_version"_cn,
                                                           "service_environment"_cn,
                                                           "usage_user"_cn,
                                                           "usage_system"_cn,
                                                           "usage_idle"_cn,
                                                           "usage_nice"_cn,
                                                           "usage_iowait"_cn,
                                                           "usage_irq"_cn,
                                                           "usage_softirq"_cn,
                                                           "usage_steal"_cn,
                                                           "usage_guest"_cn,
                                                           "usage_guest_nice"_cn};
    rows.table(table);
    const column_name_view* name = names.data();
    for (const std::string& tag : row.tags) {
        rows.symbol(*name++, tag);
    }
    for (const std::int64_t value : row.integers) {
        rows.column(*name++, value);
    }
    for (const double value : row.decimals) {
        rows.column(*name++, value);
    }
}

void add(line_sender_buffer& rows, const sensor_reading& row)
{
    static const auto table = "sensors"_tn;
    static const auto sensor = "sensor"_cn;
    static const std::array<column_name_view, 8> names = {"v0"_cn, "v1"_cn, "v2"_cn, "v3"_cn,
                                                          "v4"_cn, "v5"_cn, "v6"_cn, "v7"_cn};
    rows.table(table).symbol(sensor, row.sensor);
    for (std::size_t i = 0; i < names.size(); ++i) {
        rows.column(names[i], row.values[i]);
    }
}

void add(line_sender_buffer& rows, const log_entry& row)
{
    static const auto table = "logs"_tn;
    static const auto message = "message"_cn;
    static const auto details = "details"_cn;
    rows.table(table).column(message, row.message).column(details, row.details);
}

using clock_type = std::chrono::steady_clock;

struct options {
    std::string config;
    std::string workload;
    std::size_t rows = 0;
    std::size_t batch = 10'000;
    std::size_t warm_up = 0;
};

/// Returns the duration of each flush.
template <class Row>
std::vector<std::chrono::nanoseconds> send(line_sender& target, line_sender_buffer& rows,
                                           const std::vector<Row>& pool, std::size_t first,
                                           std::size_t end, std::size_t batch)
{
    std::vector<std::chrono::nanoseconds> times;
    for (; first < end; first += batch) {
        const auto begin = clock_type::now();
        for (std::size_t k = first; k < std::min(end, first + batch); ++k) {
            add(rows, pool[k % pool_rows]);
            rows.at(questdb::ingress::timestamp_nanos(timestamp_of(k)));
        }
        target.flush(rows);
        times.push_back(clock_type::now() - begin);
    }
    return times;
}

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

long peak_rss_kb()
{
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (word == "VmHWM:") {
            long size = 0;
            status >> size;
            return size;
        }
    }
    return 0;
}

template <class Row>
void run(const options& settings, const std::vector<Row>& pool)
{
    auto sender = line_sender::from_conf(settings.config);
    line_sender_buffer rows = sender.new_buffer();
    const std::size_t first = std::min<std::size_t>(settings.warm_up, 1);
    send(sender, rows, pool, 0, first, settings.batch);
    const long base_rss_kb = peak_rss_kb();
    send(sender, rows, pool, first, settings.warm_up, settings.batch);
    rusage before{};
    ::getrusage(RUSAGE_SELF, &before);
    const auto begin = clock_type::now();
    auto times = send(sender, rows, pool, settings.warm_up, settings.warm_up + settings.rows,
                      settings.batch);
    const std::chrono::duration<double> duration = clock_type::now() - begin;
    rusage after{};
    ::getrusage(RUSAGE_SELF, &after);
    std::sort(times.begin(), times.end());
    const auto percentile = [&times](double part) {
        const double rank = std::ceil(part * static_cast<double>(times.size()));
        return std::chrono::duration<double, std::micro>(times[static_cast<std::size_t>(rank) - 1])
            .count();
    };
    std::printf("{\"rows\": %zu, \"seconds\": %.6f, \"user_s\": %.6f, \"system_s\": %.6f, "
                "\"base_rss_kb\": %ld, \"peak_rss_kb\": %ld, \"p50_us\": %.2f, \"p99_us\": %.2f, "
                "\"p999_us\": %.2f}\n",
                settings.rows, duration.count(), seconds(after.ru_utime) - seconds(before.ru_utime),
                seconds(after.ru_stime) - seconds(before.ru_stime), base_rss_kb, peak_rss_kb(),
                percentile(0.5), percentile(0.99), percentile(0.999));
}

} // namespace

int main(int argc, char** argv)
{
    options settings;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view name = argv[i];
        const std::string value = argv[i + 1];
        if (name == "--config") {
            settings.config = value;
        } else if (name == "--workload") {
            settings.workload = value;
        } else if (name == "--rows") {
            settings.rows = std::stoul(value);
        } else if (name == "--batch") {
            settings.batch = std::stoul(value);
        } else if (name == "--warm-up") {
            settings.warm_up = std::stoul(value);
        }
    }
    try {
        const std::size_t pool = std::min(settings.warm_up + settings.rows, pool_rows);
        if (settings.workload == "A") {
            run(settings, make_trades(pool));
        } else if (settings.workload == "B") {
            run(settings, make_cpu_usage(pool));
        } else if (settings.workload == "C") {
            run(settings, make_sensor_readings(random_finite_double, pool));
        } else {
            run(settings, make_log_entries(pool));
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
