// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Every type and every version against the real server: SQL returns what was sent.

#include "type_fixture.hpp"

#include <gmock/gmock.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

constexpr std::array all_versions{protocol_version::v1, protocol_version::v2, protocol_version::v3};

class types : public type_test {};

/// Returns the timestamp of row @p i of a table whose rows are distinguished by it.
timestamp_micros row_time(std::size_t i)
{
    return timestamp_micros(static_cast<std::int64_t>(i));
}

asio::awaitable<void> expect_version(sender_builder builder, protocol_version version)
{
    auto target = co_await builder.build();
    EXPECT_EQ(target.protocol_version(), version);
    co_await target.close();
}

TEST_F(types, version_3_is_negotiated)
{
    await(expect_version(http(), protocol_version::v3));
}

TEST_F(types, text_that_needs_escapes)
{
    for (const auto version : all_versions) {
        const std::string table = unique_table() + " a=b";

        send(version, [&](buffer& rows) {
            rows.table(table)
                .symbol("s p", "v ,=\n\r\\\"")
                .column_str("c=d", "a\"b\\\n\r,= ")
                .column_str("empty", "")
                .column_str("utf8", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80")
                .at_now();
        });

        EXPECT_EQ(
            stored(R"("s p", "c=d", empty, utf8)", table),
            (json{{"v ,=\n\r\\\"", "a\"b\\\n\r,= ", "", "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"}}
                 .dump()));
    }
}

TEST_F(types, booleans_and_integers)
{
    using limits = std::numeric_limits<std::int64_t>;
    for (const auto version : all_versions) {
        const std::string table = unique_table();

        send(version, [&](buffer& rows) {
            rows.table(table)
                .column_bool("b", true)
                .column_bool("c", false)
                .column_i64("low", limits::min() + 1)
                .column_i64("high", limits::max())
                .column_i64("null", limits::min())
                .at_now();
        });

        EXPECT_EQ(stored(R"(b, c, low, high, "null")", table),
                  "[[true,false,-9223372036854775807,9223372036854775807,null]]");
    }
}

TEST_F(types, doubles_come_back_bit_for_bit)
{
    using limits = std::numeric_limits<double>;
    const std::vector values{1.0,  -0.0, 1e-5, 1e-6,   1e15,          1e16,          0.1,
                             1e23, M_PI, 5e-5, -1e100, limits::max(), limits::min(), 5e-324};
    for (const auto version : all_versions) {
        const std::string table = unique_table();

        send(version, [&](buffer& rows) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                rows.table(table).column_f64("x", values[i]).at(row_time(i));
            }
        });

        const json found = servers.rows("select x from " + table, values.size());
        ASSERT_EQ(found.size(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            EXPECT_EQ(std::bit_cast<std::uint64_t>(found[i][0].get<double>()),
                      std::bit_cast<std::uint64_t>(values[i]))
                << found[i][0] << ", sent as " << values[i];
        }
    }
}

TEST_F(types, doubles_that_are_no_number_are_null)
{
    using limits = std::numeric_limits<double>;
    for (const auto version : all_versions) {
        const std::string table = unique_table();

        send(version, [&](buffer& rows) {
            rows.table(table)
                .column_f64("nan", limits::quiet_NaN())
                .column_f64("inf", limits::infinity())
                .column_f64("minus", -limits::infinity())
                .column("omitted", std::optional<double>())
                .at_now();
        });

        EXPECT_EQ(stored("nan, inf, minus", table), "[[null,null,null]]");
    }
}

