// SPDX-FileCopyrightText: 2026 The coquest authors
// SPDX-License-Identifier: BSL-1.0
#pragma once

#include "core/text/ascii.hpp"

#include <charconv>
#include <string_view>
#include <system_error>

namespace coquest::inline v0::detail {

/// Parses @p text, which must consist of decimal digits only, into @p out. Returns false if it
/// holds another character, is empty, or does not fit.
template <class Integer>
[[nodiscard]] bool parse_digits(std::string_view text, Integer& out) noexcept
{
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto parsed = std::from_chars(begin, end, out);
    return parsed.ec == std::errc() && parsed.ptr == end && is_digit(text.front());
}

} // namespace coquest::inline v0::detail
