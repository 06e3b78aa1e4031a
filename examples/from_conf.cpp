// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Takes all options from one string:
// from_conf 'https::addr=localhost:9000;username=admin;password=quest;'
// Without an argument, the string is taken from the environment variable QDB_CLIENT_CONF.

#include <coquest/sender.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <cstdio>
#include <exception>
#include <utility>

asio::awaitable<void> ingest(coquest::sender_builder builder)
{
    auto sender = co_await builder.build();

    co_await sender.table("trades")
        .symbol("symbol", "BTC-USDT")
        .symbol("side", "buy")
        .column_f64("price", 37779.62)
        .column_f64("amount", 0.5)
        .at_now();

    co_await sender.close();
}

int main(int argc, char** argv)
try {
    // --8<-- [start:conf]
    auto builder = argc > 1 ? coquest::sender_builder::from_conf(argv[1])
                            : coquest::sender_builder::from_env();
    // --8<-- [end:conf]
    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(std::move(builder)), asio::use_future);
    context.run();
    done.get();
    std::puts("Data sent successfully");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
