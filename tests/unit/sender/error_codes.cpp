// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The forms of operations that return an error code in place of throwing.

#include "async_fixture.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/bind_executor.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <gmock/gmock.h>

#include <chrono>
#include <future>
#include <optional>
#include <system_error>

namespace coquest::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class error_codes : public async_test {
protected:
    error_codes()
    {
        answer = [this](const request&) {
            return refuses ? status("400 Bad Request", "Content-Type: application/json\r\n",
                                    R"({"code":"invalid","message":"cast error","line":1})")
                           : ok();
        };
    }
    void expect_rejection(std::error_code code) const
    {
        EXPECT_EQ(code, errc::server_flush_error);
        EXPECT_EQ(info.state, delivery::rejected);
        EXPECT_THAT(info.message, HasSubstr("cast error"));
    }
    void expect_no_failure(std::error_code code) const
    {
        EXPECT_FALSE(code) << info.message;
        EXPECT_EQ(info.message, "");
    }
    void expect_wrong_option(std::error_code code) const
    {
        EXPECT_EQ(code, errc::config_error);
        EXPECT_THAT(info.message, HasSubstr("password"));
    }

public:
    bool refuses = true;
    diagnostics info;

    asio::awaitable<void> await_member_functions()
    {
        sender none;
        expect_wrong_option(co_await builder().username("u").try_build(none, &info));
        EXPECT_TRUE(none.must_close());
        sender made;
        expect_no_failure(co_await builder().try_build(made, &info));
        EXPECT_FALSE(made.must_close());

        buffer rows = made.new_buffer();
        rows.table("t").column_i64("n", 1).at_now();
        expect_rejection(co_await made.try_flush(rows, &info));
        EXPECT_EQ(rows.row_count(), 1U);
        refuses = false;
        expect_no_failure(co_await made.try_flush(rows, &info));
        EXPECT_TRUE(rows.empty());

        refuses = true;
        co_await made.table("t").column_i64("n", 2).at_now();
        expect_rejection(co_await made.try_flush(&info));
        expect_rejection(co_await made.try_close(&info));
        EXPECT_EQ(info.unacknowledged_rows, 1U);
        EXPECT_EQ(co_await made.try_flush(), errc::closed) << "without diagnostics";
        EXPECT_EQ(co_await none.try_flush(), errc::closed);
        EXPECT_FALSE(co_await none.try_close());
    }

    asio::awaitable<void> await_redirected_errors()
    {
        std::error_code ec;
        sender none = co_await async_build(builder().username("u"), io.get_executor(), info,
                                           asio::redirect_error(asio::use_awaitable, ec));
        expect_wrong_option(ec);
        EXPECT_TRUE(none.must_close());
        sender made = co_await async_build(builder(), io.get_executor(), info,
                                           asio::redirect_error(asio::use_awaitable, ec));
        expect_no_failure(ec);

        buffer rows = made.new_buffer();
        rows.table("t").column_i64("n", 1).at_now();
        co_await async_flush(made, rows, info, asio::redirect_error(asio::use_awaitable, ec));
        expect_rejection(ec);
        co_await made.table("t").column_i64("n", 2).at_now();
        const auto [code] = co_await async_flush(made, info, as_tuple(asio::use_awaitable));
        expect_rejection(code);
        refuses = false;
        try { // like any operation of Asio
            co_await async_flush(made, info, asio::use_awaitable);
        } catch (const std::system_error& failure) {
            ADD_FAILURE() << failure.what();
        }
        expect_no_failure({});
        co_await async_close(made, info, asio::redirect_error(asio::use_awaitable, ec));
        expect_no_failure(ec);
        EXPECT_EQ(sent().substr(sent().size() - 7), "t n=2i\n");
    }
};

TEST_F(error_codes, member_functions_return_them)
{
    run(io, await_member_functions());
}

TEST_F(error_codes, completion_tokens_get_them)
{
    run(io, await_redirected_errors());
}

TEST_F(error_codes, a_future_throws_them)
{
    build(builder());
    buffer rows = s.new_buffer();
    rows.table("t").column_i64("n", 1).at_now();

    std::future<void> flushed = async_flush(s, rows, info, asio::use_future);
    run_until(io, [&] { return flushed.wait_for(0s) == std::future_status::ready; });

    try {
        flushed.get();
        ADD_FAILURE() << "nothing was thrown";
    } catch (const std::system_error& failure) {
        expect_rejection(failure.code());
    }
}

TEST_F(error_codes, a_cancelled_wait_returns_its_own)
{
    build(builder().auto_flush(false));
    answer = [](const request&) { return reply{}; };
    std::optional<std::error_code> result;
    asio::cancellation_signal signal;
    add(1);
    async_flush(s, info, asio::bind_cancellation_slot(signal.slot(), [&](std::error_code code) {
                    result = code;
                }));
    run_until(io, [&] { return !server.requests.empty(); });
    signal.emit(asio::cancellation_type::terminal);
    run_until(io, [&] { return result.has_value(); });

    EXPECT_EQ(*result, errc::cancelled);
    EXPECT_THAT(info.message, HasSubstr("cancelled"));
}

TEST_F(error_codes, a_handler_keeps_its_executor)
{
    build(builder());
    asio::io_context other;
    bool called = false;
    async_flush(s, info, asio::bind_executor(other, [&](std::error_code) { called = true; }));
    io.poll();
    EXPECT_FALSE(called);
    run_until(io, [&] {
        other.restart();
        other.poll();
        return called;
    });
}

} // namespace
} // namespace coquest::test
