// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A program without coroutines that waits for each result: blocking [CONFIGURATION STRING]

#include <coquest/async.hpp>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_future.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>
#include <utility>

// --8<-- [start:writer]
// A sender with a thread of its own. Each function blocks, and throws coquest::error.
class blocking_sender {
public:
    explicit blocking_sender(coquest::sender_builder builder)
    {
        try {
            sender_ =
                coquest::async_build(std::move(builder), context_.get_executor(), asio::use_future)
                    .get();
        } catch (...) {
            stop();
            throw;
        }
    }
    ~blocking_sender() { stop(); } // drops what close() has not delivered

    coquest::buffer new_buffer() // on the thread of the sender, as every call
    {
        return asio::post(context_, asio::use_future([this] { return sender_.new_buffer(); }))
            .get();
    }
    void flush(coquest::buffer& rows)
    {
        coquest::async_flush(sender_, rows, asio::use_future).get();
    }
    void close() { coquest::async_close(sender_, asio::use_future).get(); }

private:
    void stop()
    {
        context_.stop();
        thread_.join();
    }

    asio::io_context context_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
    coquest::sender sender_;
    std::thread thread_{[this] { context_.run(); }};
};
// --8<-- [end:writer]

int main(int argc, char** argv)
try {
    // --8<-- [start:use]
    const char* conf = argc > 1 ? argv[1] : "http::addr=localhost:9000;";
    blocking_sender sender(coquest::sender_builder::from_conf(conf));

    coquest::buffer rows = sender.new_buffer();
    for (int i = 0; i < 3; ++i) {
        rows.table("trades")
            .symbol("side", "buy")
            .column_f64("price", i)
            .at(std::chrono::system_clock::now());
    }
    sender.flush(rows); // the server has acknowledged the rows
    sender.close();
    // --8<-- [end:use]
    std::puts("3 rows stored");
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
