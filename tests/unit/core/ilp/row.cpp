// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/row_schema.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace coquest;
using namespace coquest::fields;
using namespace std::chrono_literals;
using namespace std::string_literals;

struct trade {
    std::string symbol;
    std::string side;
    double price = 0;
    std::optional<std::int64_t> amount;
    timestamp_nanos time;
};

constexpr row_schema<"trades", symbol<"symbol">, symbol<"side">, f64<"price">, i64<"amount">>
    trades;
constexpr row_schema<"a b", symbol<"s=">, str<"te xt">, boolean<"b">, i64<"i">, f64<"f">, ts<"t">>
    every_type;
constexpr row_schema<"t", f64<"x">, i64<"y">, boolean<"z">> numbers;

class typed_row : public testing::TestWithParam<protocol_version> {
protected:
    buffer rows{GetParam()};
    buffer expected{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(versions, typed_row,
                         testing::Values(protocol_version::v1, protocol_version::v2,
                                         protocol_version::v3),
                         [](const auto& param) {
                             return "v" + std::to_string(static_cast<int>(param.param));
                         });

TEST_P(typed_row, is_written_as_row_calls_write_it)
{
    const std::string text = "quo\"te \\ \xc3\xa9";
    rows.append(
        every_type("v a", text, true, -7, 1.5, timestamp_nanos(-1999)).at(timestamp_nanos(12345)));
    rows.append(every_type("", "", false, std::uint32_t{7}, 2.5F, timestamp_micros(3)).at_now());
    rows.append(every_type(text, std::string("gone"), false, 'x' == 'y' ? 1L : 2L, 1e300,
                           7s + std::chrono::sys_seconds())
                    .at(std::chrono::sys_seconds(9s)));

    expected.table("a b")
        .symbol("s=", "v a")
        .column_str("te xt", text)
        .column_bool("b", true)
        .column_i64("i", -7)
        .column_f64("f", 1.5)
        .column_ts("t", timestamp_nanos(-1999))
        .at(timestamp_nanos(12345));
    expected.table("a b")
        .symbol("s=", "")
        .column_str("te xt", "")
        .column_bool("b", false)
        .column_i64("i", 7)
        .column_f64("f", 2.5)
        .column_ts("t", timestamp_micros(3))
        .at_now();
    expected.table("a b")
        .symbol("s=", text)
        .column_str("te xt", "gone")
        .column_bool("b", false)
        .column_i64("i", 2)
        .column_f64("f", 1e300)
        .column_ts("t", timestamp_micros(7'000'000))
        .at(timestamp_micros(9'000'000));
    EXPECT_EQ(rows.to_string(), expected.to_string());
    EXPECT_EQ(rows.row_count(), 3U);
}

TEST_P(typed_row, leaves_out_empty_optionals)
{
    const std::optional<double> x = 1;
    const std::optional<double> no_x;
    const std::optional<int> y = 2;
    const std::optional<int> no_y;
    rows.append(numbers(x, y, true).at_now());
    rows.append(numbers(no_x, y, std::optional(true)).at_now());
    rows.append(numbers(no_x, no_y, true).at_now());
    rows.append(numbers(x, no_y, std::optional<bool>()).at_now());
    rows.append(numbers(no_x, 3, std::optional<bool>()).at_now());

    expected.table("t").column_f64("x", 1).column_i64("y", 2).column_bool("z", true).at_now();
    expected.table("t").column_i64("y", 2).column_bool("z", true).at_now();
    expected.table("t").column_bool("z", true).at_now();
    expected.table("t").column_f64("x", 1).at_now();
    expected.table("t").column_i64("y", 3).at_now();
    EXPECT_EQ(rows.to_string(), expected.to_string());
}

TEST_P(typed_row, crosses_segments)
{
    buffer small(GetParam(), {.segment_size = 64});
    for (int i = 0; i < 100; ++i) {
        const std::string name(static_cast<std::size_t>(i), '=');
        small.append(trades(name, "buy", 0.5 * i, i).at(timestamp_nanos(i * 100'000'001LL)));
        expected.table("trades")
            .symbol("symbol", name)
            .symbol("side", "buy")
            .column_f64("price", 0.5 * i)
            .column_i64("amount", i)
            .at(timestamp_nanos(i * 100'000'001LL));
    }
    EXPECT_EQ(small.to_string(), expected.to_string());
}

TEST_P(typed_row, comes_from_the_members_of_an_object)
{
    const std::vector<trade> list = {{"BTC", "buy", 1.5, 3, timestamp_nanos(1)},
                                     {"ETH", "sell", 2.5, {}, timestamp_nanos(2)}};
    rows.append(
        list,
        trades.from(&trade::symbol, &trade::side, &trade::price, &trade::amount).at(&trade::time));
    rows.append(list, trades
                          .from(
                              &trade::symbol, [](const trade&) { return "own"s; },
                              [](const trade& t) { return 2 * t.price; }, &trade::amount)
                          .at_now());
    for (const trade& t : list) {
        expected.table("trades")
            .symbol("symbol", t.symbol)
            .symbol("side", t.side)
            .column_f64("price", t.price)
            .column("amount", t.amount)
            .at(t.time);
    }
    for (const trade& t : list) {
        expected.table("trades")
            .symbol("symbol", t.symbol)
            .symbol("side", "own")
            .column_f64("price", 2 * t.price)
            .column("amount", t.amount)
            .at_now();
    }
    EXPECT_EQ(rows.to_string(), expected.to_string());
}

std::string message_of(buffer& rows, auto call)
{
    const std::string before = rows.to_string();
    const std::size_t count = rows.row_count();
    try {
        call();
    } catch (const error& failure) {
        EXPECT_EQ(rows.to_string(), before);
        EXPECT_EQ(rows.row_count(), count);
        rows.table("next").symbol("s", "v").at_now(); // the buffer still accepts rows
        return failure.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

TEST(typed_row_errors, name_the_field_and_leave_the_buffer_as_it_was)
{
    buffer rows;
    rows.append(numbers(1.0, 2, true).at_now());

    EXPECT_EQ(message_of(rows, [&] { rows.append(trades("a", "b\xff", 1.0, 1).at_now()); }),
              "symbol \"side\": invalid UTF-8 at byte 1 of the value");
    EXPECT_EQ(
        message_of(rows, [&] { rows.append(trades("a\0b"s, "b", 1.0, 1).at_now()); }),
        "symbol \"symbol\": zero byte at byte 1 of the value, which the server refuses in symbols");
    EXPECT_EQ(
        message_of(rows,
                   [&] {
                       rows.append(
                           every_type("", "\xe6\xbc", true, 1, 1.0, timestamp_nanos(1)).at_now());
                   }),
        "column \"te xt\": invalid UTF-8 at byte 0 of the value");
    EXPECT_EQ(message_of(rows, [&] { rows.append(numbers(1.0, 2, true).at(timestamp_nanos(-1))); }),
              "timestamp -1 ns is negative: the designated timestamp can't be before 1970");
    EXPECT_EQ(message_of(rows,
                         [&] {
                             rows.append(
                                 every_type("", "", true, 1, 1.0,
                                            std::chrono::sys_time<std::chrono::hours>::max())
                                     .at_now());
                         }),
              "column \"t\": the time point does not fit a 64-bit timestamp");
    EXPECT_EQ(message_of(rows,
                         [&] {
                             rows.append(numbers(1.0, 2, true)
                                             .at(std::chrono::sys_time<std::chrono::hours>::max()));
                         }),
              "the time point does not fit a 64-bit timestamp");
    const std::optional<double> none;
    EXPECT_EQ(
        message_of(rows,
                   [&] {
                       rows.append(
                           numbers(none, std::optional<int>(), std::optional<bool>()).at_now());
                   }),
        "bad call to `at_now`: should have called `symbol` or `column` instead");
    EXPECT_EQ(message_of(rows,
                         [&] {
                             rows.table("t");
                             rows.append(numbers(1.0, 2, true).at_now());
                         }),
              "bad call to `append`: should have called `symbol` or `column` instead: a row of "
              "table \"t\" is open");

    diagnostics info;
    EXPECT_EQ(rows.try_append(trades("a", "\x80", 1.0, 1).at_now(), &info), errc::invalid_utf8);
    EXPECT_EQ(info.message, "symbol \"side\": invalid UTF-8 at byte 0 of the value");
    EXPECT_FALSE(rows.try_append(trades("a", "b", 1.0, 1).at_now()));
}

TEST(typed_row_errors, report_a_name_longer_than_the_server_accepts)
{
    constexpr row_schema<"t", f64<"twenty_characters_xx">> schema;
    buffer rows(protocol_version::v2, {.max_name_len = 19});
    EXPECT_EQ(message_of(rows, [&] { rows.append(schema(1.0).at_now()); }),
              "column name \"twenty_characters_xx\" has 20 bytes, more than max_name_len (19)");
    buffer roomy(protocol_version::v2, {.max_name_len = 20});
    roomy.append(schema(1.0).at_now());
    EXPECT_EQ(roomy.row_count(), 1U);
}

TEST(typed_row_errors, report_a_row_larger_than_the_buffer)
{
    buffer rows(protocol_version::v1, {.segment_size = 64, .max_size = 40});
    rows.append(numbers(1.0, 2, true).at_now());
    EXPECT_NE(message_of(rows, [&] { rows.append(trades("abcdefgh", "b", 1.0, 1).at_now()); })
                  .find("a row of more than 40 bytes"),
              std::string::npos);
}

TEST(typed_row_errors, columns_that_are_left_out_take_no_space)
{
    constexpr coquest::row_schema<"t", f64<"a">, f64<"b">, f64<"c">, f64<"d">, f64<"e">, f64<"f">,
                                  f64<"g">, f64<"h">, f64<"i">, f64<"j">, f64<"k">, f64<"l">>
        wide;
    const std::optional<double> none;
    buffer rows(protocol_version::v2, {.max_size = 15});
    rows.append(
        wide(1.5, none, none, none, none, none, none, none, none, none, none, none).at_now());
    EXPECT_EQ(rows.size(), 15U);
}

TEST(append_range, accepts_a_function_that_writes_the_row)
{
    const std::list<std::string> names = {"a", "b c"};
    buffer rows;
    rows.append(names, [](buffer& target, const std::string& name) {
        target.table("t").symbol("s", name).at_now();
    });
    EXPECT_EQ(rows.to_string(), "t,s=a\nt,s=b\\ c\n");
}

TEST(append_range, adds_all_rows_or_none)
{
    buffer rows(protocol_version::v2, {.segment_size = 64});
    rows.set_marker();
    rows.append(numbers(1.0, 2, true).at_now());
    std::vector<trade> list(100, trade{"BTC", "buy", 1.5, 3, timestamp_nanos(1)});
    list[60].side = "\xff";
    const auto row_of =
        trades.from(&trade::symbol, &trade::side, &trade::price, &trade::amount).at(&trade::time);
    EXPECT_EQ(message_of(rows, [&] { rows.append(list, row_of); }),
              "element 60: symbol \"side\": invalid UTF-8 at byte 0 of the value");
    EXPECT_EQ(
        message_of(rows,
                   [&] {
                       rows.append(list, [](buffer& target, const trade& t) {
                           target.table("t").symbol("s", t.symbol);
                       });
                   }),
        "element 0: bad call to `append`: should have called `symbol`, `column` or `at` instead: a "
        "row of table \"t\" is open");

    const std::string before = rows.to_string();
    EXPECT_THROW(rows.append(list,
                             [](buffer& target, const trade& t) {
                                 target.table("t").symbol("s", t.symbol);
                                 throw std::runtime_error("the caller's own");
                             }),
                 std::runtime_error);
    EXPECT_EQ(rows.to_string(), before);

    list[60].side = "sell";
    rows.append(list, row_of);
    EXPECT_EQ(rows.row_count(), 103U);
    rows.rewind_to_marker(); // the marker is still set
    EXPECT_TRUE(rows.empty());
}

TEST(append_range, clears_a_marker_among_the_rows_that_it_withdraws)
{
    buffer rows;
    rows.append(numbers(1.0, 2, true).at_now());
    const std::string before = rows.to_string();
    const int values[] = {1, 2};
    EXPECT_THROW(rows.append(values,
                             [](buffer& target, int value) {
                                 target.table("t").column_i64("i", value).at_now();
                                 target.set_marker();
                                 if (value == 2) {
                                     throw std::runtime_error("the caller's own");
                                 }
                             }),
                 std::runtime_error);
    EXPECT_THROW(rows.rewind_to_marker(), coquest::error);
    EXPECT_EQ(rows.to_string(), before);
}

TEST(append_range, does_not_restore_rows_that_the_function_cleared)
{
    buffer rows;
    rows.append(numbers(1.0, 2, true).at_now());
    const int values[] = {1};
    EXPECT_THROW(rows.append(values,
                             [](buffer& target, int) {
                                 target.clear();
                                 throw std::runtime_error("the caller's own");
                             }),
                 std::runtime_error);
    EXPECT_TRUE(rows.empty());
    EXPECT_EQ(rows.to_string(), "");
}

} // namespace
