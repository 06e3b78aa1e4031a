// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Cancelling the operations of async.hpp through the cancellation slot of the handler.

#include <coquest/async.hpp>

#include "async_fixture.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/detached.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <exception>

#if __has_include(<asio/cancel_after.hpp>)
#include <asio/cancel_after.hpp>
#endif

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::async_test;
using test::error_in;
using test::ok;
using test::outcome;
using test::reply;
using test::request;

class async_cancellation : public async_test {
protected:
    auto cancellable(outcome& result)
    {
        return asio::bind_cancellation_slot(signal.slot(), result.callback());
    }
    void cancel() { signal.emit(asio::cancellation_type::terminal); }
    void expect_cancelled(const outcome& result)
    {
        wait_for(result);
        EXPECT_EQ(error_in(result.thrown).code(), errc::cancelled);
    }

    asio::cancellation_signal signal;
};

TEST_F(async_cancellation, reaches_a_flush_that_waits)
{
    answer = [](const request&) { return reply{.wait = true}; };
    build(builder().auto_flush(false));
    add(1);
    outcome cancelled;
    async_flush(s, cancellable(cancelled));
    test::run_until(io, [&] { return !server.requests.empty(); });

    cancel();
    expect_cancelled(cancelled);

    EXPECT_EQ(s.unacknowledged_rows(), 1U);
    outcome flushed;
    async_flush(s, flushed.callback());
    server.release(ok());
    wait_for(flushed);
    EXPECT_FALSE(flushed.thrown) << "the sender still works";
}

TEST_F(async_cancellation, before_the_operation_began_is_the_same_error)
{
    build(builder().auto_flush(false));
    add(1);
    outcome flushed;
    async_flush(s, cancellable(flushed));

    cancel(); // nothing has run since

    expect_cancelled(flushed);
    EXPECT_TRUE(server.requests.empty());
}

TEST_F(async_cancellation, reaches_a_row_that_waits_for_room)
{
    answer = [](const request&) { return reply{.wait = true}; };
    build(builder().init_buf_size(1024).max_buf_size(1024));
    while (s.unacknowledged_rows() < 60) {
        async_at_now(s.table("table").column_i64("number", 1'000'000), asio::detached);
    }
    outcome row;
    async_at_now(s.table("table").column_i64("number", 1'000'000), cancellable(row));
    test::run_until(io, [&] { return !server.requests.empty(); });

    cancel();

    expect_cancelled(row);
    EXPECT_EQ(s.unacknowledged_rows(), 61U) << "the row stays committed";
}

TEST_F(async_cancellation, makes_a_close_end_immediately)
{
    answer = [](const request&) { return reply{.wait = true}; };
    build(builder().auto_flush(false));
    add(1);
    outcome closed;
    async_close(s, cancellable(closed));
    test::run_until(io, [&] { return !server.requests.empty(); });

    cancel();

    expect_cancelled(closed);
    EXPECT_EQ(error_in(closed.thrown).info().unacknowledged_rows, 1U);
    EXPECT_TRUE(s.must_close());
}

TEST_F(async_cancellation, reaches_a_build_that_negotiates)
{
    answer = [](const request&) { return reply{.wait = true}; };
    outcome built;
    async_build(
        sender_builder("http", "127.0.0.1", server.port()), io.get_executor(),
        asio::bind_cancellation_slot(
            signal.slot(), [report = built.callback()](std::exception_ptr e, const sender&) {
                report(std::move(e));
            }));
    test::run_until(io, [&] { return !server.requests.empty(); });

    cancel();

    expect_cancelled(built);
}

#if __has_include(<asio/cancel_after.hpp>)
TEST_F(async_cancellation, comes_after_a_time)
{
    answer = [](const request&) { return reply{.wait = true}; };
    build(builder().auto_flush(false));
    add(1);
    outcome flushed;

    async_flush(s, asio::cancel_after(10ms, flushed.callback()));

    expect_cancelled(flushed);
}
#endif

} // namespace
