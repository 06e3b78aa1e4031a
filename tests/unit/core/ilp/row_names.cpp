// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Finding the names in encoded rows, and buffer_options::check_duplicates.

#include "core/ilp/row_names.hpp"

#include "encoded.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace {

using coquest::buffer;
using coquest::buffer_options;
using coquest::decimal;
using coquest::errc;
using coquest::protocol_version;
using coquest::timestamp_micros;
using coquest::timestamp_nanos;
using coquest::test::refusal;
using coquest::test::refused;
using namespace std::string_literals;

using names = std::vector<std::string_view>;

buffer checked(protocol_version version = protocol_version::v3)
{
    buffer_options options;
    options.check_duplicates = true;
    return buffer(version, options);
}

refusal duplicate(const std::string& name)
{
    return {errc::invalid_api_call, name + " appears twice in the row: the server would keep the "
                                           "first value and silently drop the second"};
}

/// Returns the names of the columns and symbols of an encoded row.
names listed(const std::string& row)
{
    names found;
    coquest::detail::list_names(row, found);
    return found;
}

TEST(check_duplicates, letters_of_all_scripts_are_compared_without_regard_to_case)
{
    const std::pair<std::string, std::string> same[] = {
        {"\xc3\x84", "\xc3\xa4"},         // Ä, ä
        {"x\xd0\xaf", "X\xd1\x8f"},       // Cyrillic
        {"\xce\xa3", "\xcf\x83"},         // sigma
        {"\xc4\xb0", "i"},                // I with a dot
        {"\xe2\x84\xaa", "k"},            // Kelvin
        {"\xef\xbc\xa1", "\xef\xbd\x81"}, // full width
        {"a b\xc3\x84", "A B\xc3\xa4"},
    };
    for (const auto& [a, b] : same) {
        buffer rows = checked();
        rows.table("t").column_i64(a, 1).column_i64("between", 1).column_i64(b, 2);
        EXPECT_EQ(rows.try_at_now(), errc::invalid_api_call) << a;
    }
    const std::pair<std::string, std::string> different[] = {
        {"\xcf\x82", "\xcf\x83"},                 // the two small sigmas
        {"\xc3\x9f", "ss"},                       // sharp s
        {"\xf0\x90\x90\x80", "\xf0\x90\x90\xa8"}, // Deseret: beyond U+FFFF
        {"\xc3\xa4", "a"},
    };
    for (const auto& [a, b] : different) {
        buffer rows = checked();
        rows.table("t").column_i64(a, 1).column_i64(b, 2).at_now();
        EXPECT_EQ(rows.row_count(), 1U);
    }
}

TEST(row_names, symbols_come_before_columns)
{
    EXPECT_EQ(listed("t,a=b,c=d e=1i,f=t 123n\n"), (names{"a", "c", "e", "f"}));
    EXPECT_EQ(listed("t,a=b\n"), (names{"a"}));
    EXPECT_EQ(listed("t a=t\n"), (names{"a"}));
}

TEST(row_names, timestamp_after_symbols_is_not_a_name)
{
    EXPECT_EQ(listed("t,a=b 123n\n"), (names{"a"}));
    EXPECT_EQ(listed("t,a= 123\n"), (names{"a"}));
}

TEST(row_names, escaped_separators_do_not_end_a_name)
{
    EXPECT_EQ(listed("a\\ b\\=c,s\\ p=v\\ \\,\\=\\\n\\\\ x\\=y=\"a\\\"b\\\\\",z=\"\\\n, =\" 1t\n"),
              (names{"s\\ p", "x\\=y", "z"}));
}

