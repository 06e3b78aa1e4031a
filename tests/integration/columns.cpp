// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Rows that are appended as columns, coquest's own and Arrow's, against the real server.

#include "type_fixture.hpp"

#include "support/arrow_batch.hpp"

#include <coquest/columns.hpp>

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <vector>

namespace coquest::test {
namespace {

using ::testing::HasSubstr;

class columns : public type_test {};

TEST_F(columns, come_back_as_rows)
{
    const std::vector<std::string> sides{"buy", "sell"};
    const std::vector<std::uint8_t> indices{1, 0, 1};
    const std::vector<double> prices{0.5, 1.5, 2.5};
    const std::array amounts{7, 8, 9};
    const bool known[] = {true, false, true};
    const std::vector<timestamp_micros> times{timestamp_micros(1), timestamp_micros(2),
                                              timestamp_micros(3)};
    for (const auto version : {protocol_version::v1, protocol_version::v3}) {
        const std::string table = unique_table();

        send(version, [&](buffer& rows) {
            rows.append_columns(table, symbol_column("side", indices, sides),
                                value_column("price", prices),
                                value_column("amount", amounts).where(known), times);
        });

        EXPECT_EQ(stored("side, price, amount, timestamp", table, 3),
                  R"([["sell",0.5,7,"1970-01-01T00:00:00.000001Z"],)"
                  R"(["buy",1.5,null,"1970-01-01T00:00:00.000002Z"],)"
                  R"(["sell",2.5,9,"1970-01-01T00:00:00.000003Z"]])");
        EXPECT_THAT(column_types(table), HasSubstr(R"(["side","SYMBOL"])"));
    }
}

TEST_F(columns, of_an_arrow_batch_come_back_as_rows)
{
    const std::string table = create("d decimal(18,2)");
    arrow_column side = arrow_values<std::int8_t>("c", "side", {1, 0});
    side.dictionary.push_back(arrow_texts<std::int32_t>("", {"buy", "sell"}));
    bytes decimals(32);
    decimals[0] = 123;
    decimals[16] = 200;
    arrow_column list{"+l", "a", 2, 0, {bytes(), bytes_of<std::int32_t>({0, 2, 3})}};
    list.children.push_back(arrow_values<double>("g", "item", {1.5, 2.5, 3.5}));
    arrow_column batch = arrow_struct(
        2,
        {side, arrow_texts<std::int64_t>("v", {"a\"b", "gone"}, bytes{1}),
         arrow_texts<std::int32_t>("s", {"x y", "z"}), arrow_column{"b", "b", 2, 0, {bytes(), {2}}},
         arrow_values<std::int16_t>("s", "n", {-5, 6}), arrow_values<float>("f", "x", {0.5F, 1.5F}),
         arrow_column{"d:18,2", "d", 2, 0, {bytes(), decimals}}, list,
         arrow_values<std::int32_t>("tdD", "day", {-1, 19000}),
         arrow_values<std::int64_t>("tsn:UTC", "ns", {1, 1700000000123456789}),
         arrow_values<std::int64_t>("tsm:", "timestamp", {1700000000001, 1700000000002})});
    batch.make();
    const arrow_options options{.timestamp = "timestamp", .symbols = {"s"}};

    send(protocol_version::v3,
         [&](buffer& rows) { append_arrow(rows, table, batch.schema, batch.array, options); });

    EXPECT_EQ(stored("side, v, s, b, n, x, d, a, day, ns, timestamp", table, 2),
              R"([["sell","a\"b","x y",false,-5,0.5,"1.23",[1.5,2.5],)"
              R"("1969-12-31T00:00:00.000000Z","1970-01-01T00:00:00.000000001Z",)"
              R"("2023-11-14T22:13:20.001000Z"],)"
              R"(["buy",null,"z",true,6,1.5,"2.00",[3.5],)"
              R"("2022-01-08T00:00:00.000000Z","2023-11-14T22:13:20.123456789Z",)"
              R"("2023-11-14T22:13:20.002000Z"]])");
    const std::string types = column_types(table);
    EXPECT_THAT(types, HasSubstr(R"(["side","SYMBOL"])"));
    EXPECT_THAT(types, HasSubstr(R"(["v","VARCHAR"])"));
    EXPECT_THAT(types, HasSubstr(R"(["s","SYMBOL"])"));
    EXPECT_THAT(types, HasSubstr(R"(["ns","TIMESTAMP_NS"])"));
    EXPECT_THAT(types, HasSubstr(R"(["a","DOUBLE[]"])"));
}

} // namespace
} // namespace coquest::test
