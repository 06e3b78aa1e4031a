// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "arrow_columns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
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

/// Expects that a batch is refused and adds nothing. Returns the message. @p damage changes the
/// structures before the call.
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

TEST(arrow_errors, refuse_a_view_outside_its_buffers)
{
    const auto with_view = [](std::vector<std::int32_t> view) {
        arrow_column column = arrow_text_views("s", {"a long text of 24 bytes."});
        column.memory[1] = bytes_of(view);
        return arrow_struct(1, {std::move(column)});
    };
    const std::string expected = "arrow column \"s\": the view of row 0 is out of range";
    EXPECT_EQ(appended(with_view({24, 0, 0, 0})), "t s=\"a long text of 24 bytes.\"\n");
    for (const auto& view :
         std::vector<std::vector<std::int32_t>>{{-1, 0, 0, 0},
                                                {24, 0, -1, 0},
                                                {24, 0, 2, 0},
                                                {24, 0, 0, -1},
                                                {24, 0, 0, 1},
                                                {25, 0, 0, 0},
                                                {24, 0, 1, 0},
                                                {2147483647, 0, 0, 2147483647}}) {
        EXPECT_EQ(refusal(with_view(view)), expected);
    }
    arrow_column truncated = arrow_text_views("s", {"x"});
    truncated.memory.resize(2);
    EXPECT_EQ(refusal(arrow_struct(1, {std::move(truncated)})),
              "arrow column \"s\": it has 2 buffers; its format has 3");
}

