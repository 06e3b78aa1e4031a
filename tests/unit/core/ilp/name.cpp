// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/name.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using coquest::detail::check_name;
using coquest::detail::explain;
using coquest::detail::name_kind;
using coquest::detail::name_problem;
using coquest::detail::valid_utf8_prefix;

// Contract §3.1, spelt out byte by byte, independently of the table that the library uses.
bool forbidden_everywhere(unsigned char c)
{
    return c == 0 || (c >= 1 && c <= 9) || c == '\n' || c == 0x0b || c == 0x0c || c == '\r' ||
           c == 0x0e || c == 0x0f || c == 0x7f ||
           std::string("?,'\"\\/:)(+*%~").find(static_cast<char>(c)) != std::string::npos;
}

TEST(name, every_ascii_byte_follows_the_servers_rules)
{
    for (unsigned c = 0; c < 0x80; ++c) {
        const std::string name = {'a', static_cast<char>(c), 'b'};
        const bool forbidden = forbidden_everywhere(static_cast<unsigned char>(c));
        const auto table = check_name(name, name_kind::table);
        const auto column = check_name(name, name_kind::column);
        EXPECT_EQ(table.problem != name_problem::none, forbidden) << c;
        EXPECT_EQ(column.problem != name_problem::none, forbidden || c == '.' || c == '-') << c;
        EXPECT_EQ(table.escaped, c == ' ' || c == '=') << c;
        if (forbidden) {
            EXPECT_EQ(table.position, 1U) << c;
        }
    }
}

TEST(name, dots_go_between_other_characters_of_a_table_name)
{
    EXPECT_EQ(check_name("a.b.c", name_kind::table).problem, name_problem::none);
    EXPECT_EQ(check_name(".a", name_kind::table).position, 0U);
    EXPECT_EQ(check_name(".a", name_kind::table).problem, name_problem::misplaced_dot);
    EXPECT_EQ(check_name("a.", name_kind::table).problem, name_problem::misplaced_dot);
    EXPECT_EQ(check_name("a..b", name_kind::table).problem, name_problem::misplaced_dot);
    EXPECT_EQ(check_name("a..b", name_kind::table).position, 2U);
}

TEST(name, multi_byte_characters_are_legal_but_a_byte_order_mark_and_invalid_utf8_are_not)
{
    EXPECT_EQ(check_name("\xd0\xbf\xf0\x9f\x98\x80", name_kind::column).problem,
              name_problem::none);
    EXPECT_EQ(check_name("a\xef\xbb\xbf", name_kind::table).problem, name_problem::byte_order_mark);
    EXPECT_EQ(check_name("a\xef\xbb\xbf", name_kind::table).position, 1U);
    EXPECT_EQ(check_name("ab\xff", name_kind::column).problem, name_problem::invalid_utf8);
    EXPECT_EQ(check_name("ab\xff", name_kind::column).position, 2U);
    EXPECT_EQ(check_name("", name_kind::column).problem, name_problem::empty);
}

TEST(name, the_message_names_the_character_and_its_byte)
{
    const auto found = check_name("pri?ce", name_kind::column);

    EXPECT_EQ(explain(found, "pri?ce", name_kind::column),
              "column name \"pri?ce\": character \"?\" at byte 3 is not allowed");
    EXPECT_EQ(explain(check_name("a\nb", name_kind::table), "a\nb", name_kind::table),
              "table name \"a\\x0ab\": character \"\\x0a\" at byte 1 is not allowed");
}

TEST(name, long_names_are_cut_in_messages_between_characters)
{
    const std::string name = std::string(63, 'x') + "\xd0\xbf" + std::string(100, 'y');

    EXPECT_EQ(coquest::detail::quoted(name), '"' + std::string(63, 'x') + "...\"");
}

// RFC 3629 §4, as ranges of code points.
bool reference_valid(const std::string& text)
{
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80                   ? 1
                                   : lead >= 0xc0 && lead < 0xe0 ? 2
                                   : lead >= 0xe0 && lead < 0xf0 ? 3
                                   : lead >= 0xf0 && lead < 0xf8 ? 4
                                                                 : 0;
        if (length == 0 || i + length > text.size()) {
            return false;
        }
        static constexpr unsigned masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
        static constexpr unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
        unsigned code = lead & masks[length];
        for (std::size_t k = 1; k < length; ++k) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            if (next >> 6 != 2) {
                return false;
            }
            code = code << 6 | (next & 0x3f);
        }
        if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
            return false;
        }
        i += length;
    }
    return true;
}

TEST(utf8, all_sequences_of_up_to_three_bytes_agree_with_the_definition)
{
    std::string text;
    for (unsigned value = 0; value < 0x1000000; ++value) {
        // one and two bytes are the three-byte sequences that end in zero bytes
        text = {static_cast<char>(value >> 16), static_cast<char>(value >> 8),
                static_cast<char>(value)};
        ASSERT_EQ(valid_utf8_prefix(text) == text.size(), reference_valid(text)) << value;
    }
    for (unsigned value = 0; value < 0x10000; ++value) {
        text = {static_cast<char>(value >> 8), static_cast<char>(value)};
        ASSERT_EQ(valid_utf8_prefix(text) == text.size(), reference_valid(text)) << value;
    }
}

TEST(utf8, all_leads_of_four_bytes_agree_with_the_definition)
{
    static constexpr unsigned char thirds[] = {0x00, 0x7f, 0x80, 0xbf, 0xc0, 0xff};
    for (unsigned lead = 0xe0; lead < 0x100; ++lead) {
        for (unsigned second = 0; second < 0x100; ++second) {
            for (const unsigned char third : thirds) {
                const std::string text = {static_cast<char>(lead), static_cast<char>(second),
                                          static_cast<char>(third), '\x80'};
                ASSERT_EQ(valid_utf8_prefix(text) == text.size(), reference_valid(text))
                    << lead << ' ' << second;
            }
        }
    }
}

} // namespace
