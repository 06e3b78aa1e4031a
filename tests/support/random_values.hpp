// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Names, texts and numbers for random tests: mostly valid, sometimes with what breaks encoders.
#pragma once

#include "support/choices.hpp"

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace coquest::test {

/// Returns a text of up to about 40 bytes, sometimes of hundreds, and sometimes not UTF-8.
inline std::string random_text(choices& choose)
{
    static constexpr std::string_view pieces[] = {"x",
                                                  "a longer piece of plain text",
                                                  " ",
                                                  ",",
                                                  "=",
                                                  "\"",
                                                  "\\",
                                                  "\n",
                                                  "\r",
                                                  "\t",
                                                  "\xc3\xa9",
                                                  "\xe6\xbc\xa2",
                                                  "\xf0\x9f\x98\x80",
                                                  "0123456789abcdef"};
    static constexpr std::string_view bad[] = {
        "\xff",         "\xc3", "\xe6\xbc",         "\xc0\x80",
        "\xed\xa0\x80", "\x80", "\xf4\x90\x80\x80", std::string_view("\0", 1)};
    const std::size_t most = choose.once_in(50) ? 256 : 10;
    std::string text;
    for (std::size_t left = choose.below(most); left != 0; --left) {
        text += choose.pick(pieces);
    }
    if (choose.once_in(30)) {
        text.insert(choose.below(text.size() + 1), choose.pick(bad));
    }
    return text;
}

/// Returns a name: mostly one of a few valid ones, sometimes an arbitrary one.
inline std::string random_name(choices& choose, std::size_t longest)
{
    static constexpr std::string_view good[] = {"a",   "B",   "price", "with space",
                                                "k=v", "[]",  "\x10",  "na\xc3\xafve",
                                                "A",   "x.y", "n",     "\xf0\x9f\x93\x88"};
    static constexpr std::string_view pieces[] = {"a", ".",  "-",        "?",    " ",   "=",   "\\",
                                                  "/", "\n", "\xc3\xa9", "\xc3", "b.c", "\x7f"};
    const std::uint64_t kind = choose.below(40);
    if (kind == 0) {
        return std::string(longest - 1 + choose.below(3), 'n');
    }
    if (kind > 2) {
        return std::string(choose.pick(good));
    }
    std::string name;
    for (std::size_t left = choose.below(5); left != 0; --left) {
        name += choose.pick(pieces);
    }
    return choose.once_in(4) ? "\xef\xbb\xbf" + name : name;
}

/// Returns an integer of any magnitude, sometimes an extreme one.
inline std::int64_t random_i64(choices& choose)
{
    static constexpr std::int64_t extremes[] = {0, -1, std::numeric_limits<std::int64_t>::min(),
                                                std::numeric_limits<std::int64_t>::max()};
    if (choose.once_in(10)) {
        return choose.pick(extremes);
    }
    const auto value = static_cast<std::int64_t>(choose.bits() >> 1 >> choose.below(63));
    return choose.once_in(2) ? -value : value;
}

/// Returns a double: a price, arbitrary bits, or a value that has no digits.
inline double random_f64(choices& choose)
{
    static constexpr double special[] = {0.0, -0.0, std::numeric_limits<double>::infinity(),
                                         -std::numeric_limits<double>::infinity(),
                                         std::numeric_limits<double>::quiet_NaN()};
    switch (choose.below(8)) {
    case 0: return choose.pick(special);
    case 1: return std::bit_cast<double>(choose.bits());
    default: return static_cast<double>(choose.below(100'000'000)) / 100;
    }
}

/// Returns the text of a decimal, valid or nearly so.
inline std::string random_decimal(choices& choose)
{
    static constexpr std::string_view others[] = {"NaN", "-Infinity", "", "e", "+", "x", " ", "E7"};
    std::string text = choose.once_in(2) ? "-" : "";
    if (choose.once_in(10)) {
        return text + std::string(choose.pick(others));
    }
    for (std::size_t left = choose.below(choose.once_in(10) ? 90 : 20); left != 0; --left) {
        text += static_cast<char>('0' + choose.below(10));
    }
    if (choose.once_in(2)) {
        text.insert(choose.below(text.size() + 1), ".");
    }
    if (choose.once_in(4)) {
        text += "e" + std::to_string(static_cast<int>(choose.below(160)) - 80);
    }
    return text;
}

} // namespace coquest::test
