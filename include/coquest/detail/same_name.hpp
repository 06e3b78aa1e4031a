// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
//
// Compares names of columns as the server does: without regard to case, in the letters of all
// scripts.
#pragma once

#include <coquest/detail/language.hpp>
#include <coquest/detail/lower_case.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace coquest::inline v0::detail {

/// Reads the character of @p text at @p position, moves the position past it, and returns its lower
/// case. @p text: valid UTF-8.
constexpr std::uint32_t next_lower(std::string_view text, std::size_t& position) noexcept
{
    const auto byte = [&] {
        return static_cast<std::uint32_t>(static_cast<unsigned char>(text[position++]));
    };
    std::uint32_t c = byte();
    if (c < 0x80) {
        return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
    }
    const int following = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    c &= 0x3fU >> following;
    for (int i = 0; i < following && position < text.size(); ++i) {
        c = c << 6 | (byte() & 0x3f);
    }
    return to_lower_unicode(c);
}

/// Orders names. Names that the server takes for one are equal. Both are valid UTF-8.
constexpr std::strong_ordering compare_names(std::string_view a, std::string_view b) noexcept
{
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        const auto order = next_lower(a, i) <=> next_lower(b, j);
        if (order != 0) {
            return order;
        }
    }
    return (i < a.size()) <=> (j < b.size());
}

/// Returns true if the server takes two names for one. Both are valid UTF-8.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept
{
    return compare_names(a, b) == 0;
}

} // namespace coquest::inline v0::detail
