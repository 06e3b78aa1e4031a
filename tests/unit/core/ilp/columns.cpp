// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/columns.hpp>

#include "support/choices.hpp"
#include "support/random_values.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace coquest;
using namespace std::chrono_literals;
using namespace std::string_literals;

class columns : public testing::TestWithParam<protocol_version> {
protected:
    buffer rows{GetParam()};
    buffer expected{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(versions, columns,
                         testing::Values(protocol_version::v1, protocol_version::v2,
                                         protocol_version::v3),
                         [](const auto& param) {
                             return "v" + std::to_string(static_cast<int>(param.param));
                         });

TEST_P(columns, are_written_as_row_calls_write_them)
{
    const std::array symbol{"v a"s, ""s, "quo\"te \\ \xc3\xa9 and longer than a block"s};
    const std::array<const char*, 3> text{"a\"b", "", "\xc3\xa9"};
    const bool flag[] = {true, false, true};
    const std::vector<std::int8_t> small{-128, 0, 127};
    const std::vector<std::uint64_t> large{0, 1, std::numeric_limits<std::int64_t>::max()};
    const std::vector<float> single{1.5F, -0.0F, 3e38F};
    const std::vector<double> wide{0.1, 1e300, std::numeric_limits<double>::quiet_NaN()};
    const std::vector us{timestamp_micros(-1), timestamp_micros(0), timestamp_micros(7)};
    const std::vector ns{timestamp_nanos(-1999), timestamp_nanos(0), timestamp_nanos(7)};
    const std::vector<std::chrono::sys_seconds> s(3, std::chrono::sys_seconds(9s));

    rows.append_columns("a b", value_column("te xt", text), symbol_column("s=", symbol),
                        value_column("flag", flag), value_column("small", small),
                        value_column("large", large), value_column("single", single),
                        value_column("wide", wide), value_column("us", us), value_column("ns", ns),
                        value_column("s", s), timestamp_nanos(12345));

    for (std::size_t i = 0; i < 3; ++i) {
        expected.table("a b")
            .symbol("s=", symbol[i])
            .column("te xt", text[i])
            .column("flag", flag[i])
            .column("small", small[i])
            .column("large", large[i])
            .column("single", single[i])
            .column("wide", wide[i])
            .column("us", us[i])
            .column("ns", ns[i])
            .column("s", s[i])
            .at(timestamp_nanos(12345));
    }
    EXPECT_EQ(rows.to_string(), expected.to_string());
    EXPECT_EQ(rows.row_count(), 3U);
}

TEST_P(columns, with_symbol_indices_check_only_the_texts_in_use)
{
    const std::vector<std::string_view> texts{"buy now", "sell\xff, which no row has", "",
                                              "a text that is longer than one block of 16 bytes"};
    const std::vector<std::uint8_t> indices{3, 0, 2, 0, 3};
    const std::vector<std::int64_t> wide(indices.begin(), indices.end());

    rows.append_columns("t", symbol_column("a", indices, texts), symbol_column("b", wide, texts),
                        at_now);

    for (const std::uint8_t i : indices) {
        expected.table("t").symbol("a", texts[i]).symbol("b", texts[i]).at_now();
    }
    EXPECT_EQ(rows.to_string(), expected.to_string());
}

TEST_P(columns, leave_out_null_values)
{
    const std::vector<std::string> texts{"x", "y"};
    const std::vector<int> indices{0, 7, 1, -1};
    const std::array<const char*, 4> names{nullptr, "a", "b", "c"};
    const std::vector<double> numbers{1, 2, 3, 4};
    const std::vector<std::optional<int>> optional{1, std::nullopt, 3, std::nullopt};
    const bool first_missing[] = {false, true, true, true};
    const bool even[] = {true, false, true, false};
    const std::vector<std::uint8_t> bits{0x80, 0x05}; // from bit 6 on: 0, 1, 1, 0

    rows.append_columns("t", symbol_column("s", indices, texts).where(even),
                        symbol_column("n", names).where(first_missing),
                        value_column("x", numbers).where(bits, 6), value_column("o", optional),
                        at_now);

    expected.table("t").symbol("s", "x").column("o", 1).at_now();
    expected.table("t").symbol("n", "a").column("x", 2.0).at_now();
    expected.table("t").symbol("s", "y").symbol("n", "b").column("x", 3.0).column("o", 3).at_now();
    expected.table("t").symbol("n", "c").at_now();
    EXPECT_EQ(rows.to_string(), expected.to_string());
}

TEST_P(columns, accept_timestamps_of_any_kind)
{
    const std::vector<int> n{1, 2};
    const std::vector us{timestamp_micros(5), timestamp_micros(6)};
    const std::vector ns{timestamp_nanos(7), timestamp_nanos(1'700'000'000'000'000'000)};
    const std::vector<std::chrono::sys_seconds> points{std::chrono::sys_seconds(1s),
                                                       std::chrono::sys_seconds(2s)};
    rows.append_columns("t", value_column("n", n), us);
    rows.append_columns("t", value_column("n", n), ns);
    rows.append_columns("t", value_column("n", n), points);
    rows.append_columns("t", value_column("n", n), timestamp_micros(8));
    rows.append_columns("t", value_column("n", n), std::chrono::sys_time(9ns));
    rows.append_columns("t", value_column("n", n), at_now);

    const auto end_rows = [&](auto end) {
        for (std::size_t i = 0; i < n.size(); ++i) {
            end(expected.table("t").column("n", n[i]), i);
        }
    };
    end_rows([&](buffer& row, std::size_t i) { row.at(us[i]); });
    end_rows([&](buffer& row, std::size_t i) { row.at(ns[i]); });
    end_rows([&](buffer& row, std::size_t i) { row.at(points[i]); });
    end_rows([&](buffer& row, std::size_t) { row.at(timestamp_micros(8)); });
    end_rows([&](buffer& row, std::size_t) { row.at(timestamp_nanos(9)); });
    end_rows([&](buffer& row, std::size_t) { row.at_now(); });
    EXPECT_EQ(rows.to_string(), expected.to_string());
}

TEST_P(columns, accept_types_without_a_fast_path)
{
    const std::vector<uuid> ids(2, uuid{});
    const std::vector<std::string> texts{"a text of more than a segment "s + std::string(99, '='),
                                         "b"};
    buffer small(GetParam(), {.segment_size = 64});

    small.append_columns("t", symbol_column("s", texts), value_column("u", ids),
                         value_column("x", texts), value_column("v", ids), at_now);

    for (std::size_t i = 0; i < ids.size(); ++i) {
        expected.table("t")
            .symbol("s", texts[i])
            .column_uuid("u", ids[i])
            .column_str("x", texts[i])
            .column_uuid("v", ids[i])
            .at_now();
    }
    EXPECT_EQ(small.to_string(), expected.to_string());
}

TEST(dynamic_columns, come_from_a_range)
{
    const std::vector<std::string> names{"a", "b c"};
    const std::vector<double> numbers{1.5};
    std::vector<column_view> views;
    for (const std::string& name : names) {
        views.push_back(value_column(name, numbers));
    }
    buffer rows(protocol_version::v1);
    rows.append_columns("t", views, value_column("d", numbers), at_now);
    EXPECT_EQ(rows.to_string(), "t a=1.5,b\\ c=1.5,d=1.5\n");
}

TEST(empty_columns, add_no_row)
{
    buffer rows;
    rows.append_columns("t", value_column("x", std::vector<double>()),
                        std::vector<timestamp_nanos>());
    EXPECT_TRUE(rows.empty());
    EXPECT_EQ(rows.to_string(), "");
}

/// Expects that @p call throws and leaves @p rows unchanged. Returns the message.
std::string message_of(buffer& rows, errc code, const std::function<void()>& call)
{
    rows.table("before").symbol("s", "v").at_now();
    const std::string before = rows.to_string();
    const std::size_t count = rows.row_count();
    try {
        call();
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), code);
        EXPECT_EQ(rows.to_string(), before);
        EXPECT_EQ(rows.row_count(), count);
        rows.table("next").symbol("s", "v").at_now();
        return failure.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

TEST(column_errors, name_the_column_whose_length_differs)
{
    buffer rows;
    const std::vector<double> three(3, 1.5);
    const std::vector<int> single(1, 1);
    const std::vector<timestamp_nanos> times(1);
    const bool flags[] = {true};
    const std::vector<std::uint8_t> bits{0xff};
    const auto refused = [&](const std::function<void()>& call) {
        return message_of(rows, errc::invalid_api_call, call);
    };

    EXPECT_EQ(refused([&] {
                  rows.append_columns("t", value_column("x", three),
                                      symbol_column("y", single, std::array{"a"}), at_now);
              }),
              "column \"y\" has 1 value, but column \"x\" has 3");
    EXPECT_EQ(refused([&] { rows.append_columns("t", value_column("x", three), times); }),
              "1 timestamp, but column \"x\" has 3");
    EXPECT_EQ(refused([&] { (void)value_column("x", three).where(flags); }),
              "column \"x\": 1 validity flag for 3 values");
    EXPECT_EQ(refused([&] { (void)value_column("x", three).where(bits, 6); }),
              "column \"x\": 2 validity flags for 3 values");
    EXPECT_EQ(refused([&] { (void)value_column("x", three).where(bits, 9); }),
              "column \"x\": 0 validity flags for 3 values");
    EXPECT_EQ(refused([&] { rows.append_columns("t", std::vector<column_view>(), at_now); }),
              "append_columns needs at least one column");
}

TEST(column_errors, name_row_column_and_byte_and_withdraw_all_rows)
{
    buffer rows(protocol_version::v2, {.segment_size = 64});
    std::vector<std::string> texts(100, "plain");
    std::vector<int> indices(100, 99);
    std::vector<std::uint64_t> numbers(100, 1);
    std::vector<timestamp_nanos> times(100);
    const std::vector<std::chrono::sys_seconds> points(100, std::chrono::sys_seconds::max());
    const std::vector<double> single{1.5};
    const bool none[] = {false};

    texts[60] = "ab\xff";
    EXPECT_EQ(message_of(rows, errc::invalid_utf8,
                         [&] { rows.append_columns("t", symbol_column("s", texts), times); }),
              "row 60: symbol \"s\": invalid UTF-8 at byte 2 of the value");
    EXPECT_EQ(message_of(rows, errc::invalid_utf8,
                         [&] { rows.append_columns("t", value_column("x", texts), times); }),
              "row 60: column \"x\": invalid UTF-8 at byte 2 of the value");
    texts[60] = "a\0"s;
    indices[70] = 60;
    EXPECT_EQ(
        message_of(rows, errc::invalid_api_call,
                   [&] { rows.append_columns("t", symbol_column("s", indices, texts), times); }),
        "row 70: symbol \"s\": zero byte at byte 1 of the value, which the server refuses in "
        "symbols");
    indices[70] = 100;
    EXPECT_EQ(
        message_of(rows, errc::invalid_api_call,
                   [&] { rows.append_columns("t", symbol_column("s", indices, texts), times); }),
        "row 70: symbol \"s\": index 100 is outside its 100 texts");
    indices[70] = -1;
    EXPECT_EQ(
        message_of(rows, errc::invalid_api_call,
                   [&] { rows.append_columns("t", symbol_column("s", indices, texts), times); }),
        "row 70: symbol \"s\": a negative index is outside its 100 texts");
    times[80] = timestamp_nanos(-1);
    EXPECT_EQ(message_of(rows, errc::invalid_timestamp,
                         [&] { rows.append_columns("t", value_column("n", numbers), times); }),
              "row 80: timestamp -1 ns is negative: the designated timestamp can't be before 1970");
    numbers[50] = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(message_of(rows, errc::invalid_api_call,
                         [&] { rows.append_columns("t", value_column("n", numbers), times); }),
              "row 50: column \"n\": an integer above 9223372036854775807 does not fit a LONG");
    EXPECT_EQ(message_of(rows, errc::invalid_timestamp,
                         [&] { rows.append_columns("t", value_column("p", points), at_now); }),
              "row 0: column \"p\": the time point does not fit a 64-bit timestamp");
    EXPECT_EQ(message_of(rows, errc::invalid_timestamp,
                         [&] { rows.append_columns("t", value_column("i", indices), points); }),
              "row 0: the time point does not fit a 64-bit timestamp");
    EXPECT_EQ(
        message_of(rows, errc::invalid_timestamp,
                   [&] { rows.append_columns("t", value_column("i", indices), points.front()); }),
        "the time point does not fit a 64-bit timestamp");
    EXPECT_EQ(message_of(
                  rows, errc::invalid_api_call,
                  [&] { rows.append_columns("t", value_column("x", single).where(none), at_now); }),
              "row 0: every column is NULL, but a row needs at least one value");
}

TEST(column_errors, report_invalid_names_and_calls_before_any_row)
{
    buffer rows(protocol_version::v2, {.max_name_len = 16});
    const std::vector<double> single{1.5};
    EXPECT_EQ(message_of(rows, errc::invalid_name,
                         [&] { rows.append_columns("t", value_column("a?"s, single), at_now); }),
              "column name \"a?\": character \"?\" at byte 1 is not allowed");
    EXPECT_EQ(message_of(rows, errc::invalid_name,
                         [&] {
                             rows.append_columns("t", value_column("seventeen letters", single),
                                                 at_now);
                         }),
              "column name \"seventeen letters\" has 17 bytes, more than max_name_len (16)");
    EXPECT_EQ(message_of(rows, errc::invalid_name,
                         [&] { rows.append_columns(""s, value_column("x", single), at_now); }),
              "table name is empty");
    EXPECT_EQ(
        message_of(rows, errc::invalid_api_call,
                   [&] {
                       rows.table("t");
                       rows.append_columns("t", value_column("x", single), at_now);
                   }),
        "bad call to `append_columns`: should have called `symbol` or `column` instead: a row "
        "of table \"t\" is open");
}

TEST(column_errors, report_a_full_buffer)
{
    buffer rows(protocol_version::v2, {.segment_size = 64, .max_size = 100});
    const std::vector<int> n(20, 1);
    EXPECT_EQ(
        message_of(rows, errc::invalid_api_call,
                   [&] { rows.append_columns("t", value_column("n", n), at_now); }),
        "row 12: the buffer is full: 95 bytes and a row of 7 exceed max_buf_size (100): flush "
        "first");
}

TEST(column_errors, include_duplicates_if_they_are_checked)
{
    buffer rows(protocol_version::v2, {.check_duplicates = true});
    const std::vector<int> n{1};
    EXPECT_EQ(message_of(rows, errc::invalid_api_call,
                         [&] {
                             rows.append_columns("t", value_column("n", n), value_column("N", n),
                                                 at_now);
                         })
                  .rfind("row 0: \"n\" appears twice in the row", 0),
              0U);
}

/// Random columns of every type with a fast path, and the same rows as row calls.
class random_columns {
public:
    explicit random_columns(test::choices& choose) : count_(choose.below(30))
    {
        for (std::size_t i = 0; i < count_; ++i) {
            symbol_.push_back(test::random_text(choose));
            text_.push_back(test::random_text(choose));
            index_.push_back(static_cast<std::int16_t>(choose.below(7)));
            number_.push_back(test::random_f64(choose));
            integer_.push_back(test::random_i64(choose));
            time_.emplace_back(static_cast<std::int64_t>(choose.bits() >> 3));
        }
        for (std::size_t i = 0; i < 7; ++i) {
            texts_.push_back(test::random_text(choose));
        }
        for (auto& bits : validity_) {
            bits.resize(count_ / 8 + 2);
            for (std::uint8_t& byte : bits) {
                byte = static_cast<std::uint8_t>(choose.bits() | choose.bits());
            }
        }
    }

    void append(buffer& rows) const
    {
        rows.append_columns("ta ble", symbol_column("s", symbol_).where(validity_[0], 0),
                            value_column("n", integer_),
                            symbol_column("i", index_, texts_).where(validity_[1], 1),
                            value_column("text", text_).where(validity_[2], 2),
                            value_column("x", number_).where(validity_[3], 3), time_);
    }

    /// Returns the message for the first row that is refused, in the form of append_columns.
    std::string append_by_calls(buffer& rows) const
    {
        const auto has = [&](std::size_t column, std::size_t row) {
            const std::size_t bit = column + row;
            return (validity_[column][bit / 8] >> (bit % 8) & 1) != 0;
        };
        for (std::size_t row = 0; row < count_; ++row) {
            rows.table("ta ble");
            if (has(0, row)) {
                rows.symbol("s", symbol_[row]);
            }
            if (has(1, row)) {
                rows.symbol("i", texts_[static_cast<std::size_t>(index_[row])]);
            }
            rows.column("n", integer_[row]);
            if (has(2, row)) {
                rows.column("text", text_[row]);
            }
            if (has(3, row)) {
                rows.column("x", number_[row]);
            }
            diagnostics info;
            if (rows.try_at(time_[row], &info)) {
                return "row " + std::to_string(row) + ": " + info.message;
            }
        }
        return {};
    }

private:
    std::size_t count_;
    std::vector<std::string> symbol_;
    std::vector<std::string> text_;
    std::vector<std::int16_t> index_;
    std::vector<std::string> texts_;
    std::vector<double> number_;
    std::vector<std::int64_t> integer_;
    std::vector<timestamp_nanos> time_;
    std::array<std::vector<std::uint8_t>, 4> validity_;
};

TEST(column_property, random_columns_are_written_as_row_calls_write_them)
{
    static constexpr std::size_t segments[] = {64, 256, 65536};
    std::size_t taken = 0;
    std::size_t refused = 0;
    for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
        test::choices choose(seed, 2000);
        const auto version = static_cast<protocol_version>(1 + choose.below(3));
        const buffer_options limits{.segment_size = choose.pick(segments)};
        buffer rows(version, limits);
        buffer expected(version);
        const random_columns input(choose);

        const std::string refusal = input.append_by_calls(expected);
        std::string message;
        try {
            input.append(rows);
        } catch (const error& failure) {
            message = failure.what();
            expected.clear();
        }

        ASSERT_EQ(message, refusal) << "seed " << seed;
        ASSERT_EQ(rows.to_string(), expected.to_string()) << "seed " << seed;
        ASSERT_EQ(rows.row_count(), expected.row_count());
        ++(message.empty() ? taken : refused);
    }
    EXPECT_GT(taken, 500U);
    EXPECT_GT(refused, 500U);
}

} // namespace
