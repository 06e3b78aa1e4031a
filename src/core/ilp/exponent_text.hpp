// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The texts of all exponents that a double can have.
#pragma once

#include "core/ilp/processor.hpp"

#include <array>
#include <cstddef>
#include <cstring>

namespace coquest::inline v0::detail {

inline constexpr int min_exponent = -324;
inline constexpr int max_exponent = 308;

/// The texts of all exponents, and their sizes.
struct exponent_texts {
    std::array<std::array<char, 4>, max_exponent - min_exponent + 1> text{};
    std::array<unsigned char, max_exponent - min_exponent + 1> size{};
};

consteval exponent_texts make_exponents()
{
    exponent_texts texts;
    for (std::size_t i = 0; i < texts.text.size(); ++i) {
        const int exponent = static_cast<int>(i) + min_exponent;
        const int n = exponent < 0 ? -exponent : exponent;
        unsigned char& size = texts.size[i];
        const auto put = [&](int digit) {
            texts.text[i][size++] = static_cast<char>('0' + digit % 10);
        };
        if (exponent < 0) {
            texts.text[i][size++] = '-';
        }
        if (n >= 100) {
            put(n / 100);
        }
        if (n >= 10) {
            put(n / 10);
        }
        put(n);
    }
    return texts;
}
inline constexpr exponent_texts exponents = make_exponents();

/// Writes `e` and @p exponent.
COQUEST_INLINE char* put_exponent(char* out, int exponent) noexcept
{
    const auto index = static_cast<std::size_t>(exponent - min_exponent);
    *out = 'e';
    std::memcpy(out + 1, exponents.text[index].data(), 4);
    return out + 1 + exponents.size[index];
}

} // namespace coquest::inline v0::detail
