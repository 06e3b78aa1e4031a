// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A record batch of the Arrow C Data Interface, filled by hand: arrow. It needs no server.

#include <coquest/arrow.hpp>
#include <coquest/buffer.hpp>

#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>

// --8<-- [start:append]
void add_trades(coquest::buffer& rows, const ArrowSchema& schema, const ArrowArray& batch)
{
    coquest::arrow_options options;
    options.timestamp = "time";   // the designated timestamp; without it, the server sets one
    options.symbols = {"symbol"}; // texts that become SYMBOL; dictionaries always do
    coquest::append_arrow(rows, "trades", schema, batch, options);
}
// --8<-- [end:append]

int main()
try {
    // What pyarrow's RecordBatch._export_to_c fills.
    std::array<ArrowSchema, 3> fields{};
    fields[0].format = "u"; // utf8
    fields[0].name = "symbol";
    fields[1].format = "g"; // float64
    fields[1].name = "price";
    fields[2].format = "tsu:UTC"; // timestamp in microseconds
    fields[2].name = "time";
    std::array<ArrowSchema*, 3> field_list = {&fields[0], &fields[1], &fields[2]};
    ArrowSchema schema{};
    schema.format = "+s"; // struct
    schema.n_children = 3;
    schema.children = field_list.data();
    schema.release = [](ArrowSchema*) {}; // null would say that it was released already

    const std::array<std::int32_t, 3> ends = {0, 8, 16};
    const std::array<double, 2> prices = {37779.62, 2055.1};
    const std::array<std::int64_t, 2> times = {1'773'446'400'000'000, 1'773'446'400'000'001};
    std::array<const void*, 3> symbol_data = {nullptr, ends.data(), "BTC-USDTETH-USDT"};
    std::array<const void*, 2> price_data = {nullptr, prices.data()};
    std::array<const void*, 2> time_data = {nullptr, times.data()};
    std::array<const void*, 1> no_data = {nullptr};
    std::array<ArrowArray, 3> columns{};
    for (ArrowArray& column : columns) {
        column.length = 2;
        column.n_buffers = 2;
    }
    columns[0].n_buffers = 3;
    columns[0].buffers = symbol_data.data();
    columns[1].buffers = price_data.data();
    columns[2].buffers = time_data.data();
    std::array<ArrowArray*, 3> column_list = {&columns[0], &columns[1], &columns[2]};
    ArrowArray batch{};
    batch.length = 2;
    batch.n_buffers = 1;
    batch.buffers = no_data.data();
    batch.n_children = 3;
    batch.children = column_list.data();
    batch.release = [](ArrowArray*) {};

    coquest::buffer rows(coquest::protocol_version::v1); // text, to be printed
    add_trades(rows, schema, batch);
    std::printf("%s", rows.to_string().c_str());
} catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 1;
}
