// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Writes eight decimal digits at a time; all are divided in parallel in one register. Integers and
// doubles share this code.
#pragma once

#include <coquest/detail/text.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace coquest::inline v0::detail {

static_assert(std::endian::native == std::endian::little); // the first digit is the lowest byte

/// The maximum size of a designated timestamp and its row end: " ", the digits, "n", "\n".
inline constexpr std::size_t max_timestamp_text = 1 + max_integer_text + 2;

inline constexpr std::uint32_t ten_to_8 = 100'000'000;
inline constexpr std::uint64_t ascii_zeros = 0x3030303030303030;

/// Returns the eight decimal digits of @p value < 10^8 as bytes 0 to 9, the first in the low byte.
inline std::uint64_t eight_digits(std::uint32_t value) noexcept
{
    // Divide in parallel: two halves of four digits, four of two, eight of one. With v = a * d + b,
    // v + a * (2^n - d) has b in the lower n bits and a above. The multipliers that yield a are
    // reciprocals, exact in these ranges.
    const std::uint64_t fours = value + value / 10000 * (0x100000000 - 10000);
    const std::uint64_t twos =
        fours + ((fours * 10486 >> 20) & 0x0000007f0000007f) * (0x10000 - 100);
    const std::uint64_t ones = twos + ((twos * 103 >> 10) & 0x000f000f000f000f) * (0x100 - 10);
    return __builtin_bswap64(ones);
}

/// Writes eight bytes, the lowest first.
inline void put_word(char* out, std::uint64_t word) noexcept
{
    std::memcpy(out, &word, sizeof word);
}

/// Writes @p value < 10^8 with its leading zeros.
inline char* put_eight(char* out, std::uint32_t value) noexcept
{
    put_word(out, eight_digits(value) | ascii_zeros);
    return out + 8;
}

/// Writes @p value < 10^8 without leading zeros. Always stores eight bytes.
inline char* put_up_to_eight(char* out, std::uint32_t value) noexcept
{
    const std::uint64_t digits = eight_digits(value);
    // the bits of leading zero digits, in whole bytes; a lone zero keeps its last digit
    const int leading = std::countr_zero(digits | (std::uint64_t{1} << 56)) & ~7;
    put_word(out, (digits | ascii_zeros) >> leading);
    return out + 8 - leading / 8;
}

/// Constants for a vector of digits. They are defined in another file than the one that uses them,
/// because otherwise the compiler would compose each constant by several instructions.
struct vector_constants_table {
    alignas(16) std::uint64_t by_10000[2];
    alignas(16) std::uint64_t less_10000[2];
    alignas(16) std::uint32_t by_100[4];
    alignas(16) std::uint32_t less_100[4];
    alignas(16) std::uint16_t by_10[8];
    alignas(16) signed char less_10[16];
    alignas(16) unsigned char in_order[16];
    alignas(16) unsigned char zeros[16];
};
extern const vector_constants_table vector_constants;

/// Writes @p value, which begins with the digits in @p lead.
inline char* put_timestamp(char* out, std::uint64_t value, const timestamp_text& lead) noexcept
{
    std::memcpy(out, lead.text_, sizeof lead.text_);
    return put_eight(out + lead.size_, static_cast<std::uint32_t>(value - lead.high_ * ten_to_8));
}

} // namespace coquest::inline v0::detail
