// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/text.hpp>

#include <gtest/gtest.h>

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

// Mixes of plain bytes, escapes and multi-byte characters, of lengths that cross the blocks.
TEST(text, random_texts_are_escaped_as_the_reference_escapes_them)
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

TEST(text, invalid_utf8_is_refused_at_any_position)
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

TEST(text, integers_of_every_length_are_written)
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

} // namespace
