// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Points in time as QuestDB stores them: 64-bit counts from the Unix epoch.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <ratio>

namespace coquest {

/// Counts microseconds since 1970-01-01T00:00:00Z.
struct timestamp_micros {
    std::int64_t value = 0; ///< microseconds; negative before 1970

    constexpr timestamp_micros() noexcept = default;
    constexpr explicit timestamp_micros(std::int64_t micros) noexcept : value(micros) {}
    /// Returns the system clock's time.
    [[nodiscard]] static timestamp_micros now() noexcept;
    bool operator==(const timestamp_micros&) const = default;
};

/// Counts nanoseconds since 1970-01-01T00:00:00Z; reaches to the year 2262.
struct timestamp_nanos {
    std::int64_t value = 0; ///< nanoseconds; negative before 1970

    constexpr timestamp_nanos() noexcept = default;
    constexpr explicit timestamp_nanos(std::int64_t nanos) noexcept : value(nanos) {}
    /// Returns the system clock's time.
    [[nodiscard]] static timestamp_nanos now() noexcept;
    bool operator==(const timestamp_nanos&) const = default;
};

namespace detail {

/// Says in which unit a time point goes on the wire: nanoseconds where its clock ticks finer than
/// microseconds, else microseconds.
template <class Duration>
inline constexpr bool needs_nanos = std::ratio_less_v<typename Duration::period, std::micro> ||
                                    std::chrono::treat_as_floating_point_v<typename Duration::rep>;

/// Converts @p from to @c Target ticks; false where it does not fit 64 bits.
template <class Target, class Rep, class Period>
constexpr bool convert_ticks(std::chrono::duration<Rep, Period> from, std::int64_t& out) noexcept
{
    using ratio = std::ratio_divide<Period, typename Target::period>;
    if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
        const auto ticks = static_cast<long double>(from.count()) * ratio::num / ratio::den;
        // 2^63 is exact in any floating type; a NaN fails both comparisons
        if (!(ticks >= -0x1p63L && ticks < 0x1p63L)) {
            return false;
        }
        out = static_cast<std::int64_t>(ticks);
        return true;
    } else {
        std::int64_t scaled = 0;
        if (__builtin_mul_overflow(from.count(), std::int64_t{ratio::num}, &scaled)) {
            return false;
        }
        out = scaled / ratio::den;
        return true;
    }
}

} // namespace detail
} // namespace coquest
