// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Writes integers as text, eight digits at a time. The leading digits of a timestamp are kept for
// the next one.

#include "core/ilp/digits.hpp"

#include <coquest/detail/text.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace coquest::inline v0::detail {

const vector_constants_table vector_constants = {
    {0xd1b71759, 0xd1b71759},
    {0x100000000 - 10000, 0x100000000 - 10000},
    {10486, 10486, 10486, 10486},
    {0x10000 - 100, 0x10000 - 100, 0x10000 - 100, 0x10000 - 100},
    {6554, 6554, 6554, 6554, 6554, 6554, 6554, 6554},
    {-10, 0, -10, 0, -10, 0, -10, 0, -10, 0, -10, 0, -10, 0, -10, 0},
    // tens are in bytes 0 to 7 and ones in bytes 8 to 15, both in reverse order
    {3, 11, 2, 10, 1, 9, 0, 8, 7, 15, 6, 14, 5, 13, 4, 12},
    {'0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0', '0'},
};

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
    if (magnitude < 100) { // most integers are small: percentages, codes, counts
        const auto tens = static_cast<std::uint32_t>(magnitude) * 103 >> 10;
        const std::uint32_t digits =
            (tens | (static_cast<std::uint32_t>(magnitude) - 10 * tens) << 8) | 0x3030;
        const bool two = magnitude >= 10;
        const auto text = static_cast<std::uint16_t>(two ? digits : digits >> 8);
        std::memcpy(out, &text, sizeof text);
        return out + 1 + two;
    }
    if (value < 0) {
        *out++ = '-';
        magnitude = 0 - magnitude;
    }
    return put_unsigned(out, magnitude);
}

void timestamp_text::take(std::uint64_t value) noexcept
{
    high_ = value / ten_to_8;
    if (high_ == 0) {
        high_ = UINT64_MAX; // leads() returns false
        return;
    }
    size_ = static_cast<std::size_t>(put_unsigned(text_, high_) - text_);
}

} // namespace coquest::inline v0::detail
