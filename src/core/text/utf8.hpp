// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include <coquest/detail/utf8.hpp>

#include <cstddef>
#include <string_view>

namespace coquest::inline v0::detail {

/// Returns the size in bytes of the first character of @p text, or 0 if @p text does not begin with
/// a valid character.
constexpr std::size_t character_length(std::string_view text) noexcept
{
    const std::size_t longest = text.size() < 4 ? text.size() : 4;
    for (std::size_t n = 1; n <= longest; ++n) {
        if (valid_utf8_prefix(text.substr(0, n)) == n) {
            return n;
        }
    }
    return 0;
}

} // namespace coquest::inline v0::detail
