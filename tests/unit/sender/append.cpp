// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Many rows in one await.

#include <coquest/row_schema.hpp>
#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ranges>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using test::ok;
using test::request;

constexpr row_schema<"t", fields::i64<"n">> numbers;
constexpr row_schema<"t", fields::symbol<"s">> names;

class append_test : public testing::Test {
protected:
    sender_builder builder()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(coquest::protocol_version::v2);
        return options;
    }
    void run(asio::awaitable<void> body) { test::run(io, std::move(body)); }
    std::string sent() const
    {
        std::string text;
        for (const request& received : server.requests) {
            text += received.body;
        }
        return text;
    }

    asio::io_context io{1};
    test::scripted_server server{io, [](const request&) { return ok(); }};
};

std::string rows_up_to(int end)
{
    std::string text;
    for (int i = 0; i < end; ++i) {
        text += "t n=" + std::to_string(i) + "i\n";
    }
    return text;
}

TEST_F(append_test, one_row_of_a_schema)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        auto s = co_await builder.build();
        co_await s.append(numbers(0).at_now());
        co_await s.append(numbers(1).at_now());
        co_await s.close();
    }(builder()));
    EXPECT_EQ(sent(), rows_up_to(2));
}

TEST_F(append_test, a_row_is_committed_even_if_it_is_not_awaited)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        auto s = co_await builder.build();
        static_cast<void>(s.append(numbers(0).at_now()));
        co_await s.close();
    }(builder()));
    EXPECT_EQ(sent(), rows_up_to(1));
}

TEST_F(append_test, a_range_goes_in_batches_of_the_size_that_was_set)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        builder.auto_flush_rows(100);
        auto s = co_await builder.build();
        const auto row_of = [](int n) { return numbers(n).at_now(); };
        co_await s.append(std::views::iota(0, 250), row_of);
        co_await s.close();
    }(builder()));
    EXPECT_EQ(sent(), rows_up_to(250));
    ASSERT_EQ(server.requests.size(), 3U);
    EXPECT_EQ(server.requests[0].body, rows_up_to(100));
}

TEST_F(append_test, a_function_may_write_the_row_itself)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        auto s = co_await builder.build();
        const auto write = [](buffer& rows, int n) { rows.table("t").column_i64("n", n).at_now(); };
        const std::vector<int> list = {0, 1, 2};
        co_await s.append(list, write);
        co_await s.close();
    }(builder()));
    EXPECT_EQ(sent(), rows_up_to(3));
}

TEST_F(append_test, waits_at_max_buf_size_and_keeps_to_it)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        builder.init_buf_size(1024).max_buf_size(4096);
        auto s = co_await builder.build();
        std::size_t most = 0;
        const auto row_of = [&](int n) {
            most = std::max(most, s.unacknowledged_rows());
            return numbers(n).at_now();
        };
        co_await s.append(std::views::iota(0, 5000), row_of);
        EXPECT_LT(most, 4096U / 6 + 2); // "t n=0i\n" and longer
        co_await s.close();
    }(builder()));
    EXPECT_EQ(sent(), rows_up_to(5000));
}

TEST_F(append_test, a_bad_element_is_named_and_those_before_it_stay)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        auto s = co_await builder.build();
        const std::vector<std::string> list = {"a", "b", "\xff", "d"};
        std::string message;
        try {
            const auto row_of = [](const std::string& text) { return names(text).at_now(); };
            co_await s.append(list, row_of);
        } catch (const error& failure) {
            EXPECT_EQ(failure.code(), errc::invalid_utf8);
            message = failure.what();
        }
        EXPECT_EQ(message, "element 2: symbol \"s\": invalid UTF-8 at byte 0 of the value");
        EXPECT_EQ(s.unacknowledged_rows(), 2U);
        bool thrown = false;
        try {
            const auto fail = [](buffer& rows, const std::string& text) {
                rows.table("t").symbol("s", text);
                throw std::runtime_error("the caller's own");
            };
            co_await s.append(list, fail);
        } catch (const std::runtime_error&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
        co_await s.append(names("e").at_now()); // no row is open
        co_await s.close();
    }(builder()));
    EXPECT_EQ(sent(), "t,s=a\nt,s=b\nt,s=e\n");
}

TEST_F(append_test, columns_go_in_batches_of_the_size_that_was_set)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        builder.auto_flush_rows(100);
        auto s = co_await builder.build();
        std::vector<int> n(250);
        std::ranges::copy(std::views::iota(0, 250), n.begin());
        co_await s.append_columns("t", value_column("n", n), at_now);
        co_await s.close();
    }(builder()));
    EXPECT_EQ(sent(), rows_up_to(250));
    ASSERT_EQ(server.requests.size(), 3U);
    EXPECT_EQ(server.requests[0].body, rows_up_to(100));
}

TEST_F(append_test, a_bad_row_of_columns_is_named_and_those_before_it_stay)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        auto s = co_await builder.build();
        const std::vector<std::string> list = {"a", "b", "\xff", "d"};
        std::string message;
        try {
            co_await s.append_columns("t", symbol_column("s", list), at_now);
        } catch (const error& failure) {
            EXPECT_EQ(failure.code(), errc::invalid_utf8);
            message = failure.what();
        }
        EXPECT_EQ(message, "row 2: symbol \"s\": invalid UTF-8 at byte 0 of the value");
        EXPECT_EQ(s.unacknowledged_rows(), 2U);
        co_await s.append(names("e").at_now()); // no row is open
        co_await s.close();
    }(builder()));
    EXPECT_EQ(sent(), "t,s=a\nt,s=b\nt,s=e\n");
}

TEST_F(append_test, duplicate_columns_are_refused_with_check_duplicates)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        auto s = co_await builder.check_duplicates(true).build();
        std::string message;
        try {
            co_await s.table("t").column_i64("n", 1).column_i64("N", 2).at_now();
        } catch (const error& failure) {
            message = failure.what();
        }
        EXPECT_NE(message.find("twice"), std::string::npos) << message;
        buffer rows = s.new_buffer();
        rows.table("t").column_i64("n", 1).column_i64("n", 2);
        EXPECT_EQ(rows.try_at(std::chrono::system_clock::now()), errc::invalid_api_call);
        co_await s.append(numbers(0).at_now());
        co_await s.close();
    }(builder()));
    EXPECT_EQ(sent(), rows_up_to(1));
}

TEST_F(append_test, a_closed_sender_takes_no_rows)
{
    run([](sender_builder builder) -> asio::awaitable<void> {
        auto s = co_await builder.build();
        co_await s.close();
        std::error_code code;
        try {
            co_await s.append(numbers(1).at_now());
        } catch (const error& failure) {
            code = failure.code();
        }
        EXPECT_EQ(code, errc::closed);
    }(builder()));
    EXPECT_EQ(sent(), "");
}

} // namespace
