// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Several coroutines write typed rows with one sender: typed_rows [CONFIGURATION STRING]

#include <coquest/coquest.hpp>

#include <asio/co_spawn.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace fields = coquest::fields;
constexpr coquest::row_schema<"trades", fields::symbol<"symbol">, fields::symbol<"side">,
                              fields::f64<"price">, fields::f64<"amount">>
    trades;

struct trade {
    std::string_view symbol;
    std::string_view side;
    double price;
    double amount;
};

// --8<-- [start:feed]
asio::awaitable<void> feed(coquest::sender& sender, std::string_view symbol, double price)
{
    for (int i = 0; i < 100; ++i) {
        co_await sender.append(
            trades(symbol, "buy", price + i, 0.5).at(std::chrono::system_clock::now()));
    }
}
// --8<-- [end:feed]

asio::awaitable<void> ingest(std::string conf)
{
    using namespace asio::experimental::awaitable_operators;
    auto sender = co_await coquest::sender_builder::from_conf(conf).build();

    // --8<-- [start:both]
    co_await (feed(sender, "BTC-USDT", 37779) && feed(sender, "ETH-USDT", 2055)); // one thread
    // --8<-- [end:both]

    // --8<-- [start:range]
    const std::vector<trade> list = {{"SOL-USDT", "buy", 58.04, 12}, {"SOL-USDT", "sell", 58, 3}};
    co_await sender.append(
        list, trades.from(&trade::symbol, &trade::side, &trade::price, &trade::amount).at_now());
    // --8<-- [end:range]

    co_await sender.close();
}

int main(int argc, char** argv)
try {
    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(argc > 1 ? argv[1] : "http::addr=localhost:9000;"),
                               asio::use_future);
    context.run();
    done.get();
    std::puts("202 rows stored");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
