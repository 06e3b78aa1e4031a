// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Integers as text, eight digits at a time; a timestamp's leading digits are taken from the last.

#include "core/digits.hpp"

#include <coquest/detail/text.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace coquest::detail {

char* put_unsigned(char* out, std::uint64_t value) noexcept
{
    if (value < ten_to_8) {
        return put_up_to_eight(out, static_cast<std::uint32_t>(value));
    }
    const std::uint64_t high = value / ten_to_8;
    const auto low = static_cast<std::uint32_t>(value % ten_to_8);
    if (high < ten_to_8) {
        out = put_up_to_eight(out, static_cast<std::uint32_t>(high));
    } else {
        out = put_up_to_eight(out, static_cast<std::uint32_t>(high / ten_to_8));
        out = put_eight(out, static_cast<std::uint32_t>(high % ten_to_8));
    }
    return put_eight(out, low);
}

char* put_integer(char* out, std::int64_t value) noexcept
{
    auto magnitude = static_cast<std::uint64_t>(value);
    if (value < 0) {
        *out++ = '-';
        magnitude = 0 - magnitude;
    }
    return put_unsigned(out, magnitude);
}

char* put_timestamp(char* out, std::uint64_t value, timestamp_text& last) noexcept
{
    const std::uint64_t high = value / ten_to_8;
    if (high != last.high || high == 0) [[unlikely]] {
        if (high == 0) {
            return put_unsigned(out, value);
        }
        last.high = high;
        last.size = static_cast<std::size_t>(put_unsigned(last.text, high) - last.text);
    }
    std::memcpy(out, last.text, sizeof last.text);
    return put_eight(out + last.size, static_cast<std::uint32_t>(value - high * ten_to_8));
}

} // namespace coquest::detail
