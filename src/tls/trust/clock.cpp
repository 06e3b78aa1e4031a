// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0

#include "tls/trust/clock.hpp"

#include <array>
#include <atomic>
#include <cstdio>

namespace coquest::inline v0::detail {
namespace {

std::atomic<time_source> test_source{nullptr};

} // namespace

std::chrono::sys_seconds current_time() noexcept
{
    if (const time_source source = test_source) {
        return source();
    }
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

void set_time_source(time_source source) noexcept
{
    test_source = source;
}

std::string date_text(std::chrono::sys_seconds time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u %02d:%02d:%02d UTC",
                  static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                  static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                  static_cast<int>(clock.minutes().count()),
                  static_cast<int>(clock.seconds().count()));
    return text.data();
}

} // namespace coquest::inline v0::detail
