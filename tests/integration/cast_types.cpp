// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Types that need an existing column: decimals, and the types that the server casts to
// (docs/protocol.md, Types and values).

#include "type_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class cast_types : public type_test {
protected:
    /// Sends one row for each of @p values with @p add, and returns the content of the column `x`.
    template <class Value, class Add>
    [[nodiscard]] std::string round_trip(const std::string& type, const std::vector<Value>& values,
                                         Add add, std::string_view select = "x") const
    {
        const std::string table = create("x " + type);
        send(protocol_version::v3, [&](buffer& rows) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                rows.table(table);
                add(rows, values[i]);
                rows.at(timestamp_micros(static_cast<std::int64_t>(i)));
            }
        });
        return stored(select, table, values.size());
    }
};

std::string nines(std::size_t count)
{
    return std::string(count, '9');
}

void add_text(buffer& rows, const std::string& text)
{
    rows.column_dec("x", text);
}

void add_decimal(buffer& rows, const decimal& value)
{
    rows.column_dec("x", value);
}

TEST_F(cast_types, decimals_as_text)
{
    const std::vector<std::string> texts{
        "123.45", "-123.45", "+1",   "0",       "-0",   ".5",       "5.",       "00012.500",
        "1e2",    "1E+2",    "1e-3", "-1.5E-1", "1e02", "0.001e+2", "1.000000", nines(15) + ".999"};

    EXPECT_EQ(round_trip("decimal(18,3)", texts, add_text), (json{{"123.450"},
                                                                  {"-123.450"},
                                                                  {"1.000"},
                                                                  {"0.000"},
                                                                  {"0.000"},
                                                                  {"0.500"},
                                                                  {"5.000"},
                                                                  {"12.500"},
                                                                  {"100.000"},
                                                                  {"100.000"},
                                                                  {"0.001"},
                                                                  {"-0.150"},
                                                                  {"100.000"},
                                                                  {"0.100"},
                                                                  {"1.000"},
                                                                  {nines(15) + ".999"}}
                                                                 .dump()));
}

TEST_F(cast_types, decimals_in_binary)
{
    const std::vector<decimal> values{decimal(12345, 2),
                                      decimal(-12345, 2),
                                      decimal(),
                                      decimal(-1, 3),
                                      decimal(128, 0),
                                      decimal(-129, 0),
                                      decimal(5, -3),
                                      decimal::parse(nines(15) + ".999"),
                                      decimal::parse("-" + nines(15) + ".999")};

    EXPECT_EQ(round_trip("decimal(18,3)", values, add_decimal), (json{{"123.450"},
                                                                      {"-123.450"},
                                                                      {"0.000"},
                                                                      {"-0.001"},
                                                                      {"128.000"},
                                                                      {"-129.000"},
                                                                      {"5000.000"},
                                                                      {nines(15) + ".999"},
                                                                      {"-" + nines(15) + ".999"}}
                                                                     .dump()));
}

TEST_F(cast_types, decimals_that_are_no_number_are_null)
{
    const std::vector<std::string> texts{"NaN",      "+NaN",      "-NaN",
                                         "Infinity", "+Infinity", "-Infinity"};
    const std::span<const std::byte> none;
    const std::vector<decimal> values{decimal(none, 0), decimal(none, 5), decimal::parse("NaN")};

    EXPECT_EQ(round_trip("decimal(18,3)", texts, add_text),
              "[[null],[null],[null],[null],[null],[null]]");
    EXPECT_EQ(round_trip("decimal(18,3)", values, add_decimal), "[[null],[null],[null]]");
}

TEST_F(cast_types, decimals_of_76_digits)
{
    const std::vector<std::string> whole{nines(76), "-" + nines(76), "1e75", "0e75", "0.012e76"};
    const std::vector<std::string> fractions{"0." + nines(75), "1e-75", "0e-75"};
    const std::vector<decimal> smallest{decimal(1, 76), decimal::parse("-." + nines(76))};

    EXPECT_EQ(round_trip("decimal(76,0)", whole, add_text), (json{{nines(76)},
                                                                  {"-" + nines(76)},
                                                                  {"1" + std::string(75, '0')},
                                                                  {"0"},
                                                                  {"12" + std::string(73, '0')}}
                                                                 .dump()));
    EXPECT_EQ(round_trip("decimal(76,75)", fractions, add_text),
              (json{{"0." + nines(75)},
                    {"0." + std::string(74, '0') + "1"},
                    {"0." + std::string(75, '0')}}
                   .dump()));
    EXPECT_EQ(round_trip("decimal(76,76)", smallest, add_decimal),
              (json{{"0." + std::string(75, '0') + "1"}, {"-0." + nines(76)}}.dump()));
}

// The server parses a string for a DECIMAL column like the text of a decimal.
TEST_F(cast_types, decimal_texts_that_are_refused_are_refused_by_the_server)
{
    const std::string table = create("x decimal(76,38)");
    const auto send_string = [&](const std::string& text) {
        return [&table, text](buffer& rows) { rows.table(table).column_str("x", text).at_now(); };
    };
    for (const char* text :
         {"1e-76", "0e-76", "0e76", "0.05e77", "1e", "-", ".", "", "1.2.3", "nan", "0x10", "1_0"}) {
        buffer rows(protocol_version::v3);
        rows.table(table).column_dec("x", text);
        EXPECT_EQ(rows.try_at_now(), errc::invalid_decimal) << text;
        EXPECT_THAT(refusal(send_string(text)), HasSubstr("column: x")) << text;
    }
    send(protocol_version::v3, send_string("1e-38")); // shows that the text is the reason
    EXPECT_EQ(stored("x", table), R"([["0.)" + std::string(37, '0') + R"(1"]])");
}

