// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sends many rows with each flush: a buffer is filled without a coroutine per row. If a flush
// fails, the buffer still has its rows. Usage: batching [CONFIGURATION STRING]

#include <coquest/sender.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

struct trade {
    std::string_view symbol;
    std::string_view side;
    double price;
    double amount;
};

constexpr trade trades[] = {
    {"BTC-USDT", "buy", 37779.62, 0.5},
    {"ETH-USDT", "sell", 2055.1, 3.25},
    {"SOL-USDT", "buy", 58.04, 12},
};

asio::awaitable<void> ingest(std::string conf)
{
    auto sender = co_await coquest::sender_builder::from_conf(conf).build();
    // --8<-- [start:buffer]
    coquest::buffer rows = sender.new_buffer();

    for (int batch = 0; batch < 2; ++batch) {
        for (const trade& t : trades) {
            rows.table("trades")
                .symbol("symbol", t.symbol)
                .symbol("side", t.side)
                .column_f64("price", t.price)
                .column_f64("amount", t.amount)
                .at(std::chrono::system_clock::now());
        }
        const std::size_t count = rows.row_count();
        co_await sender.flush(rows); // acknowledged; the buffer is empty and keeps its memory
        std::printf("%zu rows sent\n", count);
    }
    // --8<-- [end:buffer]

    co_await sender.close();
}

int main(int argc, char** argv)
try {
    const char* conf =
        argc > 1 ? argv[1] : "http::addr=localhost:9000;username=admin;password=quest;";
    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(conf), asio::use_future);
    context.run();
    done.get();
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