TEST(row_names, binary_values_may_hold_any_byte)
{
    constexpr std::array<std::uint64_t, 4> patterns{
        0x2c2c'2c2c'2c2c'2c2c,  // ,
        0x0a0a'0a0a'0a0a'0a0a,  // LF
        0x2220'3d5c'2c0a'203d,  // a mix, backslash included
        0x5c5c'5c5c'5c5c'5c5c}; // backslash
    for (const std::uint64_t bits : patterns) {
        const auto value = std::bit_cast<double>(bits);
        buffer rows(protocol_version::v3);
        rows.table("t")
            .column_f64("f", value)
            .column_arr("a", std::array{value, value})
            .column_arr("m", std::array<std::array<double, 2>, 3>{})
            .column_arr("empty", std::array<double, 0>())
            .column_dec("d", decimal(static_cast<std::int64_t>(bits), 0x2c))
            .column_dec("null", decimal::parse("NaN"))
            .column_dec("text", "-1.5e3")
            .column_bool("last", true)
            .at(timestamp_nanos(1));
        EXPECT_EQ(listed(rows.to_string()),
                  (names{"f", "a", "m", "empty", "d", "null", "text", "last"}));
    }
}

TEST(row_names, text_values_end_at_the_comma)
{
    buffer rows(protocol_version::v1);
    rows.table("t")
        .column_f64("f", -1e-300)
        .column_i64("i", -1)
        .column_ts("ts", timestamp_micros(-1))
        .column_bool("b", false)
        .column_str("s", ",=\" \\")
        .column_str("empty", "")
        .at(timestamp_nanos(0));

    EXPECT_EQ(listed(rows.to_string()), (names{"f", "i", "ts", "b", "s", "empty"}));
}

TEST(check_duplicates, repeated_column_is_refused)
{
    buffer rows = checked();

    EXPECT_EQ(refused(rows, [](buffer& row) { row.column_f64("price", 1).column_i64("price", 2); }),
              duplicate("\"price\""));
    EXPECT_EQ(refused(rows, [](buffer& row) { row.column_i64("first", 2); }),
              duplicate("\"first\""));
}

TEST(check_duplicates, repeated_symbol_is_refused)
{
    buffer rows = checked();
    rows.table("t").symbol("s", "a").symbol("side", "b").symbol("s", "c");

    coquest::diagnostics info;
    EXPECT_EQ(rows.try_at(timestamp_micros(1), &info), errc::invalid_api_call);
    EXPECT_EQ(info.message, duplicate("\"s\"").message);
    EXPECT_EQ(rows.to_string(), "");
}

TEST(check_duplicates, symbol_and_column_of_the_same_name_are_refused)
{
    buffer rows = checked();
    rows.table("t").symbol("s", "a").column_i64("s", 1);

    EXPECT_EQ(rows.try_at_now(), errc::invalid_api_call);
    EXPECT_EQ(rows.to_string(), "");
}

TEST(check_duplicates, letters_are_compared_without_regard_to_case)
{
    buffer rows = checked();
    const auto add_two = [&](std::string a, std::string b) {
        rows.clear();
        rows.table("t").column_i64(a, 1).column_i64(b, 2);
        return rows.try_at_now();
    };

    EXPECT_EQ(add_two("price", "PRICE"), errc::invalid_api_call);
    EXPECT_EQ(add_two("pRice", "PricE"), errc::invalid_api_call);
    EXPECT_EQ(add_two("a b", "A b"), errc::invalid_api_call);
    EXPECT_EQ(add_two("\xc3\xa9", "\xc3\xa9"), errc::invalid_api_call);
    EXPECT_FALSE(add_two("price", "prices"));
    EXPECT_FALSE(add_two("[", "{")) << "only letters have a case";
    EXPECT_FALSE(add_two("@", "`"));
    EXPECT_EQ(add_two("\xc3\xa9", "\xc3\x89"), errc::invalid_api_call);
}

TEST(check_duplicates, names_are_compared_as_a_whole_and_with_their_escapes)
{
    buffer rows = checked();
    rows.table("x=1").symbol("a=b", "a=b").symbol("a", "b,a=b").column_str("c", "c=1,c=2").at_now();
    rows.table("t").column_str("c", "\",c=1i").column_i64("d c", 1).column_i64("d", 2).at_now();
    EXPECT_EQ(rows.row_count(), 2U);

    EXPECT_EQ(refused(rows, [](buffer& row) { row.column_i64("a=b", 1).column_i64("a=b", 2); }),
              duplicate("\"a=b\""));
}

TEST(check_duplicates, values_are_not_mistaken_for_names)
{
    buffer rows = checked();
    const auto bytes = std::bit_cast<double>(std::uint64_t{0x2c61'3d31'692c'613d}); // =a,i1=a,
    rows.table("t")
        .column_f64("a", bytes)
        .column_arr("b", std::array{bytes, bytes})
        .column_dec("c", decimal(0x2c'613d'3169, 2))
        .at(timestamp_nanos(1));

    EXPECT_EQ(rows.row_count(), 1U);
    EXPECT_EQ(refused(rows,
                      [&](buffer& row) {
                          row.column_f64("a", bytes)
                              .column_arr("b", std::array{bytes})
                              .column_dec("c", decimal(10, 2))
                              .column_i64("a", 1);
                      }),
              duplicate("\"a\""));
}

TEST(check_duplicates, rows_of_symbols_only_pass_with_and_without_a_timestamp)
{
    buffer rows = checked();
    rows.table("t").symbol("a", "b").at(timestamp_nanos(123));
    rows.table("t").symbol("a", "b").symbol("c", "").at_now();

    EXPECT_EQ(rows.to_string(), "t,a=b 123n\nt,a=b,c=\n");
}

TEST(check_duplicates, rows_are_checked_in_every_segment_and_after_clear)
{
    buffer_options options;
    options.segment_size = 64;
    options.check_duplicates = true;
    buffer rows(protocol_version::v2, options);
    for (int round = 0; round < 3; ++round) {
        for (int i = 0; i < 50; ++i) {
            rows.table("t").column_i64("a", i).column_i64("b", i).at_now();
            rows.table("t").column_i64("a", i).column_i64("A", i);
            ASSERT_EQ(rows.try_at_now(), errc::invalid_api_call);
        }
        EXPECT_EQ(rows.row_count(), 50U);
        rows.clear();
    }
}

TEST(check_duplicates, a_moved_buffer_keeps_checking)
{
    buffer source = checked();
    buffer moved(std::move(source));
    moved.table("t").column_i64("a", 1).column_i64("a", 2);

    EXPECT_EQ(moved.try_at_now(), errc::invalid_api_call);
}

TEST(check_duplicates, max_size_still_holds)
{
    buffer_options options;
    options.max_size = 20;
    options.check_duplicates = true;
    buffer rows(protocol_version::v2, options);
    rows.table("t").column_i64("abc", 10).at_now(); // 10 bytes
    rows.table("t").column_i64("abc", 10).at_now();
    rows.table("t").column_i64("a", 1);

    coquest::diagnostics info;
    EXPECT_EQ(rows.try_at_now(&info), errc::invalid_api_call);
    EXPECT_EQ(info.message, "the buffer is full: 20 bytes and a row of 7 exceed max_buf_size (20): "
                            "flush first");
}

TEST(check_duplicates, is_off_by_default)
{
    buffer rows;
    rows.table("t").symbol("a", "x").column_i64("a", 1).column_i64("A", 2).at_now();

    EXPECT_EQ(rows.to_string(), "t,a=x a=1i,A=2i\n");
}

} // namespace
