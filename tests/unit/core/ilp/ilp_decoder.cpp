// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The decoder that the tests of the encoder use: it reads the examples of docs/protocol.md and
// refuses invalid bytes.

#include "support/ilp_decoder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace coquest::test;
using namespace std::string_literals;

ilp_row decode_one(const std::string& bytes, int version)
{
    const auto rows = decode_ilp(bytes, version);
    EXPECT_EQ(rows.size(), 1U);
    return rows.empty() ? ilp_row() : rows.front();
}

/// Decodes one column of a row without symbols.
ilp_value column(const std::string& field, int version)
{
    const ilp_row row = decode_one("t " + field + "\n", version);
    EXPECT_EQ(row.columns.size(), 1U);
    return row.columns.empty() ? ilp_value() : row.columns.front().second;
}

std::string refusal(const std::string& bytes, int version)
{
    try {
        static_cast<void>(decode_ilp(bytes, version));
        return "accepted";
    } catch (const ilp_refusal& failure) {
        return failure.what();
    }
}

TEST(ilp_decoder, reads_the_escapes_of_the_protocol)
{
    const ilp_row row =
        decode_one("\x61\x5c\x20\x62\x2c\x73\x5c\x20\x70\x3d\x76\x5c\x20\x5c\x2c\x5c\x3d\x5c\x0a"
                   "\x5c\x0d\x5c\x5c\x22\x0a",
                   1);
    EXPECT_EQ(row.table, "a b");
    const std::vector<std::pair<std::string, std::string>> symbols = {{"s p", "v ,=\n\r\\\""}};
    EXPECT_EQ(row.symbols, symbols);
    EXPECT_TRUE(row.columns.empty());
    EXPECT_FALSE(row.at);
    EXPECT_EQ(column("c=\"a\\\"b\\\\\\\n\\\r,= \"", 2), ilp_value("a\"b\\\n\r,= "s));
}

