// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Doubles as their shortest text: Schubfach (R. Giulietti) in the order of its variant xjb. One
// product by a power of ten yields all digits but the last, which is then kept or dropped: no
// division by ten, and trailing zeros need no loop. Prices in cents go a way of half the length.

#include "core/digits.hpp"
#include "core/powers_of_ten.hpp"

#include <coquest/detail/text.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

// Theory of operation. A double is c * 2^q. With 10^(unit-1) <= 2^q < 10^unit, the numbers that
// read back as it, up to half of 2^q to either side, hold one multiple of 10^unit at most, and one
// of 10^(unit-1) at least. Let whole and fraction be the parts of c * 2^q / 10^unit, and half be
// half of 2^q in the same measure:
//   fraction < half        whole is the shortest (and has its own trailing zeros)
//   fraction + half > 1    whole + 1 is
//   otherwise              one digit more: fraction * 10, rounded to the nearest
// The bounds themselves read back as the double where c is even.
//
// 64 bits of fraction and half are enough, with powers of ten cut off at 128 bits. Enumerating the
// nearest misses of each q shows, over all doubles: no bound is within 2.16 units of 2^-64 without
// being met exactly; where one is met, fraction and half come out equal, or add up to 2^64 - 1; the
// rounding is right for an addend of a half and 6 to 15 units. The tests hold these misses, and all
// powers of two, whose bounds differ.

