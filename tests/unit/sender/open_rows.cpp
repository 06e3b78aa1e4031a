// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A row that stays open does not affect other rows, and rows of several coroutines do not mix.

#include <coquest/async.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

using namespace coquest;
using test::failure_of;

class open_rows : public testing::Test {
public: // the coroutines use them
    asio::awaitable<sender> build()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(protocol_version::v2).auto_flush_interval(std::chrono::hours(1));
        return options.build();
    }
    [[nodiscard]] std::string sent() const
    {
        std::string text;
        for (const test::request& received : server.requests) {
            text += received.body;
        }
        return text;
    }

    asio::io_context io{1};
    test::scripted_server server{io, [](const test::request&) { return test::ok(); }};
};

std::string throwing()
{
    throw std::runtime_error("no value");
}

TEST_F(open_rows, an_argument_that_throws_withdraws_its_row)
{
    test::run(io, [](open_rows& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        int thrown = 0;
        for (int i = 0; i < 2; ++i) {
            try {
                co_await s.table("bad").symbol("s", "v").column_str("x", throwing()).at_now();
            } catch (const std::runtime_error&) {
                ++thrown;
            }
            co_await s.table("good").column_i64("n", i).at_now();
        }
        EXPECT_EQ(thrown, 2);
        try {
            (void)s.table("bad").column_str("x", throwing()).try_at_now();
        } catch (const std::runtime_error&) {
            EXPECT_FALSE(s.table("good").column_i64("n", 2).try_at_now());
        }
        co_await s.close();
    }(*this));
    EXPECT_EQ(sent(), "good n=0i\ngood n=1i\ngood n=2i\n");
}

TEST_F(open_rows, a_row_that_was_not_ended_is_withdrawn)
{
    test::run(io, [](open_rows& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        {
            auto row = s.table("forgotten");
            row.symbol("s", "v").column_i64("n", 1);
        }
        co_await s.table("good").column_i64("n", 1).at_now();
        EXPECT_EQ(s.unacknowledged_rows(), 1U);
        co_await s.close();
    }(*this));
    EXPECT_EQ(sent(), "good n=1i\n");
}

TEST_F(open_rows, a_named_row_takes_columns_under_a_condition_and_ends_once)
{
    test::run(io, [](open_rows& t) -> asio::awaitable<void> {
        sender s = co_await t.build();
        auto row = s.table("t");
        row.symbol("s", "v");
        row.column_i64("n", 1);
        co_await row.at_now();
        row.column_i64("late", 1);
        auto next = s.table("t");
        row.column_i64("later", 1);
        const error again = co_await failure_of(row.at_now());
        EXPECT_EQ(again.code(), errc::invalid_api_call);
        EXPECT_STREQ(again.what(), "the row was ended before: begin another by `table`");
        EXPECT_EQ(row.try_at_now(), errc::invalid_api_call);
        co_await next.column_i64("n", 2).at_now();
        co_await s.close();
    }(*this));
    EXPECT_EQ(sent(), "t,s=v n=1i\nt n=2i\n");
}

asio::awaitable<std::int64_t> value_after(asio::steady_timer& until, std::int64_t value)
{
    std::error_code ec;
    co_await until.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    co_return value;
}

asio::awaitable<void> add_slow_row(sender& s, asio::steady_timer& until)
{
    co_await s.table("slow")
        .symbol("s", "v")
        .column_i64("n", co_await value_after(until, 7))
        .at_now();
}

