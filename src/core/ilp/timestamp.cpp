// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include <coquest/timestamp.hpp>

namespace coquest::inline v0 {
namespace {

template <class Duration>
std::int64_t since_epoch() noexcept
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<Duration>(now).count();
}

} // namespace

timestamp_micros timestamp_micros::now() noexcept
{
    return timestamp_micros(since_epoch<std::chrono::microseconds>());
}

timestamp_nanos timestamp_nanos::now() noexcept
{
    return timestamp_nanos(since_epoch<std::chrono::nanoseconds>());
}

} // namespace coquest::inline v0
