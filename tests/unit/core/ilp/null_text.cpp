// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Every function that takes a text refuses a null `const char*` with an error that names the place.

#include <coquest/buffer.hpp>
#include <coquest/columns.hpp>
#include <coquest/config.hpp>
#include <coquest/row_schema.hpp>
#include <coquest/secret.hpp>
#include <coquest/values.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace coquest;

const char* const null = nullptr;

template <class Function>
error failure_of(Function call)
{
    try {
        call();
    } catch (const error& e) {
        return e;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {errc::invalid_api_call, "nothing was thrown"};
}

TEST(null_text, as_a_name_is_refused)
{
    buffer rows;

    rows.table(null).column_i64("n", 1);
    error failure = failure_of([&] { rows.at_now(); });
    EXPECT_EQ(failure.code(), errc::invalid_name);
    EXPECT_STREQ(failure.what(), "table name is a null pointer");

    rows.table("t").symbol(null, "v");
    failure = failure_of([&] { rows.at_now(); });
    EXPECT_EQ(failure.code(), errc::invalid_name);
    EXPECT_STREQ(failure.what(), "column name is a null pointer");
    EXPECT_EQ(rows.size(), 0U);
}

TEST(null_text, as_a_value_is_refused_with_table_and_column)
{
    buffer rows(protocol_version::v3);
    const auto expect = [&](const char* message) {
        const error failure = failure_of([&] { rows.at_now(); });
        EXPECT_EQ(failure.code(), errc::invalid_api_call);
        EXPECT_STREQ(failure.what(), message);
    };

    rows.table("a b").symbol("s", null);
    expect("symbol \"s\" of table \"a b\": the value is a null pointer");
    rows.table("t").symbol("s", "v").column_str("c", null);
    expect("column \"c\" of table \"t\": the value is a null pointer");
    rows.table("t").column_dec("d", null);
    expect("column \"d\" of table \"t\": the value is a null pointer");
    rows.table("t").column("any", null);
    expect("column \"any\" of table \"t\": the value is a null pointer");
    rows.table("t").column("any", std::optional(null));
    expect("column \"any\" of table \"t\": the value is a null pointer");
    EXPECT_EQ(rows.size(), 0U);
}

TEST(null_text, in_rows_of_a_schema_and_in_columns_is_refused)
{
    constexpr row_schema<"t", fields::symbol<"s">, fields::str<"c">> schema;
    buffer rows;

    EXPECT_STREQ(failure_of([&] { rows.append(schema(null, "v").at_now()); }).what(),
                 "symbol \"s\" of table \"t\": the value is a null pointer");
    EXPECT_STREQ(failure_of([&] { rows.append(schema("v", std::optional(null)).at_now()); }).what(),
                 "column \"c\" of table \"t\": the value is a null pointer");
    const std::vector<const char*> texts{"v", null};
    EXPECT_STREQ(
        failure_of([&] { rows.append_columns("t", value_column("c", texts), at_now); }).what(),
        "row 1: column \"c\" of table \"t\": the value is a null pointer");
    EXPECT_STREQ(
        failure_of([&] { rows.append_columns("t", symbol_column("s", texts), at_now); }).what(),
        "row 1: symbol \"s\" of table \"t\": the value is a null pointer");
    EXPECT_EQ(rows.size(), 0U);
    rows.append(schema(texts[0], "w").at_now());
    EXPECT_EQ(rows.to_string(), "t,s=v c=\"w\"\n");
}

TEST(null_text, in_other_functions_is_refused)
{
    EXPECT_STREQ(failure_of([] { (void)parse_config(null); }).what(),
                 "the configuration string is a null pointer");
    EXPECT_EQ(failure_of([] { (void)secret(null); }).code(), errc::invalid_api_call);
    EXPECT_EQ(failure_of([] { (void)decimal::parse(null); }).code(), errc::invalid_decimal);
}

TEST(moved_from, buffer_is_empty_and_can_be_used)
{
    buffer_options limits;
    limits.max_size = 64;
    buffer a(protocol_version::v1, limits);
    a.table("t").symbol("s", "a").at_now();
    buffer b;
    b.table("t").symbol("s", "b").at_now();

    b = std::move(a);

    EXPECT_EQ(b.to_string(), "t,s=a\n");
    EXPECT_TRUE(a.empty()); // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(a.version(), protocol_version::v1);
    a.table("t").symbol("s", "c").at_now();
    EXPECT_EQ(a.to_string(), "t,s=c\n");
    EXPECT_NE(a.table("t").column_str("s", std::string(100, 'x')).try_at_now(), std::error_code());

    buffer c(std::move(a));
    EXPECT_TRUE(a.empty()); // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(a.size(), 0U);
    EXPECT_EQ(a.to_string(), "");
    EXPECT_TRUE(a.chunks().empty());
    a.clear();
    a.discard_row();
    a.set_marker();
    a.rewind_to_marker();
    buffer& same = c;
    c = std::move(same);
    EXPECT_EQ(c.to_string(), "t,s=c\n");
}

TEST(moved_from, error_keeps_its_message)
{
    error a(errc::closed, "text");
    const error b = std::move(a);
    EXPECT_STREQ(a.what(), "text"); // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(a.info().message, b.info().message);
}

} // namespace