asio::awaitable<void> add_rows_meanwhile(open_rows& t)
{
    sender s = co_await t.build();
    asio::steady_timer first(t.io, asio::steady_timer::time_point::max());
    asio::steady_timer second(t.io, asio::steady_timer::time_point::max());
    int ended = 0;
    const auto count = [&](const std::exception_ptr& thrown) {
        EXPECT_FALSE(thrown);
        ++ended;
    };
    asio::co_spawn(t.io, add_slow_row(s, first), count);
    asio::co_spawn(t.io, add_slow_row(s, second), count);
    co_await asio::post(t.io, asio::use_awaitable); // both have opened their row
    co_await s.table("quick").column_i64("n", 1).at_now();
    EXPECT_FALSE(s.table("quick").column_i64("n", 2).try_at_now());
    constexpr row_schema<"quick", fields::i64<"n">> quick;
    co_await s.append(quick(3).at_now());
    const std::vector<int> numbers{4, 5};
    const auto to_row = [&](int n) { return quick(n).at_now(); };
    co_await s.append(numbers, to_row);
    const auto write_row = [](buffer& rows, int n) {
        rows.table("quick").column_i64("n", n + 2).at_now();
    };
    co_await s.append(numbers, write_row);
    const std::vector<int> more{8, 9};
    co_await s.append_columns("quick", value_column("n", more), at_now);
    async_at_now(s.table("quick").column_i64("n", 10), asio::detached);
    EXPECT_EQ((co_await failure_of(s.table("quick").column_str("x", "\xff").at_now())).code(),
              errc::invalid_utf8);
    co_await s.flush();
    EXPECT_EQ(t.sent(), "quick n=1i\nquick n=2i\nquick n=3i\nquick n=4i\nquick n=5i\n"
                        "quick n=6i\nquick n=7i\nquick n=8i\nquick n=9i\nquick n=10i\n");
    second.cancel();
    co_await asio::post(t.io, asio::use_awaitable);
    co_await asio::post(t.io, asio::use_awaitable);
    first.cancel();
    while (ended != 2) {
        co_await asio::post(t.io, asio::use_awaitable);
    }
    co_await s.flush();
    co_await s.close();
}

TEST_F(open_rows, a_co_await_among_the_arguments_neither_costs_a_row_nor_mixes_rows)
{
    test::run(io, add_rows_meanwhile(*this));
    const std::string slow = "slow,s=v n=7i\n";
    EXPECT_EQ(server.requests.back().body, slow + slow);
}

TEST_F(open_rows, a_sender_that_is_full_refuses_rows_beside_an_open_one)
{
    test::run(io, [](open_rows& t) -> asio::awaitable<void> {
        sender_builder options("http", "127.0.0.1", t.server.port());
        options.protocol_version(protocol_version::v2).auto_flush(false);
        options.init_buf_size(1024).max_buf_size(1024);
        sender s = co_await options.build();
        const auto open = s.table("open");
        const std::string text(500, 'x');
        EXPECT_FALSE(s.table("t").column_str("x", text).try_at_now());
        const error full = co_await failure_of(s.table("t").column_str("x", text + text).at_now());
        EXPECT_EQ(full.code(), errc::invalid_api_call);
        EXPECT_EQ(s.unacknowledged_rows(), 1U);
        co_await s.close();
    }(*this));
}

asio::awaitable<void> hold_row(sender& s, asio::steady_timer& until)
{
    co_await s.table("t").column_i64("n", co_await value_after(until, 1)).at_now();
}

TEST_F(open_rows, a_sender_may_go_while_a_row_is_open)
{
    auto own = std::make_unique<asio::io_context>(1);
    std::optional<sender> s;
    asio::steady_timer until(*own, asio::steady_timer::time_point::max());
    std::optional<std::error_code> code;
    test::run(*own, [](open_rows& t, std::optional<sender>& out) -> asio::awaitable<void> {
        sender_builder options("http", "127.0.0.1", t.server.port());
        options.protocol_version(protocol_version::v2);
        out = co_await options.build();
    }(*this, s));
    asio::co_spawn(*own, hold_row(*s, until), [&](const std::exception_ptr& thrown) {
        try {
            std::rethrow_exception(thrown);
        } catch (const error& e) {
            code = e.code();
        }
    });
    asio::co_spawn(*own, hold_row(*s, until), asio::detached);
    own->restart();
    own->poll();
    {
        auto named = s->table("named");
        s.reset();
        named.column_i64("n", 1);
        EXPECT_EQ(named.try_at_now(), errc::closed);
    }
    until.cancel_one();
    own->restart();
    own->poll();
    EXPECT_EQ(code, errc::closed);
    until = asio::steady_timer(io); // destroyed before its context
    own.reset();                    // while a row is open
}

} // namespace