TEST(arrow_errors, name_the_column_and_the_format_that_is_not_supported)
{
    const std::string supported =
        " is not supported: convert it to bool, an integer, float32, float64, utf8, large_utf8, "
        "utf8_view, one of these three with a dictionary, timestamp, date32, date64, decimal, or a list of float64";
    for (const std::string format : {"z", "vz", "w:16", "tts", "tDs", "tiM", "+m", "+s", "+ud:0",
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
    for (const std::string format : {"+w:-1", "+w:99999999999", "+w:", "+w:2,3", "+w:2;3"}) {
        EXPECT_EQ(refusal(arrow_struct(
                      1, {list_of(format, "x", 1, {}, arrow_values<double>("g", "item", {1}))})),
                  "arrow column \"x\": format \"" + format + "\"" + supported);
    }
}

TEST(arrow_errors, refuse_a_count_that_no_memory_can_hold)
{
    arrow_column texts = arrow_texts<std::int64_t>("s", {"a"});
    texts.memory[1] = bytes_of<std::int64_t>({0, INT64_MAX});
    EXPECT_EQ(refusal(arrow_struct(1, {texts})), "arrow column \"s\": an offset is out of range");

    arrow_column lists =
        list_of("+w:2147483647", "a", 1, {}, arrow_values<double>("g", "item", {1}));
    lists.offset = INT64_MAX / 128;
    EXPECT_THAT(refusal(arrow_struct(1, {lists})),
                ::testing::StartsWith("arrow column \"a\": format \"+w:2147483647\" is not"));
    lists.offset = INT64_MAX / 128 / INT32_MAX;
    EXPECT_THAT(refusal(arrow_struct(1, {lists})),
                ::testing::StartsWith("arrow column \"a\": format \"+w:2147483647\" is not"));
}

TEST(arrow_errors, name_the_row_that_is_refused)
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

TEST(arrow_errors, name_the_option_that_matches_no_column)
{
    const auto batch = arrow_struct(1, {arrow_values<std::int64_t>("l", "n", {1})});
    EXPECT_EQ(refusal(batch, {.timestamp = "at", .symbols = {}}),
              "arrow: the options name \"at\", but there is no such column");
    EXPECT_EQ(refusal(batch, {.timestamp = "", .symbols = {"s"}}),
              "arrow: the options name \"s\", but there is no such column");
    EXPECT_EQ(refusal(batch, {.timestamp = "n", .symbols = {}}),
              "arrow column \"n\": only a timestamp can be the designated timestamp, and its "
              "format is "
              "\"l\"");
    EXPECT_EQ(refusal(arrow_struct(1, {dictionary_of(arrow_values<std::int64_t>("tsn:", "at", {1}),
                                                     arrow_texts<std::int32_t>("", {"a"}))}),
                      {.timestamp = "at", .symbols = {}}),
              "arrow column \"at\": only a timestamp can be the designated timestamp, and its "
              "format is "
              "\"tsn:\"");
    EXPECT_EQ(refusal(arrow_struct(1, {arrow_values<std::int64_t>("tsn:", "at", {1}),
                                       arrow_values<std::int64_t>("tsn:", "at", {2})}),
                      {.timestamp = "at", .symbols = {}}),
              "arrow column \"at\": two columns of this name can't both be the designated "
              "timestamp");
    EXPECT_EQ(
        refusal(batch, {.timestamp = "", .symbols = {"n"}}),
        "arrow column \"n\": only utf8, large_utf8 and utf8_view can be a symbol, and its format is "
        "\"l\"");
}

TEST(arrow_errors, refuse_inconsistent_structures)
{
    const auto texts = arrow_struct(2, {arrow_texts<std::int32_t>("s", {"a", "b"})});
    const auto refused = [&](const std::function<void(arrow_column&, arrow_column&)>& damage) {
        return refusal(texts, {}, [&](arrow_column& batch) { damage(batch, batch.children[0]); });
    };
    const std::string range = "arrow column \"s\": a length, offset or NULL count is out of range";

    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.release = nullptr; }),
              "arrow: the schema or the array was released already");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.schema.release = nullptr; }),
              "arrow: the schema or the array was released already");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.schema.format = nullptr; }),
              "arrow: the array is not a struct (record batch)");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.schema.format = "u"; }),
              "arrow: the array is not a struct (record batch)");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.length = -1; }),
              "arrow: the struct's length or offset is out of range");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.offset = INT64_MAX; }),
              "arrow: the struct's length or offset is out of range");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.n_children = 2; }),
              "arrow: schema and array differ in their number of columns");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.array.children = nullptr; }),
              "arrow: schema and array differ in their number of columns");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.schema.children = nullptr; }),
              "arrow: schema and array differ in their number of columns");
    EXPECT_EQ(
        refused([](auto& batch, auto&) { batch.schema.n_children = batch.array.n_children = -1; }),
        "arrow: schema and array differ in their number of columns");
    EXPECT_EQ(refused([](auto& batch, auto&) { batch.schemas[0] = nullptr; }),
              "arrow column 0 is missing or has no name");
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
              "arrow column \"s\": only one of schema and array has a dictionary");
    EXPECT_EQ(refused([](auto&, auto& s) { s.array.dictionary = &s.array; }),
              "arrow column \"s\": only one of schema and array has a dictionary");
}

TEST(arrow_errors, refuse_lists_with_inconsistent_elements)
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
    EXPECT_EQ(refused([](auto& a) { a.schema.n_children = 2; }),
              "arrow column \"a\": a list has one child");
    EXPECT_EQ(refused([](auto& a) { a.schema.children = nullptr; }),
              "arrow column \"a\": a list has one child");
    EXPECT_EQ(refused([](auto& a) { a.array.children = nullptr; }),
              "arrow column \"a\": a list has one child");
    EXPECT_EQ(refused([](auto& a) { a.schemas[0] = nullptr; }),
              "arrow column \"a\": a list has one child");
    EXPECT_EQ(
        refused([](auto& a) { a.children[0].schema.dictionary = &a.schema; }),
        "arrow column \"a\": a list of format \"g\" is not supported: QuestDB takes arrays of "
        "float64 only");
    EXPECT_EQ(refused([](auto& a) { a.children[0].array.length = 1; }),
              "arrow column \"a\": its length is 1, but 2 elements are read");
    EXPECT_EQ(refused([](auto& a) { a.children[0].buffers[1] = nullptr; }),
              "arrow column \"a\": buffer 1 is missing");
}

} // namespace
