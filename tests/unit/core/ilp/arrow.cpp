// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "support/arrow_batch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace coquest;
using test::arrow_column;
using test::arrow_struct;
using test::arrow_texts;
using test::arrow_values;
using test::bytes;
using test::bytes_of;

constexpr std::uint8_t all_but_first = 0xfe;

arrow_column dictionary_of(arrow_column indices, arrow_column texts)
{
    indices.dictionary.push_back(std::move(texts));
    return indices;
}

/// Makes a list column; @p offsets are empty for one of fixed size.
arrow_column list_of(std::string format, std::string name, std::int64_t length, bytes offsets,
                     arrow_column elements)
{
    arrow_column made{std::move(format), std::move(name), length, 0, {bytes()}};
    if (!offsets.empty()) {
        made.memory.push_back(std::move(offsets));
    }
    made.children.push_back(std::move(elements));
    return made;
}

std::string appended(arrow_column batch, const arrow_options& options = {},
                     protocol_version version = protocol_version::v3)
{
    batch.make();
    buffer rows(version);
    append_arrow(rows, "t", batch.schema, batch.array, options);
    EXPECT_NE(batch.schema.release, nullptr);
    EXPECT_NE(batch.array.release, nullptr);
    return rows.to_string();
}

TEST(arrow, numbers_of_each_width)
{
    for (const auto version : {protocol_version::v1, protocol_version::v3}) {
        const std::string got = appended(
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
        EXPECT_EQ(got, expected.to_string());
    }
}

TEST(arrow, texts_and_symbols)
{
    const arrow_options options{.timestamp = "", .symbols = {"s", "d"}};
    const std::string got = appended(
        arrow_struct(3, {arrow_texts<std::int32_t>("v", {"a\"b", "", "c"}),
                         arrow_texts<std::int64_t>("w", {"", "x", "yz"}, bytes{all_but_first}),
                         arrow_texts<std::int32_t>("s", {"a b", "", "\xc3\xa9"}),
                         dictionary_of(arrow_values<std::uint16_t>("S", "d", {1, 0, 1}),
                                       arrow_texts<std::int32_t>("", {"=", "no"})),
                         dictionary_of(arrow_values<std::int64_t>("l", "e", {9, 0, 1}, bytes{6}),
                                       arrow_texts<std::int64_t>("", {"gone", "here"}, bytes{2}))}),
        options);

    EXPECT_EQ(got, "t,s=a\\ b,d=no v=\"a\\\"b\"\n"
                   "t,s=,d=\\= v=\"\",w=\"x\"\n"
                   "t,s=\xc3\xa9,d=no,e=here v=\"c\",w=\"yz\"\n");
}

TEST(arrow, times)
{
    const std::string got = appended(
        arrow_struct(2, {arrow_values<std::int64_t>("tss:", "s", {-1, 2}),
                         arrow_values<std::int64_t>("tsm:UTC", "ms", {-1, 2}),
                         arrow_values<std::int64_t>("tsu:+01:00", "us", {-1, 2}),
                         arrow_values<std::int64_t>("tsn:", "ns", {-1, 2}),
                         arrow_values<std::int32_t>("tdD", "day", {-1, 2}),
                         arrow_values<std::int64_t>("tdm", "date", {-1, 2}),
                         arrow_values<std::int64_t>("tsn:", "at", {5, 1700000000000000000})}),
        {.timestamp = "at", .symbols = {}});

    EXPECT_EQ(got, "t s=-1000000t,ms=-1000t,us=-1t,ns=-1n,day=-86400000000t,date=-1000t 5n\n"
                   "t s=2000000t,ms=2000t,us=2t,ns=2n,day=172800000000t,date=2000t "
                   "1700000000000000000n\n");
}

TEST(arrow, decimals_of_each_width)
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

TEST(arrow, lists_of_doubles)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> elements{1.5, 2.5, 3.5, 4.5};
    for (const bool large : {false, true}) {
        const std::string got = appended(arrow_struct(
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
        EXPECT_EQ(got, expected.to_string());
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

    const std::string got = appended(batch);

    buffer expected(protocol_version::v3);
    expected.table("t")
        .column("n", 3)
        .column("b", false)
        .column("t", "5")
        .column("p", std::vector<double>{3})
        .at_now();
    expected.table("t").column("b", true).column("p", std::vector<double>{4}).at_now();
    EXPECT_EQ(got, expected.to_string());
}

TEST(arrow, an_empty_batch_adds_no_row)
{
    EXPECT_EQ(appended(arrow_struct(0, {arrow_values<double>("g", "x", {}),
                                        arrow_column{"u", "u", 0, 0, {bytes(), bytes(), bytes()}},
                                        arrow_values<std::int64_t>("tsn:", "at", {})}),
                       {.timestamp = "at", .symbols = {}}),
              "");
}

/// Expects that a batch is refused, and that it leaves nothing; returns what is said. @p damage
/// changes the structures once they are made.
std::string refusal(
    arrow_column batch, const arrow_options& options = {},
    const std::function<void(arrow_column&)>& damage = [](arrow_column&) {},
    errc code = errc::invalid_api_call)
{
    batch.make();
    damage(batch);
    buffer rows;
    rows.table("before").column("x", 1).at_now();
    try {
        append_arrow(rows, "t", batch.schema, batch.array, options);
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), code);
        EXPECT_EQ(rows.to_string(), "before x=1i\n");
        return failure.what();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

TEST(arrow_errors, name_column_and_format_of_what_is_not_supported)
{
    const std::string supported =
        " is not supported: convert it to bool, an integer, float32, float64, utf8, large_utf8, one "
        "of these two with a dictionary, timestamp, date32, date64, decimal, or a list of float64";
    for (const std::string format : {"z", "vu", "w:16", "tts", "tDs", "tiM", "+m", "+s", "+ud:0",
                                     "", "d:", "d:3", "d:3,2,100", "d:3,x", "d:3,2,128,1", "+vl"}) {
        EXPECT_EQ(refusal(arrow_struct(1, {arrow_values<std::int64_t>(format, "x", {1})})),
                  "arrow column \"x\": format \"" + format + "\"" + supported);
    }
    EXPECT_EQ(refusal(arrow_struct(1, {arrow_values<std::int16_t>("e", "half", {1})})),
              "arrow column \"half\": format \"e\" (float16)" + supported);
    EXPECT_EQ(
        refusal(
            arrow_struct(1, {list_of("+w:1", "a", 1, {}, arrow_values<float>("f", "item", {1}))})),
        "arrow column \"a\": a list of format \"f\" is not supported: QuestDB takes arrays of "
        "float64 only");
    EXPECT_EQ(refusal(arrow_struct(1, {dictionary_of(arrow_values<std::int8_t>("c", "d", {0}),
                                                     arrow_values<double>("g", "", {1}))})),
              "arrow column \"d\": a dictionary of format \"g\" by index of format \"c\" is not "
              "supported: make it one of utf8 by an integer index");
    for (const std::string format : {"+w:-1", "+w:99999999999", "+w:", "+w:2,3"}) {
        EXPECT_EQ(refusal(arrow_struct(
                      1, {list_of(format, "x", 1, {}, arrow_values<double>("g", "item", {1}))})),
                  "arrow column \"x\": format \"" + format + "\"" + supported);
    }
}

TEST(arrow_errors, name_rows_that_are_refused)
{
    EXPECT_EQ(refusal(arrow_struct(2, {arrow_values<std::uint64_t>("L", "n", {1, UINT64_MAX})})),
              "row 1: column \"n\": an integer above 9223372036854775807 does not fit a LONG");
    EXPECT_EQ(refusal(
                  arrow_struct(2, {arrow_texts<std::int32_t>("s", {"a", "b\xff"})}), {},
                  [](arrow_column&) {}, errc::invalid_utf8),
              "row 1: column \"s\": invalid UTF-8 at byte 1 of the value");
    EXPECT_EQ(refusal(
                  arrow_struct(2, {arrow_values<double>("g", "x", {1, 2}),
                                   arrow_values<std::int64_t>("tsn:", "at", {1, 2}, bytes{1})}),
                  {.timestamp = "at", .symbols = {}}, [](arrow_column&) {},
                  errc::invalid_timestamp),
              "row 1: the timestamp is NULL");
    EXPECT_EQ(refusal(
                  arrow_struct(2, {arrow_values<std::int64_t>("tss:", "x", {1, INT64_MAX})}), {},
                  [](arrow_column&) {}, errc::invalid_timestamp),
              "row 1: column \"x\": the time point does not fit a 64-bit timestamp");
    EXPECT_EQ(refusal(
                  arrow_struct(1, {arrow_column{"d:3,2", "d", 1, 0, {bytes(), bytes(16)}}}), {},
                  [](arrow_column&) {}, errc::protocol_version_error),
              "row 0: column \"d\": protocol version 2 has no decimals: use version 3");
    EXPECT_EQ(refusal(arrow_struct(1, {dictionary_of(arrow_values<std::int8_t>("c", "d", {-1}),
                                                     arrow_texts<std::int32_t>("", {"a"}))})),
              "row 0: symbol \"d\": a negative index is outside its 1 text");
}

TEST(arrow_errors, name_options_that_fit_no_column)
{
    const auto batch = arrow_struct(1, {arrow_values<std::int64_t>("l", "n", {1})});
    EXPECT_EQ(refusal(batch, {.timestamp = "at", .symbols = {}}),
              "arrow: the options name \"at\", and there is no such column");
    EXPECT_EQ(refusal(batch, {.timestamp = "", .symbols = {"s"}}),
              "arrow: the options name \"s\", and there is no such column");
    EXPECT_EQ(refusal(batch, {.timestamp = "n", .symbols = {}}),
              "arrow column \"n\": only a timestamp can be the designated one, and its format is "
              "\"l\"");
    EXPECT_EQ(refusal(batch, {.timestamp = "", .symbols = {"n"}}),
              "arrow column \"n\": only utf8 and large_utf8 can be a symbol, and its format is "
              "\"l\"");
}

TEST(arrow_errors, refuse_structures_that_cannot_be)
{
    const auto texts = arrow_struct(2, {arrow_texts<std::int32_t>("s", {"a", "b"})});
    const auto refused = [&](const std::function<void(arrow_column&, arrow_column&)>& damage) {
        return refusal(texts, {}, [&](arrow_column& batch) { damage(batch, batch.children[0]); });
    };
    const std::string range = "arrow column \"s\": a length, offset or NULL count is out of range";

    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.release = nullptr; }),
              "arrow: the schema or the array was released already");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.schema.format = "u"; }),
              "arrow: the array is no struct (record batch)");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.length = -1; }),
              "arrow: the struct's length or offset is out of range");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.offset = INT64_MAX; }),
              "arrow: the struct's length or offset is out of range");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.n_children = 2; }),
              "arrow: schema and array differ in their number of columns");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.children = nullptr; }),
              "arrow: schema and array differ in their number of columns");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.arrays[0] = nullptr; }),
              "arrow column 0 is missing or has no name");
    EXPECT_EQ(refused([](auto& batch, auto&) {
                  static const std::uint8_t first_only = 1;
                  batch.buffers[0] = &first_only;
                  batch.array.null_count = 1;
              }),
              "arrow: row 1 of the struct is NULL as a whole");
    EXPECT_EQ(refused([](auto&, auto& s) { s.schema.name = nullptr; }),
              "arrow column 0 is missing or has no name");
    EXPECT_EQ(refused([](auto&, auto& s) { s.schema.format = nullptr; }),
              "arrow column \"s\": it has no format");
    EXPECT_EQ(refused([](auto&, auto& s) { s.array.length = -2; }), range);
    EXPECT_EQ(refused([](auto&, auto& s) { s.array.offset = -1; }), range);
    EXPECT_EQ(refused([](auto&, auto& s) { s.array.offset = INT64_MAX; }), range);
    EXPECT_EQ(refused([](auto&, auto& s) { s.array.null_count = -2; }), range);
    EXPECT_EQ(refused([](auto&, auto& s) { s.array.length = 1; }),
              "arrow column \"s\": its length is 1, but 2 elements are read");
    EXPECT_EQ(refused([](auto&, auto& s) { s.array.n_buffers = 2; }),
              "arrow column \"s\": it has 2 buffers; its format has 3");
    EXPECT_EQ(refused([](auto&, auto& s) { s.array.buffers = nullptr; }),
              "arrow column \"s\": its buffers are missing");
    EXPECT_EQ(refused([](auto&, auto& s) { s.array.null_count = 1; }),
              "arrow column \"s\": it says that it has NULLs, but its validity bitmap is missing");
    EXPECT_EQ(refused([](auto&, auto& s) { s.buffers[1] = nullptr; }),
              "arrow column \"s\": buffer 1 is missing");
    EXPECT_EQ(refused([](auto&, auto& s) { s.buffers[2] = nullptr; }),
              "arrow column \"s\": buffer 2 is missing");
    static const std::int32_t decreasing[] = {0, 2, 1};
    static const std::int32_t negative[] = {-1, 0, 1};
    EXPECT_EQ(refused([](auto&, auto& s) { s.buffers[1] = decreasing; }),
              "arrow column \"s\": offsets decrease at row 1");
    EXPECT_EQ(refused([](auto&, auto& s) { s.buffers[1] = negative; }),
              "arrow column \"s\": its first offset is negative");
    EXPECT_EQ(refused([](auto&, auto& s) { s.schema.dictionary = &s.schema; }),
              "arrow column \"s\": schema and array differ in whether it has a dictionary");
}

TEST(arrow_errors, refuse_lists_whose_elements_cannot_be)
{
    const auto lists = arrow_struct(1, {list_of("+l", "a", 1, bytes_of<std::int32_t>({0, 2}),
                                                arrow_values<double>("g", "item", {1, 2}))});
    const auto refused = [&](const std::function<void(arrow_column&)>& damage) {
        return refusal(lists, {}, [&](arrow_column& batch) { damage(batch.children[0]); });
    };
    EXPECT_EQ(refused([](auto& a) { a.array.n_children = 0; }),
              "arrow column \"a\": a list has one child");
    EXPECT_EQ(refused([](auto& a) { a.arrays[0] = nullptr; }),
              "arrow column \"a\": a list has one child");
    EXPECT_EQ(refused([](auto& a) { a.children[0].array.length = 1; }),
              "arrow column \"a\": its length is 1, but 2 elements are read");
    EXPECT_EQ(refused([](auto& a) { a.children[0].buffers[1] = nullptr; }),
              "arrow column \"a\": buffer 1 is missing");
}

} // namespace
