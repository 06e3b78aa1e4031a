// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/sender_pool.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/strand.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>

#include <gmock/gmock.h>

#include <future>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace coquest;
using test::failure_of;
using test::ok;
using test::reply;
using test::request;
using test::status;

class sender_pool_test : public testing::Test {
public: // the coroutines use them
    sender_builder builder()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(protocol_version::v2).auto_flush(false);
        return options;
    }
    asio::awaitable<sender_pool> build(sender_builder options, std::size_t count)
    {
        return sender_pool::build(std::move(options), io.get_executor(), count);
    }

    asio::io_context io{1};
    reply answer = ok();
    test::scripted_server server{io, [this](const request&) { return answer; }};
};

asio::awaitable<void> add_rows(sender& target, int count)
{
    for (int i = 0; i < count; ++i) {
        co_await target.table("t").column_i64("n", i).at_now();
    }
}

asio::awaitable<void> add_two(sender& target)
{
    return add_rows(target, 2);
}

TEST_F(sender_pool_test, uses_at_the_same_time_get_senders_of_their_own)
{
    std::set<const sender*> seen;
    test::run(io, [](sender_pool_test& t, std::set<const sender*>& all) -> asio::awaitable<void> {
        auto pool = co_await t.build(t.builder(), 3);
        EXPECT_EQ(pool.size(), 3U);
        const auto nested = [&](sender& first) -> asio::awaitable<std::size_t> {
            all.insert(&first);
            const auto again = [&](sender& second) -> asio::awaitable<void> {
                all.insert(&second);
                return add_rows(second, 1);
            };
            co_await pool.use(again);
            co_return all.size();
        };
        EXPECT_EQ(co_await pool.use(nested), 2U);
        EXPECT_EQ(co_await pool.use(nested), 2U); // the first sender is free again
        co_await pool.flush();
        EXPECT_EQ(t.server.requests.size(), 1U);
        EXPECT_EQ(pool.metrics().rows_acknowledged, 2U);
        co_await pool.close();
    }(*this, seen));
}

TEST_F(sender_pool_test, closing_reports_and_keeps_what_all_could_not_send)
{
    answer = status("400 Bad Request", "", "cast error");
    test::run(io, [](sender_pool_test& t) -> asio::awaitable<void> {
        auto pool = co_await t.build(t.builder(), 2);
        const auto both = [&](sender& first) -> asio::awaitable<void> {
            co_await add_two(first);
            co_await pool.use(add_two);
        };
        co_await pool.use(both);

        const error e = co_await failure_of(pool.close());

        EXPECT_EQ(e.code(), errc::server_flush_error);
        EXPECT_EQ(e.info().unacknowledged_rows, 4U);
        EXPECT_THAT(e.info().message, testing::HasSubstr("closed with 2 unacknowledged rows"));
        const auto rows = co_await pool.take_unacknowledged();
        EXPECT_EQ(rows.size(), 2U);
        EXPECT_EQ(rows.front().to_string(), "t n=0i\nt n=1i\n");
        co_await pool.close();
        EXPECT_EQ((co_await failure_of(pool.use(add_two))).code(), errc::closed);
    }(*this));
}

TEST_F(sender_pool_test, each_sender_has_its_part_of_the_memory)
{
    test::run(io, [](sender_pool_test& t) -> asio::awaitable<void> {
        auto options = t.builder();
        options.auto_flush(true).init_buf_size(1024).max_buf_size(8192);
        auto pool = co_await t.build(options, 4);
        const auto fill = [](sender& target) -> asio::awaitable<std::size_t> {
            std::size_t rows = 0;
            while (!target.table("t").column_str("s", std::string(100, 'x')).try_at_now()) {
                ++rows;
            }
            co_return rows;
        };
        EXPECT_NEAR(static_cast<double>(co_await pool.use(fill)), 2048.0 / 108, 2);
        co_await pool.close();
    }(*this));
}

// The executor of the context is no strand: a dispatch to it would call the handler directly.
TEST_F(sender_pool_test, the_caller_continues_outside_the_strands_of_the_senders)
{
    test::run(io, [](sender_pool_test& t) -> asio::awaitable<void> {
        const auto first = asio::make_strand(t.io);
        const auto second = asio::make_strand(t.io);
        const auto outside = [&] {
            return !first.running_in_this_thread() && !second.running_in_this_thread();
        };
        const std::vector<asio::any_io_executor> executors{first, second};
        auto pool = co_await sender_pool::build(t.builder(), executors);
        EXPECT_TRUE(outside());
        bool inside = false;
        const auto two = [&](sender& target) -> asio::awaitable<void> {
            inside = first.running_in_this_thread();
            co_await add_two(target);
        };
        co_await pool.use(two);
        EXPECT_TRUE(inside);
        EXPECT_TRUE(outside());
        const auto count = [](sender& source) -> asio::awaitable<std::size_t> {
            co_return source.unacknowledged_rows();
        };
        EXPECT_EQ(co_await pool.use(count), 2U);
        EXPECT_TRUE(outside());
        const auto fail = [](sender&) -> asio::awaitable<void> {
            throw std::runtime_error("of the function");
            co_return;
        };
        try {
            co_await pool.use(fail);
            ADD_FAILURE();
        } catch (const std::runtime_error&) {
            EXPECT_TRUE(outside());
        }
        EXPECT_EQ((co_await failure_of(pool.reload_tls())).code(), errc::invalid_api_call);
        EXPECT_TRUE(outside());
        EXPECT_EQ((co_await pool.take_unacknowledged()).size(), 1U);
        EXPECT_TRUE(outside());
        co_await pool.flush();
        EXPECT_TRUE(outside());
        co_await pool.close();
        EXPECT_TRUE(outside());
    }(*this));
}