TEST_F(types, timestamps_keep_what_their_version_has)
{
    for (const auto version : all_versions) {
        const std::string micros = unique_table();
        const std::string nanos = unique_table();
        const auto fill = [](buffer& rows, const std::string& table) -> buffer& {
            return rows.table(table)
                .column_ts("us", timestamp_micros(1'700'000'000'123'456))
                .column_ts("ns", timestamp_nanos(1'700'000'000'123'456'789))
                .column_ts("old", timestamp_micros(-1))
                .column_ts("null", timestamp_micros(std::numeric_limits<std::int64_t>::min()));
        };

        send(version, [&](buffer& rows) {
            fill(rows, micros).at(timestamp_micros(1'700'000'000'000'001));
            fill(rows, nanos).at(timestamp_nanos(1'700'000'000'000'001'002));
        });

        const bool v1 = version == protocol_version::v1;
        const std::string us = "2023-11-14T22:13:20.123456";
        EXPECT_EQ(stored(R"(us, ns, old, "null", timestamp)", micros),
                  (json{{us + "Z", us + (v1 ? "Z" : "789Z"), "1969-12-31T23:59:59.999999Z", nullptr,
                         "2023-11-14T22:13:20.000001Z"}}
                       .dump()));
        EXPECT_EQ(
            stored("timestamp", nanos),
            (json{{v1 ? "2023-11-14T22:13:20.000001Z" : "2023-11-14T22:13:20.000001002Z"}}.dump()));
        const std::string wide = v1 ? "TIMESTAMP" : "TIMESTAMP_NS";
        EXPECT_THAT(column_types(nanos), HasSubstr(R"(["us","TIMESTAMP"])"));
        EXPECT_THAT(column_types(nanos), HasSubstr(R"(["ns",")" + wide + R"("])"));
        EXPECT_THAT(column_types(nanos), HasSubstr(R"(["timestamp",")" + wide + R"("])"));
    }
}

TEST_F(types, designated_timestamps_reach_to_the_servers_limits)
{
    const std::string micros = unique_table();
    const std::string nanos = unique_table();

    send(protocol_version::v2, [&](buffer& rows) {
        rows.table(micros).column_i64("i", 1).at(timestamp_micros(0));
        rows.table(micros).column_i64("i", 2).at(timestamp_micros(253'402'300'799'999'999));
        rows.table(nanos).column_i64("i", 1).at(timestamp_nanos(0));
        rows.table(nanos).column_i64("i", 2).at(timestamp_nanos(9'214'646'399'999'999'999));
    });

    EXPECT_EQ(stored("timestamp", micros, 2),
              R"([["1970-01-01T00:00:00.000000Z"],["9999-12-31T23:59:59.999999Z"]])");
    EXPECT_EQ(stored("timestamp", nanos, 2),
              R"([["1970-01-01T00:00:00.000000000Z"],["2261-12-31T23:59:59.999999999Z"]])");
}

TEST_F(types, arrays_of_up_to_3_dimensions)
{
    const std::vector<double> m{1, 2, 3, 4, 5, 6};
    constexpr std::array<std::size_t, 2> shape{3, 2};
    constexpr std::array<std::ptrdiff_t, 2> transposed{1, 3};
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (const auto version : {protocol_version::v2, protocol_version::v3}) {
        const std::string table = unique_table();

        send(version, [&](buffer& rows) {
            rows.table(table)
                .column_arr("one", std::array{1.5, -2.0})
                .column_arr("two", array_view(m.data(), shape, transposed))
                .column_arr("three",
                            std::vector<std::vector<std::vector<double>>>{{{1, 2}, {3, 4}},
                                                                          {{5, 6}, {7, nan}}})
                .column_arr("empty", std::vector<double>())
                .column_arr("hollow", std::vector<std::vector<double>>(3))
                .at_now();
        });

        EXPECT_EQ(stored("one, two, three, empty, hollow", table),
                  "[[[1.5,-2.0],[[1.0,4.0],[2.0,5.0],[3.0,6.0]],"
                  "[[[1.0,2.0],[3.0,4.0]],[[5.0,6.0],[7.0,null]]],[],[]]]");
        EXPECT_THAT(column_types(table), HasSubstr(R"(["three","DOUBLE[][][]"])"));
        EXPECT_THAT(column_types(table), HasSubstr(R"(["hollow","DOUBLE[][]"])"));
    }
}

TEST_F(types, an_array_of_32_dimensions)
{
    const std::string table = unique_table();
    const std::vector<std::size_t> shape(max_array_rank, 1);
    const double element = 1.5;

    send(protocol_version::v2, [&](buffer& rows) {
        rows.table(table).column_arr("a", array_view({&element, 1}, shape)).at_now();
    });

    EXPECT_EQ(stored("a", table),
              "[[" + std::string(32, '[') + "1.5" + std::string(32, ']') + "]]");
}

TEST_F(types, tcp_carries_version_3_where_asked)
{
    const std::string table = create("d decimal(18,3)");
    sender_builder tcp("tcp", "localhost", servers.port("questdb_tcp"));
    tcp.protocol_version(protocol_version::v3);

    send(tcp, [&](buffer& rows) {
        rows.table(table)
            .column_dec("d", decimal(-12345, 2))
            .column_arr("a", std::array{0.5})
            .at_now();
    });

    EXPECT_EQ(stored("d, a", table), R"([["-123.450",[0.5]]])");
}

TEST_F(types, check_duplicates_refuses_what_the_server_drops_in_silence)
{
    const std::string columns = unique_table();
    const std::string symbols = unique_table();
    const auto first = [&](buffer& rows) -> buffer& {
        return rows.table(columns).column_i64("price", 1).column_i64("PRICE", 2);
    };
    const auto second = [&](buffer& rows) -> buffer& {
        return rows.table(symbols).symbol("s", "symbol").column_str("s", "column");
    };

    send(protocol_version::v2, [&](buffer& rows) {
        first(rows).at_now();
        second(rows).at_now();
    });

    EXPECT_EQ(stored("price", columns), "[[1]]");
    EXPECT_EQ(stored("s", symbols), R"([["symbol"]])");
    buffer_options options;
    options.check_duplicates = true;
    buffer checked(protocol_version::v2, options);
    EXPECT_EQ(first(checked).try_at_now(), errc::invalid_api_call);
    EXPECT_EQ(second(checked).try_at_now(), errc::invalid_api_call);
}

} // namespace
} // namespace coquest::test
