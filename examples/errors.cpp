// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What to do about errors, and about rows that the server rejects: errors [CONFIGURATION STRING]

#include <coquest/coquest.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>

using namespace std::chrono_literals;

// --8<-- [start:persist]
// Delivers the rows however long the server is down. On success the buffer is empty; after a
// failure it has its rows again, so that nothing is lost and nothing is sent twice by the loop.
asio::awaitable<void> persist(coquest::sender& sender, coquest::buffer& rows)
{
    asio::steady_timer pause(co_await asio::this_coro::executor);
    coquest::diagnostics info;
    while (const std::error_code failure = co_await sender.try_flush(rows, &info)) {
        std::fprintf(stderr, "%s\n", info.message.c_str());
        if (!info.retryable) {
            throw std::system_error(failure, info.message); // a person has to look at it
        }
        pause.expires_after(info.retry_after > 0ms ? info.retry_after : 1000ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
}
// --8<-- [end:persist]

// --8<-- [start:recover]
asio::awaitable<void> flush_or_save(coquest::sender& sender)
{
    std::exception_ptr failure;
    try {
        co_await sender.flush();
    } catch (const coquest::error& e) {
        std::fprintf(stderr, "%s\n", e.what());
        failure = std::current_exception(); // co_await is not allowed here: remember the failure,
    }
    if (failure) { // and act on it here
        coquest::buffer rows = sender.take_unacknowledged();
        std::fprintf(stderr, "%zu rows are kept\n", rows.row_count());
        co_await persist(sender, rows); // the sender has started again
    }
}
// --8<-- [end:recover]

// --8<-- [start:state]
const char* what_became_of_the_rows(const coquest::diagnostics& info)
{
    switch (info.state) {
    case coquest::delivery::not_sent: return "not stored: send them again";
    case coquest::delivery::unconfirmed: return "perhaps stored: send them again, with DEDUP";
    case coquest::delivery::rejected: return "refused: repair or drop them";
    }
    return "unknown";
}
// --8<-- [end:state]

asio::awaitable<void> ingest(std::string conf)
{
    // --8<-- [start:rejected]
    auto sender = co_await coquest::sender_builder::from_conf(conf)
                      .split_rejected(true) // the other rows of the batch are stored
                      .on_rejected([](coquest::rejected_batch& batch) {
                          std::fprintf(stderr, "rejected: %s",
                                       batch.rows.to_string().c_str()); // to a dead-letter file
                          return coquest::rejection::drop;
                      })
                      .build();
    // --8<-- [end:rejected]

    const auto add = [&sender](double price) {
        return sender.table("trades").symbol("side", "buy").column_f64("price", price).at_now();
    };
    co_await add(1);
    co_await sender.table("trades").column_str("price", "not a number").at_now();
    co_await add(2);
    co_await flush_or_save(sender);

    coquest::buffer rows = sender.new_buffer();
    rows.table("trades").symbol("side", "sell").column_f64("price", 3).at_now();
    co_await persist(sender, rows);

    // --8<-- [start:close]
    coquest::diagnostics info;
    if (co_await sender.try_close(&info)) {
        coquest::buffer left = sender.take_unacknowledged(); // also after close()
        std::fprintf(stderr, "%s: %zu rows are %s\n", info.message.c_str(), left.row_count(),
                     what_became_of_the_rows(info));
    }
    // --8<-- [end:close]
}

int main(int argc, char** argv)
try {
    asio::io_context context;
    auto done = asio::co_spawn(context, ingest(argc > 1 ? argv[1] : "http::addr=localhost:9000;"),
                               asio::use_future);
    context.run();
    done.get();
    std::puts("3 rows stored");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
