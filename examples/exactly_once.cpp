// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Sends the same rows twice; a table with DEDUP keys stores them once:
// exactly_once [CONFIGURATION STRING]
//
//   create table readings (ts timestamp, sensor symbol, value double)
//       timestamp(ts) partition by day wal dedup upsert keys(ts, sensor);

#include <coquest/coquest.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>

asio::awaitable<void> ingest(std::string conf)
{
    auto sender = co_await coquest::sender_builder::from_conf(conf).build();

    // --8<-- [start:own_timestamps]
    coquest::buffer rows = sender.new_buffer();
    for (std::int64_t i = 0; i < 10; ++i) {
        rows.table("readings")
            .symbol("sensor", "a")
            .column_f64("value", 20.5)
            .at(coquest::timestamp_micros(1'773'446'400'000'000 + i)); // not at_now()
    }
    co_await sender.flush_and_keep(rows);
    co_await sender.flush(rows); // as after a lost answer
    // --8<-- [end:own_timestamps]

    co_await sender.close();
}

int main(int argc, char** argv)
try {
    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(argc > 1 ? argv[1] : "http::addr=localhost:9000;"),
                               asio::use_future);
    context.run();
    done.get();
    std::puts("10 rows sent twice");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