TEST(ilp_decoder, reads_every_type_as_text)
{
    EXPECT_EQ(column("b=t", 1), ilp_value(true));
    EXPECT_EQ(column("b=f", 1), ilp_value(false));
    EXPECT_EQ(column("i=-9223372036854775808i", 1),
              ilp_value(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(column("x=-1.5e300", 1), ilp_value(ilp_f64{-1.5e300}));
    EXPECT_EQ(column("x=-0.0", 1), ilp_value(ilp_f64{-0.0}));
    EXPECT_NE(column("x=-0.0", 1), ilp_value(ilp_f64{0.0}));
    EXPECT_EQ(column("x=NaN", 1), ilp_value(ilp_f64{std::nan("")}));
    EXPECT_EQ(column("x=-Infinity", 1), ilp_value(ilp_f64{-HUGE_VAL}));
    EXPECT_EQ(column("x=1700000000123456t", 1),
              ilp_value(ilp_timestamp{1700000000123456, ilp_unit::micros}));
    EXPECT_EQ(column("x=-5n", 2), ilp_value(ilp_timestamp{-5, ilp_unit::nanos}));
    EXPECT_EQ(column("d=123.45d", 3), ilp_value(ilp_decimal_text{"123.45"}));
    EXPECT_EQ(column("l=0x1fi", 1), ilp_value(ilp_long256{{0x1f, 0, 0, 0}}));
    EXPECT_EQ(column("l=0x20000000000000001i", 1), ilp_value(ilp_long256{{1, 2, 0, 0}}));
}

TEST(ilp_decoder, reads_the_binary_fields_of_the_protocol)
{
    EXPECT_EQ(column("x==\x10\0\0\0\0\0\0\xf8\x3f"s, 2), ilp_value(ilp_f64{1.5}));
    EXPECT_EQ(column("a==\x0e\x0a\x01\x02\0\0\0\0\0\0\0\0\0\xf8\x3f\0\0\0\0\0\0\0\xc0"s, 2),
              ilp_value(ilp_array{{2}, {{1.5}, {-2}}}));
    EXPECT_EQ(column("a==\x0e\x0a\x01\0\0\0\0"s, 2), ilp_value(ilp_array{{0}, {}}));
    EXPECT_EQ(column("a==\x0e\x0a\x02\x01\0\0\0\0\0\0\0"s, 2), ilp_value(ilp_array{{1, 0}, {}}));
    EXPECT_EQ(column("d==\x17\x02\x02\x30\x39", 3), ilp_value(ilp_decimal{2, "\x30\x39"}));
    EXPECT_EQ(column("d==\x17\x02\0"s, 3), ilp_value(ilp_decimal{2, ""}));
}

TEST(ilp_decoder, reads_the_designated_timestamp_of_each_version)
{
    EXPECT_EQ(decode_one("t,s=v 12\n", 1).at, (ilp_timestamp{12, ilp_unit::nanos}));
    EXPECT_EQ(decode_one("t,s=v 12n\n", 2).at, (ilp_timestamp{12, ilp_unit::nanos}));
    EXPECT_EQ(decode_one("t,s=v a=t 12t\n", 3).at, (ilp_timestamp{12, ilp_unit::micros}));
    EXPECT_EQ(decode_one("t,s=v a=t\n", 3).at, std::nullopt);
    EXPECT_EQ(decode_one("t,s=v 12=t\n", 2).columns.size(), 1U);
}

TEST(ilp_decoder, reads_row_after_row)
{
    const auto rows = decode_ilp("a b=t\nc,d=\nt x==\x10\n\n\n\n\n\n\n\n 5n\n", 2);
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[1].symbols.front().second, "");
    EXPECT_EQ(rows[2].at, (ilp_timestamp{5, ilp_unit::nanos}));
    EXPECT_TRUE(decode_ilp("", 2).empty());
}

TEST(ilp_decoder, refuses_invalid_bytes_with_position_and_reason)
{
    struct {
        std::string bytes;
        int version;
        std::string message;
    } const cases[] = {
        {"t", 2, "byte 1: the bytes end within a row"},
        {"t a=t", 2, "byte 5: the bytes end within a row"},
        {"\n", 2, "byte 0: a bad table name"},
        {"t\n", 2, "byte 1: a row without symbols and columns"},
        {"t 5n\n", 2, "byte 4: a byte without its backslash"},
        {"t?,s=v\n", 2, "byte 0: a bad table name"},
        {"t,s-=v\n", 2, "byte 2: a bad column name"},
        {"t,=v\n", 2, "byte 2: a bad column name"},
        {"t,s=a=b\n", 2, "byte 5: a byte without its backslash"},
        {"t,s=a\\b\n", 2, "byte 6: a backslash before a byte that needs none"},
        {"t,s=a\\\"b\n", 2, "byte 6: a backslash before a byte that needs none"},
        {"t,s=\0\n"s, 2, "byte 4: a zero byte in a symbol"},
        {"t,s=\xff\n", 2, "byte 4: text that is not UTF-8"},
        {"t a=t,s=v\n", 1, "byte 8: not a double"},
        {"t c=\"\xed\xa0\x80\"\n", 2, "byte 5: text that is not UTF-8"},
        {"t c=\"a\nb\"\n", 2, "byte 6: a byte without its backslash"},
        {"t c=\"a\\,b\"\n", 2, "byte 7: a backslash before a byte that needs none"},
        {"t c=\"a\n", 2, "byte 6: a byte without its backslash"},
        {"t c=\n", 2, "byte 4: a value is missing or does not end"},
        {"t c=true\n", 2, "byte 5: expected `,`, a space or the end of the row"},
        {"t c=t  5n\n", 2, "byte 6: not a 64-bit integer"},
        {"t c=5\n", 2, "byte 4: a double as text after version 1"},
        {"t c=5\n", 1, "byte 4: a double without point and exponent"},
        {"t c=+5.0\n", 1, "byte 4: not a double"},
        {"t c=inf\n", 1, "byte 4: not a double"},
        {"t c=1e400\n", 1, "byte 4: not a double"},
        {"t c=9223372036854775808i\n", 2, "byte 4: not a 64-bit integer"},
        {"t c=05i\n", 2, "byte 4: an integer with a leading zero"},
        {"t c=-0i\n", 2, "byte 4: an integer with a leading zero"},
        {"t c=i\n", 2, "byte 4: not a 64-bit integer"},
        {"t c=5n\n", 1, "byte 5: not a unit of time"},
        {"t c=0xi\n", 2, "byte 4: not a LONG256"},
        {"t c=t 5\n", 2, "byte 7: not a unit of time"},
        {"t c=t 5t\n", 1, "byte 7: expected the end of the row"},
        {"t c=t -5t\n", 2, "byte 6: a designated timestamp out of range"},
        {"t c=t 253402300800000000t\n", 2, "byte 6: a designated timestamp out of range"},
        {"t c=t 9214646400000000000n\n", 2, "byte 6: a designated timestamp out of range"},
        {"t c=1d\n", 2, "byte 4: a decimal before version 3"},
        {"t c=.d\n", 3, "byte 4: not a decimal"},
        {"t c=1_0d\n", 3, "byte 4: not a decimal"},
        {"t c=" + std::string(77, '1') + "d\n", 3, "byte 4: not a decimal"},
        {"t c==\x10 123456", 2, "byte 13: the bytes end within a binary field"},
        {"t c==\x10 1234567\n", 1, "byte 5: a binary type that this version lacks"},
        {"t c==\x17\x02\x01\x05\n", 2, "byte 5: a binary type that this version lacks"},
        {"t c==\x06\x01\n", 3, "byte 5: a binary type that this version lacks"},
        {"t c==\x17\x4d\x01\x05\n", 3, "byte 6: a decimal of too large a scale"},
        {"t c==\x17\x02\x21\x05\n", 3, "byte 7: a decimal of too many bytes"},
        {"t c==\x17\x02\x05\x05\n", 3, "byte 10: the bytes end within a binary field"},
        {"t c==\x0e\x06\x01\0\0\0\0\n"s, 2, "byte 6: an array of other elements than doubles"},
        {"t c==\x0e\x0a\0\n"s, 2, "byte 7: an array of no or too many dimensions"},
        {"t c==\x0e\x0a\x21\n"s, 2, "byte 7: an array of no or too many dimensions"},
        {"t c==\x0e\x0a\x01\0\0\0\x10\n"s, 2, "byte 8: a dimension that is too long"},
        {"t c==\x0e\x0a\x01\0\0\0\x05\n"s, 2, "byte 8: an array of more than 512 MiB"},
        {"t c==\x0e\x0a\x01\x02\0\0\0 1234567\n"s, 2, "byte 21: the bytes end within an array"},
    };
    for (const auto& [bytes, version, message] : cases) {
        EXPECT_EQ(refusal(bytes, version), message) << bytes;
    }
}

TEST(ilp_decoder, recognises_decimal_texts)
{
    const std::string nines(75, '9');
    for (const std::string& good :
         {"0"s, "-1."s, "+.5"s, "1e5"s, "1E-75"s, "1e75"s, "0.0e75"s, "NaN"s, "-Infinity"s,
          nines + "9", "000" + nines + ".9", "." + nines, "0." + nines}) {
        EXPECT_TRUE(is_decimal_text(good)) << good;
    }
    for (const std::string& bad :
         {""s, "-"s, "."s, "e5"s, "1e"s, "1e+"s, "1e76"s, "1e-76"s, "0e76"s, "1.5.2"s, " 1"s, "1 "s,
          "0x1"s, "nan"s, "1e999999999999"s, "1e-999999999999"s, nines + "99", ".0" + nines}) {
        EXPECT_FALSE(is_decimal_text(bad)) << bad;
    }
}

} // namespace
