// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Writes doubles as their shortest text: the fewest digits that read back as the same double, and
// of those the nearest to it. Prices in cents take a shorter path.
//
// Theory of operation. The algorithm is Schubfach (Raffaello Giulietti, "The Schubfach way to
// render doubles"), with its steps in the order of the variant xjb (github.com/xjb714/xjb): one
// product with a power of ten yields all digits but the last, without a division by ten and without
// a loop over trailing zeros.
//
// A double is c * 2^q. Choose unit so that 10^(unit-1) <= 2^q < 10^unit. The numbers that read back
// as the double are those up to half of 2^q on either side. They contain at most one multiple of
// 10^unit, and at least one of 10^(unit-1). Let whole and fraction be the parts of
// c * 2^q / 10^unit, and let half be half of 2^q in the same units:
//   fraction < half        whole is the shortest (and may have trailing zeros)
//   fraction + half > 1    whole + 1 is the shortest
//   otherwise              one more digit is needed: fraction * 10, rounded to the nearest
// The bounds themselves read back as the double if c is even. Below a power of two, the numbers
// that read back end at a quarter of 2^q.
//
// scale() computes fraction and half in units of 2^-64, with powers of ten that are cut off at 128
// bits. Thus half is exact but for its last bit, and fraction is too small by less than 1 + 2^-10
// units. Only a double whose fraction is that near to a bound could get the wrong digits:
// - No fraction is within 2.15 units of a bound without being equal to it.
// - If it is equal to a bound, the computed fraction and half are equal, or their sum is 2^64 - 1.
//   So adding 1 to half includes the bound.
// - Tenfold the fraction is rounded right by adding a half plus 6 to 15 units and cutting off, with
//   one exception: 2.5 is rounded to 2.
// tests/proofs/double_text.py proves these three, and every table and constant of this file, with
// exact numbers: for each q, it enumerates all c that come near to a bound or to a tie.

#include "core/ilp/digits.hpp"
#include "core/ilp/exponent_text.hpp"
#include "core/ilp/powers_of_ten.hpp"
#include "core/ilp/processor.hpp"

#include <coquest/detail/text.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(COQUEST_X86)
#include <immintrin.h>
#endif

