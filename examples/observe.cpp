// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Logs what happens, and prints a page for Prometheus: observe [CONFIGURATION STRING]

#include <coquest/coquest.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <cstdio>
#include <exception>
#include <memory>
#include <string>

// --8<-- [start:page]
// Any thread may call it, also after the sender is gone.
std::string metrics_page(const std::shared_ptr<const coquest::metrics>& metrics)
{
    return coquest::to_prometheus(metrics->snapshot(), {{"sender", "trades"}});
}
// --8<-- [end:page]

asio::awaitable<void> ingest(std::string conf)
{
    // --8<-- [start:events]
    auto sender = co_await coquest::sender_builder::from_conf(conf)
                      .on_event([](const coquest::event& e) {
                          if (e.kind != coquest::event_kind::batch_acknowledged) {
                              std::fprintf(stderr, "%s\n", coquest::describe(e).c_str());
                          }
                      })
                      .build();
    // --8<-- [end:events]
    co_await sender.table("trades").symbol("side", "buy").column_f64("price", 0.5).at_now();
    co_await sender.close();
    std::fprintf(stderr, "%s", metrics_page(sender.metrics()).c_str());

    // --8<-- [start:numbers]
    const coquest::metrics_snapshot numbers = sender.metrics()->snapshot();
    std::printf("%llu row stored, %llu dropped\n",
                static_cast<unsigned long long>(numbers.rows_acknowledged),
                static_cast<unsigned long long>(numbers.rows_dropped));
    // --8<-- [end:numbers]
}

int main(int argc, char** argv)
try {
    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(argc > 1 ? argv[1] : "http::addr=localhost:9000;"),
                               asio::use_future);
    context.run();
    done.get();
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
