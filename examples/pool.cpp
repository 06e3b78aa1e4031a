// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Many coroutines on a thread pool share four senders: pool [CONFIGURATION STRING]

#include <coquest/coquest.hpp>

#include <asio/co_spawn.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>

#include <cstdio>
#include <exception>
#include <future>
#include <string>
#include <vector>

// --8<-- [start:worker]
asio::awaitable<void> work(coquest::sender_pool& pool, int worker)
{
    // A named function object: g++ 12 destroys a temporary in a co_await expression twice.
    auto add_rows = [worker](coquest::sender& sender) -> asio::awaitable<void> {
        for (int i = 0; i < 10; ++i) { // these rows keep their order
            co_await sender.table("trades")
                .symbol("side", "buy")
                .column_f64("price", worker)
                .at_now();
        }
    };
    co_await pool.use(add_rows);
}
// --8<-- [end:worker]

int main(int argc, char** argv)
try {
    const std::string conf = argc > 1 ? argv[1] : "http::addr=localhost:9000;";
    // --8<-- [start:pool]
    asio::thread_pool threads(4);
    auto building = asio::co_spawn(
        threads,
        coquest::sender_pool::build(coquest::sender_builder::from_conf(conf),
                                    threads.get_executor(), 4), // a strand for each sender
        asio::use_future);
    coquest::sender_pool pool = building.get();

    std::vector<std::future<void>> workers;
    for (int worker = 0; worker < 20; ++worker) {
        workers.push_back(asio::co_spawn(threads, work(pool, worker), asio::use_future));
    }
    for (std::future<void>& worker : workers) {
        worker.get();
    }
    asio::co_spawn(threads, pool.close(), asio::use_future).get();
    // --8<-- [end:pool]
    std::puts("200 rows stored");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
