// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// A program that uses the whole namespace coquest, and has short names of its own. It only has to
// compile: a name that both declared would be ambiguous here.

#include <coquest/coquest.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace coquest;

namespace {

using str = std::string;
using i64 = std::int64_t;
using f64 = double;
using ts = std::int64_t;
using boolean = bool;

struct symbol {
    str text;
};

const std::vector<double> values{1.5};
const std::vector<std::string> symbols{"BTC-USDT"};

} // namespace

void add_rows(buffer& rows, const str& side, f64 price, i64 amount, boolean is_known, ts time)
{
    constexpr row_schema<"t", fields::symbol<"s">, fields::f64<"x">, fields::i64<"n">,
                         fields::boolean<"b">>
        schema;
    const symbol name{side};
    rows.append(schema(name.text, price, amount, is_known).at(timestamp_micros(time)));
    rows.append_columns("t", symbol_column("s", symbols), value_column("x", values), at_now);
}
