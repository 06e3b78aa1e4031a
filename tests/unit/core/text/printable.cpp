// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/text/printable.hpp"

#include "core/text/utf8.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

namespace coquest::inline v0::detail {
namespace {

TEST(printable, printable_text_is_unchanged)
{
    EXPECT_EQ(printable("", 10), "");
    EXPECT_EQ(printable("line 1: bad \"x\"", 100), "line 1: bad \"x\"");
    EXPECT_EQ(printable("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", 100),
              "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(printable, control_characters_are_removed)
{
    using namespace std::string_literals;
    const struct {
        std::string text;
        std::string_view expected;
    } cases[] = {
        {"a\nb\r\nc\td", "a b c d"},
        {"  a  b  ", "a b"},
        {"Unauthorized\r\n", "Unauthorized"},
        {"\x1b[31mred\x1b[0m", "[31mred[0m"},
        {"a\0b\x7f"s, "ab"},
        {"a\xc2\x9b"
         "31mb",
         "a31mb"}, // C1: CSI
        {"a\xe2\x80\xae"
         "b\xe2\x81\xa6"
         "c\xe2\x80\x8f\xe2\x80\xa8",
         "abc"}, // direction and line separators
        {"\xef\xbb\xbfx", "x"},
        {"a\xc2\xa0\xe2\x80\xb0z", "a\xc2\xa0\xe2\x80\xb0z"}, // neighbours of those ranges
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(printable(text, 100), expected);
    }
}

TEST(printable, invalid_utf8_is_replaced_byte_by_byte)
{
    EXPECT_EQ(printable("a\xff\xfe"
                        "b",
                        100),
              "a\xef\xbf\xbd\xef\xbf\xbd"
              "b");
    EXPECT_EQ(printable("\xe2\x82", 100), "\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_EQ(printable("\xc0\x8a", 100), "\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(printable, long_text_is_cut_between_characters)
{
    EXPECT_EQ(printable("12345678", 8), "12345678");
    EXPECT_EQ(printable("123456789", 8), "12345...");
    EXPECT_EQ(printable("1234\xe2\x82\xac\xe2\x82\xac", 9), "1234...");
    EXPECT_EQ(printable("123456789", 2), "..");
    EXPECT_EQ(printable("1", 0), "");
}

TEST(printable, any_bytes_give_bounded_valid_text_without_controls)
{
    std::mt19937 generator(1); // NOLINT(bugprone-random-generator-seed): repeatable
    for (int i = 0; i < 2000; ++i) {
        std::string text(generator() % 64, '\0');
        for (char& c : text) {
            c = static_cast<char>(generator());
        }
        const std::size_t limit = generator() % 80;

        const std::string out = printable(text, limit);

        EXPECT_LE(out.size(), limit);
        EXPECT_EQ(valid_utf8_prefix(out), out.size());
        for (const char c : out) {
            EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
        }
    }
}

} // namespace
} // namespace coquest::inline v0::detail