TEST_F(sender_pool_test, a_pool_without_an_executor_is_none)
{
    test::run(io, [](sender_pool_test& t) -> asio::awaitable<void> {
        try {
            (void)co_await t.build(t.builder(), 0);
            ADD_FAILURE();
        } catch (const error& e) {
            EXPECT_EQ(e.code(), errc::config_error);
            EXPECT_STREQ(e.what(), "sender_pool: give it at least one executor");
        }
    }(*this));
}

asio::awaitable<void> note(asio::awaitable<void> operation, std::optional<errc>& out)
{
    const error e = co_await failure_of(std::move(operation));
    out = static_cast<errc>(e.code().value());
}

TEST_F(sender_pool_test, cancelling_is_passed_on_to_the_sender)
{
    answer = reply{.wait = true};
    std::optional<sender_pool> pool;
    test::run(io,
              [](sender_pool_test& t, std::optional<sender_pool>& out) -> asio::awaitable<void> {
                  out = co_await t.build(t.builder(), 2);
                  co_await out->use(add_two);
              }(*this, pool));
    std::optional<errc> codes[2];
    int ended = 0;
    asio::cancellation_signal stop[2];
    const auto begin = [&](int i, asio::awaitable<void> operation) {
        asio::co_spawn(io, note(std::move(operation), codes[i]),
                       asio::bind_cancellation_slot(stop[i].slot(),
                                                    [&](const std::exception_ptr&) { ++ended; }));
    };
    const auto flush_one = [](sender& target) { return target.flush(); };
    begin(0, pool->use(flush_one));
    begin(1, pool->flush());
    test::run_until(io, [this] { return !server.requests.empty(); });

    stop[0].emit(asio::cancellation_type::terminal);
    stop[1].emit(asio::cancellation_type::terminal);

    test::run_until(io, [&] { return ended == 2; });
    EXPECT_EQ(codes[0], errc::cancelled);
    EXPECT_EQ(codes[1], errc::cancelled);
    answer = ok();
    server.release(ok());
    test::run(io, pool->flush());
    EXPECT_EQ(pool->metrics().rows_acknowledged, 2U);
    test::run(io, pool->close());
}

asio::awaitable<void> serve(sender_pool& pool, int rows)
{
    const auto send = [rows](sender& target) -> asio::awaitable<void> {
        co_await add_rows(target, rows);
        co_await target.flush();
    };
    for (int i = 0; i < 5; ++i) {
        co_await pool.use(send);
    }
}

asio::awaitable<void> work(sender_pool& pool, asio::thread_pool& threads)
{
    std::vector<std::future<void>> workers;
    for (int i = 0; i < 40; ++i) {
        workers.push_back(asio::co_spawn(threads, serve(pool, 3), asio::use_future));
    }
    for (auto& one : workers) {
        while (one.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            co_await asio::post(threads, asio::use_awaitable);
        }
        one.get();
    }
    co_await pool.close();
}

TEST(sender_pool, coroutines_of_many_threads_share_senders)
{
    asio::io_context server_io(1);
    test::scripted_server server(server_io, [](const request&) { return ok(); });
    sender_builder builder("http", "127.0.0.1", server.port());
    builder.protocol_version(protocol_version::v2);
    std::thread serving([&] { server_io.run_for(std::chrono::seconds(60)); });
    metrics_snapshot sum;
    {
        asio::thread_pool threads(3);
        auto pool = asio::co_spawn(threads, sender_pool::build(builder, threads.get_executor(), 4),
                                   asio::use_future)
                        .get();
        asio::co_spawn(threads, work(pool, threads), asio::use_future).get();
        sum = pool.metrics();
    }
    server_io.stop();
    serving.join();

    std::size_t rows = 0;
    for (const request& r : server.requests) {
        rows += static_cast<std::size_t>(std::ranges::count(r.body, '\n'));
    }
    EXPECT_EQ(rows, 600U);
    EXPECT_EQ(sum.rows_acknowledged, 600U);
    EXPECT_LE(sum.connections, 4U);
}

} // namespace
