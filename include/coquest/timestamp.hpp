// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Points in time as QuestDB stores them: 64-bit counts since 1970 (docs/protocol.md, Timestamps).
#pragma once

#include <coquest/detail/language.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <ratio>
#include <type_traits>

namespace coquest::inline v0 {

/// Holds a point in time as microseconds since 1970-01-01T00:00:00Z.
struct timestamp_micros {
    std::int64_t value = 0; ///< microseconds; negative before 1970

    /// Makes 1970-01-01T00:00:00Z.
    constexpr timestamp_micros() noexcept = default;
    /// Makes a timestamp from microseconds.
    constexpr explicit timestamp_micros(std::int64_t micros) noexcept : value(micros) {}
    /// Returns the time of the system clock.
    [[nodiscard]] static timestamp_micros now() noexcept;
    /// Compares the values.
    bool operator==(const timestamp_micros&) const = default;
};

/// Holds a point in time as nanoseconds since 1970-01-01T00:00:00Z. It reaches to the year 2262.
struct timestamp_nanos {
    std::int64_t value = 0; ///< nanoseconds; negative before 1970

    /// Makes 1970-01-01T00:00:00Z.
    constexpr timestamp_nanos() noexcept = default;
    /// Makes a timestamp from nanoseconds.
    constexpr explicit timestamp_nanos(std::int64_t nanos) noexcept : value(nanos) {}
    /// Returns the time of the system clock.
    [[nodiscard]] static timestamp_nanos now() noexcept;
    /// Compares the values.
    bool operator==(const timestamp_nanos&) const = default;
};

namespace detail {

/// The type in which a time point is sent: nanoseconds if it has finer ticks than microseconds,
/// else microseconds.
template <class Duration>
using timestamp_of =
    std::conditional_t<std::ratio_less_v<typename Duration::period, std::micro> ||
                           std::chrono::treat_as_floating_point_v<typename Duration::rep>,
                       timestamp_nanos, timestamp_micros>;

template <class>
inline constexpr bool always_false = false;

/// Converts @p time to ticks of @c Target. Returns false if they do not fit 64 bits.
template <class Target, class Rep, class Period>
constexpr bool convert_ticks(std::chrono::duration<Rep, Period> time, std::int64_t& out) noexcept
{
    using ratio = std::ratio_divide<Period, typename Target::period>;
    if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
        const auto ticks = static_cast<long double>(time.count()) * ratio::num / ratio::den;
        // 2^63 is exact in any floating type; a NaN fails both comparisons
        if (!(ticks >= -0x1p63L && ticks < 0x1p63L)) {
            return false;
        }
        out = static_cast<std::int64_t>(ticks);
        return true;
    } else {
        std::int64_t scaled = 0;
        if (__builtin_mul_overflow(time.count(), std::int64_t{ratio::num}, &scaled)) {
            return false;
        }
        out = scaled / ratio::den;
        return true;
    }
}

/// Converts @p time to a time point of the system clock.
template <class Clock, class Duration>
constexpr auto to_system(std::chrono::time_point<Clock, Duration> time)
{
    if constexpr (std::same_as<Clock, std::chrono::system_clock>) {
        return time;
    } else if constexpr (requires { Clock::to_sys(time); }) {
        return Clock::to_sys(time);
    } else {
#if defined(__cpp_lib_chrono) && __cpp_lib_chrono >= 201907L
        if constexpr (requires { std::chrono::clock_cast<std::chrono::system_clock>(time); }) {
            return std::chrono::clock_cast<std::chrono::system_clock>(time);
        } else
#endif
            static_assert(always_false<Clock>,
                          "this clock has no epoch (std::chrono::steady_clock has none): use "
                          "system_clock, or a clock with a static to_sys(time_point)");
    }
}

/// Converts a time point of any clock with an epoch. Returns false if it does not fit 64 bits.
template <class Clock, class Duration>
constexpr bool to_timestamp(std::chrono::time_point<Clock, Duration> time,
                            timestamp_of<Duration>& out)
{
    using unit = std::conditional_t<std::same_as<timestamp_of<Duration>, timestamp_nanos>,
                                    std::chrono::nanoseconds, std::chrono::microseconds>;
    return convert_ticks<unit>(to_system(time).time_since_epoch(), out.value);
}

} // namespace detail
} // namespace coquest::inline v0
