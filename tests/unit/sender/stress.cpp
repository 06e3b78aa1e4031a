// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Ten thousand coroutines on one thread pool write through a few senders. It also runs with
// ThreadSanitizer.

#include <coquest/sender.hpp>

#include "support/scripted_server.hpp"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace coquest;

constexpr std::size_t coroutines = 10'000;
constexpr std::size_t rows_each = 4;
constexpr std::size_t senders = 4;

/// A sender on its strand, and the coroutines that write through it.
struct writers {
    asio::any_io_executor strand;
    sender target;
    std::size_t running = 0;    // on the strand
    std::promise<void> ended;   // set when the sender is closed after the last coroutine
    std::atomic<int> failed{0}; // calls that threw
};

asio::awaitable<void> write_row(writers& own, std::size_t n)
{
    co_await own.target.table("t").column_i64("n", static_cast<std::int64_t>(n)).at_now();
}

asio::awaitable<void> flush(writers& own)
{
    co_await own.target.flush();
}

asio::awaitable<void> end_one(writers& own)
{
    if (--own.running == 0) {
        co_await own.target.close();
        own.ended.set_value();
    }
}

/// Runs on the strand.
asio::awaitable<void> write_on_strand(writers& own, std::size_t first)
{
    try {
        for (std::size_t i = 0; i < rows_each; ++i) {
            co_await write_row(own, first + i);
            co_await asio::post(own.strand, asio::use_awaitable); // lets other coroutines run
        }
        if (first % 8 == 0) {
            co_await flush(own);
        }
    } catch (const error&) {
        ++own.failed;
    }
    co_await end_one(own);
}

/// Runs on the pool, and makes each call on the strand.
asio::awaitable<void> write_on_pool(writers& own, std::size_t first)
{
    try {
        for (std::size_t i = 0; i < rows_each; ++i) {
            co_await asio::co_spawn(own.strand, write_row(own, first + i), asio::use_awaitable);
        }
        if (first % 8 == 0) {
            co_await asio::co_spawn(own.strand, flush(own), asio::use_awaitable);
        }
    } catch (const error&) {
        ++own.failed;
    }
    co_await asio::co_spawn(own.strand, end_one(own), asio::use_awaitable);
}

asio::awaitable<void> build(sender_builder builder, writers& own)
{
    own.target = co_await builder.build();
}

std::vector<std::size_t> rows_of(const test::scripted_server& server)
{
    std::vector<std::size_t> seen(coroutines * rows_each);
    for (const test::request& r : server.requests) {
        for (std::size_t pos = 0; (pos = r.body.find("n=", pos)) != std::string::npos;) {
            pos += 2;
            std::size_t n = 0;
            std::from_chars(r.body.data() + pos, r.body.data() + r.body.size(), n);
            ++seen.at(n);
        }
    }
    return seen;
}

TEST(stress, ten_thousand_coroutines)
{
    asio::io_context server_io(1);
    test::scripted_server server(server_io, [](const test::request&) { return test::ok(); });
    std::thread serving([&] { server_io.run_for(std::chrono::seconds(100)); });
    sender_builder builder("http", "127.0.0.1", server.port());
    builder.protocol_version(coquest::protocol_version::v2).auto_flush_rows(200);
    builder.max_buf_size(16 * 1024); // so that some wait for room

    asio::thread_pool pool(4);
    std::array<writers, senders> groups;
    for (std::size_t i = 0; i < senders; ++i) {
        writers& own = groups[i];
        own.strand = asio::make_strand(pool);
        own.running = coroutines / senders;
        builder.connections(1 + i % 2);
        asio::co_spawn(own.strand, build(builder, own), asio::use_future).get();
    }
    for (std::size_t i = 0; i < coroutines; ++i) {
        writers& own = groups[i % senders];
        if (i / senders % 2 == 0) {
            asio::co_spawn(own.strand, write_on_strand(own, i * rows_each), asio::detached);
        } else {
            asio::co_spawn(pool, write_on_pool(own, i * rows_each), asio::detached);
        }
    }
    for (writers& own : groups) {
        std::future<void> end = own.ended.get_future();
        ASSERT_EQ(end.wait_for(std::chrono::seconds(90)), std::future_status::ready);
        EXPECT_EQ(own.failed, 0);
    }
    pool.join();
    server_io.stop();
    serving.join();

    EXPECT_EQ(rows_of(server), std::vector<std::size_t>(coroutines * rows_each, 1));
}

} // namespace
