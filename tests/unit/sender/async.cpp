// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/async.hpp>
#include <coquest/row_schema.hpp>

#include "async_fixture.hpp"

#include <asio/bind_executor.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/strand.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <asio/version.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <list>
#include <optional>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::as_tuple;
using test::async_test;
using test::deferred;
using test::error_in;
using test::ok;
using test::outcome;
using test::reply;
using test::request;
using test::status;

constexpr row_schema<"t", fields::i64<"n">> numbers;

TEST_F(async_test, callbacks_build_flush_and_close)
{
    build(builder().auto_flush(false));
    EXPECT_EQ(s.get_executor(), io.get_executor());
    outcome flushed;
    outcome closed;

    add(1);
    async_flush(s, flushed.callback());
    EXPECT_EQ(flushed.calls, 0) << "never called from within the function";
    wait_for(flushed);
    EXPECT_FALSE(flushed.thrown);
    EXPECT_EQ(sent(), "t n=1i\n");

    add(2);
    async_close(s, closed.callback());
    wait_for(closed);
    EXPECT_FALSE(closed.thrown);
    EXPECT_EQ(sent(), "t n=1i\nt n=2i\n");
    EXPECT_TRUE(s.must_close());
}

TEST_F(async_test, a_build_that_fails_hands_over_no_sender)
{
    int calls = 0;
    async_build(builder().username("u"), io.get_executor(),
                [&](const std::exception_ptr& thrown, const sender& none) {
                    ++calls;
                    EXPECT_EQ(error_in(thrown).code(), errc::config_error);
                    EXPECT_TRUE(none.must_close());
                });
    test::run_until(io, [&] { return calls != 0; });
    EXPECT_EQ(calls, 1);
}

TEST_F(async_test, a_future_throws_the_error_with_its_diagnostics)
{
    answer = [](const request&) {
        return status("400 Bad Request", "Content-Type: application/json\r\n",
                      R"({"code":"invalid","message":"cast error","line":1,"errorId":"e-1"})");
    };
    build(builder());
    buffer rows = s.new_buffer();
    rows.table("t").column_i64("n", 1).at_now();

    std::future<void> flushed = async_flush(s, rows, asio::use_future);
    test::run_until(io, [&] { return flushed.wait_for(0s) == std::future_status::ready; });

    try {
        flushed.get();
        ADD_FAILURE() << "nothing was thrown";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), errc::server_flush_error);
        EXPECT_EQ(e.info().state, delivery::rejected);
        EXPECT_EQ(e.info().http_status, 400);
        EXPECT_EQ(e.info().server_error_id, "e-1");
    }
    EXPECT_EQ(rows.to_string(), "t n=1i\n");
}

TEST_F(async_test, operations_may_begin_on_any_thread)
{
    const std::vector<int> elements{1, 2, 3};
    std::thread running([this] { io.run_for(20s); });

    s = async_build(builder(), io.get_executor(), asio::use_future).get();
    async_append(s, elements, [](int n) { return numbers(n).at_now(); }, asio::use_future).get();
    async_flush(s, asio::use_future).get();
    async_close(s, asio::use_future).get();

    io.stop();
    running.join();
    EXPECT_EQ(sent(), "t n=1i\nt n=2i\nt n=3i\n");
}

TEST_F(async_test, a_row_is_committed_immediately)
{
    build(builder().auto_flush(false));
    outcome results[4];

    async_at_now(s.table("t").column_i64("n", 1), results[0].callback());
    async_at(s.table("t").column_i64("n", 2), timestamp_nanos(7), results[1].callback());
    async_at(s.table("t").column_i64("n", 3), std::chrono::sys_time<std::chrono::microseconds>(8us),
             results[2].callback());
    async_append(s, numbers(4).at_now(), results[3].callback());

    EXPECT_EQ(s.unacknowledged_rows(), 4U);
    for (const outcome& one : results) {
        EXPECT_EQ(one.calls, 0);
        wait_for(one);
        EXPECT_FALSE(one.thrown);
    }
    EXPECT_EQ(s.take_unacknowledged().to_string(), "t n=1i\nt n=2i 7n\nt n=3i 8t\nt n=4i\n");
}

TEST_F(async_test, a_bad_row_is_withdrawn_and_reported)
{
    build(builder().auto_flush(false));
    outcome bad;
    outcome good;

    async_at_now(s.table("t").column_str("s", "\xff"), bad.callback());
    async_at_now(s.table("t").column_i64("n", 1), good.callback());
    wait_for(bad);
    wait_for(good);

    EXPECT_EQ(error_in(bad.thrown).code(), errc::invalid_utf8);
    EXPECT_FALSE(good.thrown);
    EXPECT_EQ(s.unacknowledged_rows(), 1U);
}

TEST_F(async_test, a_row_completes_when_there_is_room)
{
    answer = [](const request&) { return reply{.wait = true}; };
    build(builder().init_buf_size(1024).max_buf_size(1024));
    std::list<outcome> rows;
    while (rows.size() < 60) { // of 22 bytes each
        async_at_now(s.table("table").column_i64("number", 1'000'000),
                     rows.emplace_back().callback());
    }
    test::run_until(io, [&] { return !server.requests.empty() && rows.front().calls == 1; });
    EXPECT_EQ(rows.back().calls, 0);

    answer = [](const request&) { return ok(); };
    server.release(ok());

    wait_for(rows.back());
    EXPECT_FALSE(rows.back().thrown);
}

