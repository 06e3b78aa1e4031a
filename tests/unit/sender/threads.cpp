// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Senders on strands of one thread pool, mainly for ThreadSanitizer.

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
        if (i % 50 == 0) { // lets other producers run, maybe on another thread
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
    for (auto& ended : senders) {
        EXPECT_NO_THROW(ended.get());
    }
    pool.join();
    server_io.stop();
    serving.join();

    std::vector<int> seen;
    for (const test::request& r : server.requests) {
        for (std::size_t pos = 0; (pos = r.body.find("n=", pos)) != std::string::npos; ++pos) {
            seen.push_back(std::stoi(r.body.substr(pos + 2)));
        }
    }
    std::sort(seen.begin(), seen.end());
    ASSERT_EQ(seen.size(), 6U * rows_each);
    for (int i = 0; i < 6 * rows_each; ++i) {
        ASSERT_EQ(seen[static_cast<std::size_t>(i)], i);
    }
}

TEST(threads, a_pool_of_several_threads_without_a_strand_is_refused)
{
    sender_builder builder("http", "127.0.0.1", 1);
    builder.protocol_version(coquest::protocol_version::v2);
    const auto build = [](sender_builder options) -> asio::awaitable<bool> {
        const sender result = co_await options.build();
        co_return true;
    };
    asio::thread_pool pool(3);
    try {
        asio::co_spawn(pool, build(builder), asio::use_future).get();
        FAIL() << "the sender was built";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), errc::invalid_api_call);
        EXPECT_STREQ(e.what(),
                     "the sender is built on a thread_pool of 3 threads, where its parts would run "
                     "at the same time: spawn the coroutine that builds and uses it on "
                     "asio::make_strand(pool), or use sender_pool");
    }
    EXPECT_TRUE(asio::co_spawn(asio::make_strand(pool), build(builder), asio::use_future).get());
    asio::thread_pool single(1);
    EXPECT_TRUE(asio::co_spawn(single, build(builder), asio::use_future).get());
}

} // namespace
