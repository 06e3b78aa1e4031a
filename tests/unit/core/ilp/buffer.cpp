// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/buffer.hpp>
#include <coquest/detail/buffer_access.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <limits>
#include <string>

namespace {

using coquest::buffer;
using coquest::buffer_options;
using coquest::errc;
using coquest::protocol_version;
using coquest::timestamp_micros;
using coquest::timestamp_nanos;
using coquest::detail::buffer_access;
using namespace std::string_literals;

template <class Call>
coquest::error failure_of(Call call)
{
    try {
        call();
    } catch (const coquest::error& e) {
        return e;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {errc::invalid_api_call, "nothing was thrown"};
}

TEST(buffer, escapes_as_the_protocol_says)
{
    buffer rows;
    rows.table("a b").symbol("s p", "v ,=\n\r\\\"").at_now();
    rows.table("t").column_str("c", "a\"b\\\n\r,= ").at_now();
    rows.table("t").column_bool("b", true).column_bool("c", false).at_now();
    rows.table("t")
        .column_i64("i", std::numeric_limits<std::int64_t>::min())
        .column_i64("j", 42)
        .at_now();

    EXPECT_EQ(rows.to_string(), "a\\ b,s\\ p=v\\ \\,\\=\\\n\\\r\\\\\"\n"
                                "t c=\"a\\\"b\\\\\\\n\\\r,= \"\n"
                                "t b=t,c=f\n"
                                "t i=-9223372036854775808i,j=42i\n");
    EXPECT_EQ(rows.row_count(), 4U);
    EXPECT_EQ(rows.size(), rows.to_string().size());
}

TEST(buffer, version_2_writes_binary_doubles_and_timestamps_with_a_suffix)
{
    buffer rows(protocol_version::v2);
    rows.table("t").column_f64("x", 1.5).at_now();
    rows.table("t")
        .column_ts("x", timestamp_micros(1700000000123456))
        .at(timestamp_micros(1700000000123456));
    rows.table("t")
        .column_ts("x", timestamp_nanos(1700000000123456789))
        .at(timestamp_nanos(1700000000123456789));

    EXPECT_EQ(rows.to_string(), "t x==\x10\0\0\0\0\0\0\xf8\x3f\n"
                                "t x=1700000000123456t 1700000000123456t\n"
                                "t x=1700000000123456789n 1700000000123456789n\n"s);
}

TEST(buffer, version_1_writes_text)
{
    buffer rows(protocol_version::v1);
    rows.table("t").column_f64("x", 1.5).at_now();
    rows.table("t")
        .column_ts("x", timestamp_nanos(1700000000123456789))
        .at(timestamp_nanos(1700000000123456789));
    rows.table("t").column_ts("x", timestamp_nanos(-1999)).at(timestamp_micros(1700000000123456));

    EXPECT_EQ(rows.to_string(), "t x=1.5\n"
                                "t x=1700000000123456t 1700000000123456789\n"
                                "t x=-1t 1700000000123456000\n");
}

TEST(buffer, a_row_of_symbols_only_has_no_field_part)
{
    buffer rows;
    rows.table("t").symbol("s", "v").at(timestamp_nanos(123));
    rows.table("t").symbol("s", "").at_now();

    EXPECT_EQ(rows.to_string(), "t,s=v 123n\nt,s=\n");
}

TEST(buffer, time_points_are_written_in_the_unit_of_their_clock)
{
    using namespace std::chrono;
    buffer rows;
    rows.table("t").column_ts("d", sys_days(days(1))).at(sys_time<nanoseconds>(nanoseconds(5)));
    rows.table("t")
        .column("ms", sys_time<milliseconds>(milliseconds(7)))
        .at(sys_seconds(seconds(2)));

    EXPECT_EQ(rows.to_string(), "t d=86400000000t 5n\nt ms=7000t 2000000t\n");
}

TEST(buffer, a_time_point_that_does_not_fit_is_refused_and_the_row_withdrawn)
{
    using namespace std::chrono;
    buffer rows;
    rows.table("t").column_i64("a", 1);
    const auto e = failure_of([&] { rows.at(sys_days(days(2'000'000'000))); });

    EXPECT_EQ(e.code(), errc::invalid_timestamp);
    EXPECT_STREQ(e.what(), "the time point does not fit a 64-bit timestamp");
    EXPECT_EQ(rows.size(), 0U);
}

TEST(buffer, column_chooses_the_type_by_the_value)
{
    buffer rows(protocol_version::v1);
    rows.table("t")
        .column("bool", true)
        .column("int", 1)
        .column("unsigned", 2U)
        .column("long", -3LL)
        .column("float", 0.5F)
        .column("double", 2.5)
        .column("literal", "text")
        .column("string", "more"s)
        .column("null", std::optional<int>())
        .column("some", std::optional<double>(1))
        .column("ts", timestamp_micros(9))
        .at_now();

    EXPECT_EQ(rows.to_string(), "t bool=t,int=1i,unsigned=2i,long=-3i,float=0.5,double=2.5,"
                                "literal=\"text\",string=\"more\",some=1.0,ts=9t\n");
}

TEST(buffer, an_unsigned_value_that_no_long_holds_is_refused)
{
    buffer rows;
    rows.table("t").column("big", std::numeric_limits<std::uint64_t>::max());
    const auto e = failure_of([&] { rows.at_now(); });

    EXPECT_EQ(e.code(), errc::invalid_api_call);
    EXPECT_STREQ(e.what(),
                 "column \"big\": an integer above 9223372036854775807 does not fit a LONG");
}

TEST(buffer, calls_in_a_wrong_order_are_reported_at_the_end_of_the_row)
{
    buffer rows;
    rows.table("ok").column_i64("a", 1).at_now();
    const std::string before = rows.to_string();

    rows.table("t").column_i64("a", 1).symbol("s", "v").column_i64("b", 2);
    EXPECT_STREQ(failure_of([&] { rows.at_now(); }).what(),
                 "bad call to `symbol`: should have called `column` or `at` instead");
    rows.table("t");
    EXPECT_STREQ(failure_of([&] { rows.at_now(); }).what(),
                 "bad call to `at_now`: should have called `symbol` or `column` instead");
    EXPECT_STREQ(failure_of([&] { rows.at(timestamp_nanos(1)); }).what(),
                 "bad call to `at`: should have called `table` instead");
    rows.column_i64("a", 1);
    EXPECT_STREQ(failure_of([&] { rows.at_now(); }).what(),
                 "bad call to `column`: should have called `table` instead");
    rows.table("t").symbol("s", "v").table("u");
    EXPECT_STREQ(
        failure_of([&] { rows.at_now(); }).what(),
        "bad call to `table`: should have called `symbol`, `column` or `at` instead: a row "
        "of table \"t\" is open");

    EXPECT_EQ(rows.to_string(), before);
    rows.table("t").symbol("s", "v").at_now();
    EXPECT_EQ(rows.to_string(), before + "t,s=v\n");
    EXPECT_EQ(rows.row_count(), 2U);
}

TEST(buffer, the_first_error_of_a_row_is_the_one_reported)
{
    buffer rows;
    const std::string bad = "pri?ce";
    rows.table("t").column_i64(bad, 1).symbol("late", "x").column_str("s", "\xff");
    const auto e = failure_of([&] { rows.at_now(); });

    EXPECT_EQ(e.code(), errc::invalid_name);
    EXPECT_STREQ(e.what(), "column name \"pri?ce\": character \"?\" at byte 3 is not allowed");
}

TEST(buffer, text_that_the_server_would_corrupt_is_refused_with_the_byte)
{
    buffer rows;
    rows.table("t").symbol("s", "ab\xc3("s);
    EXPECT_STREQ(failure_of([&] { rows.at_now(); }).what(),
                 "symbol \"s\": invalid UTF-8 at byte 2 of the value");
    rows.table("t").column_str("c", "0123456789abcdef0\xed\xa0\x80"s);
    const auto e = failure_of([&] { rows.at_now(); });
    EXPECT_EQ(e.code(), errc::invalid_utf8);
    EXPECT_STREQ(e.what(), "column \"c\": invalid UTF-8 at byte 17 of the value");
    rows.table("t").symbol("s", "a\0b"s);
    EXPECT_STREQ(
        failure_of([&] { rows.at_now(); }).what(),
        "symbol \"s\": zero byte at byte 1 of the value, which the server refuses in symbols");
    rows.table("t").column_str("c", "a\0b"s).at_now();
    EXPECT_EQ(rows.to_string(), "t c=\"a\0b\"\n"s);
}

TEST(buffer, designated_timestamps_out_of_the_servers_range_are_refused)
{
    buffer v2;
    v2.table("t").column_i64("a", 1);
    const auto e = failure_of([&] { v2.at(timestamp_nanos(-5)); });
    EXPECT_EQ(e.code(), errc::invalid_timestamp);
    EXPECT_STREQ(e.what(),
                 "timestamp -5 ns is negative: the designated timestamp can't be before 1970");
    v2.table("t").column_i64("a", 1);
    EXPECT_STREQ(failure_of([&] { v2.at(timestamp_micros(253'402'300'800'000'000)); }).what(),
                 "timestamp 253402300800000000 us is beyond the server's last, 253402300799999999");
    v2.table("t").column_i64("a", 1).at(timestamp_micros(253'402'300'799'999'999));
    v2.table("t").column_i64("a", 1);
    EXPECT_EQ(v2.try_at(timestamp_nanos(9'214'646'400'000'000'000)), errc::invalid_timestamp);

    buffer v1(protocol_version::v1);
    v1.table("t").column_i64("a", 1);
    EXPECT_EQ(v1.try_at(timestamp_micros(9'223'372'036'854'776)), errc::invalid_timestamp);
    EXPECT_EQ(v1.size(), 0U);
}

TEST(buffer, runtime_names_are_checked_escaped_and_bounded)
{
    buffer rows(protocol_version::v2, {1024, 4096, 20});
    rows.table("my table"s).symbol("a=b"s, "v").at_now();
    EXPECT_EQ(rows.to_string(), "my\\ table,a\\=b=v\n");

    rows.table(std::string(21, 't')).symbol("a", "v");
    EXPECT_STREQ(failure_of([&] { rows.at_now(); }).what(),
                 "table name \"ttttttttttttttttttttt\" has 21 bytes, more than max_name_len (20)");
    rows.table("t").symbol("a_literal_of_22_bytes_", "v");
    EXPECT_EQ(rows.try_at_now(), errc::invalid_name);
    EXPECT_EQ(rows.row_count(), 1U);
}

TEST(buffer, try_at_now_fills_in_the_diagnostics)
{
    buffer rows;
    coquest::diagnostics info;
    rows.table("t");

    EXPECT_EQ(rows.try_at_now(&info), errc::invalid_api_call);
    EXPECT_EQ(info.message,
              "bad call to `at_now`: should have called `symbol` or `column` instead");
}

TEST(buffer, discard_row_removes_the_open_row_and_its_error)
{
    buffer rows;
    rows.table("t").symbol("s", "\xff"s);
    rows.discard_row();
    rows.table("t").symbol("s", "v");
    rows.discard_row();
    rows.table("u").symbol("s", "v").at_now();

    EXPECT_EQ(rows.to_string(), "u,s=v\n");
}

TEST(buffer, rows_are_never_split_between_segments)
{
    buffer rows(protocol_version::v2, {64, 1 << 20, 127});
    std::string expected;
    for (int i = 0; i < 200; ++i) {
        rows.table("table").symbol("symbol", std::to_string(i)).column_i64("value", i).at_now();
        expected += "table,symbol=" + std::to_string(i) + " value=" + std::to_string(i) + "i\n";
    }

    EXPECT_EQ(rows.to_string(), expected);
    EXPECT_GT(rows.chunks().size(), 20U);
    for (const auto chunk : rows.chunks()) {
        EXPECT_EQ(chunk.substr(0, 6), "table,");
        EXPECT_EQ(chunk.back(), '\n');
    }
}

TEST(buffer, row_larger_than_a_segment_gets_a_segment_of_its_own)
{
    buffer rows(protocol_version::v2, {64, 1 << 20, 127});
    const std::string large(5000, 'x');
    rows.table("t").symbol("s", "before").at_now();
    rows.table("t").column_str("a", large).column_str("b", large).at_now();
    rows.table("t").symbol("s", "after").at_now();

    EXPECT_EQ(rows.to_string(),
              "t,s=before\nt a=\"" + large + "\",b=\"" + large + "\"\nt,s=after\n");
}

TEST(buffer, max_size_is_exact)
{
    buffer rows(protocol_version::v2, {64, 100, 127}); // a row below has 10 bytes
    for (int i = 0; i < 10; ++i) {
        rows.table("t").column_i64("abc", 10 + i).at_now();
    }
    EXPECT_EQ(rows.size(), 100U);

    rows.table("t").column_i64("abc", 1);
    const auto e = failure_of([&] { rows.at_now(); });
    EXPECT_EQ(e.code(), errc::invalid_api_call);
    EXPECT_STREQ(e.what(),
                 "the buffer is full: 100 bytes and a row of 9 exceed max_buf_size (100): "
                 "flush first");
    EXPECT_EQ(rows.row_count(), 10U);
    rows.clear();
    rows.table("t").column_str("a", std::string(500, 'x'));
    EXPECT_STREQ(failure_of([&] { rows.at_now(); }).what(),
                 "a row of more than 100 bytes does not fit the buffer: raise max_buf_size");
}

TEST(buffer, a_row_whose_timestamp_does_not_fit_is_withdrawn)
{
    buffer rows(protocol_version::v2, {64, 100, 127});
    rows.table("t").column_str("a", std::string(86, 'x')).at_now();
    const std::string before = rows.to_string();

    for (const std::int64_t value : {std::int64_t{1}, std::int64_t{1'700'000'000'000'000'000}}) {
        rows.table("t").column_i64("a", 1);
        const auto e = failure_of([&] { rows.at(timestamp_nanos(value)); });
        EXPECT_EQ(e.code(), errc::invalid_api_call);
        EXPECT_THAT(e.what(), ::testing::StartsWith("the buffer is full: "));
        EXPECT_EQ(rows.to_string(), before);
    }
}

TEST(buffer, rewinding_drops_what_came_after_the_marker)
{
    buffer rows(protocol_version::v2, {64, 1 << 20, 127});
    EXPECT_STREQ(failure_of([&] { rows.rewind_to_marker(); }).what(),
                 "can't rewind: no marker is set");
    for (int marked = 0; marked < 40; ++marked) {
        rows.clear();
        std::string expected;
        for (int i = 0; i < 40; ++i) {
            if (i == marked) {
                rows.set_marker();
                expected = rows.to_string();
            }
            rows.table("t").symbol("symbol", std::to_string(i)).column_i64("v", i).at_now();
        }
        rows.table("t").symbol("open", "row");

        rows.rewind_to_marker();

        ASSERT_EQ(rows.to_string(), expected);
        ASSERT_EQ(rows.row_count(), static_cast<std::size_t>(marked));
        rows.table("t").symbol("a", "b").at_now();
        ASSERT_EQ(rows.to_string(), expected + "t,a=b\n");
    }
}

TEST(buffer, a_marker_cannot_be_set_within_a_row)
{
    buffer rows;
    rows.table("t").symbol("s", "v");

    EXPECT_STREQ(
        failure_of([&] { rows.set_marker(); }).what(),
        "can't set the marker while a row of table \"t\" is open: call at or at_now first");
    rows.at_now();
    rows.set_marker();
    rows.clear_marker();
    EXPECT_THROW(rows.rewind_to_marker(), coquest::error);
}

TEST(buffer, taking_rows_leaves_the_open_row_and_putting_them_back_restores_the_order)
{
    buffer rows(protocol_version::v2, {64, 1 << 20, 127});
    rows.table("t").symbol("n", "1").at_now();
    rows.table("t").symbol("n", "2").at_now();
    rows.table("t").symbol("n", "3");

    coquest::detail::batch taken = buffer_access::take(rows);
    rows.at_now();

    EXPECT_EQ(taken.rows, 2U);
    EXPECT_EQ(taken.bytes(), 12U);
    EXPECT_EQ(rows.to_string(), "t,n=3\n");
    buffer_access::put_back(rows, std::move(taken));
    EXPECT_EQ(rows.to_string(), "t,n=1\nt,n=2\nt,n=3\n");
    EXPECT_EQ(rows.row_count(), 3U);
}

TEST(buffer, few_pending_rows_are_copied_out_of_the_segment)
{
    buffer rows(protocol_version::v2, {4096, 1 << 20, 127});
    const auto add = [&rows](int count) {
        for (int i = 0; i < count; ++i) {
            rows.table("t").symbol("n", std::to_string(i % 10)).at_now();
        }
    };
    add(2);
    coquest::detail::batch pending = buffer_access::take_to_wait(rows);
    rows.table("t").symbol("n", "open");

    EXPECT_EQ(pending.rows, 2U);
    EXPECT_TRUE(pending.server_time);
    EXPECT_EQ(pending.bytes(), 12U);
    EXPECT_EQ(pending.chain.front()->capacity, 12U);
    EXPECT_TRUE(buffer_access::take_to_wait(rows).chain.empty());
    rows.at_now();
    EXPECT_EQ(rows.to_string(), "t,n=open\n");
    buffer_access::put_back(rows, std::move(pending));
    EXPECT_EQ(rows.to_string(), "t,n=0\nt,n=1\nt,n=open\n");
    add(1000);
    EXPECT_EQ(buffer_access::take_to_wait(rows).chain.front()->capacity, 12U);
    add(500);
    EXPECT_EQ(buffer_access::take_to_wait(rows).chain.front()->capacity, 4096U);
}

TEST(buffer, move_keeps_the_rows)
{
    buffer source;
    source.table("t").symbol("s", "v").at_now();
    buffer moved(std::move(source));
    moved.table("t").symbol("s", "w").at_now();

    EXPECT_EQ(moved.to_string(), "t,s=v\nt,s=w\n");
}

} // namespace
