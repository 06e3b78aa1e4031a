// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The first program: quick_start [CONFIGURATION STRING]. README.md shows all that follows.

// --8<-- [start:program]
#include <coquest/sender.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <cstdio>
#include <exception>
#include <string>

// --8<-- [start:ingest]
asio::awaitable<void> ingest(std::string conf)
{
    auto sender = co_await coquest::sender_builder::from_conf(conf).build();

    co_await sender.table("trades")
        .symbol("symbol", "BTC-USDT")
        .symbol("side", "buy")
        .column_f64("price", 37779.62)
        .column_f64("amount", 0.5)
        .at_now(); // the server sets the timestamp

    co_await sender.close(); // returns when the server has acknowledged the row
}
// --8<-- [end:ingest]

int main(int argc, char** argv)
try {
    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(argc > 1 ? argv[1] : "http::addr=localhost:9000;"),
                               asio::use_future);
    context.run();
    done.get(); // throws what ingest has thrown
    std::puts("1 row stored");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
// --8<-- [end:program]
