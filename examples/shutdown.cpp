// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sends rows until SIGTERM or SIGINT, and then delivers what is left:
// shutdown [CONFIGURATION STRING]

#include <coquest/sender.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

using namespace std::chrono_literals;

// --8<-- [start:run]
// Returns the number of rows. `stopping` outlives the handler of the signals.
asio::awaitable<int> run(std::string conf, bool& stopping)
{
    asio::signal_set signals(co_await asio::this_coro::executor, SIGINT, SIGTERM);
    signals.async_wait([&stopping](std::error_code failure, int) {
        if (!failure) {
            stopping = true;
        }
    });
    auto sender = co_await coquest::sender_builder::from_conf(conf).build();

    asio::steady_timer pause(co_await asio::this_coro::executor);
    int rows = 0;
    while (!stopping) {
        co_await sender.table("trades").symbol("side", "buy").column_f64("price", 0.5).at_now();
        if (++rows == 1) {
            std::puts("running");
            std::fflush(stdout);
        }
        pause.expires_after(10ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
    co_await sender.close(); // delivers all rows, for up to close_timeout
    co_return rows;
}
// --8<-- [end:run]

int main(int argc, char** argv)
try {
    bool stopping = false;
    asio::io_context context;
    auto done =
        asio::co_spawn(context, run(argc > 1 ? argv[1] : "http::addr=localhost:9000;", stopping),
                       asio::use_future);
    context.run();
    std::printf("%d rows stored\n", done.get());
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
