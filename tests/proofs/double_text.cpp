// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Prints the tables and constants by which doubles are written, for double_text.py. With arguments,
// the bits of doubles in hexadecimal, it prints the texts of these.

#include "core/ilp/double_text.cpp" // its unnamed namespace has what is printed

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace coquest::inline v0::detail {
namespace {

void print_tables()
{
    for (int unit = min_unit; unit <= max_unit; ++unit) {
        const wide& power = negative_powers_of_ten[static_cast<std::size_t>(unit - min_unit)];
        std::printf("power %d %016" PRIx64 "%016" PRIx64 "\n", unit, power.high, power.low);
    }
    for (int n = -max_unit; n <= -min_unit; ++n) {
        std::printf("log2_pow10 %d %d\n", n, log2_pow10(n));
    }
    for (int q = least_exponent; q <= 971; ++q) {
        std::printf("log10_pow2 %d %d\n", q, log10_pow2(q));
        std::printf("log10_pow2_three_quarters %d %d\n", q, log10_pow2_three_quarters(q));
    }
    for (int exponent = min_exponent; exponent <= max_exponent; ++exponent) {
        char text[8];
        std::printf("exponent %d %.*s\n", exponent,
                    static_cast<int>(put_exponent(text, exponent) - text), text);
    }
    std::printf("constant least_exponent %d\n", least_exponent);
    std::printf("constant hidden_bit %" PRIu64 "\n", hidden_bit);
    std::printf("constant rounding_addend %" PRIu64 "\n", rounding_addend);
    std::printf("constant ten_to_8 %" PRIu32 "\n", ten_to_8);
    std::printf("constant ten_to_15 %" PRIu64 "\n", ten_to_15);
    std::printf("constant min_cents_exponent %d\n", min_cents_exponent);
    std::printf("constant max_cents_exponent %d\n", max_cents_exponent);
    std::printf("constant cents_tolerance %" PRIu64 "\n", cents_tolerance);
#if defined(COQUEST_X86)
    for (std::size_t point = 0; point < point_at.size(); ++point) {
        for (std::size_t i = 0; i < point_at.size(); ++i) {
            std::printf("point_at %zu,%zu %d\n", point, i, point_at[point][i]);
        }
    }
#endif
}

/// The digits of 0 to 9999, by plain divisions.
std::array<std::uint32_t, 10000> make_four_digits()
{
    std::array<std::uint32_t, 10000> words{};
    for (std::uint32_t n = 0; n < words.size(); ++n) {
        words[n] = n / 1000 | n / 100 % 10 << 8 | n / 10 % 10 << 16 | n % 10 << 24;
    }
    return words;
}

/// Returns how many numbers of eight digits have other digits than they should.
std::uint32_t count_wrong_digits()
{
    const auto four = make_four_digits();
    std::uint32_t wrong = 0;
    for (std::uint32_t n = 0; n < ten_to_8; ++n) {
        wrong += eight_digits(n) != (four[n / 10000] | std::uint64_t{four[n % 10000]} << 32);
    }
    return wrong;
}

#if defined(COQUEST_X86)
/// As count_wrong_digits(), for both halves of a vector.
COQUEST_V3 std::uint32_t count_wrong_vector_digits()
{
    const auto four = make_four_digits();
    std::uint32_t wrong = 0;
    for (std::uint32_t n = 0; n < ten_to_8; ++n) {
        char text[16];
        vector_digits(std::uint64_t{n} * ten_to_8 + (ten_to_8 - 1 - n)).put(text);
        const std::uint32_t m = ten_to_8 - 1 - n;
        const std::uint32_t expected[] = {four[n / 10000], four[n % 10000], four[m / 10000],
                                          four[m % 10000]};
        std::uint64_t words[2];
        std::memcpy(words, expected, sizeof words);
        words[0] |= ascii_zeros;
        words[1] |= ascii_zeros;
        wrong += std::memcmp(text, words, sizeof words) != 0;
    }
    return wrong;
}
#endif

void print_text(std::uint64_t bits)
{
    const auto value = std::bit_cast<double>(bits);
    char text[max_double_text + text_slack];
    std::printf("%016" PRIx64 " %.*s\n", bits, static_cast<int>(put_any_double(text, value) - text),
                text);
    std::printf("%016" PRIx64 " %.*s\n", bits, static_cast<int>(put_double(text, value) - text),
                text);
}

} // namespace
} // namespace coquest::inline v0::detail

int main(int argc, char** argv)
{
    using namespace coquest::detail;
    for (int i = 1; i < argc; ++i) {
        print_text(std::strtoull(argv[i], nullptr, 16));
    }
    if (argc > 1) {
        return 0;
    }
    print_tables();
    std::printf("wrong eight_digits %" PRIu32 "\n", count_wrong_digits());
#if defined(COQUEST_X86)
    if (has_v3()) {
        std::printf("wrong vector_digits %" PRIu32 "\n", count_wrong_vector_digits());
    }
#endif
}