namespace coquest::inline v0::detail {
namespace {

COQUEST_INLINE wide multiply(std::uint64_t a, std::uint64_t b) noexcept
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

constexpr std::uint64_t ten_to_15 = 1'000'000'000'000'000;
constexpr int least_exponent = -1074; // of 2, for subnormals
constexpr std::uint64_t hidden_bit = std::uint64_t{1} << 52;
constexpr std::uint64_t rounding_addend = (std::uint64_t{1} << 63) + 6;

// A number of cents that is nearer than half of 2^q reads back as c * 2^q. From 2^-8 to 2^19, no
// other text of up to 15 digits does.
constexpr int min_cents_exponent = -60;
constexpr int max_cents_exponent = -34;
constexpr std::uint64_t cents_tolerance = 49; // in hundredths of 2^q

/// A double in units of 10^unit; fraction and half are in 2^-64 of that unit.
struct scaled {
    std::uint64_t whole;
    std::uint64_t fraction;
    std::uint64_t half;
};

COQUEST_INLINE scaled scale(std::uint64_t c, int q, int unit) noexcept
{
    const wide& power = negative_powers_of_ten[static_cast<std::size_t>(unit - min_unit)];
    const int shift = q + log2_pow10(-unit) + 5; // 1 to 5
    const wide high = multiply(c << shift, power.high);
    const wide low = multiply(c << shift, power.low);
    const std::uint64_t middle = high.low + low.high;
    const std::uint64_t top = high.high + (middle < low.high);
    return {top >> 4, (top << 60) | (middle >> 4), power.high >> (5 - shift)};
}

/// Returns the digit nearest to @p fraction * 10. Of two nearest digits, returns the even one.
COQUEST_INLINE std::uint64_t last_digit(std::uint64_t fraction) noexcept
{
    constexpr std::uint64_t quarter = std::uint64_t{1} << 62; // 2.5, the only tie that rounds down
    if (fraction == quarter) [[unlikely]] {
        return 2;
    }
    const wide tenfold = multiply(fraction, 10);
    return tenfold.high + (tenfold.low >= 0 - rounding_addend);
}

/// (whole + last / 10) * 10^unit
struct decimal {
    std::uint64_t whole;
    std::uint64_t last;
    int unit;
};

COQUEST_INLINE decimal shortest(std::uint64_t c, int q) noexcept
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

/// Returns the shortest decimal of 2^52 * 2^q, a power of two: its lower neighbour is half as far.
COQUEST_INLINE decimal shortest_power_of_two(int q) noexcept
{
    const int unit = log10_pow2_three_quarters(q) + 1;
    const scaled x = scale(hidden_bit, q, unit);
    const std::uint64_t half = x.half + 1;
    const std::uint64_t quarter = x.half / 2 + 1;
    if (x.fraction + half < half) {
        return {x.whole + 1, 0, unit};
    }
    if (x.fraction < quarter) {
        return {x.whole, 0, unit};
    }
    // the nearest digit may be below the numbers that read back
    const std::uint64_t least = multiply(x.fraction - quarter, 10).high + 1;
    return {x.whole, std::max(last_digit(x.fraction), least), unit};
}

COQUEST_INLINE char* put_text(char* out, std::string_view text) noexcept
{
    std::memcpy(out, text.data(), text.size());
    return out + text.size();
}

/// Sixteen digits in two words. The first digit is the low byte of the first word.
class word_digits {
public:
    COQUEST_INLINE explicit word_digits(std::uint64_t value) noexcept
        : digits_{eight_digits(static_cast<std::uint32_t>(value / ten_to_8)),
                  eight_digits(static_cast<std::uint32_t>(value % ten_to_8))}
    {
    }

