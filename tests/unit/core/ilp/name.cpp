// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/ilp/name.hpp"
#include "core/text/quoted.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using coquest::detail::check_name;
using coquest::detail::explain;
using coquest::detail::name_kind;
using coquest::detail::name_problem;

// The rules of docs/protocol.md, Names, written without the table that the library uses.
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

// As in QuestDB 9.3.4: TableUtils.isValidTableName refuses a space and a dot at either end, and no
// other character that it accepts elsewhere.
TEST(name, a_table_name_neither_begins_nor_ends_with_a_blank)
{
    EXPECT_EQ(check_name(" a", name_kind::table).problem, name_problem::outer_blank);
    EXPECT_EQ(check_name(" a", name_kind::table).position, 0U);
    EXPECT_EQ(check_name("a b ", name_kind::table).problem, name_problem::outer_blank);
    EXPECT_EQ(check_name("a b ", name_kind::table).position, 3U);
    EXPECT_EQ(check_name(" ", name_kind::table).problem, name_problem::outer_blank);
    EXPECT_EQ(check_name("a b", name_kind::table).problem, name_problem::none);
    EXPECT_EQ(check_name("\xc2\xa0"
                         "a\xe2\x80\x83",
                         name_kind::table)
                  .problem,
              name_problem::none);
    EXPECT_EQ(check_name(" a ", name_kind::column).problem, name_problem::none);
    EXPECT_EQ(explain(check_name("a ", name_kind::table), "a ", name_kind::table),
              "table name \"a \": blank at byte 1 is not allowed: a table name neither begins nor "
              "ends with one");
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

} // namespace