TEST_F(cast_types, the_server_creates_no_decimal_column)
{
    const std::string table = unique_table();

    EXPECT_THAT(
        refusal([&](buffer& rows) { rows.table(table).column_dec("x", decimal(1, 0)).at_now(); }),
        HasSubstr("decimal columns must be created manually"));
}

TEST_F(cast_types, uuids)
{
    uuid counting;
    for (std::size_t i = 0; i < counting.bytes.size(); ++i) {
        counting.bytes[i] = static_cast<std::byte>(i * 17);
    }
    uuid null; // 8000000000000000 twice
    null.bytes[0] = null.bytes[8] = std::byte{0x80};

    EXPECT_EQ(round_trip("uuid", std::vector{counting, uuid(), null},
                         [](buffer& rows, const uuid& value) { rows.column_uuid("x", value); }),
              R"([["00112233-4455-6677-8899-aabbccddeeff"],)"
              R"(["00000000-0000-0000-0000-000000000000"],[null]])");
}

TEST_F(cast_types, ipv4_addresses)
{
    EXPECT_EQ(round_trip("ipv4", std::vector{ipv4{0x7f000001}, ipv4{0xffffffff}, ipv4{1}, ipv4{0}},
                         [](buffer& rows, ipv4 value) { rows.column_ipv4("x", value); }),
              R"([["127.0.0.1"],["255.255.255.255"],["0.0.0.1"],[null]])");
}

// The query casts, because the server escapes nothing in the JSON of a CHAR.
TEST_F(cast_types, every_char_that_is_taken)
{
    std::vector<char16_t> characters;
    json expected = json::array();
    for (int c = 1; c < 0x80; ++c) {
        characters.push_back(static_cast<char16_t>(c));
        expected.push_back({std::string(1, static_cast<char>(c))});
    }

    EXPECT_EQ(round_trip(
                  "char", characters,
                  [](buffer& rows, char16_t value) { rows.column_char("x", value); },
                  "cast(x as varchar)"),
              expected.dump());
}

TEST_F(cast_types, a_char_beyond_ascii_is_refused_by_the_server)
{
    const std::string table = create("x char");

    EXPECT_THAT(
        refusal([&](buffer& rows) { rows.table(table).column_str("x", "\xc3\xa9").at_now(); }),
        HasSubstr("cast error from protocol type: STRING to column type: CHAR"));
}

TEST_F(cast_types, geohashes)
{
    const std::vector<geohash> hashes{geohash::of(57.64911, 10.40744, 12),
                                      geohash::of(57.64911, 10.40744, 6),
                                      geohash::of(57.64911, 10.40744, 5), geohash::of(90, 180, 6)};
    const auto add = [](buffer& rows, geohash value) { rows.column_geohash("x", value); };

    EXPECT_EQ(round_trip("geohash(6c)", hashes, add),
              R"([["u4pruy"],["u4pruy"],[null],["zzzzzz"]])")
        << "longer ones are truncated, shorter ones are NULL";
    EXPECT_EQ(round_trip("geohash(12c)", std::vector{hashes[0]}, add), R"([["u4pruydqqvj8"]])");
    const json answer = servers.sql("select make_geohash(10.40744, 57.64911, 60)");
    EXPECT_EQ(answer["dataset"].dump(), R"([["u4pruydqqvj8"]])") << "the server's own";
}

TEST_F(cast_types, long256_numbers)
{
    constexpr auto ones = std::numeric_limits<std::uint64_t>::max();
    constexpr std::uint64_t low = 0x8000000000000000;
    const std::vector<long256> numbers{
        {{0x1f, 0, 0, 0}},
        {{0, 0, 0, 0}},
        {{0x0123456789abcdef, 0x1111222233334444, 0xfedcba9876543210, 0xabc}},
        {{ones, ones, ones, ones}},
        {{low, low, low, low}}};
    const auto add = [](buffer& rows, const long256& value) { rows.column_long256("x", value); };

    EXPECT_EQ(round_trip("long256", numbers, add),
              (json{{"0x1f"},
                    {"0x00"},
                    {"0x0abcfedcba987654321011112222333344440123456789abcdef"},
                    {"0x" + std::string(64, 'f')},
                    {""}}
                   .dump()));
    const std::string created = unique_table();
    send(protocol_version::v2,
         [&](buffer& rows) { rows.table(created).column_long256("x", numbers[0]).at_now(); });
    EXPECT_EQ(stored("x", created), R"([["0x1f"]])");
    EXPECT_THAT(column_types(created), HasSubstr(R"(["x","LONG256"])"));
}

TEST_F(cast_types, dates)
{
    using std::chrono::milliseconds;
    using time = std::chrono::sys_time<milliseconds>;
    EXPECT_EQ(round_trip("date",
                         std::vector{time(milliseconds(1'700'000'000'123)), time(milliseconds(-1)),
                                     time()},
                         [](buffer& rows, time value) { rows.column_date("x", value); }),
              R"([["2023-11-14T22:13:20.123Z"],["1969-12-31T23:59:59.999Z"],)"
              R"(["1970-01-01T00:00:00.000Z"]])");
}

} // namespace
} // namespace coquest::test
