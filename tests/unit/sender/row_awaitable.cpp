// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The awaitable of a row, without a sender: what a new release of Asio must leave as it is.

#include <coquest/row_awaitable.hpp>

#include <asio/co_spawn.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

namespace {

using namespace asio::experimental::awaitable_operators;
using coquest::committed;

static_assert(std::is_void_v<committed> == bool(COQUEST_PORTABLE_AWAITABLE));

asio::awaitable<committed> wait(std::shared_ptr<int> steps)
{
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    ++*steps;
    co_return committed();
}

asio::awaitable<committed> fail()
{
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    throw std::runtime_error("refused");
}

/// Runs @p work, and rethrows its exception.
void run(asio::awaitable<void> work)
{
    asio::io_context io(1);
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(io, std::move(work), [&](std::exception_ptr thrown) {
        failure = std::move(thrown);
        done = true;
    });
    io.run();
    EXPECT_TRUE(done);
    if (failure) {
        std::rethrow_exception(failure);
    }
}

asio::awaitable<void> await_in_all_ways(std::shared_ptr<int> steps)
{
    co_await coquest::detail::ready_row();
    co_await wait(steps);
    const asio::awaitable<committed> dropped = wait(steps);
    asio::awaitable<committed> kept = wait(steps);
    co_await std::move(kept);
    asio::awaitable<void> converted = wait(steps);
    co_await std::move(converted);
    converted = coquest::detail::ready_row();
    co_await std::move(converted);
    co_await asio::co_spawn(co_await asio::this_coro::executor, wait(steps), asio::use_awaitable);
    co_await (wait(steps) && coquest::detail::ready_row());
}

TEST(row_awaitable, can_be_awaited_kept_converted_spawned_and_combined)
{
    const auto steps = std::make_shared<int>(0);
    run(await_in_all_ways(steps));
    EXPECT_EQ(*steps, 5);
    EXPECT_EQ(steps.use_count(), 1) << "a coroutine that was not awaited is destroyed";
}

asio::awaitable<void> await_a_failure()
{
    co_await fail();
}

TEST(row_awaitable, throws_what_its_coroutine_throws)
{
    EXPECT_THROW(run(await_a_failure()), std::runtime_error);
    EXPECT_THROW(run(fail()), std::runtime_error);
}

TEST(row_awaitable, row_that_does_not_wait_is_ready)
{
    EXPECT_EQ(coquest::detail::ready_row().await_ready(), !COQUEST_PORTABLE_AWAITABLE);
}

} // namespace
