// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sends rows one by one, and waits for the answer to each. Measures the duration of a flush, and
// what it costs the client.

#include "support/processor_time.hpp"
#include "support/run.hpp"
#include "support/workloads.hpp"

#include <coquest/sender.hpp>

#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace {

using std::chrono::nanoseconds;

struct options {
    std::uint16_t port = 0;
    std::size_t flushes = 0;
    std::size_t warm_up = 0;
};

/// Measures the time of each flush after the first ones.
class stopwatch {
public:
    using clock = std::chrono::steady_clock;

    explicit stopwatch(const options& settings) : warm_up_(settings.warm_up)
    {
        times_.reserve(settings.flushes);
    }

    void begin(std::size_t flush)
    {
        if (flush == warm_up_) {
            first_ = clock::now();
            processor_time_ = coquest::bench::processor_time();
        }
        begin_ = clock::now();
    }
    void end(std::size_t flush)
    {
        if (flush >= warm_up_) {
            last_ = clock::now();
            times_.push_back(last_ - begin_);
        }
    }
    /// Prints the measurements; called after the last flush.
    void print()
    {
        const auto count = static_cast<double>(times_.size());
        const double cpu_us = in_us(coquest::bench::processor_time() - processor_time_) / count;
        std::sort(times_.begin(), times_.end());
        std::printf("{\"p50_us\": %.2f, \"p99_us\": %.2f, \"p999_us\": %.2f, "
                    "\"requests_per_s\": %.0f, \"client_cpu_us\": %.2f}\n",
                    percentile(0.5), percentile(0.99), percentile(0.999),
                    1e6 * count / in_us(last_ - first_), cpu_us);
    }

private:
    static double in_us(nanoseconds time) { return static_cast<double>(time.count()) / 1e3; }
    [[nodiscard]] double percentile(double part) const
    {
        const double rank = std::ceil(part * static_cast<double>(times_.size()));
        return in_us(times_[static_cast<std::size_t>(rank) - 1]);
    }

    std::size_t warm_up_;
    std::vector<nanoseconds> times_;
    clock::time_point begin_;
    clock::time_point first_;
    clock::time_point last_;
    nanoseconds processor_time_{};
};

asio::awaitable<void> by_sender(options settings, stopwatch& watch)
{
    const auto trades = coquest::bench::make_trades();
    auto sender = co_await coquest::sender_builder("http", "127.0.0.1", settings.port).build();
    for (std::size_t k = 0; k < settings.warm_up + settings.flushes; ++k) {
        const auto& trade = trades[k % trades.size()];
        watch.begin(k);
        co_await sender.table("trades")
            .symbol("symbol", trade.symbol)
            .symbol("side", trade.side)
            .column_f64("price", trade.price)
            .column_f64("amount", trade.amount)
            .at(coquest::timestamp_nanos(coquest::bench::timestamp_of(k)));
        co_await sender.flush();
        watch.end(k);
    }
    watch.print();
    co_await sender.close();
}

asio::awaitable<void> by_buffer(options settings, stopwatch& watch)
{
    const auto trades = coquest::bench::make_trades();
    auto sender = co_await coquest::sender_builder("http", "127.0.0.1", settings.port).build();
    coquest::buffer rows = sender.new_buffer();
    for (std::size_t k = 0; k < settings.warm_up + settings.flushes; ++k) {
        const auto& trade = trades[k % trades.size()];
        watch.begin(k);
        rows.table("trades")
            .symbol("symbol", trade.symbol)
            .symbol("side", trade.side)
            .column_f64("price", trade.price)
            .column_f64("amount", trade.amount)
            .at(coquest::timestamp_nanos(coquest::bench::timestamp_of(k)));
        co_await sender.flush(rows);
        watch.end(k);
    }
    watch.print();
    co_await sender.close();
}

/// Sends the same request again and again with one system call, and reads the answer with another,
/// blocking one. No client can do with less.
void by_bare_socket(const options& settings, stopwatch& watch)
{
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), settings.port});
    socket.set_option(asio::ip::tcp::no_delay(true));
    const std::string body = "trades,symbol=BTC-USDT,side=buy price=37779.62,amount=0.5 "
                             "1700000000000000000n\n";
    const std::string request =
        "POST /write?precision=n HTTP/1.1\r\nHost: 127.0.0.1:9000\r\nUser-Agent: bare\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body;
    std::array<char, 4096> answer{};
    for (std::size_t k = 0; k < settings.warm_up + settings.flushes; ++k) {
        watch.begin(k);
        socket.send(asio::buffer(request));
        socket.receive(asio::buffer(answer));
        watch.end(k);
    }
    watch.print();
}

} // namespace

int main(int argc, char** argv)
{
    options settings;
    std::string client;
    CLI::App app(
        "Flushes rows of workload A one by one over HTTP to 127.0.0.1, and prints how long "
        "a flush took, as one line of JSON.");
    app.add_option("--port", settings.port, "port of the server")->required();
    app.add_option("--flushes", settings.flushes, "number of flushes that are measured")
        ->required()
        ->check(CLI::PositiveNumber);
    app.add_option("--warm-up", settings.warm_up, "number of flushes before those");
    app.add_option("--client", client, "the way to send the rows")
        ->required()
        ->check(CLI::IsMember({"sender", "buffer", "bare"}));
    CLI11_PARSE(app, argc, argv);
    try {
        stopwatch watch(settings);
        if (client == "bare") {
            by_bare_socket(settings, watch);
        } else {
            coquest::bench::run(client == "sender" ? by_sender(settings, watch)
                                                   : by_buffer(settings, watch));
        }
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
