// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "arrow_columns.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace coquest;
using test::appended;
using test::arrow_column;
using test::arrow_struct;
using test::arrow_text_views;
using test::arrow_texts;
using test::arrow_values;
using test::bytes;
using test::bytes_of;
using test::dictionary_of;
using test::list_of;

constexpr std::uint8_t all_but_first = 0xfe;

TEST(arrow, numbers_of_each_width_are_appended)
{
    for (const auto version : {protocol_version::v1, protocol_version::v3}) {
        const std::string actual = appended(
            arrow_struct(2, {arrow_values<std::int8_t>("c", "i8", {-128, 127}),
                             arrow_values<std::uint8_t>("C", "u8", {0, 255}),
                             arrow_values<std::int16_t>("s", "i16", {-32768, 1}),
                             arrow_values<std::uint16_t>("S", "u16", {65535, 1}),
                             arrow_values<std::int32_t>("i", "i32", {-2147483647, 1}),
                             arrow_values<std::uint32_t>("I", "u32", {4294967295U, 1}),
                             arrow_values<std::int64_t>("l", "i64", {INT64_MIN, INT64_MAX}),
                             arrow_values<std::uint64_t>("L", "u64", {0, INT64_MAX}),
                             arrow_values<float>("f", "f32", {0.5F, -1e30F}),
                             arrow_values<double>("g", "f64", {0.1, 1e300}),
                             arrow_column{"b", "b", 2, 0, {bytes(), bytes{2}}},
                             arrow_column{"n", "nothing", 2, 0, {}}}),
            {}, version);

        buffer expected(version);
        const auto row = [&](auto... values) {
            static constexpr const char* names[] = {"i8",  "u8",  "i16", "u16", "i32", "u32",
                                                    "i64", "u64", "f32", "f64", "b"};
            expected.table("t");
            std::size_t i = 0;
            (expected.column(std::string(names[i++]), values), ...);
            expected.at_now();
        };
        row(-128, 0, -32768, 65535, -2147483647, 4294967295U, INT64_MIN, 0, 0.5F, 0.1, false);
        row(127, 255, 1, 1, 1, 1, INT64_MAX, INT64_MAX, -1e30F, 1e300, true);
        EXPECT_EQ(actual, expected.to_string());
    }
}

TEST(arrow, texts_and_symbols_are_appended)
{
    const arrow_options options{.timestamp = "", .symbols = {"s", "d"}};
    const std::string actual = appended(
        arrow_struct(3, {arrow_texts<std::int32_t>("v", {"a\"b", "", "c"}),
                         arrow_texts<std::int64_t>("w", {"", "x", "yz"}, bytes{all_but_first}),
                         arrow_texts<std::int32_t>("s", {"a b", "", "\xc3\xa9"}),
                         dictionary_of(arrow_values<std::uint16_t>("S", "d", {1, 0, 1}),
                                       arrow_texts<std::int32_t>("", {"=", "no"})),
                         dictionary_of(arrow_values<std::int64_t>("l", "e", {9, 0, 1}, bytes{6}),
                                       arrow_texts<std::int64_t>("", {"gone", "here"}, bytes{2}))}),
        options);

    EXPECT_EQ(actual, "t,s=a\\ b,d=no v=\"a\\\"b\"\n"
                      "t,s=,d=\\= v=\"\",w=\"x\"\n"
                      "t,s=\xc3\xa9,d=no,e=here v=\"c\",w=\"yz\"\n");
}

TEST(arrow, timestamps_and_dates_are_appended)
{
    const std::string actual = appended(
        arrow_struct(2, {arrow_values<std::int64_t>("tss:", "s", {-1, 2}),
                         arrow_values<std::int64_t>("tsm:UTC", "ms", {-1, 2}),
                         arrow_values<std::int64_t>("tsu:+01:00", "us", {-1, 2}),
                         arrow_values<std::int64_t>("tsn:", "ns", {-1, 2}),
                         arrow_values<std::int32_t>("tdD", "day", {-1, 2}),
                         arrow_values<std::int64_t>("tdm", "date", {-1, 2}),
                         arrow_values<std::int64_t>("tsn:", "at", {5, 1700000000000000000})}),
        {.timestamp = "at", .symbols = {}});

    EXPECT_EQ(actual, "t s=-1000000t,ms=-1000t,us=-1t,ns=-1n,day=-86400000000t,date=-1000t 5n\n"
                      "t s=2000000t,ms=2000t,us=2t,ns=2n,day=172800000000t,date=2000t "
                      "1700000000000000000n\n");
}

