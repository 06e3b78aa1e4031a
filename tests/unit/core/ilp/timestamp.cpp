// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Time points of any clock and duration: the unit of the text, and the limits of 64 bits.

#include "encoded.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <ratio>
#include <string>

namespace {

using namespace std::chrono;
using coquest::buffer;
using coquest::errc;
using coquest::protocol_version;
using coquest::timestamp_micros;
using coquest::timestamp_nanos;
using coquest::test::encoded;
using coquest::test::refusal;
using coquest::test::refused;

constexpr auto lowest = std::numeric_limits<std::int64_t>::min();
constexpr auto highest = std::numeric_limits<std::int64_t>::max();

/// A clock of a user with the epoch 2000-01-01.
struct millennium_clock {
    using duration = milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<millennium_clock>;

    template <class Duration>
    static auto to_sys(std::chrono::time_point<millennium_clock, Duration> time)
    {
        return sys_days(year(2000) / 1 / 1) + time.time_since_epoch();
    }
};

template <class Duration>
constexpr sys_time<Duration> since_epoch(Duration duration)
{
    return sys_time<Duration>(duration);
}

/// Returns @p time as a column, without the name.
template <class Clock, class Duration>
std::string sent(time_point<Clock, Duration> time, protocol_version version = protocol_version::v2)
{
    const std::string row = encoded(version, [&](buffer& rows) { rows.column_ts("x", time); });
    return row.substr(4, row.size() - 5);
}

/// Returns @p time as the designated timestamp.
template <class Clock, class Duration>
std::string designated(time_point<Clock, Duration> time,
                       protocol_version version = protocol_version::v2)
{
    buffer rows(version);
    rows.table("t").symbol("s", "v").at(time);
    const std::string row = rows.to_string();
    return row.substr(6, row.size() - 7);
}

template <class Time>
void expect_too_far(Time time)
{
    EXPECT_EQ(refused(protocol_version::v2, [&](buffer& rows) { rows.column_ts("x", time); }),
              (refusal{errc::invalid_timestamp,
                       "column \"x\": the time point does not fit a 64-bit timestamp"}));
    buffer rows;
    rows.table("t").symbol("s", "v");
    try {
        rows.at(time);
        FAIL() << "nothing was thrown";
    } catch (const coquest::error& e) {
        EXPECT_EQ(e.code(), errc::invalid_timestamp);
        EXPECT_STREQ(e.what(), "the time point does not fit a 64-bit timestamp");
    }
    EXPECT_EQ(rows.to_string(), "");
}

TEST(timestamp, ticks_of_microseconds_and_coarser_are_written_in_microseconds)
{
    EXPECT_EQ(sent(since_epoch(microseconds(1'700'000'000'123'456))), "1700000000123456t");
    EXPECT_EQ(sent(since_epoch(milliseconds(1'700'000'000'123))), "1700000000123000t");
    EXPECT_EQ(sent(since_epoch(seconds(-1))), "-1000000t");
    EXPECT_EQ(sent(since_epoch(minutes(1))), "60000000t");
    EXPECT_EQ(sent(since_epoch(days(1))), "86400000000t");
    EXPECT_EQ(sent(sys_days(year(2023) / 11 / 14)), "1699920000000000t");
    EXPECT_EQ(sent(since_epoch(duration<int, std::ratio<1, 30>>(1))), "33333t");
    EXPECT_EQ(sent(since_epoch(duration<std::uint8_t>(255))), "255000000t");
}

TEST(timestamp, finer_ticks_are_written_in_nanoseconds)
{
    EXPECT_EQ(sent(since_epoch(nanoseconds(1'700'000'000'123'456'789))), "1700000000123456789n");
    EXPECT_EQ(sent(since_epoch(duration<std::int64_t, std::ratio<1, 10'000'000>>(15))), "1500n");
    EXPECT_EQ(sent(since_epoch(duration<std::int64_t, std::pico>(-1999))), "-1n") << "cut";
    EXPECT_EQ(sent(system_clock::time_point(nanoseconds(5))), "5n");
}

TEST(timestamp,
     version_1_writes_columns_in_microseconds_and_the_designated_timestamp_in_nanoseconds)
{
    const auto time = since_epoch(nanoseconds(1'700'000'000'123'456'789));

    EXPECT_EQ(sent(time, protocol_version::v1), "1700000000123456t");
    EXPECT_EQ(designated(time, protocol_version::v1), "1700000000123456789");
    EXPECT_EQ(designated(since_epoch(seconds(2)), protocol_version::v1), "2000000000");
}

TEST(timestamp, designated_timestamp_is_written_in_the_same_units)
{
    EXPECT_EQ(designated(since_epoch(seconds(2))), "2000000t");
    EXPECT_EQ(designated(since_epoch(nanoseconds(2)), protocol_version::v3), "2n");
    EXPECT_EQ(designated(since_epoch(duration<double>(2.5))), "2500000000n");
}

TEST(timestamp, floating_durations_are_written_in_nanoseconds)
{
    EXPECT_EQ(sent(since_epoch(duration<double>(1'700'000'000.5))), "1700000000500000000n");
    EXPECT_EQ(sent(since_epoch(duration<float>(-0.25F))), "-250000000n");
    EXPECT_EQ(sent(since_epoch(duration<double, std::milli>(1.5))), "1500000n");
    EXPECT_EQ(sent(since_epoch(duration<long double, std::nano>(1.9L))), "1n") << "cut";
}

TEST(timestamp, floating_durations_that_do_not_fit_are_refused)
{
    using limits = std::numeric_limits<double>;
    expect_too_far(since_epoch(duration<double>(9'223'372'037.0)));
    expect_too_far(since_epoch(duration<double>(-9'223'372'037.0)));
    expect_too_far(since_epoch(duration<double>(limits::infinity())));
    expect_too_far(since_epoch(duration<double>(-limits::max())));
    expect_too_far(since_epoch(duration<double>(limits::quiet_NaN())));
    EXPECT_EQ(sent(since_epoch(duration<double>(9'223'372'036.0))), "9223372036000000000n");
    EXPECT_EQ(sent(since_epoch(duration<double, std::nano>(-0x1p63))), "-9223372036854775808n");
    expect_too_far(since_epoch(duration<double, std::nano>(0x1p63)));
}

TEST(timestamp, largest_value_that_fits_is_accepted_and_the_next_refused)
{
    EXPECT_EQ(sent(since_epoch(microseconds(highest))), "9223372036854775807t");
    EXPECT_EQ(sent(since_epoch(microseconds(lowest))), "-9223372036854775808t");
    EXPECT_EQ(sent(since_epoch(nanoseconds(highest))), "9223372036854775807n");
    EXPECT_EQ(sent(since_epoch(nanoseconds(lowest))), "-9223372036854775808n");
    EXPECT_EQ(sent(since_epoch(milliseconds(highest / 1000))), "9223372036854775000t");
    EXPECT_EQ(sent(since_epoch(milliseconds(lowest / 1000))), "-9223372036854775000t");
    expect_too_far(since_epoch(milliseconds(highest / 1000 + 1)));
    expect_too_far(since_epoch(milliseconds(lowest / 1000 - 1)));
    expect_too_far(since_epoch(seconds(highest)));
    expect_too_far(since_epoch(seconds(lowest)));
    expect_too_far(since_epoch(duration<std::int64_t, days::period>(106'751'992)));
    expect_too_far(since_epoch(duration<std::int64_t, days::period>(-106'751'992)));
    EXPECT_EQ(sent(since_epoch(days(106'751'991))), "9223372022400000000t");
    expect_too_far(since_epoch(duration<std::uint64_t, std::micro>(1ULL << 63)));
}

TEST(timestamp, file_times_are_converted)
{
    const auto time = since_epoch(nanoseconds(1'700'000'000'123'456'789));
    const auto file_time = std::filesystem::file_time_type::clock::from_sys(time);

    EXPECT_EQ(sent(file_time), "1700000000123456789n");
    EXPECT_EQ(designated(file_time), "1700000000123456789n");
    EXPECT_EQ(sent(floor<seconds>(file_time)), "1700000000000000t");
}

TEST(timestamp, a_clock_with_to_sys_is_converted)
{
    EXPECT_EQ(sent(millennium_clock::time_point(milliseconds(1))), "946684800001000t");
    EXPECT_EQ(designated(time_point<millennium_clock, nanoseconds>(nanoseconds(1))),
              "946684800000000001n");
}

TEST(timestamp, column_takes_time_points)
{
    buffer rows;
    rows.table("t")
        .column("a", since_epoch(seconds(1)))
        .column("b", std::optional(since_epoch(nanoseconds(2))))
        .column("c", std::optional<sys_seconds>())
        .column("d", timestamp_nanos(3))
        .at_now();

    EXPECT_EQ(rows.to_string(), "t a=1000000t,b=2n,d=3n\n");
}

TEST(timestamp, a_designated_time_point_before_1970_is_refused)
{
    buffer rows;
    rows.table("t").symbol("s", "v");
    try {
        rows.at(since_epoch(seconds(-1)));
        FAIL() << "nothing was thrown";
    } catch (const coquest::error& e) {
        EXPECT_EQ(e.code(), errc::invalid_timestamp);
        EXPECT_STREQ(e.what(), "timestamp -1000000 us is negative: the designated timestamp can't "
                               "be before 1970");
    }
}

TEST(timestamp, now_is_the_time_of_the_system_clock)
{
    const auto before = system_clock::now().time_since_epoch();
    const timestamp_micros micros = timestamp_micros::now();
    const timestamp_nanos nanos = timestamp_nanos::now();
    const auto after = system_clock::now().time_since_epoch();

    EXPECT_GE(micros.value, duration_cast<microseconds>(before).count());
    EXPECT_GE(nanos.value, duration_cast<nanoseconds>(before).count());
    EXPECT_LE(micros.value, duration_cast<microseconds>(after).count());
    EXPECT_LE(nanos.value, duration_cast<nanoseconds>(after).count());
}

TEST(timestamp, is_refused_outside_of_a_row)
{
    EXPECT_EQ(coquest::test::without_row(
                  protocol_version::v2,
                  [](buffer& rows) { rows.column_ts("x", since_epoch(seconds(highest))); }),
              coquest::test::no_row_is_open);
}

} // namespace
