// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// The rows that every benchmark encodes. One generator with a fixed seed draws them, so that
// programs in other languages make the same rows: the fields of a row are drawn in order.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace coquest::bench {

/// The number of rows of a workload's pool; row k of a run is row k % pool_rows of the pool. A run
/// of fewer rows needs only that part of the pool.
inline constexpr std::size_t pool_rows = 16'384;
static_assert(std::has_single_bit(pool_rows));

/// Returns the designated timestamp of row @p k, in nanoseconds.
constexpr std::int64_t timestamp_of(std::size_t k) noexcept
{
    return 1'700'000'000'000'000'000 + static_cast<std::int64_t>(k) * 1'000;
}

/// Workload A: short symbols, decimals with few digits.
struct trade {
    std::string symbol;
    std::string side;
    double price = 0;
    double amount = 0;
};

/// Workload B: a wide row of short values.
struct cpu_usage {
    std::array<std::string, 10> tags;
    std::array<std::int64_t, 5> integers{};
    std::array<double, 5> decimals{};
};

/// Workload C: doubles with random bits; workload E: doubles of full precision below 1000.
struct sensor_reading {
    std::string sensor;
    std::array<double, 8> values{};
};

/// Workload D: texts with escapes and multi-byte characters.
struct log_entry {
    std::string message;
    std::string details;
};

/// Draws 31-bit numbers with a linear congruential generator.
class draws {
public:
    std::uint64_t operator()() noexcept
    {
        state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
        return state_ >> 33;
    }
    /// Draws a number below @p end.
    std::uint64_t below(std::uint64_t end) noexcept { return (*this)() % end; }
    /// Draws one of @p choices.
    template <class T, std::size_t N>
    const T& one_of(const std::array<T, N>& choices) noexcept
    {
        return choices[below(N)];
    }

private:
    std::uint64_t state_ = 42;
};

inline std::vector<trade> make_trades(std::size_t rows = pool_rows)
{
    static const std::array<std::string, 10> symbols = {
        "BTC-USDT",  "ETH-USDT", "SOL-USDT", "XRP-USDT",  "ADA-USDT",
        "DOGE-USDT", "LTC-USDT", "DOT-USDT", "AVAX-USDT", "LINK-USDT"};
    static const std::array<std::string, 2> sides = {"buy", "sell"};
    std::vector<trade> pool(rows);
    draws draw;
    for (trade& row : pool) {
        row.symbol = draw.one_of(symbols);
        row.side = draw.one_of(sides);
        row.price = static_cast<double>(draw.below(10'000'000)) / 100;
        row.amount = static_cast<double>(draw.below(100'000'000)) / 100'000;
    }
    return pool;
}

inline std::vector<cpu_usage> make_cpu_usage(std::size_t rows = pool_rows)
{
    static const std::array<std::string, 9> regions = {
        "us-east-1",      "us-west-1",      "us-west-2",      "eu-west-1", "eu-central-1",
        "ap-southeast-1", "ap-southeast-2", "ap-northeast-1", "sa-east-1"};
    static const std::array<std::string, 3> systems = {"Ubuntu16.10", "Ubuntu16.04LTS",
                                                       "Ubuntu15.10"};
    static const std::array<std::string, 2> architectures = {"x64", "x86"};
    static const std::array<std::string, 4> teams = {"SF", "NYC", "LON", "CHI"};
    static const std::array<std::string, 3> environments = {"production", "staging", "test"};
    std::vector<cpu_usage> pool(rows);
    draws draw;
    const auto number_below = [&draw](std::uint64_t end) {
        return std::to_string(draw.below(end));
    };
    for (cpu_usage& row : pool) {
        row.tags[0] = "host_" + number_below(4'000);
        row.tags[1] = draw.one_of(regions);
        const std::uint64_t datacenter = draw.below(3 * regions.size());
        row.tags[2] = regions[datacenter / 3] + "abc"[datacenter % 3];
        row.tags[3] = number_below(100);
        row.tags[4] = draw.one_of(systems);
        row.tags[5] = draw.one_of(architectures);
        row.tags[6] = draw.one_of(teams);
        row.tags[7] = number_below(20);
        row.tags[8] = number_below(2);
        row.tags[9] = draw.one_of(environments);
        for (std::int64_t& value : row.integers) {
            value = static_cast<std::int64_t>(draw.below(101));
        }
        for (double& value : row.decimals) {
            value = static_cast<double>(draw.below(10'001)) / 100;
        }
    }
    return pool;
}

/// Draws 64 bits from three numbers.
inline std::uint64_t draw_bits(draws& draw)
{
    const std::uint64_t high = draw() << 33;
    const std::uint64_t middle = draw() << 2;
    return high | middle | (draw() & 3);
}

inline double random_finite_double(draws& draw)
{
    constexpr std::uint64_t exponent = 0x7ffULL << 52;
    const std::uint64_t bits = draw_bits(draw);
    const bool finite = (bits & exponent) != exponent;
    return std::bit_cast<double>(finite ? bits : bits & ~(1ULL << 62));
}

inline double uniform_double(draws& draw)
{
    return static_cast<double>(draw_bits(draw) >> 11) * 0x1p-53 * 1'000;
}

inline std::vector<sensor_reading> make_sensor_readings(double (&value_of)(draws&),
                                                        std::size_t rows = pool_rows)
{
    std::vector<sensor_reading> pool(rows);
    draws draw;
    for (sensor_reading& row : pool) {
        row.sensor = "s" + std::to_string(draw.below(10));
        for (double& value : row.values) {
            value = value_of(draw);
        }
    }
    return pool;
}

inline std::string make_log_text(draws& draw)
{
    constexpr std::size_t size = 64;
    // Each is drawn once in 32 times, if it still fits; all other draws give a letter.
    constexpr std::array<std::string_view, 6> special = {
        "\"", "\n", "\\", "\xc3\xa9", "\xe6\xbc\xa2", "\xf0\x9f\x98\x80"};
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz ";
    std::string text;
    while (text.size() < size) {
        const std::uint64_t drawn = draw();
        const std::uint64_t kind = drawn % 32;
        if (kind < special.size() && text.size() + special[kind].size() <= size) {
            text += special[kind];
        } else {
            text += letters[(drawn >> 8) % letters.size()];
        }
    }
    return text;
}

inline std::vector<log_entry> make_log_entries(std::size_t rows = pool_rows)
{
    std::vector<log_entry> pool(rows);
    draws draw;
    for (log_entry& row : pool) {
        row.message = make_log_text(draw);
        row.details = make_log_text(draw);
    }
    return pool;
}

} // namespace coquest::bench