TEST(arrow, decimals_of_each_width_are_appended)
{
    const auto decimals = [](const std::string& parameters, bytes little_endian) {
        return arrow_column{"d:" + parameters, "d", 1, 0, {bytes(), std::move(little_endian)}};
    };
    const auto row = [&](const decimal& value) {
        buffer expected(protocol_version::v3);
        expected.table("t").column_dec("d", value).at_now();
        return expected.to_string();
    };
    bytes wide(32, 0xff);
    wide[0] = 0x7b;
    const decimal minus_133(-133, 2);

    EXPECT_EQ(appended(arrow_struct(1, {decimals("38,2", bytes(wide.begin(), wide.begin() + 16))})),
              row(minus_133));
    EXPECT_EQ(appended(arrow_struct(1, {decimals("76,2,256", wide)})), row(minus_133));
    EXPECT_EQ(appended(arrow_struct(1, {decimals("9,2,32", {0x7b, 0, 0, 0})})),
              row(decimal(123, 2)));
    EXPECT_EQ(appended(arrow_struct(1, {decimals("18,-1,64", {0x7b, 1, 0, 0, 0, 0, 0, 0})})),
              row(decimal(3790, 0)));
}

TEST(arrow, lists_of_doubles_are_appended_as_arrays)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> elements{1.5, 2.5, 3.5, 4.5};
    for (const bool large : {false, true}) {
        const std::string actual = appended(arrow_struct(
            2,
            {list_of(large ? "+L" : "+l", "a", 2,
                     large ? bytes_of<std::int64_t>({0, 3, 3}) : bytes_of<std::int32_t>({0, 3, 3}),
                     arrow_values("g", "item", elements, bytes{0x0d})),
             list_of("+w:2", "b", 2, {}, arrow_values("g", "item", elements))}));

        buffer expected(protocol_version::v3);
        expected.table("t")
            .column_arr("a", std::vector<double>{1.5, nan, 3.5})
            .column_arr("b", std::vector<double>{1.5, 2.5})
            .at_now();
        expected.table("t")
            .column_arr("a", std::vector<double>())
            .column_arr("b", std::vector<double>{3.5, 4.5})
            .at_now();
        EXPECT_EQ(actual, expected.to_string());
    }
}

TEST(arrow, offsets_of_the_struct_and_of_each_column_add_up)
{
    const bytes odd{0xaa, 0xaa};
    arrow_column numbers = arrow_values<std::int16_t>("s", "n", {0, 1, 2, 3, 4, 5, 6, 7}, odd);
    numbers.offset = 1;
    numbers.length = 7;
    arrow_column flags{"b", "b", 6, 2, {bytes(), odd}};
    arrow_column texts = arrow_texts<std::int32_t>("t", {"0", "1", "2", "3", "4", "5", "6"}, odd);
    texts.offset = 3;
    texts.length = 4;
    arrow_column pairs = list_of("+w:1", "p", 5, {},
                                 arrow_values<double>("g", "", {-9, -9, 0, 1, 2, 3, 4, 5, 6, 7}));
    pairs.offset = 1;
    pairs.children[0].offset = 2;
    pairs.children[0].length = 8;
    arrow_column batch = arrow_struct(2, {numbers, flags, texts, pairs});
    batch.offset = 2;

    const std::string actual = appended(batch);

    buffer expected(protocol_version::v3);
    expected.table("t")
        .column("n", 3)
        .column("b", false)
        .column("t", "5")
        .column("p", std::vector<double>{3})
        .at_now();
    expected.table("t").column("b", true).column("p", std::vector<double>{4}).at_now();
    EXPECT_EQ(actual, expected.to_string());
}

TEST(arrow, an_empty_batch_adds_no_row)
{
    EXPECT_EQ(appended(arrow_struct(0, {arrow_values<double>("g", "x", {}),
                                        arrow_column{"u", "u", 0, 0, {bytes(), bytes(), bytes()}},
                                        arrow_values<std::int64_t>("tsn:", "at", {})}),
                       {.timestamp = "at", .symbols = {}}),
              "");
}

TEST(arrow, string_views_are_appended)
{
    const std::vector<std::string_view> texts{"", "twelve bytes", "thirteen byte",
                                              "another long text", "a third long text"};
    EXPECT_EQ(appended(arrow_struct(5, {arrow_text_views("s", texts)})),
              "t s=\"\"\nt s=\"twelve bytes\"\nt s=\"thirteen byte\"\nt s=\"another long text\"\n"
              "t s=\"a third long text\"\n");

    arrow_column part = arrow_text_views("s", texts, {0b01111});
    part.offset = 2;
    part.length = 3;
    EXPECT_EQ(appended(arrow_struct(3, {part, arrow_values<std::int8_t>("c", "n", {1, 2, 3})}),
                       {.timestamp = {}, .symbols = {"s"}}),
              "t,s=thirteen\\ byte n=1i\nt,s=another\\ long\\ text n=2i\nt n=3i\n");

    EXPECT_EQ(appended(arrow_struct(2, {dictionary_of(arrow_values<std::int8_t>("c", "d", {3, 1}),
                                                      arrow_text_views("", texts))})),
              "t,d=another\\ long\\ text\nt,d=twelve\\ bytes\n");
}

} // namespace
