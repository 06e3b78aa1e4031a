// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sends the rows of a workload, and prints what that took. The programs for other clients in
// bench/peers take the same arguments and print the same line.

#include "support/choose_tls.hpp"
#include "support/run.hpp"
#include "throughput/ways.hpp"

#include <coquest/sender.hpp>

#include <asio/awaitable.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/resource.h>

namespace {

using coquest::bench::way;

struct options {
    std::string config;
    std::string workload;
    std::string client = "row";
    std::string tls;
    std::size_t rows = 0;
    std::size_t batch = 10'000;
    std::size_t warm_up = 0;
};

constexpr const char* help =
    "usage: bench_throughput --config TEXT --workload A..E --rows N [--batch N] [--warm-up N]\n"
    "                        [--client row|buffer|append|typed|columns] [--tls openssl|wolfssl]\n";

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// The processor time that this process has used until now.
struct usage {
    usage()
    {
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        user = seconds(used.ru_utime);
        system = seconds(used.ru_stime);
    }
    std::chrono::steady_clock::time_point now = std::chrono::steady_clock::now();
    double user = 0;
    double system = 0;
};

/// Returns the peak of the memory that this program has held. getrusage might return that of the
/// program that started it.
long peak_rss_kb()
{
    long size = 0;
    if (std::FILE* const status = std::fopen("/proc/self/status", "r")) {
        std::array<char, 256> line{};
        while (std::fgets(line.data(), line.size(), status) != nullptr &&
               std::sscanf(line.data(), "VmHWM: %ld", &size) != 1) {
        }
        std::fclose(status);
    }
    return size;
}

/// Returns a percentile of @p sorted, in microseconds.
double percentile(const coquest::bench::flush_times& sorted, double part)
{
    const double rank = std::ceil(part * static_cast<double>(sorted.size()));
    return std::chrono::duration<double, std::micro>(sorted[static_cast<std::size_t>(rank) - 1])
        .count();
}

coquest::sender_builder builder(const options& settings)
{
    auto result = coquest::sender_builder::from_conf(settings.config);
    result.auto_flush_rows(settings.batch);
    coquest::bench::choose_tls(result, settings.tls);
    return result;
}

asio::awaitable<void> send(const options& settings)
{
    coquest::bench::flush_times times;
    const way hand_over =
        coquest::bench::make_way(settings.client, settings.workload,
                                 settings.warm_up + settings.rows, settings.batch, times);
    auto sender = co_await builder(settings).build();
    const std::size_t first = std::min<std::size_t>(settings.warm_up, 1);
    co_await hand_over(sender, {0, first});
    co_await sender.flush();
    const long base_rss_kb = peak_rss_kb();
    co_await hand_over(sender, {first, settings.warm_up});
    co_await sender.flush();
    times.clear();
    const usage before;
    co_await hand_over(sender, {settings.warm_up, settings.warm_up + settings.rows});
    co_await sender.flush();
    const usage after;
    std::printf("{\"rows\": %zu, \"seconds\": %.6f, \"user_s\": %.6f, \"system_s\": %.6f, "
                "\"base_rss_kb\": %ld, \"peak_rss_kb\": %ld",
                settings.rows, std::chrono::duration<double>(after.now - before.now).count(),
                after.user - before.user, after.system - before.system, base_rss_kb, peak_rss_kb());
    if (!times.empty()) {
        std::sort(times.begin(), times.end());
        std::printf(", \"p50_us\": %.2f, \"p99_us\": %.2f, \"p999_us\": %.2f",
                    percentile(times, 0.5), percentile(times, 0.99), percentile(times, 0.999));
    }
    std::printf("}\n");
    co_await sender.close();
}

/// Parses the command line by hand, like the other programs: the pages of a library for that would
/// count as memory of the client.
bool parse(std::span<char*> arguments, options& settings)
{
    for (std::size_t i = 1; i < arguments.size(); i += 2) {
        const std::string_view name = arguments[i];
        const std::string_view value = i + 1 < arguments.size() ? arguments[i + 1] : "";
        std::string* const text = name == "--config"     ? &settings.config
                                  : name == "--workload" ? &settings.workload
                                  : name == "--client"   ? &settings.client
                                  : name == "--tls"      ? &settings.tls
                                                         : nullptr;
        std::size_t* const number = name == "--rows"      ? &settings.rows
                                    : name == "--batch"   ? &settings.batch
                                    : name == "--warm-up" ? &settings.warm_up
                                                          : nullptr;
        if (text != nullptr) {
            *text = value;
        } else if (number == nullptr ||
                   std::from_chars(value.data(), value.data() + value.size(), *number).ptr !=
                       value.data() + value.size()) {
            return false;
        }
    }
    const auto one_of = [](const std::vector<std::string>& choices, const std::string& choice) {
        return std::find(choices.begin(), choices.end(), choice) != choices.end();
    };
    return !settings.config.empty() && settings.rows != 0 && settings.batch != 0 &&
           one_of(coquest::bench::workloads, settings.workload) &&
           one_of(coquest::bench::ways, settings.client) &&
           one_of({"", "openssl", "wolfssl"}, settings.tls);
}

} // namespace

int main(int argc, char** argv)
{
    options settings;
    if (!parse({argv, static_cast<std::size_t>(argc)}, settings)) {
        std::fputs(help, stderr);
        return 2;
    }
    try {
        coquest::bench::run(send(settings));
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
