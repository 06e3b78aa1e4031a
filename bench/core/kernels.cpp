// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Time of the encoder's kernels, each on the kinds of value that it treats differently.

#include "support/workloads.hpp"

#include <coquest/detail/text.hpp>
#include <coquest/name.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::bench {
namespace {

/// Calls @p kernel with each of @p values. It returns the number of bytes that it has written or
/// read.
template <class Value, class Kernel>
void run(benchmark::State& state, const std::vector<Value>& values, Kernel kernel)
{
    std::size_t bytes = 0;
    for (auto _ : state) {
        for (const Value& value : values) {
            bytes += kernel(value);
        }
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(values.size()));
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}

/// Does the same for a kernel that writes the text of a value.
template <class Value, class Kernel>
void run_writer(benchmark::State& state, const std::vector<Value>& values, Kernel put)
{
    std::array<char, 1024> text;
    run(state, values, [&](const Value& value) {
        const char* end = put(text.data(), value);
        benchmark::DoNotOptimize(text);
        return static_cast<std::size_t>(end - text.data());
    });
}

/// Draws as many values as fit into the first-level cache together with the text.
template <class Draw>
auto make_values(Draw draw_value)
{
    draws draw;
    std::vector<decltype(draw_value(draw))> values(1024);
    for (auto& value : values) {
        value = draw_value(draw);
    }
    return values;
}

double price(draws& draw)
{
    return static_cast<double>(draw.below(10'000'000)) / 100;
}

std::int64_t small_integer(draws& draw)
{
    return static_cast<std::int64_t>(draw.below(101));
}

std::int64_t any_integer(draws& draw)
{
    return static_cast<std::int64_t>(draw_bits(draw));
}

/// Draws a text of @c Size ASCII letters.
template <std::size_t Size>
std::string plain_text(draws& draw)
{
    std::string text(Size, ' ');
    for (char& c : text) {
        c = static_cast<char>('a' + draw.below(26));
    }
    return text;
}

/// Draws 64 bytes, of which one in eight is a line break; symbols and strings both escape it.
std::string escaped_text(draws& draw)
{
    std::string text = plain_text<64>(draw);
    for (char& c : text) {
        c = draw.below(8) == 0 ? '\n' : c;
    }
    return text;
}

/// Draws about 64 bytes of characters that have two to four bytes.
std::string multibyte_text(draws& draw)
{
    static const std::array<std::string, 3> characters = {"\xc3\xa9", "\xe6\xbc\xa2",
                                                          "\xf0\x9f\x98\x80"};
    std::string text;
    while (text.size() < 64) {
        text += draw.one_of(characters);
    }
    return text;
}

template <class Draw>
void put_double(benchmark::State& state, Draw draw_value)
{
    run_writer(state, make_values(draw_value), detail::put_double);
}
BENCHMARK_CAPTURE(put_double, random_bits, random_finite_double);
BENCHMARK_CAPTURE(put_double, uniform, uniform_double);
BENCHMARK_CAPTURE(put_double, prices, price);

template <class Draw>
void put_integer(benchmark::State& state, Draw draw_value)
{
    run_writer(state, make_values(draw_value), detail::put_integer);
}
BENCHMARK_CAPTURE(put_integer, to_100, small_integer);
BENCHMARK_CAPTURE(put_integer, any, any_integer);

template <class Draw>
void put_symbol(benchmark::State& state, Draw draw_value)
{
    run_writer(state, make_values(draw_value), detail::put_symbol);
}
BENCHMARK_CAPTURE(put_symbol, plain_8, plain_text<8>);
BENCHMARK_CAPTURE(put_symbol, plain_200, plain_text<200>);
BENCHMARK_CAPTURE(put_symbol, escapes, escaped_text);
BENCHMARK_CAPTURE(put_symbol, multibyte, multibyte_text);

template <class Draw>
void put_string(benchmark::State& state, Draw draw_value)
{
    run_writer(state, make_values(draw_value), detail::put_string);
}
BENCHMARK_CAPTURE(put_string, plain_8, plain_text<8>);
BENCHMARK_CAPTURE(put_string, plain_200, plain_text<200>);
BENCHMARK_CAPTURE(put_string, escapes, escaped_text);
BENCHMARK_CAPTURE(put_string, multibyte, multibyte_text);
BENCHMARK_CAPTURE(put_string, logs, make_log_text);

template <class Draw>
void check_name(benchmark::State& state, Draw draw_value)
{
    run(state, make_values(draw_value), [](const std::string& name) {
        benchmark::DoNotOptimize(detail::check_name(name, detail::name_kind::column));
        return name.size();
    });
}
BENCHMARK_CAPTURE(check_name, plain_8, plain_text<8>);
BENCHMARK_CAPTURE(check_name, plain_100, plain_text<100>);
BENCHMARK_CAPTURE(check_name, multibyte, multibyte_text);

} // namespace
} // namespace coquest::bench