    /// Returns the number of digits without trailing zeros. The value must not be zero.
    [[nodiscard]] COQUEST_INLINE std::ptrdiff_t count() const noexcept
    {
        const int zeros =
            digits_[1] != 0 ? std::countl_zero(digits_[1]) : 64 + std::countl_zero(digits_[0]);
        return 16 - zeros / 8;
    }
    COQUEST_INLINE void put(char* out) const noexcept
    {
        put_word(out, digits_[0] | ascii_zeros);
        put_word(out + 8, digits_[1] | ascii_zeros);
    }
    /// Writes all digits, with a point after the first one.
    COQUEST_INLINE void put_first_apart(char* out) const noexcept { put_with_point(out, 1); }
    /// Writes all digits, with a point after the first @p whole ones, 1 to 15.
    COQUEST_INLINE void put_with_point(char* out, std::ptrdiff_t whole) const noexcept
    {
        const std::uint64_t words[2] = {digits_[0] | ascii_zeros, digits_[1] | ascii_zeros};
        put_word(out, words[0]);
        if (whole <= 8) {
            put_word(out + whole, words[0] >> (8 * (whole - 1)));
            put_word(out + 9, words[1]);
        } else {
            put_word(out + 8, words[1]);
            put_word(out + whole, words[1] >> (8 * (whole - 9)));
        }
        out[whole] = '.'; // overwrites a copy of the digit before the point
    }

private:
    std::uint64_t digits_[2];
};

template <class Digits>
COQUEST_INLINE char* put_decimal(char* out, decimal value) noexcept
{
    while (value.whole < ten_to_15) { // more than once for subnormals only
        value = {value.whole * 10 + value.last, 0, value.unit - 1};
    }
    const Digits text(value.whole);
    const std::ptrdiff_t point = value.unit + 16; // the number of digits before the point
    // The last digit is always written; the returned end decides whether it counts.
    const char last = static_cast<char>('0' + value.last);
    if (point < -4 || point > 16) {
        text.put_first_apart(out);
        out[17] = last;
        std::ptrdiff_t size = 18;
        if (value.last == 0) [[unlikely]] {
            const std::ptrdiff_t count = text.count();
            size = count + (count > 1);
        }
        return put_exponent(out + size, value.unit + 15);
    }
    const std::ptrdiff_t count = value.last != 0 ? 17 : text.count();
    if (point <= 0) {
        put_text(out, "0.0000");
        out += 2 - point;
        text.put(out);
        out[16] = last;
        return out + count;
    }
    if (point == 16) {
        text.put(out);
        out[16] = '.';
    } else {
        text.put_with_point(out, point);
    }
    out[17] = last;
    // a whole number is padded with the zeros after its last digit
    return out + 1 + std::max(count, point + 1);
}

/// Writes @p cents < 10^8 as hundredths, with one or two decimals.
COQUEST_INLINE char* put_cents(char* out, std::uint32_t cents) noexcept
{
    const std::uint64_t text = eight_digits(cents);
    // the number of leading zeros; six digits are before the point, and the last of them stays
    const int leading = std::countr_zero(text | std::uint64_t{1} << 40) / 8;
    put_word(out, (text | ascii_zeros) >> (8 * leading));
    out += 6 - leading;
    put_word(out, (text | ascii_zeros) >> 40);
    *out = '.';
    return out + 2 + (text >> 56 != 0);
}

/// Writes c * 2^q, which is not a power of two or is subnormal.
template <class Digits>
COQUEST_INLINE char* put_normal(char* out, std::uint64_t c, int q) noexcept
{
    if (q >= min_cents_exponent && q <= max_cents_exponent) {
        const std::uint64_t hundredfold = c * 100; // in units of 2^q
        const std::uint64_t cents = ((hundredfold >> (-q - 1)) + 1) / 2;
        if (hundredfold - (cents << -q) + cents_tolerance <= 2 * cents_tolerance) {
            return put_cents(out, static_cast<std::uint32_t>(cents));
        }
    }
    return put_decimal<Digits>(out, shortest(c, q));
}

[[gnu::noinline]] char* put_any_double(char* out, double value) noexcept
{
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t fraction = bits & (hidden_bit - 1);
    const int biased = static_cast<int>(bits >> 52) & 0x7ff;
    *out = '-';
    char* const after_sign = out + (bits >> 63);
    if (biased == 0x7ff) [[unlikely]] {
        return fraction != 0 ? put_text(out, "NaN") : put_text(after_sign, "Infinity");
    }
    if (biased == 0) [[unlikely]] {
        return fraction != 0 ? put_normal<word_digits>(after_sign, fraction, least_exponent)
                             : put_text(after_sign, "0.0");
    }
    const int q = biased - 1 + least_exponent;
    if (fraction == 0 && q != least_exponent) {
        return put_decimal<word_digits>(after_sign, shortest_power_of_two(q));
    }
    return put_normal<word_digits>(after_sign, fraction | hidden_bit, q);
}

#if defined(COQUEST_X86)

/// For each position of the point, the index of the digit in each byte.
consteval std::array<std::array<unsigned char, 16>, 16> make_point_at()
{
    std::array<std::array<unsigned char, 16>, 16> places{};
    for (unsigned point = 0; point < 16; ++point) {
        for (unsigned i = 0; i < 16; ++i) {
            places[point][i] = static_cast<unsigned char>(i - (i > point ? 1 : 0));
        }
    }
    return places;
}
alignas(16) constexpr std::array<std::array<unsigned char, 16>, 16> point_at = make_point_at();

/// Sixteen digits in one register.
class vector_digits {
public:
    COQUEST_V3 explicit vector_digits(std::uint64_t value) noexcept
    {
        // Like eight_digits(), in both halves in parallel. Ones and tens are separated at the end.
        const auto high = static_cast<long long>(value / ten_to_8);
        const auto low = static_cast<long long>(value % ten_to_8);
        const __m128i eights = _mm_set_epi64x(low, high);
        const __m128i thousands =
            _mm_srli_epi64(_mm_mul_epu32(eights, load(vector_constants.by_10000)), 45);
        const __m128i fours =
            _mm_add_epi64(eights, _mm_mul_epu32(thousands, load(vector_constants.less_10000)));
        const __m128i hundreds =
            _mm_srli_epi32(_mm_mulhi_epu16(fours, load(vector_constants.by_100)), 4);
        const __m128i twos =
            _mm_add_epi32(fours, _mm_mullo_epi32(hundreds, load(vector_constants.less_100)));
        const __m128i tens = _mm_mulhi_epu16(twos, load(vector_constants.by_10));
        const __m128i ones =
            _mm_add_epi16(twos, _mm_maddubs_epi16(tens, load(vector_constants.less_10)));
        digits_ = _mm_shuffle_epi8(_mm_packus_epi16(tens, ones), load(vector_constants.in_order));
    }