TEST_F(async_test, elements_are_referred_to_or_go_along)
{
    build(builder().auto_flush(false));
    outcome results[3];
    std::vector<int> kept{1, 2};
    const auto row_of = [](int n) { return numbers(n).at_now(); };

    async_append(s, kept, row_of, results[0].callback());
    async_append(s, std::vector<int>{3, 4}, row_of, results[1].callback());
    async_append(
        s, std::views::iota(5, 7),
        [](buffer& rows, int n) { rows.table("t").column_i64("n", n).at_now(); },
        results[2].callback());
    kept[1] = 20;

    for (const outcome& one : results) {
        wait_for(one);
        EXPECT_FALSE(one.thrown);
    }
    EXPECT_EQ(s.take_unacknowledged().to_string(),
              "t n=1i\nt n=20i\nt n=3i\nt n=4i\nt n=5i\nt n=6i\n");
}

TEST_F(async_test, buffers_are_flushed_or_kept)
{
    build(builder());
    outcome kept;
    outcome flushed;
    buffer rows = s.new_buffer();
    rows.table("t").column_i64("n", 1).at_now();

    async_flush_and_keep(s, rows, kept.callback());
    wait_for(kept);
    EXPECT_FALSE(kept.thrown);
    EXPECT_EQ(rows.row_count(), 1U);
    async_flush(s, rows, flushed.callback());
    wait_for(flushed);

    EXPECT_FALSE(flushed.thrown);
    EXPECT_TRUE(rows.empty());
    EXPECT_EQ(sent(), "t n=1i\nt n=1i\n");
}

asio::awaitable<void> await_all(sender_builder options)
{
    const asio::any_io_executor executor = co_await asio::this_coro::executor;
    sender s = co_await async_build(std::move(options), executor, asio::use_awaitable);
    co_await async_at_now(s.table("t").column_i64("n", 1), asio::use_awaitable);
    const auto [bad] =
        co_await async_at_now(s.table("t").column_str("s", "\xff"), as_tuple(asio::use_awaitable));
    EXPECT_EQ(error_in(bad).code(), errc::invalid_utf8);
    const auto [flushed] = co_await async_flush(s, as_tuple(asio::use_awaitable));
    EXPECT_FALSE(flushed);
    co_await async_close(s, asio::use_awaitable);
    const auto [closed] = co_await async_flush(s, as_tuple(asio::use_awaitable));
    EXPECT_EQ(error_in(closed).code(), errc::closed);
}

TEST_F(async_test, awaitables_throw_or_give_a_tuple)
{
    test::run(io, await_all(builder().auto_flush(false)));

    EXPECT_EQ(sent(), "t n=1i\n");
}

TEST_F(async_test, a_deferred_operation_begins_when_it_is_called)
{
    build(builder().auto_flush(false));
    outcome first;
    outcome second;
    auto flush = async_flush(s, deferred);
    auto append =
        async_append(s, std::vector<int>{2}, [](int n) { return numbers(n).at_now(); }, deferred);
    add(1);
    auto row = async_at_now(s.table("t").column_i64("n", 3), deferred);
    EXPECT_EQ(s.unacknowledged_rows(), 2U) << "rows do not wait for that";
    io.poll();
    EXPECT_TRUE(server.requests.empty());

    flush(first.callback());
    wait_for(first);
    EXPECT_EQ(sent(), "t n=1i\nt n=3i\n");

    outcome appended;
    std::move(append)(appended.callback());
    wait_for(appended);
    flush(second.callback());
    wait_for(second);
    EXPECT_EQ(sent(), "t n=1i\nt n=3i\nt n=2i\n");
    std::move(row)(asio::detached);
}

TEST_F(async_test, the_handler_runs_on_its_own_executor)
{
    build(builder());
    asio::io_context other;
    std::optional<std::exception_ptr> thrown;
    const auto other_work = asio::make_work_guard(other);
    const auto work = asio::make_work_guard(io);

    async_flush(s,
                asio::bind_executor(other, [&](std::exception_ptr e) { thrown = std::move(e); }));
    while (io.poll() != 0) {
    }
    EXPECT_FALSE(thrown);
    other.run_one_for(20s);

    ASSERT_TRUE(thrown);
    EXPECT_FALSE(*thrown);
}

// The executor of the context is no strand: a dispatch to it would call the handler directly.
TEST_F(async_test, a_handler_of_another_executor_runs_outside_the_senders_strand)
{
    test::run(io, [](sender_builder options, asio::io_context& context) -> asio::awaitable<void> {
        const auto strand = asio::make_strand(context);
        sender built = co_await async_build(options, strand, asio::use_awaitable);
        EXPECT_FALSE(strand.running_in_this_thread());
        co_await async_at_now(built.table("t").column_i64("n", 1), asio::use_awaitable);
        EXPECT_FALSE(strand.running_in_this_thread());
        co_await async_flush(built, asio::use_awaitable);
        EXPECT_FALSE(strand.running_in_this_thread());
        co_await async_close(built, asio::use_awaitable);
        EXPECT_FALSE(strand.running_in_this_thread());
        bool own = false;
        async_close(built,
                    [&](const std::exception_ptr&) { own = strand.running_in_this_thread(); });
        while (!own) {
            co_await asio::post(context, asio::use_awaitable);
        }
    }(builder(), io));
}

} // namespace
