// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "sender/waiters.hpp"

#include "support/run.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>
#include <asio/this_coro.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

using coquest::detail::waiters;

asio::awaitable<void> wait_twice(waiters& all, std::string& log)
{
    co_await all.wait();
    log += 'a';
    co_await all.wait();
    log += 'b';
}

class waiters_test : public testing::Test {
protected:
    asio::io_context io{1};
    std::optional<waiters> all{std::in_place, io.get_executor()};
    std::string log;
};

TEST_F(waiters_test, resumes_them_on_the_spot_and_wakes_them_later)
{
    asio::co_spawn(io, wait_twice(*all, log), asio::detached);
    asio::co_spawn(io, wait_twice(*all, log), asio::detached);
    io.poll();
    EXPECT_FALSE(all->empty());

    all->resume();
    EXPECT_EQ(log, "aa") << "coroutines that wait again are not resumed again";
    all->wake();
    EXPECT_EQ(log, "aa");
    EXPECT_TRUE(all->empty());
    io.poll();
    EXPECT_EQ(log, "aabb");
    EXPECT_TRUE(io.stopped()) << "nothing is left to do";
}

TEST_F(waiters_test, keeps_no_context_busy_once_woken)
{
    asio::co_spawn(io, wait_twice(*all, log), asio::detached);
    io.poll();
    all->resume();
    all->resume();
    EXPECT_EQ(log, "ab");
    io.poll();
    EXPECT_FALSE(io.stopped());

    all->wake();
    io.poll();
    EXPECT_TRUE(io.stopped());
}

TEST_F(waiters_test, a_wait_that_has_an_end_ends_then_or_before)
{
    const auto wait = [](waiters& group, std::string& out, auto until) -> asio::awaitable<void> {
        co_await group.wait(until);
        out += 'x';
    };
    const auto now = std::chrono::steady_clock::now();
    asio::co_spawn(io, wait(*all, log, now), asio::detached);
    asio::co_spawn(io, wait(*all, log, now + std::chrono::hours(1)), asio::detached);
    coquest::test::run_until(io, [this] { return log == "x"; });

    all->resume(); // a wait with a time limit always ends later
    EXPECT_EQ(log, "x");
    io.poll();
    EXPECT_EQ(log, "xx");
}

TEST_F(waiters_test, a_wait_can_be_cancelled)
{
    asio::cancellation_signal signal;
    asio::co_spawn(
        io,
        [](waiters& group, std::string& out) -> asio::awaitable<void> {
            co_await group.wait();
            const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
            out += state.cancelled() == asio::cancellation_type::none ? "no" : "yes";
        }(*all, log),
        asio::bind_cancellation_slot(signal.slot(), asio::detached));
    io.poll();

    signal.emit(asio::cancellation_type::terminal);
    EXPECT_EQ(log, "");
    io.poll();
    EXPECT_EQ(log, "yes");
    signal.emit(asio::cancellation_type::terminal);
    io.poll();
    EXPECT_EQ(log, "yes");
}

TEST_F(waiters_test, what_one_throws_comes_out_of_the_context)
{
    asio::co_spawn(
        io,
        [](waiters& group) -> asio::awaitable<void> {
            co_await group.wait();
            throw std::runtime_error("mine");
        }(*all),
        [](const std::exception_ptr& thrown) { std::rethrow_exception(thrown); });
    asio::co_spawn(io, wait_twice(*all, log), asio::detached);
    io.poll();

    EXPECT_NO_THROW(all->resume());
    EXPECT_EQ(log, "a");
    EXPECT_THROW(io.poll(), std::runtime_error);
}

TEST_F(waiters_test, a_waiter_of_another_executor_continues_there)
{
    const auto strand = asio::make_strand(io);
    bool there = false;
    asio::co_spawn(
        strand,
        [](waiters& group, bool& in_strand, auto own_strand) -> asio::awaitable<void> {
            co_await group.wait();
            in_strand = own_strand.running_in_this_thread();
        }(*all, there, strand),
        asio::detached);
    io.poll();
    all->resume();
    io.poll();
    EXPECT_TRUE(there);
}

TEST(waiters, a_context_that_goes_takes_them_along)
{
    const auto held = std::make_shared<int>();
    const auto hold = [](waiters& group, std::shared_ptr<int> /*kept*/) -> asio::awaitable<void> {
        co_await group.wait();
    };
    auto io = std::make_unique<asio::io_context>();
    std::optional<waiters> all(std::in_place, io->get_executor());
    asio::co_spawn(*io, hold(*all, held), asio::detached);
    asio::co_spawn(*io, hold(*all, held), asio::detached);
    io->poll();
    EXPECT_EQ(held.use_count(), 3);

    all->release();
    io.reset();
    EXPECT_EQ(held.use_count(), 1);
}

} // namespace
