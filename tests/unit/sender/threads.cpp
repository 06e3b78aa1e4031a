// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Senders on strands of one pool of threads: for ThreadSanitizer above all.

#include <coquest/sender.hpp>

#include "support/scripted_server.hpp"

#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/this_coro.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace coquest;

constexpr int rows_each = 500;

asio::awaitable<void> produce(sender& s, int first)
{
    for (int i = 0; i < rows_each; ++i) {
        co_await s.table("t").column_i64("n", first + i).at_now();
        if (i % 50 == 0) { // hand over to the other producers, maybe on another thread
            co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        }
    }
    co_await s.flush();
}

asio::awaitable<void> send_from_two(sender_builder builder, int first)
{
    auto s = co_await builder.build();
    auto strand = co_await asio::this_coro::executor;
    std::future<void> other =
        asio::co_spawn(strand, produce(s, first + rows_each), asio::use_future);
    co_await produce(s, first);
    while (other.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        co_await asio::post(strand, asio::use_awaitable);
    }
    other.get();
    co_await s.close();
}

TEST(threads, senders_on_strands_of_one_pool_share_nothing)
{
    asio::io_context server_io(1);
    test::scripted_server server(server_io, [](const test::request&) { return test::ok(); });
    sender_builder builder("http", "127.0.0.1", server.port());
    builder.protocol_version(coquest::protocol_version::v2).auto_flush_rows(40);
    std::thread serving([&] { server_io.run_for(std::chrono::seconds(60)); });

    asio::thread_pool pool(3);
    std::vector<std::future<void>> senders;
    for (int i = 0; i < 3; ++i) {
        senders.push_back(asio::co_spawn(
            asio::make_strand(pool), send_from_two(builder, i * 2 * rows_each), asio::use_future));
    }
    for (auto& one : senders) {
        EXPECT_NO_THROW(one.get());
    }
    pool.join();
    server_io.stop();
    serving.join();

    std::vector<int> seen;
    for (const test::request& r : server.requests) {
        for (std::size_t at = 0; (at = r.body.find("n=", at)) != std::string::npos; ++at) {
            seen.push_back(std::stoi(r.body.substr(at + 2)));
        }
    }
    std::sort(seen.begin(), seen.end());
    ASSERT_EQ(seen.size(), 6U * rows_each);
    for (int i = 0; i < 6 * rows_each; ++i) {
        ASSERT_EQ(seen[static_cast<std::size_t>(i)], i);
    }
}

} // namespace
