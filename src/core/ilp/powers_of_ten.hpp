// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The leading 128 bits of the powers of ten that doubles need. The compiler computes this table of
// ten kilobytes, so that it need not be stored in the repository. tests/proofs/double_text.py
// proves it, and the logarithms.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace coquest::inline v0::detail {

struct wide {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
};

// Logarithms, right for all exponents of a double. The factors are log2(10) and log10(2), in units
// of the power of two that the shift divides by.

/// Returns floor(log2(10^n)).
constexpr int log2_pow10(int n) noexcept
{
    return (n * 1741647) >> 19;
}

/// Returns floor(log10(2^n)).
constexpr int log10_pow2(int n) noexcept
{
    return (n * 315653) >> 20;
}

/// Returns floor(log10(2^n * 3/4)).
constexpr int log10_pow2_three_quarters(int n) noexcept
{
    return (n * 631305 - 261663) >> 21;
}

/// The units in which doubles have 15 or 16 digits, as powers of ten.
inline constexpr int min_unit = -323;
inline constexpr int max_unit = 293;

/// A natural number of up to 28 * 32 bits, enough for 5^323 * 2^128.
class big_number {
public:
    consteval explicit big_number(std::size_t power_of_two)
    {
        limbs_[power_of_two / 32] = std::uint32_t{1} << (power_of_two % 32);
    }

    consteval void multiply_by_5()
    {
        std::uint64_t carry = 0;
        for (std::uint32_t& limb : limbs_) {
            carry += std::uint64_t{limb} * 5;
            limb = static_cast<std::uint32_t>(carry);
            carry >>= 32;
        }
    }

    consteval void divide_by_5()
    {
        std::uint64_t remainder = 0;
        for (std::size_t i = limbs_.size(); i-- != 0;) {
            remainder = (remainder << 32) | limbs_[i];
            limbs_[i] = static_cast<std::uint32_t>(remainder / 5);
            remainder %= 5;
        }
    }

    /// Returns the leading 128 bits.
    consteval wide leading() const
    {
        std::size_t limb = limbs_.size() - 1;
        while (limbs_[limb] == 0) {
            --limb;
        }
        const std::size_t size = 32 * limb + static_cast<std::size_t>(std::bit_width(limbs_[limb]));
        return {word_at(size - 64), word_at(size - 128)};
    }

private:
    consteval std::uint64_t word_at(std::size_t bit) const
    {
        return std::uint64_t{half_word_at(bit + 32)} << 32 | half_word_at(bit);
    }

    consteval std::uint32_t half_word_at(std::size_t bit) const
    {
        const std::size_t limb = bit / 32;
        const std::uint64_t above = limb + 1 < limbs_.size() ? limbs_[limb + 1] : 0;
        return static_cast<std::uint32_t>((above << 32 | limbs_[limb]) >> bit % 32);
    }

    std::array<std::uint32_t, 28> limbs_{};
};

/// floor(10^-unit / 2^(floor(log2(10^-unit)) - 127)) for each unit from min_unit.
consteval auto make_negative_powers_of_ten()
{
    std::array<wide, max_unit - min_unit + 1> powers{};
    wide* const unit_zero = &powers[-min_unit];
    big_number up(128);
    for (int unit = 0; unit >= min_unit; --unit, up.multiply_by_5()) {
        unit_zero[unit] = up.leading();
    }
    big_number down(864);
    for (int unit = 1; unit <= max_unit; ++unit) {
        down.divide_by_5();
        unit_zero[unit] = down.leading();
    }
    return powers;
}

inline constexpr auto negative_powers_of_ten = make_negative_powers_of_ten();

} // namespace coquest::inline v0::detail
