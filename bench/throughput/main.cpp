// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sends rows of a workload and says what that took. Programs on other clients take the same
// arguments and print the same line: see bench/peers.

#include "throughput/ways.hpp"

#include <coquest/sender.hpp>
#if COQUEST_HAS_OPENSSL
#include <coquest/openssl.hpp>
#endif
#if COQUEST_HAS_WOLFSSL
#include <coquest/wolfssl.hpp>
#endif

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <fstream>
#include <string>

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

double seconds(const timeval& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

/// What this process has used so far.
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

/// Returns the most memory that this program has held. What getrusage says may be of the program
/// that started it.
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

/// Returns a percentile of @p sorted in microseconds.
double percentile(const coquest::bench::flush_times& sorted, double part)
{
    const double rank = std::ceil(part * static_cast<double>(sorted.size()));
    return std::chrono::duration<double, std::micro>(sorted[static_cast<std::size_t>(rank) - 1])
        .count();
}

coquest::sender_builder builder(const options& of)
{
    auto made = coquest::sender_builder::from_conf(of.config);
    made.auto_flush_rows(of.batch);
#if COQUEST_HAS_OPENSSL
    if (of.tls == "openssl") {
        made.tls<coquest::openssl_backend>();
    }
#endif
#if COQUEST_HAS_WOLFSSL
    if (of.tls == "wolfssl") {
        made.tls<coquest::wolfssl_backend>();
    }
#endif
    return made;
}

asio::awaitable<void> send(const options& of)
{
    coquest::bench::flush_times times;
    const way hand_over =
        coquest::bench::make_way(of.client, of.workload, of.warm_up + of.rows, of.batch, times);
    auto sender = co_await builder(of).build();
    co_await hand_over(sender, {0, of.warm_up});
    co_await sender.flush();
    times.clear();
    const usage before;
    co_await hand_over(sender, {of.warm_up, of.warm_up + of.rows});
    co_await sender.flush();
    const usage after;
    std::printf("{\"rows\": %zu, \"seconds\": %.6f, \"user_s\": %.6f, \"system_s\": %.6f, "
                "\"peak_rss_kb\": %ld",
                of.rows, std::chrono::duration<double>(after.now - before.now).count(),
                after.user - before.user, after.system - before.system, peak_rss_kb());
    if (!times.empty()) {
        std::sort(times.begin(), times.end());
        std::printf(", \"p50_us\": %.2f, \"p99_us\": %.2f, \"p999_us\": %.2f",
                    percentile(times, 0.5), percentile(times, 0.99), percentile(times, 0.999));
    }
    std::printf("}\n");
    co_await sender.close();
}

} // namespace

int main(int argc, char** argv)
{
    options of;
    CLI::App app("Sends rows of a workload, and prints what that took as one line of JSON.");
    app.add_option("--config", of.config, "configuration string of the sender")->required();
    app.add_option("--workload", of.workload, "which rows")
        ->required()
        ->check(CLI::IsMember(coquest::bench::workloads));
    app.add_option("--rows", of.rows, "that are measured")->required()->check(CLI::PositiveNumber);
    app.add_option("--batch", of.batch, "rows in a request or flush")->check(CLI::PositiveNumber);
    app.add_option("--warm-up", of.warm_up, "rows before those");
    app.add_option("--client", of.client, "how rows are handed over")
        ->check(CLI::IsMember(coquest::bench::ways));
    app.add_option("--tls", of.tls, "which library; else the default one")
        ->check(CLI::IsMember({"openssl", "wolfssl"}));
    CLI11_PARSE(app, argc, argv);
    try {
        asio::io_context io(1);
        std::exception_ptr failure;
        asio::co_spawn(io, send(of), [&failure](std::exception_ptr e) { failure = e; });
        io.run();
        if (failure) {
            std::rethrow_exception(failure);
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
