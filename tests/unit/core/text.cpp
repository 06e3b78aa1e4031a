// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/text.hpp>

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace {

using namespace coquest::detail;
using namespace std::string_literals;

std::string symbol(std::string_view value)
{
    std::string out(2 * value.size() + text_slack, '#');
    const char* const end = put_symbol(out.data(), value);
    return end == nullptr ? "refused" : out.substr(0, static_cast<std::size_t>(end - out.data()));
}

std::string string(std::string_view value)
{
    std::string out(2 * value.size() + 2 + text_slack, '#');
    const char* const end = put_string(out.data(), value);
    return end == nullptr ? "refused" : out.substr(0, static_cast<std::size_t>(end - out.data()));
}

std::string number(double value)
{
    char out[max_double_text + text_slack];
    return {out, put_double(out, value)};
}

std::string integer(std::int64_t value)
{
    char out[max_integer_text + text_slack];
    return {out, put_integer(out, value)};
}

std::string escaped_one_by_one(const std::string& text, const std::string& special)
{
    std::string out;
    for (const char c : text) {
        if (special.find(c) != std::string::npos) {
            out += '\\';
        }
        out += c;
    }
    return out;
}

// Any mix of plain bytes, escapes and multi-byte characters, at every length across the blocks.
TEST(text, random_texts_are_escaped_as_byte_by_byte)
{
    static const std::string pieces[] = {"a",
                                         "b",
                                         "Z",
                                         "0",
                                         "\x01",
                                         "\x1f",
                                         "~",
                                         " ",
                                         ",",
                                         "=",
                                         "\"",
                                         "\\",
                                         "\n",
                                         "\r",
                                         "\xc3\xa9",
                                         "\xe6\xbc\xa2",
                                         "\xf0\x9f\x98\x80"};
    std::mt19937 random(1);
    for (int round = 0; round < 200'000; ++round) {
        std::string text;
        const std::size_t rare = random() % 20; // most texts have few escapes
        for (std::size_t n = random() % 40; n != 0; --n) {
            text += random() % (1 + rare) == 0 ? pieces[random() % std::size(pieces)] : "x";
        }
        ASSERT_EQ(symbol(text), escaped_one_by_one(text, " ,=\n\r\\"));
        ASSERT_EQ(string(text), '"' + escaped_one_by_one(text, "\n\r\"\\") + '"');
    }
}

TEST(text, invalid_utf8_is_refused_wherever_it_stands)
{
    for (std::size_t before = 0; before < 40; ++before) {
        for (const auto& bad :
             {"\xff"s, "\xc3"s, "\xe6\xbc"s, "\xc0\x80"s, "\xed\xa0\x80"s, "\x80"s}) {
            for (const auto& after : {""s, "x"s, "xxxxxxxxxxxxxxxxxxxx"s}) {
                const std::string text = std::string(before, 'a') + bad + after;
                ASSERT_EQ(symbol(text), "refused") << before;
                ASSERT_EQ(string(text), "refused") << before;
            }
        }
    }
}

TEST(text, a_zero_byte_is_refused_in_symbols_only)
{
    for (std::size_t before = 0; before < 40; ++before) {
        const std::string text = std::string(before, 'a') + '\0' + "b";
        ASSERT_EQ(symbol(text), "refused");
        ASSERT_EQ(string(text), '"' + text + '"');
    }
}

TEST(text, integers_of_every_length)
{
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
          std::numeric_limits<std::int64_t>::max()}) {
        EXPECT_EQ(integer(value), std::to_string(value));
    }
    std::mt19937_64 random(1);
    for (int round = 0; round < 1'000'000; ++round) {
        const auto value = static_cast<std::int64_t>(random() >> (random() % 64));
        ASSERT_EQ(integer(value), std::to_string(value));
        ASSERT_EQ(integer(-value), std::to_string(-value));
    }
    for (std::int64_t power = 1; power < std::numeric_limits<std::int64_t>::max() / 10;
         power *= 10) {
        for (const std::int64_t value : {power - 1, power, power + 1}) {
            EXPECT_EQ(integer(value), std::to_string(value));
        }
    }
}

TEST(text, doubles_have_the_form_of_the_contract)
{
    EXPECT_EQ(number(1), "1.0");
    EXPECT_EQ(number(0.0), "0.0");
    EXPECT_EQ(number(-0.0), "-0.0");
    EXPECT_EQ(number(1e-5), "0.00001");
    EXPECT_EQ(number(1e-6), "1e-6");
    EXPECT_EQ(number(1e15), "1000000000000000.0");
    EXPECT_EQ(number(1e16), "1e16");
    EXPECT_EQ(number(123.456), "123.456");
    EXPECT_EQ(number(-37779.62), "-37779.62");
    EXPECT_EQ(number(1234567890123456.0), "1234567890123456.0");
    EXPECT_EQ(number(std::numeric_limits<double>::max()), "1.7976931348623157e308");
    EXPECT_EQ(number(std::numeric_limits<double>::denorm_min()), "5e-324");
    EXPECT_EQ(number(std::numeric_limits<double>::quiet_NaN()), "NaN");
    EXPECT_EQ(number(-std::numeric_limits<double>::infinity()), "-Infinity");
    EXPECT_EQ(number(std::numeric_limits<double>::infinity()), "Infinity");
}

TEST(text, doubles_are_the_shortest_text_that_reads_back_to_the_same_bits)
{
    std::mt19937_64 random(1);
    for (int round = 0; round < 1'000'000; ++round) {
        const auto value = std::bit_cast<double>(random());
        if (!std::isfinite(value)) {
            continue;
        }
        const std::string text = number(value);
        double back = 0;
        std::from_chars(text.data(), text.data() + text.size(), back);
        ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
        ASSERT_LE(text.size(), max_double_text);
    }
}

} // namespace
