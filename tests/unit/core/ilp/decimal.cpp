// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The text, the bytes and the limits of decimals (docs/protocol.md, Types and values).

#include "core/text/quoted.hpp"
#include "encoded.hpp"

#include <array>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// A type of a user, and the function that converts it to a decimal.
namespace money {
struct cents {
    std::int64_t count = 0;
};
coquest::decimal to_coquest_decimal(const cents& value)
{
    return {value.count, 2};
}
} // namespace money

namespace {

using coquest::buffer;
using coquest::decimal;
using coquest::errc;
using coquest::protocol_version;
using coquest::test::encoded;
using coquest::test::hex;
using coquest::test::refusal;
using coquest::test::refused;
using namespace std::string_literals;

template <class Value>
std::string sent(const Value& value)
{
    return encoded(protocol_version::v3, [&](buffer& rows) { rows.column_dec("d", value); });
}

template <class Value>
refusal refusal_of(const Value& value)
{
    return refused(protocol_version::v3, [&](buffer& rows) { rows.column_dec("d", value); });
}

/// Returns the row `t d=...` in binary form.
std::string row(int scale, std::string_view unscaled)
{
    const std::string value = hex(unscaled);
    return "t d==\x17"s + static_cast<char>(scale) + static_cast<char>(value.size()) + value + "\n";
}

std::vector<std::byte> bytes(std::string_view digits)
{
    const std::string text = hex(digits);
    const auto* first = reinterpret_cast<const std::byte*>(text.data());
    return {first, first + text.size()};
}

std::string nines(std::size_t count)
{
    return std::string(count, '9');
}

TEST(decimal, is_encoded_as_the_protocol_says)
{
    EXPECT_EQ(sent("123.45"), hex("74 20 64 3d 3132332e3435 64 0a"));
    EXPECT_EQ(sent(decimal(12345, 2)), hex("74 20 64 3d 3d 17 02 02 3039 0a"));
    EXPECT_EQ(sent(decimal(-12345, 2)), hex("74 20 64 3d 3d 17 02 02 cfc7 0a"));
}

TEST(decimal, integers_use_the_fewest_bytes)
{
    using limits = std::numeric_limits<std::int64_t>;
    EXPECT_EQ(sent(decimal()), row(0, "00"));
    EXPECT_EQ(sent(decimal(0, 76)), row(76, "00"));
    EXPECT_EQ(sent(decimal(-1, 0)), row(0, "ff"));
    EXPECT_EQ(sent(decimal(127, 1)), row(1, "7f"));
    EXPECT_EQ(sent(decimal(128, 1)), row(1, "0080"));
    EXPECT_EQ(sent(decimal(255, 1)), row(1, "00ff"));
    EXPECT_EQ(sent(decimal(-128, 1)), row(1, "80"));
    EXPECT_EQ(sent(decimal(-129, 1)), row(1, "ff7f"));
    EXPECT_EQ(sent(decimal(32767, 1)), row(1, "7fff"));
    EXPECT_EQ(sent(decimal(32768, 1)), row(1, "008000"));
    EXPECT_EQ(sent(decimal(limits::max(), 0)), row(0, "7fffffffffffffff"));
    EXPECT_EQ(sent(decimal(limits::min(), 0)), row(0, "8000000000000000"));
}

TEST(decimal, bytes_that_repeat_the_sign_are_dropped)
{
    EXPECT_EQ(sent(decimal(bytes("0000003039"), 2)), row(2, "3039"));
    EXPECT_EQ(sent(decimal(bytes("ffffffcfc7"), 2)), row(2, "cfc7"));
    EXPECT_EQ(sent(decimal(bytes("000080"), 0)), row(0, "0080"));
    EXPECT_EQ(sent(decimal(bytes("ffff7f"), 0)), row(0, "ff7f"));
    EXPECT_EQ(sent(decimal(bytes("ffffff"), 0)), row(0, "ff"));
    const std::string longest = "7f" + std::string(62, 'e');
    EXPECT_EQ(sent(decimal(bytes(longest), 0)), row(0, longest));
    EXPECT_EQ(sent(decimal(bytes("0000" + longest), 0)), row(0, longest)) << "34 bytes";
}

TEST(decimal, empty_unscaled_value_is_null)
{
    const std::span<const std::byte> none;
    EXPECT_EQ(sent(decimal(none, 0)), row(0, ""));
    EXPECT_EQ(sent(decimal(none, 5)), row(5, ""));
    EXPECT_EQ(sent(decimal(none, -5)), row(0, ""));
    EXPECT_EQ(sent(decimal::parse("NaN")), row(0, ""));
    EXPECT_EQ(sent(decimal::parse("-Infinity")), row(0, ""));
    EXPECT_TRUE(decimal(none, 3).unscaled().empty());
}

TEST(decimal, a_negative_scale_is_multiplied_out)
{
    EXPECT_EQ(sent(decimal(123, -3)), row(0, "01e078")); // 123000
    EXPECT_EQ(sent(decimal(-5, -1)), row(0, "ce"));      // -50
    EXPECT_EQ(sent(decimal(0, -1'000'000'000)), row(0, "00"));
    EXPECT_EQ(sent(decimal(bytes("ff"), -2)), row(0, "9c")); // -100
    EXPECT_EQ(sent(decimal(1, -76)),
              row(0, "161bcca7119915b50764b4abe86529797775a5f1719510000000000000000000"));
    const refusal too_large{errc::invalid_decimal,
                            "column \"d\": the decimal's unscaled value has more than 32 bytes"};
    EXPECT_EQ(refusal_of(decimal(1, -77)), too_large);
    EXPECT_EQ(refusal_of(decimal(-1, -77)), too_large);
    EXPECT_EQ(refusal_of(decimal(7, std::numeric_limits<int>::min())), too_large);
    EXPECT_EQ(refusal_of(decimal(bytes("80" + std::string(62, '0')), -1)), too_large);
}

TEST(decimal, value_too_large_for_a_column_is_refused_only_when_it_is_added)
{
    const decimal too_long(bytes("01" + std::string(64, '0')), 0);
    EXPECT_EQ(too_long.size(), 33U);
    EXPECT_TRUE(too_long.unscaled().empty());
    EXPECT_EQ(refusal_of(too_long),
              (refusal{errc::invalid_decimal,
                       "column \"d\": the decimal's unscaled value has more than 32 bytes"}));
    EXPECT_EQ(
        refusal_of(decimal(1, 77)),
        (refusal{errc::invalid_decimal, "column \"d\": the decimal's scale is 77, not 0 to 76"}));
    EXPECT_EQ(sent(decimal(1, 76)), row(76, "01"));
    EXPECT_EQ(decimal(bytes("01" + std::string(64, '0')), -3).scale(), -3);
}

TEST(decimal, text_is_written_unchanged)
{
    for (const char* text : {"0", "-0", "+1", "1", "-1.5", "00012.500", ".5", "5.", "1e5", "1E+5",
                             "1e-5", "-1.25E-03", "0e75", "NaN", "Infinity", "-Infinity", "+NaN"}) {
        EXPECT_EQ(sent(text), "t d="s + text + "d\n");
    }
}

TEST(decimal, malformed_text_is_refused_with_the_byte)
{
    const auto unexpected = [](const std::string& text, int at) {
        EXPECT_EQ(refusal_of(text),
                  (refusal{errc::invalid_decimal,
                           "column \"d\": decimal \"" + text + "\": unexpected byte at byte " +
                               std::to_string(at) +
                               ": write digits with an optional sign, point and exponent"}));
    };
    unexpected("x", 0);
    unexpected(" 1", 0);
    unexpected("1 ", 1);
    unexpected("1,5", 1);
    unexpected("1.2.3", 3);
    unexpected("--1", 1);
    unexpected("-x", 1);
    unexpected(".e5", 1);
    unexpected("1e+-5", 3);
    unexpected("1e5.0", 3);
    unexpected("12f", 2);
    unexpected("0x10", 1);
    unexpected("nan", 0);
    unexpected("NaNs", 0);
    unexpected("1d", 1);
    unexpected("1e5 t=9i", 3);
}

TEST(decimal, text_that_ends_early_is_refused)
{
    for (const std::string text : {"", "-", "+", ".", "-.", "1e", "1e+", "1.5E-"}) {
        EXPECT_EQ(refusal_of(text),
                  (refusal{errc::invalid_decimal, "column \"d\": decimal \"" + text +
                                                      "\": it ends where a digit was expected"}));
    }
}

TEST(decimal, a_zero_byte_in_a_text_is_refused)
{
    EXPECT_EQ(refusal_of("1\0"s).code, errc::invalid_decimal);
    EXPECT_EQ(refusal_of("\0"s).code, errc::invalid_decimal);
}

TEST(decimal, text_has_at_most_76_digits)
{
    const auto too_many = [](const std::string& text) {
        EXPECT_EQ(refusal_of(text).code, errc::invalid_decimal);
        EXPECT_NE(
            refusal_of(text).message.find("it has more than 76 digits, the maximum of a DECIMAL"),
            std::string::npos)
            << refusal_of(text);
    };
    EXPECT_EQ(sent(nines(76)), "t d=" + nines(76) + "d\n");
    EXPECT_EQ(sent("-000" + nines(76) + "."), "t d=-000" + nines(76) + ".d\n");
    EXPECT_EQ(sent("1e75"), "t d=1e75d\n");
    too_many(nines(77));
    too_many(nines(76) + ".0");
    too_many("1e76");
    too_many("1e99999999999999999999");
    too_many("0.1e77");
}

TEST(decimal, text_has_at_most_76_digits_behind_the_point)
{
    EXPECT_EQ(refusal_of("1e-77"),
              (refusal{errc::invalid_decimal, "column \"d\": decimal \"1e-77\": it has 77 digits "
                                              "after the point; a DECIMAL has at most 76"}));
    EXPECT_EQ(refusal_of("1e-99999999999999999999").code, errc::invalid_decimal);
    EXPECT_EQ(refusal_of("0e-77").code, errc::invalid_decimal);
}

// tests/integration/cast_types.cpp posts such texts to the real server.
TEST(decimal, text_in_which_the_server_counts_more_digits_is_refused)
{
    for (const std::string& text :
         {"1e-75"s, "0e-75"s, "0." + nines(75), "0e75"s, "0.0e76"s, "0.5e76"s, "0.012e76"s}) {
        EXPECT_EQ(sent(text), "t d=" + text + "d\n");
    }
    for (const std::string& text :
         {"1e-76"s, "0e-76"s, "." + nines(76), "0e76"s, "0.05e77"s, "0.012e77"s}) {
        EXPECT_EQ(refusal_of(text),
                  (refusal{errc::invalid_decimal,
                           "column \"d\": decimal " + coquest::detail::quoted(text) +
                               ": the server counts 77 digits in this text and takes 76: pass a "
                               "coquest::decimal"}));
        EXPECT_NO_THROW((void)sent(decimal::parse(text))) << "the binary form is accepted";
    }
}

TEST(decimal, parse_reads_digits_sign_point_and_exponent)
{
    const auto parsed = [](std::string_view text) { return sent(decimal::parse(text)); };
    EXPECT_EQ(parsed("123.45"), row(2, "3039"));
    EXPECT_EQ(parsed("-123.45"), row(2, "cfc7"));
    EXPECT_EQ(parsed("+000123.450"), row(3, "01e23a"));
    EXPECT_EQ(parsed("0.00"), row(2, "00"));
    EXPECT_EQ(parsed("-0"), row(0, "00"));
    EXPECT_EQ(parsed("12.5e1"), row(0, "7d"));
    EXPECT_EQ(parsed("12.5e3"), row(0, "30d4"));
    EXPECT_EQ(parsed("12.5e-3"), row(4, "7d"));
    EXPECT_EQ(parsed("0e1000"), row(0, "00"));
    EXPECT_EQ(parsed("1e-76"), row(76, "01"));
    EXPECT_EQ(parsed(nines(76)),
              row(0, "161bcca7119915b50764b4abe86529797775a5f171950fffffffffffffffffff"));
    EXPECT_EQ(parsed("-" + nines(76)),
              row(0, "e9e43358ee66ea4af89b4b54179ad686888a5a0e8e6af0000000000000000001"));
}

TEST(decimal, parse_throws_with_the_byte)
{
    try {
        (void)decimal::parse("1.2x");
        FAIL() << "nothing was thrown";
    } catch (const coquest::error& e) {
        EXPECT_EQ(e.code(), errc::invalid_decimal);
        EXPECT_STREQ(e.what(), "decimal \"1.2x\": unexpected byte at byte 3: write digits with an "
                               "optional sign, point and exponent");
    }
}

TEST(decimal, types_that_convert_are_decimals)
{
    buffer rows(protocol_version::v3);
    rows.table("t").column_dec("d", money::cents{12345}).at_now();
    rows.table("t").column("d", money::cents{-12345}).at_now();
    rows.table("t").column("d", std::optional(decimal(1, 0))).at_now();
    rows.table("t").column("a", 1).column("d", std::optional<money::cents>()).at_now();

    EXPECT_EQ(rows.to_string(), row(2, "3039") + row(2, "cfc7") + row(0, "01") + "t a=1i\n");
}

TEST(decimal, is_refused_in_protocol_versions_1_and_2)
{
    for (const auto version : {protocol_version::v1, protocol_version::v2}) {
        const refusal none{errc::protocol_version_error,
                           "column \"d\": protocol version " +
                               std::to_string(static_cast<int>(version)) +
                               " has no decimals: use version 3"};
        EXPECT_EQ(refused(version, [](buffer& rows) { rows.column_dec("d", "1.5"); }), none);
        EXPECT_EQ(refused(version, [](buffer& rows) { rows.column_dec("d", decimal(1, 0)); }),
                  none);
        EXPECT_EQ(refused(version, [](buffer& rows) { rows.column_dec("d", money::cents{1}); }),
                  none);
    }
}

TEST(decimal, is_refused_outside_of_a_row)
{
    for (const auto version : {protocol_version::v2, protocol_version::v3}) {
        EXPECT_EQ(coquest::test::without_row(
                      version, [](buffer& rows) { rows.column_dec("d", "not a number"); }),
                  coquest::test::no_row_is_open);
        EXPECT_EQ(coquest::test::without_row(
                      version, [](buffer& rows) { rows.column_dec("d", decimal(1, 77)); }),
                  coquest::test::no_row_is_open);
    }
}

} // namespace
