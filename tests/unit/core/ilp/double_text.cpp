// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/detail/text.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <system_error>
#include <utility>

namespace {

using namespace coquest::detail;

std::string number(double value)
{
    char out[max_double_text + text_slack];
    return {out, put_double(out, value)};
}

/// Returns the shortest digits from the standard library, in the form that put_double writes.
std::string expected(double value)
{
    char out[400];
    std::string text(out,
                     std::to_chars(out, std::end(out), value, std::chars_format::scientific).ptr);
    const std::size_t e = text.find('e');
    const int exponent = std::stoi(text.substr(e + 1));
    if (exponent < -5 || exponent >= 16) {
        return text.substr(0, e + 1) + std::to_string(exponent);
    }
    text.assign(out, std::to_chars(out, std::end(out), value, std::chars_format::fixed).ptr);
    return text.find('.') == text.npos ? text + ".0" : text;
}

void check(double value)
{
    if (!std::isfinite(value)) {
        return;
    }
    const std::string text = number(value);
    ASSERT_EQ(text, expected(value));
    ASSERT_LE(text.size(), max_double_text);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
}

/// Checks @p value and the @p count doubles on either side.
void check_around(double value, std::uint64_t count)
{
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (std::uint64_t at = bits - std::min(bits, count); at <= bits + count; ++at) {
        ASSERT_NO_FATAL_FAILURE(check(std::bit_cast<double>(at)));
    }
}

TEST(double_text, has_the_form_of_the_protocol)
{
    const std::pair<double, const char*> cases[] = {
        {1, "1.0"},
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {0.5, "0.5"},
        {100, "100.0"},
        {0.01, "0.01"},
        {0.07, "0.07"},
        {-0.1, "-0.1"},
        {524287.99, "524287.99"},
        {524288.01, "524288.01"},
        {1048576.5, "1048576.5"},
        {123.456, "123.456"},
        {-37779.62, "-37779.62"},
        {12345678, "12345678.0"},
        {12345678.5, "12345678.5"},
        {123456789, "123456789.0"},
        {1234567.875, "1234567.875"},
        {123456789.875, "123456789.875"},
        {1234567890123456.0, "1234567890123456.0"},
        {2251799813685248.5, "2251799813685248.5"},
        {1e15, "1000000000000000.0"},
        {9.999999999999998e15, "9999999999999998.0"},
        {1e16, "1e16"},
        {1.5e16, "1.5e16"},
        {-1e100, "-1e100"},
        {0.3333333333333333, "0.3333333333333333"},
        {1e-5, "0.00001"},
        {1.2345678901234568e-5, "0.000012345678901234568"},
        {9.999999999999999e-6, "9.999999999999999e-6"},
        {1e-6, "1e-6"},
        {1.5e-10, "1.5e-10"},
        {std::numeric_limits<double>::max(), "1.7976931348623157e308"},
        {std::numeric_limits<double>::min(), "2.2250738585072014e-308"},
        {std::numeric_limits<double>::denorm_min(), "5e-324"},
        {-std::numeric_limits<double>::denorm_min(), "-5e-324"},
        {std::numeric_limits<double>::quiet_NaN(), "NaN"},
        {-std::numeric_limits<double>::quiet_NaN(), "NaN"},
        {std::numeric_limits<double>::infinity(), "Infinity"},
        {-std::numeric_limits<double>::infinity(), "-Infinity"},
    };
    for (const auto& [value, text] : cases) {
        EXPECT_EQ(number(value), text);
    }
}

// Set COQUEST_RANDOM_DOUBLES=100000000 for a long run.
TEST(double_text, random_bits_have_the_shortest_digits)
{
    const char* const wanted = std::getenv("COQUEST_RANDOM_DOUBLES");
    const long long count = wanted != nullptr ? std::atoll(wanted) : 1'000'000;
    ASSERT_GT(count, 0);
    std::mt19937_64 random(static_cast<std::uint64_t>(count));
    for (long long round = 0; round < count; ++round) {
        ASSERT_NO_FATAL_FAILURE(check(std::bit_cast<double>(random())));
    }
}

TEST(double_text, prices_have_the_shortest_digits)
{
    const double scales[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    std::mt19937_64 random(1);
    for (int round = 0; round < 1'000'000; ++round) {
        const auto digits =
            static_cast<double>((random() % 1'000'000'000'000'000) >> (random() % 50));
        ASSERT_NO_FATAL_FAILURE(check(digits / scales[random() % std::size(scales)]));
    }
}

/// Returns @p text in scientific form, with one digit before the point.
std::string scientific(std::string text)
{
    const std::size_t e = std::min(text.find('e'), text.size());
    int exponent = e == text.size() ? 0 : std::stoi(text.substr(e + 1));
    text.resize(e);
    const std::size_t point = std::min(text.find('.'), text.size());
    exponent += static_cast<int>(point) - 1;
    std::erase(text, '.');
    const std::size_t first = text.find_first_not_of('0');
    exponent -= static_cast<int>(first);
    text = text.substr(first, text.find_last_not_of('0') + 1 - first);
    return text.substr(0, 1) + (text.size() > 1 ? '.' + text.substr(1) : "") + 'e' +
           std::to_string(exponent);
}

// 100,000 doubles with their digits from another algorithm (tests/data/README.md).
TEST(double_text, digits_agree_with_dtoa_of_david_gay)
{
    std::ifstream file(COQUEST_TEST_DATA "/gay-shortest.txt");
    std::size_t lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
        double value = 0;
        const auto [end, ec] = std::from_chars(line.data(), line.data() + line.size(), value);
        ASSERT_TRUE(ec == std::errc() && end == line.data() + line.size()) << line;
        ASSERT_EQ(scientific(number(value)), line);
        ASSERT_EQ(scientific(number(-value).substr(1)), line);
    }
    EXPECT_EQ(lines, 100'000U);
}

// Cents up to 2^19 have a fast path. Their neighbours and larger values do not take it.
TEST(double_text, cents_and_their_neighbours_have_the_shortest_digits)
{
    std::mt19937_64 random(1);
    for (int round = 0; round < 200'000; ++round) {
        const auto cents = static_cast<double>((random() % 100'000'000) >> (random() % 27));
        ASSERT_NO_FATAL_FAILURE(check(-cents / 100));
        ASSERT_NO_FATAL_FAILURE(check(std::nextafter(cents / 100, 0)));
        ASSERT_NO_FATAL_FAILURE(check(std::nextafter(cents / 100, 1e9)));
    }
    for (const double limit : {0x1p-8, 0x1p19}) {
        ASSERT_NO_FATAL_FAILURE(check_around(limit, 1000));
        ASSERT_NO_FATAL_FAILURE(check(limit - 0.01));
        ASSERT_NO_FATAL_FAILURE(check(limit + 0.01));
    }
}

TEST(double_text, powers_of_two_and_their_neighbours_have_the_shortest_digits)
{
    for (int exponent = -1074; exponent < 1024; ++exponent) {
        ASSERT_NO_FATAL_FAILURE(check_around(std::ldexp(1.0, exponent), 3));
    }
}

TEST(double_text, powers_of_ten_and_their_neighbours_have_the_shortest_digits)
{
    for (int exponent = -323; exponent <= 308; ++exponent) {
        double power = 0;
        const std::string text = "1e" + std::to_string(exponent);
        std::from_chars(text.data(), text.data() + text.size(), power);
        ASSERT_NO_FATAL_FAILURE(check_around(power, 3));
    }
}

TEST(double_text, subnormals_have_the_shortest_digits)
{
    ASSERT_NO_FATAL_FAILURE(check_around(0, 1000));
    ASSERT_NO_FATAL_FAILURE(check_around(std::numeric_limits<double>::min(), 1000));
    std::mt19937_64 random(1);
    for (int round = 0; round < 100'000; ++round) {
        ASSERT_NO_FATAL_FAILURE(check(std::bit_cast<double>(random() >> (12 + random() % 52))));
    }
}

TEST(double_text, doubles_around_2_to_53_have_the_shortest_digits)
{
    check_around(0x1p53, 10'000);
}

// Values n + 1/4 and n + 3/4 that lie between two texts of the same length: the even digit wins.
TEST(double_text, halfway_between_two_last_digits_takes_the_even_one)
{
    EXPECT_EQ(number(2251799813685247.25), "2251799813685247.2");
    EXPECT_EQ(number(2251799813685247.75), "2251799813685247.8");
    std::mt19937_64 random(1);
    for (int round = 0; round < 100'000; ++round) {
        ASSERT_NO_FATAL_FAILURE(check(static_cast<double>(random() >> 11) / 4));
        ASSERT_NO_FATAL_FAILURE(check(static_cast<double>(random() >> 11) / 8));
    }
}

// A multiple of 10^unit halfway between two doubles is read as the double whose last bit is 0.
TEST(double_text, halfway_to_a_neighbour_belongs_to_the_even_double)
{
    EXPECT_EQ(number(1e23), "1e23");
    EXPECT_EQ(number(std::nextafter(1e23, 1e24)), "1.0000000000000001e23");
    std::mt19937_64 random(1);
    std::uint64_t power = 5; // 5^unit
    for (int unit = 1; unit <= 22; ++unit, power *= 5) {
        const int first = static_cast<int>(std::ceil((unit - 1) / std::log10(2)));
        const int last = static_cast<int>(unit / std::log10(2)); // 2^last < 10^unit
        for (int q = std::max(first, unit + 1); q <= last; ++q) {
            for (int round = 0; round < 500; ++round) {
                // An odd multiple of 5^unit between 2^53 and 2^54 is 2c + 1.
                const std::uint64_t factor = ((std::uint64_t{1} << 53) / power + 1) | 1;
                const std::uint64_t odd = (factor + 2 * (random() % (factor / 2))) * power;
                for (const std::uint64_t c : {odd / 2, odd / 2 + 1}) {
                    ASSERT_NO_FATAL_FAILURE(check(std::ldexp(static_cast<double>(c), q)));
                }
            }
        }
    }
}

// The values c * 2^q for which the choice of the digits is closest: a bound within 7 units of 2^-64
// of a multiple of 10^unit, or a last digit within 30 units of a tie.
TEST(double_text, values_closest_to_a_tie_have_the_shortest_digits)
{
    const std::pair<std::uint64_t, int> cases[] = {
        {6898586531774200, -549}, {6898586531774201, -549}, {5539753864394442, 706},
        {5539753864394443, 706},  {4662377310054807, -702}, {4662377310054808, -702},
        {6454630258343747, -983}, {6685530990800801, -866}, {5115933961988509, -823},
        {7745553667031166, -175}, {5592117679628511, 164},  {8674135293775328, 213},
        {5421334558609580, 217},  {6776668198261975, 220},  {8571084786099026, 403},
        {7487252720986826, 547},  {6808247598549588, 914},  {5106185698912191, 917},
        {8510309498186985, 917},
    };
    for (const auto& [c, q] : cases) {
        check(std::ldexp(static_cast<double>(c), q));
    }
}

} // namespace