namespace coquest::detail {
namespace {

wide multiply(std::uint64_t a, std::uint64_t b) noexcept
{
#if defined(__SIZEOF_INT128__)
    __extension__ using u128 = unsigned __int128;
    const u128 product = u128{a} * b;
    return {static_cast<std::uint64_t>(product >> 64), static_cast<std::uint64_t>(product)};
#else
    constexpr std::uint64_t mask = 0xffffffff;
    const std::uint64_t low = (a & mask) * (b & mask);
    const std::uint64_t mid = (a >> 32) * (b & mask) + (low >> 32);
    const std::uint64_t cross = (a & mask) * (b >> 32) + (mid & mask);
    return {(a >> 32) * (b >> 32) + (mid >> 32) + (cross >> 32), (cross << 32) | (low & mask)};
#endif
}

// floor(log2(10^n)), floor(log10(2^n)) and floor(log10(2^n * 3/4)) for all exponents of a double
constexpr int log2_pow10(int n) noexcept
{
    return (n * 1741647) >> 19;
}

constexpr int log10_pow2(int n) noexcept
{
    return (n * 315653) >> 20;
}

constexpr int log10_pow2_three_quarters(int n) noexcept
{
    return (n * 631305 - 261663) >> 21;
}

constexpr std::uint64_t ten_to_15 = 1'000'000'000'000'000;
constexpr int least_exponent = -1074; // of 2, in the subnormals

/// The double in units of 10^unit; fraction and half in 2^-64 of them.
struct scaled {
    std::uint64_t whole;
    std::uint64_t fraction;
    std::uint64_t half;
};

scaled scale(std::uint64_t c, int q, int unit) noexcept
{
    const wide& power = negative_powers_of_ten[static_cast<std::size_t>(unit - min_unit)];
    const int shift = q + log2_pow10(-unit) + 5; // 1 to 5
    const wide high = multiply(c << shift, power.high);
    const wide low = multiply(c << shift, power.low);
    const std::uint64_t middle = high.low + low.high;
    const std::uint64_t top = high.high + (middle < low.high);
    return {top >> 4, (top << 60) | (middle >> 4), power.high >> (5 - shift)};
}

/// Returns the digit that is nearest to @p fraction * 10, the even one of two.
std::uint64_t last_digit(std::uint64_t fraction) noexcept
{
    constexpr std::uint64_t quarter = std::uint64_t{1} << 62; // 2.5: the one tie that rounds down
    constexpr std::uint64_t addend = (std::uint64_t{1} << 63) + 6;
    if (fraction == quarter) [[unlikely]] {
        return 2;
    }
    const wide tenfold = multiply(fraction, 10);
    return tenfold.high + (tenfold.low >= 0 - addend);
}

/// (whole + last / 10) * 10^unit
struct decimal {
    std::uint64_t whole;
    std::uint64_t last;
    int unit;
};

decimal shortest(std::uint64_t c, int q) noexcept
{
    const int unit = log10_pow2(q) + 1;
    const scaled x = scale(c, q, unit);
    const std::uint64_t half = x.half + (~c & 1);
    if (x.fraction < half) {
        return {x.whole, 0, unit};
    }
    if (x.fraction + half < half) {
        return {x.whole + 1, 0, unit};
    }
    return {x.whole, last_digit(x.fraction), unit};
}

/// A power of two, 2^52 * 2^q: its neighbour below is half as far as that above.
decimal shortest_power_of_two(int q) noexcept
{
    const int unit = log10_pow2_three_quarters(q) + 1;
    const scaled x = scale(std::uint64_t{1} << 52, q, unit);
    const std::uint64_t half = x.half + 1;
    const std::uint64_t quarter = x.half / 2 + 1;
    if (x.fraction + half < half) {
        return {x.whole + 1, 0, unit};
    }
    if (x.fraction < quarter) {
        return {x.whole, 0, unit};
    }
    // the nearest digit may lie below what reads back
    const std::uint64_t least = multiply(x.fraction - quarter, 10).high + 1;
    return {x.whole, std::max(last_digit(x.fraction), least), unit};
}

char* put_text(char* out, std::string_view text) noexcept
{
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

/// Writes `e` and @p exponent, -324 to 308.
char* put_exponent(char* out, int exponent) noexcept
{
    out[0] = 'e';
    out[1] = '-';
    out += 1 + (exponent < 0);
    // as in eight_digits; the reciprocals are exact up to 999 and 99
    const auto value = static_cast<std::uint32_t>(exponent < 0 ? -exponent : exponent);
    const std::uint32_t hundreds = value + (value * 41 >> 12) * (0x10000 - 100);
    const std::uint32_t ones = hundreds + ((hundreds & 0xff) * 103 >> 10) * (0x100 - 10);
    const std::uint32_t three = __builtin_bswap32(ones);
    const auto zeros = static_cast<unsigned>(std::countr_zero(three | 1U << 24)) / 8;
    const std::uint32_t text = (three | 0x30303030) >> (8 * zeros);
    std::memcpy(out, &text, sizeof text);
    return out + 4 - zeros;
}

/// Seventeen digits; the first is the low byte of the first word.
struct digits {
    std::uint64_t words[2];
    char last;
    std::ptrdiff_t count; // without trailing zeros
};

/// Returns the index of the last byte of @p word that is not zero.
std::ptrdiff_t last_nonzero(std::uint64_t word) noexcept
{
    return static_cast<unsigned>(63 - std::countl_zero(word | 1)) / 8;
}

digits to_text(std::uint64_t whole, std::uint64_t last) noexcept
{
    const auto low = static_cast<std::uint32_t>(whole % ten_to_8);
    const std::uint64_t first = eight_digits(static_cast<std::uint32_t>(whole / ten_to_8));
    if ((low | last) == 0) {
        return {{first | ascii_zeros, ascii_zeros}, '0', last_nonzero(first) + 1};
    }
    const std::uint64_t second = eight_digits(low);
    return {{first | ascii_zeros, second | ascii_zeros},
            static_cast<char>('0' + last),
            last != 0 ? 17 : last_nonzero(second) + 9};
}

/// Writes all digits with a point after the first @p whole, 1 to 16.
void put_with_point(char* out, const digits& text, std::ptrdiff_t whole) noexcept
{
    put_word(out, text.words[0]);
    if (whole <= 8) {
        put_word(out + whole, text.words[0] >> (8 * (whole - 1)));
        put_word(out + 9, text.words[1]);
    } else {
        put_word(out + 8, text.words[1]);
        put_word(out + whole, text.words[1] >> (8 * (whole - 9)));
    }
    out[whole] = '.'; // in place of the digit before it, which each shifted word begins with
    out[17] = text.last;
}

char* put_decimal(char* out, decimal value) noexcept
{
    while (value.whole < ten_to_15) { // more than once in the subnormals only
        value = {value.whole * 10 + value.last, 0, value.unit - 1};
    }
    const digits text = to_text(value.whole, value.last);
    const std::ptrdiff_t point = value.unit + 16; // digits before it
    if (point > 0 && point <= 16) {
        put_with_point(out, text, point);
        // digits behind the last are zeros: they pad a number that is whole
        return out + 1 + std::max(text.count, point + 1);
    }
    if (point > -5 && point <= 0) {
        put_text(out, "0.0000");
        out += 2 - point;
        put_word(out, text.words[0]);
        put_word(out + 8, text.words[1]);
        out[16] = text.last;
        return out + text.count;
    }
    put_with_point(out, text, 1);
    return put_exponent(out + text.count + (text.count > 1), value.unit + 15);
}

/// Writes @p cents < 10^8 / 100 with one decimal or two.
char* put_cents(char* out, std::uint32_t cents) noexcept
{
    const std::uint64_t text = eight_digits(cents);
    // whole bytes of leading zeros; six digits are before the point, the last of them always stays
    const int leading = std::countr_zero(text | std::uint64_t{1} << 40) / 8;
    put_word(out, (text | ascii_zeros) >> (8 * leading));
    out += 6 - leading;
    put_word(out, (text | ascii_zeros) >> 40);
    *out = '.';
    return out + 2 + (text >> 56 != 0);
}

} // namespace

char* put_double(char* out, double value) noexcept
{
    constexpr std::uint64_t hidden_bit = std::uint64_t{1} << 52;
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t fraction = bits & (hidden_bit - 1);
    const int biased = static_cast<int>(bits >> 52) & 0x7ff;
    std::uint64_t c = fraction | hidden_bit;
    int q = biased - 1 + least_exponent;
    *out = '-';
    char* const after_sign = out + (bits >> 63);
    if (biased == 0) [[unlikely]] {
        if (fraction == 0) {
            return put_text(after_sign, "0.0");
        }
        c = fraction;
        q = least_exponent;
    } else if (biased == 0x7ff) [[unlikely]] {
        return fraction != 0 ? put_text(out, "NaN") : put_text(after_sign, "Infinity");
    }
    // From 2^-8 to 2^19: cents that are nearer than half of 2^q read back as the double, and no
    // other text of 15 digits or less does. (A power of two is met exactly or missed by far.)
    if (static_cast<unsigned>(q + 60) <= 26) {
        const std::uint64_t hundredfold = c * 100; // in units of 2^q
        const std::uint64_t cents = ((hundredfold >> (-q - 1)) + 1) / 2;
        if (hundredfold - (cents << -q) + 49 <= 98) { // within 49 on either side
            return put_cents(after_sign, static_cast<std::uint32_t>(cents));
        }
    }
    const bool uneven = c == hidden_bit && q != least_exponent;
    return put_decimal(after_sign, uneven ? shortest_power_of_two(q) : shortest(c, q));
}

} // namespace coquest::detail
