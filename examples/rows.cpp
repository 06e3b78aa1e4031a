// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// What a row can hold, in a buffer: rows. It needs no server, and prints the text that is sent.

#include <coquest/coquest.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace std::chrono_literals;

// --8<-- [start:own_decimal]
namespace shop {
struct cents {
    std::int64_t amount;
};
coquest::decimal to_coquest_decimal(const cents& price)
{
    return {price.amount, 2};
}
} // namespace shop
// --8<-- [end:own_decimal]

// --8<-- [start:schema]
struct trade {
    std::string symbol;
    std::optional<std::string> side; // nothing is NULL
    double price;
    std::chrono::system_clock::time_point time;
};

namespace fields = coquest::fields;
constexpr coquest::row_schema<"trades", fields::symbol<"symbol">, fields::symbol<"side">,
                              fields::f64<"price">>
    trades;
// --8<-- [end:schema]

void add_types(coquest::buffer& rows)
{
    // --8<-- [start:types]
    rows.table("weather")
        .symbol("city", "Oslo") // symbols come before columns
        .column_f64("temperature", -3.5)
        .column_i64("humidity", 81)
        .column_bool("alarm", false)
        .column_str("remark", "light snow")
        .column_ts("measured", std::chrono::system_clock::now())
        .at(std::chrono::system_clock::now()); // or at_now(): the server sets the timestamp
    // --8<-- [end:types]
}

void add_by_type_of_value(coquest::buffer& rows, std::optional<double> wind)
{
    // --8<-- [start:any]
    rows.table("weather")
        .symbol("city", "Oslo")
        .column("humidity", 80) // a LONG
        .column("wind", wind)   // a DOUBLE; NULL if the optional is empty
        .at(coquest::timestamp_nanos::now());
    // --8<-- [end:any]
}

void add_typed(coquest::buffer& rows, const std::vector<trade>& list)
{
    // --8<-- [start:typed]
    rows.append(trades("BTC-USDT", "buy", 37779.62).at(std::chrono::system_clock::now()));
    rows.append(list, trades.from(&trade::symbol, &trade::side, &trade::price).at(&trade::time));
    // --8<-- [end:typed]
}

void add_columns(coquest::buffer& rows)
{
    // --8<-- [start:columns]
    const std::vector<std::string> sides = {"buy", "sell"};
    const std::vector<std::int32_t> side_of = {0, 1, 1}; // indices into sides
    const std::vector<double> prices = {37779.62, 37779.5, 0};
    const std::array<bool, 3> known = {true, true, false};
    const std::vector<coquest::timestamp_micros> times(3, coquest::timestamp_micros::now());

    rows.append_columns("trades", coquest::symbol_column("side", side_of, sides),
                        coquest::value_column("price", prices).where(known), // else NULL
                        times);
    // --8<-- [end:columns]
}

void add_arrays(coquest::buffer& rows)
{
    // --8<-- [start:arrays]
    const std::vector<std::vector<double>> bids = {{37779.5, 0.25}, {37779, 1.5}};

    const double grid[] = {1, 2, 3, 4, 5, 6}; // the second column of a matrix of 3 by 2
    const std::array<std::size_t, 1> shape = {3};
    const std::array<std::ptrdiff_t, 1> strides = {2};
    const coquest::array_view second_column(grid + 1, shape, strides);

    rows.table("book").column_arr("bids", bids).column_arr("grid", second_column).at_now();
    // --8<-- [end:arrays]
}

void add_decimals(coquest::buffer& rows)
{
    // --8<-- [start:decimals]
    rows.table("invoices")
        .column_dec("total", "1234.50")
        .column_dec("tax", coquest::decimal(19'750, 2)) // 197.50
        .column_dec("discount", shop::cents{500})
        .at_now();
    // --8<-- [end:decimals]
}

void add_cast_types(coquest::buffer& rows)
{
    // --8<-- [start:cast]
    rows.table("devices")
        .column_ipv4("address", coquest::ipv4{0x7f000001})
        .column_geohash("place", coquest::geohash::of(59.91, 10.75, 8))
        .column_date("installed", std::chrono::sys_days{2026y / 3 / 14})
        .at_now();
    // --8<-- [end:cast]
}

bool add_bad_row(coquest::buffer& rows)
{
    // --8<-- [start:mistake]
    const std::string name = "pri?ce"; // as a literal, it would not compile
    coquest::diagnostics info;
    const std::error_code failure =
        rows.table("trades").column_f64(name, 37779.62).try_at_now(&info);
    if (failure == coquest::errc::invalid_name) {
        std::fprintf(stderr, "%s\n", info.message.c_str()); // the row is gone, others are not
    }
    // --8<-- [end:mistake]
    return failure == coquest::errc::invalid_name;
}

int main()
try {
    coquest::buffer rows(coquest::protocol_version::v3); // arrays need 2, decimals need 3
    const auto now = std::chrono::system_clock::now();
    add_types(rows);
    add_by_type_of_value(rows, std::nullopt);
    add_typed(rows, {{"ETH-USDT", "sell", 2055.1, now}, {"SOL-USDT", std::nullopt, 58.04, now}});
    add_columns(rows);
    add_arrays(rows);
    add_decimals(rows);
    add_cast_types(rows);
    if (!add_bad_row(rows)) {
        return 1;
    }
    std::printf("%zu rows\n", rows.row_count());
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
