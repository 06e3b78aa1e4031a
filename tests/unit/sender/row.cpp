// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Each column function of a row writes the same bytes as that of a buffer.

#include <coquest/sender.hpp>

#include "support/run.hpp"
#include "support/scripted_server.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

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

using namespace coquest;
using test::failure_of;

constexpr std::chrono::sys_time<std::chrono::milliseconds> noon(std::chrono::hours(12));

/// Adds every type of column; @p target is a row or a buffer.
template <class Target>
Target& add_columns(Target& target)
{
    target.column_bool("bool", true)
        .column_i64("i64", -1)
        .column_f64("f64", 1.5)
        .column_str("str", "text");
    target.column_ts("micros", timestamp_micros(1))
        .column_ts("nanos", timestamp_nanos(2))
        .column_ts("time_point", noon);
    target.column_arr("arr", std::vector<std::vector<double>>{{1, 2}, {3, 4}})
        .column_dec("dec_text", "123.45")
        .column_dec("dec", decimal(-12345, 2))
        .column_dec("dec_own", money::cents{5});
    target.column_uuid("uuid", uuid())
        .column_ipv4("ipv4", ipv4{0x7f000001})
        .column_char("char", 'x')
        .column_long256("long256", long256{{1, 2, 3, 4}})
        .column_date("date", noon)
        .column_geohash("geohash", geohash::of(57.64911, 10.40744, 11));
    target.column("some", std::optional(money::cents{6}))
        .column("none", std::optional<uuid>())
        .column("any", std::vector{0.5});
    return target;
}

class row_test : public testing::Test {
protected:
    sender_builder builder()
    {
        sender_builder options("http", "127.0.0.1", server.port());
        options.protocol_version(coquest::protocol_version::v3);
        return options;
    }

    asio::io_context io{1};
    test::scripted_server server{io, [](const test::request&) { return test::ok(); }};
};

asio::awaitable<void> send_every_type(sender_builder builder)
{
    auto s = co_await builder.build();
    auto&& row = s.table("t");
    row.symbol("s", "v");
    co_await add_columns(row).at(noon);
    co_await s.close();
}

TEST_F(row_test, every_verb_writes_what_a_buffer_writes)
{
    buffer expected(coquest::protocol_version::v3);
    expected.table("t").symbol("s", "v");
    add_columns(expected).at(noon);

    test::run(io, send_every_type(builder()));

    ASSERT_EQ(server.requests.size(), 1U);
    EXPECT_EQ(server.requests[0].body, expected.to_string());
}

asio::awaitable<void> send_refused(sender_builder builder)
{
    auto s = co_await builder.build();
    const auto time = std::chrono::sys_time<std::chrono::days>::max();
    EXPECT_EQ((co_await failure_of(s.table("t").column_dec("d", "x").at_now())).code(),
              errc::invalid_decimal);
    EXPECT_EQ((co_await failure_of(
                   s.table("t").column_arr("a", array_view({}, {})).at(timestamp_micros(1))))
                  .code(),
              errc::array_error);
    co_await s.table("t").column_i64("n", 1).at_now();
    try {
        co_await s.table("t").column_i64("n", 2).at(time);
        ADD_FAILURE() << "nothing was thrown";
    } catch (const error& e) {
        EXPECT_EQ(e.code(), errc::invalid_timestamp);
    }
    co_await s.close();
}

TEST_F(row_test, a_refused_row_leaves_the_others)
{
    test::run(io, send_refused(builder()));

    ASSERT_EQ(server.requests.size(), 1U);
    EXPECT_EQ(server.requests[0].body, "t n=1i\n");
}

} // namespace
