// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "core/delivery/retry.hpp"

#include <algorithm>

namespace coquest::inline v0::detail {

std::chrono::milliseconds backoff(unsigned attempt, std::chrono::milliseconds max,
                                  std::uint32_t random) noexcept
{
    constexpr std::int64_t first = 10;     // ms, as in all official clients
    constexpr unsigned largest_shift = 40; // 10 ms << 40 is 350 years, more than any max
    const std::int64_t full =
        std::clamp<std::int64_t>(max.count(), 0, first << std::min(attempt, largest_shift));
    // 32 bits, so that the product fits into 64
    const auto half = static_cast<std::uint64_t>(std::min<std::int64_t>(full / 2, 0xffffffff));
    return std::chrono::milliseconds(full - static_cast<std::int64_t>((half * random) >> 32));
}

retry_budget::time_point retry_budget::take(time_point when, time_point last) noexcept
{
    time_point full_at = full_at_.load(std::memory_order_relaxed);
    time_point next;
    do {
        next = std::max(full_at, when) + refill;
        if (next - burst * refill > last) {
            return last;
        }
    } while (!full_at_.compare_exchange_weak(full_at, next, std::memory_order_relaxed));
    return std::max(when, next - burst * refill);
}

} // namespace coquest::inline v0::detail