    [[nodiscard]] COQUEST_V3 std::ptrdiff_t count() const noexcept
    {
        const __m128i zeros = _mm_cmpeq_epi8(digits_, _mm_setzero_si128());
        const auto others = static_cast<unsigned>(_mm_movemask_epi8(zeros)) ^ 0xffff;
        return 32 - std::countl_zero(others);
    }
    COQUEST_V3 void put(char* out) const noexcept { store(out, text()); }
    COQUEST_V3 void put_first_apart(char* out) const noexcept
    {
        const __m128i ascii = text();
        store(out + 1, ascii);
        out[0] = static_cast<char>(_mm_extract_epi8(ascii, 0));
        out[1] = '.';
    }
    COQUEST_V3 void put_with_point(char* out, std::ptrdiff_t whole) const noexcept
    {
        const __m128i ascii = text();
        store(out + 1, ascii);
        const auto* places =
            reinterpret_cast<const __m128i*>(point_at[static_cast<std::size_t>(whole)].data());
        store(out, _mm_shuffle_epi8(ascii, _mm_load_si128(places)));
        out[whole] = '.';
    }

private:
    template <class Constant>
    COQUEST_V3 static __m128i load(const Constant& constant) noexcept
    {
        return _mm_load_si128(reinterpret_cast<const __m128i*>(&constant));
    }
    COQUEST_V3 static void store(char* out, __m128i bytes) noexcept
    {
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out), bytes);
    }
    [[nodiscard]] COQUEST_V3 __m128i text() const noexcept
    {
        return _mm_or_si128(digits_, load(vector_constants.zeros));
    }

    __m128i digits_;
};

COQUEST_V3 char* put_double_v3(char* out, double value) noexcept
{
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t fraction = bits & (hidden_bit - 1);
    const int biased = static_cast<int>(bits >> 52) & 0x7ff;
    if (fraction == 0 || static_cast<unsigned>(biased - 1) >= 0x7fe) [[unlikely]] {
        return put_any_double(out, value);
    }
    *out = '-';
    return put_normal<vector_digits>(out + (bits >> 63), fraction | hidden_bit,
                                     biased - 1 + least_exponent);
}

#endif

using double_writer = char* (*)(char*, double) noexcept;

char* choose_writer(char* out, double value) noexcept;

/// The best function for this processor, after the first call has chosen it.
std::atomic<double_writer> writer = choose_writer;

char* choose_writer(char* out, double value) noexcept
{
    double_writer best = put_any_double;
#if defined(COQUEST_X86)
    if (has_v3()) {
        best = put_double_v3;
    }
#endif
    writer.store(best, std::memory_order_relaxed);
    return best(out, value);
}

} // namespace

char* put_double(char* out, double value) noexcept
{
    return writer.load(std::memory_order_relaxed)(out, value);
}

} // namespace coquest::inline v0::detail
