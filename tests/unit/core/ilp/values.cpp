// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The types that the server casts from text or numbers (docs/protocol.md, Types and values).

#include "encoded.hpp"

#include <coquest/values.hpp>

#include <array>
#include <chrono>
#include <limits>
#include <optional>
#include <string>

namespace {

using coquest::buffer;
using coquest::errc;
using coquest::geohash;
using coquest::ipv4;
using coquest::long256;
using coquest::protocol_version;
using coquest::uuid;
using coquest::test::no_row_is_open;
using coquest::test::refusal;
using coquest::test::refused;
using coquest::test::without_row;
using namespace std::string_literals;

/// Returns the text of the columns that @p add adds. It is the same in every protocol version.
template <class Add>
std::string sent(Add add)
{
    const std::string v1 = coquest::test::encoded(protocol_version::v1, add);
    EXPECT_EQ(coquest::test::encoded(protocol_version::v2, add), v1);
    EXPECT_EQ(coquest::test::encoded(protocol_version::v3, add), v1);
    return v1.substr(2, v1.size() - 3); // without "t " and the line end
}

uuid counting_uuid()
{
    uuid value;
    for (std::size_t i = 0; i < value.bytes.size(); ++i) {
        value.bytes[i] = static_cast<std::byte>(i * 17); // 00 11 22 ... ff
    }
    return value;
}

TEST(values, uuid_is_written_as_text)
{
    EXPECT_EQ(sent([](buffer& rows) { rows.column_uuid("u", counting_uuid()); }),
              "u=\"00112233-4455-6677-8899-aabbccddeeff\"");
    EXPECT_EQ(sent([](buffer& rows) { rows.column_uuid("u", uuid()); }),
              "u=\"00000000-0000-0000-0000-000000000000\"");
}

TEST(values, ipv4_address_is_written_as_text)
{
    const auto address = [](std::uint32_t value) {
        return sent([&](buffer& rows) { rows.column_ipv4("i", ipv4{value}); });
    };
    EXPECT_EQ(address(0x7f000001), "i=\"127.0.0.1\"");
    EXPECT_EQ(address(0), "i=\"0.0.0.0\"");
    EXPECT_EQ(address(0xffffffff), "i=\"255.255.255.255\"");
    EXPECT_EQ(address(0x0a6409c8), "i=\"10.100.9.200\"");
}

TEST(values, char_is_written_as_a_string_of_one_character)
{
    const auto character = [](char16_t value) {
        return sent([&](buffer& rows) { rows.column_char("c", value); });
    };
    EXPECT_EQ(character('x'), "c=\"x\"");
    EXPECT_EQ(character(u'~'), "c=\"~\"");
    EXPECT_EQ(character(1), "c=\"\x01\"");
    EXPECT_EQ(character(0x7f), "c=\"\x7f\"");
    EXPECT_EQ(character('"'), "c=\"\\\"\"");
    EXPECT_EQ(character('\\'), "c=\"\\\\\"");
    EXPECT_EQ(character('\n'), "c=\"\\\n\"");
}

TEST(values, char_that_the_server_would_refuse_is_refused)
{
    const auto character = [](char16_t value) {
        return refused(protocol_version::v2, [&](buffer& rows) { rows.column_char("c", value); });
    };
    const refusal not_ascii{errc::invalid_api_call,
                            "column \"c\": the server accepts only ASCII in a CHAR column"};
    EXPECT_EQ(character(0),
              (refusal{errc::invalid_api_call,
                       "column \"c\": zero is not a CHAR: leave the column out for NULL"}));
    EXPECT_EQ(character(0x80), not_ascii);
    EXPECT_EQ(character(u'\u20ac'), not_ascii);
    EXPECT_EQ(character(0xd800), not_ascii);
    EXPECT_EQ(without_row(protocol_version::v2, [](buffer& rows) { rows.column_char("c", 0); }),
              no_row_is_open);
}

TEST(values, long256_is_written_in_hexadecimal_without_leading_zeros)
{
    const auto number = [](std::array<std::uint64_t, 4> words) {
        return sent([&](buffer& rows) { rows.column_long256("l", long256{words}); });
    };
    constexpr auto all_bits = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(number({0, 0, 0, 0}), "l=0x0i");
    EXPECT_EQ(number({0x1f, 0, 0, 0}), "l=0x1fi");
    EXPECT_EQ(number({0, 1, 0, 0}), "l=0x10000000000000000i");
    EXPECT_EQ(number({0x0123456789abcdef, 0x1111222233334444, 0xfedcba9876543210, 0xabc}),
              "l=0xabcfedcba987654321011112222333344440123456789abcdefi");
    EXPECT_EQ(number({all_bits, all_bits, all_bits, all_bits}),
              "l=0x" + std::string(64, 'f') + "i");
}

TEST(values, date_is_written_as_a_timestamp_in_microseconds)
{
    using std::chrono::milliseconds;
    const auto date = [](std::int64_t millis) {
        return [millis](buffer& rows) {
            rows.column_date("d", std::chrono::sys_time<milliseconds>(milliseconds(millis)));
        };
    };
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(sent(date(1'700'000'000'123)), "d=1700000000123000t");
    EXPECT_EQ(sent(date(-1)), "d=-1000t");
    EXPECT_EQ(sent(date(last / 1000)), "d=9223372036854775000t");
    EXPECT_EQ(refused(protocol_version::v2, date(last / 1000 + 1)),
              (refusal{errc::invalid_timestamp,
                       "column \"d\": the time point does not fit a 64-bit timestamp"}));
}

TEST(values, geohash_is_written_as_text)
{
    const auto hash = [](std::uint64_t bits, int characters) {
        return sent([&](buffer& rows) { rows.column_geohash("g", geohash{bits, characters}); });
    };
    EXPECT_EQ(hash(0, 1), "g=\"0\"");
    EXPECT_EQ(hash(31, 1), "g=\"z\"");
    EXPECT_EQ(hash(0, 12), "g=\"000000000000\"");
    EXPECT_EQ(hash((1ULL << 60) - 1, 12), "g=\"zzzzzzzzzzzz\"");
    EXPECT_EQ(hash(0b00000'00001'00010'00011'00100'00101'00110'00111'01000'01001'01010'01011, 12),
              "g=\"0123456789bc\"");
    EXPECT_EQ(hash(0b01100'01101'01110'01111'10000'10001'10010'10011'10100'10101'10110'10111, 12),
              "g=\"defghjkmnpqr\"");
    EXPECT_EQ(hash(0b11000'11001'11010'11011'11100'11101'11110'11111, 8), "g=\"stuvwxyz\"");
}

TEST(values, geohash_of_a_point_contains_the_point)
{
    const auto hash = [](double latitude, double longitude, int characters) {
        return sent([&](buffer& rows) {
            rows.column_geohash("g", geohash::of(latitude, longitude, characters));
        });
    };
    EXPECT_EQ(hash(57.64911, 10.40744, 11), "g=\"u4pruydqqvj\""); // the well-known example
    EXPECT_EQ(hash(52.52, 13.405, 6), "g=\"u33dc0\"");
    EXPECT_EQ(hash(-33.8568, 151.2153, 7), "g=\"r3gx2ux\"");
    EXPECT_EQ(hash(0, 0, 1), "g=\"s\"");
    EXPECT_EQ(hash(90, 180, 12), "g=\"zzzzzzzzzzzz\"");
    EXPECT_EQ(hash(-90, -180, 12), "g=\"000000000000\"");
}

TEST(values, invalid_geohash_is_refused)
{
    const auto hash = [](geohash value) {
        return refused(protocol_version::v2,
                       [&](buffer& rows) { rows.column_geohash("g", value); });
    };
    const refusal none{errc::invalid_api_call,
                       "column \"g\": a geohash has 1 to 12 characters of five bits each, and lies "
                       "at a latitude of -90 to 90 and a longitude of -180 to 180"};
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(hash({0, 0}), none);
    EXPECT_EQ(hash({0, 13}), none);
    EXPECT_EQ(hash({0, -1}), none);
    EXPECT_EQ(hash({32, 1}), none);
    EXPECT_EQ(hash({1ULL << 60, 12}), none);
    EXPECT_EQ(hash(geohash::of(90.5, 0, 6)), none);
    EXPECT_EQ(hash(geohash::of(0, -180.5, 6)), none);
    EXPECT_EQ(hash(geohash::of(nan, 0, 6)), none);
    EXPECT_EQ(hash(geohash::of(0, nan, 6)), none);
    EXPECT_EQ(hash(geohash::of(0, 0, 0)), none);
    EXPECT_EQ(hash(geohash::of(0, 0, 13)), none);
    EXPECT_EQ(without_row(protocol_version::v2,
                          [](buffer& rows) { rows.column_geohash("g", geohash()); }),
              no_row_is_open);
}

TEST(values, column_chooses_the_type_by_the_value)
{
    EXPECT_EQ(sent([](buffer& rows) {
                  rows.column("u", uuid())
                      .column("i", std::optional(ipv4{1}))
                      .column("l", long256{{1, 0, 0, 0}})
                      .column("g", geohash{1, 2})
                      .column("none", std::optional<uuid>());
              }),
              "u=\"00000000-0000-0000-0000-000000000000\",i=\"0.0.0.1\",l=0x1i,g=\"01\"");
}

} // namespace
